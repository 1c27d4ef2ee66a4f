"""A WebSocket client that talks to the ASGI app itself: no port, and a reader that can be made slow."""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any

from fastapi import FastAPI

PATIENCE_S = 5.0


class Closed(Exception):
    """The server ended the connection."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Socket:
    """One connection. `async with Socket(web) as socket:`"""

    def __init__(self, web: FastAPI, path: str = "/api/v1/chat/socket", **headers: str) -> None:
        given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self._scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "ws",
            "server": ("shop.test", 80),
            "client": ("127.0.0.1", 50000),
            "headers": [(b"host", b"shop.test"), *given],
            "subprotocols": [],
        }
        self._web = web
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.reading = asyncio.Event()  # cleared: the other end does not read, and the server's send waits
        self.reading.set()

    async def __aenter__(self) -> Socket:
        self._task = asyncio.create_task(self._web(self._scope, self._in.get, self._send))
        self._in.put_nowait({"type": "websocket.connect"})
        message = await self._next()
        if message["type"] == "websocket.close":
            raise Closed(message.get("code", 1000))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.reading.set()
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(PATIENCE_S):
            await self._task

    async def _send(self, message: Any) -> None:
        await self.reading.wait()
        self._out.put_nowait(message)

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            return await self._out.get()

    def send(self, frame: Any) -> None:
        """A frame as JSON, or as it is."""
        self._in.put_nowait(
            {"type": "websocket.receive", "text": frame if isinstance(frame, str) else json.dumps(frame)}
        )

    def send_bytes(self, data: bytes) -> None:
        """A binary frame."""
        self._in.put_nowait({"type": "websocket.receive", "bytes": data})

    async def read(self) -> dict[str, Any]:
        """The next frame; Closed when the server ended it."""
        message = await self._next()
        if message["type"] == "websocket.close":
            raise Closed(message.get("code", 1000))
        frame: dict[str, Any] = json.loads(message["text"])
        return frame

    async def until(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """The next frame of this type with these values."""
        while True:
            frame = await self.read()
            if frame["type"] == kind and all(frame.get(name) == value for name, value in wanted.items()):
                return frame

    async def messages(self, count: int) -> list[dict[str, Any]]:
        """The next so many lines, over as many frames as they come in."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            found += (await self.until("messages"))["messages"]
        return found

    async def closed(self) -> int:
        """With which code the server ends the connection, whatever it sends before."""
        while True:
            try:
                await self.read()
            except Closed as closed:
                return closed.code

    async def silence(self, seconds: float = 0.15) -> bool:
        """Whether nothing comes for a while."""
        try:
            async with asyncio.timeout(seconds):
                self._out.put_nowait(await self._out.get())
        except TimeoutError:
            return True
        return False
