"""An open event stream in a test: the server is called without a port, and what it sends is read event by event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI

from tests.unit.web.staff import Browser
from xiaoer.web.session import COOKIE

_PATIENCE_S = 10.0


@dataclass(frozen=True)
class Event:
    """One event: `id` is empty where it has none."""

    name: str
    data: str
    id: str = ""


@dataclass
class Stream:
    """What one window receives."""

    status: int = 0
    _events: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)
    _rest: str = ""

    async def next(self, name: str) -> Event:
        """The next event of this name; others are passed over."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                event = await self._events.get()
                if event.name == name:
                    return event

    def take(self, text: str) -> None:
        """Cut what arrived into events."""
        *whole, self._rest = (self._rest + text).split("\n\n")
        for block in whole:
            found: dict[str, list[str]] = {}
            for line in block.splitlines():
                key, _, value = line.partition(": ")
                found.setdefault(key.rstrip(":"), []).append(value)
            if "event" in found:
                self._events.put_nowait(Event(found["event"][0], "\n".join(found["data"]), found.get("id", [""])[0]))


@asynccontextmanager
async def open_stream(web: FastAPI, browser: Browser, path: str, **headers: str) -> AsyncIterator[Stream]:
    """Listen while the block lasts, then close the window."""
    stream, closed, begun = Stream(), asyncio.Event(), asyncio.Event()
    parts = urlsplit(path)
    given = {
        "host": "shop.test",
        "cookie": f"{COOKIE}={browser.client.cookies[COOKIE]}",
        "accept-language": "zh",
        **headers,
    }
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": parts.path, "raw_path": parts.path.encode(), "query_string": parts.query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 1), "server": ("shop.test", 80),
    }  # fmt: skip
    has_asked = False

    async def receive() -> dict[str, Any]:
        nonlocal has_asked
        if not has_asked:
            has_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await closed.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            stream.status = message["status"]
            begun.set()
        else:
            stream.take(message.get("body", b"").decode())

    task = asyncio.create_task(web(scope, receive, send))
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await begun.wait()
        yield stream
    finally:
        closed.set()
        async with asyncio.timeout(_PATIENCE_S):
            await task
