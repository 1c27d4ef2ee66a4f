"""Customers over real sockets: what the widget does, without the screen."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import websockets

LINES: Sequence[tuple[str, str]] = (
    ("en", "where is my order"),
    ("en", "do you have the cloud hoodie in black XL?"),
    ("en", "how much does express delivery cost"),
    ("en", "thanks a lot"),
    ("zh", "我的快递到哪了"),
    ("zh", "卫衣有黑色的吗"),
    ("zh", "七天无理由退货运费谁出"),
    ("zh", "今天天气怎么样"),
)
_MOST_WAIT_S = 60


@dataclass
class Customer:
    """One customer at one socket. `took_s`: from each line sent to the answer that came."""

    base: str
    token: str = ""
    seen: int = 0
    took_s: list[float] = field(default_factory=list)

    async def sign_in(self, http: httpx2.AsyncClient, *, identity: str = "", language: str = "en") -> None:
        """Open a session, as a visitor or with a signed identity."""
        body: dict[str, Any] = {"language": language, **({"identity": identity} if identity else {})}
        answer = await http.post(f"{self.base}/api/v1/chat/sessions", json=body)
        answer.raise_for_status()
        self.token = answer.json()["token"]

    async def talk(self, lines: Iterable[str], *, name: str) -> None:
        """Say each line and wait for the assistant's answer to it."""
        where = self.base.replace("http", "ws", 1) + "/api/v1/chat/socket"
        async with websockets.connect(where, max_size=None) as socket:
            await socket.send(json.dumps({"type": "hello", "token": self.token, "after": self.seen}))
            for number, text in enumerate(lines):
                begun = time.perf_counter()
                await socket.send(json.dumps({"type": "say", "client_id": f"{name}-{number}", "text": text}))
                await asyncio.wait_for(self._until_answered(socket, f"{name}-{number}"), _MOST_WAIT_S)
                self.took_s.append(time.perf_counter() - begun)

    async def _until_answered(self, socket: websockets.ClientConnection, client_id: str) -> None:
        """Until a line of the assistant stands behind the customer's own one."""
        own_seq: int | None = None
        newest = 0
        async for frame in socket:
            data = json.loads(frame)
            if data["type"] == "error":
                raise RuntimeError(f"{data.get('code')}: {data.get('detail')}")
            if data["type"] == "stored" and data["client_id"] == client_id:
                own_seq = data["seq"]
            for message in data.get("messages", ()) if data["type"] == "messages" else ():
                self.seen = max(self.seen, message["seq"])
                if message["author"] == "assistant":
                    newest = max(newest, message["seq"])
                if message["author"] == "customer" and message["client_id"] == client_id:
                    own_seq = message["seq"]
            if own_seq is not None and newest > own_seq:
                return
        raise RuntimeError("the socket was closed before the answer came")
