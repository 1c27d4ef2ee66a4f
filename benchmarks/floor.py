"""The floor that `turns.py` measures against: the same framework and protocol, a constant answer after one durable insert."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from xiaoer.db.engine import utc_now
from xiaoer.db.scope import Scope
from xiaoer.db.sqlite import _engine
from xiaoer.db.writer import Writer

_ANSWER = "Your order is on its way."


def make(path: Path) -> FastAPI:
    """The server over one table in one file."""
    engine = _engine(path)
    metadata = sa.MetaData()
    lines = sa.Table("lines", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text))
    metadata.create_all(engine)
    writer, web = Writer(engine, utc_now), FastAPI()

    @web.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @web.post("/api/v1/chat/sessions", status_code=201)
    async def session(body: dict[str, Any]) -> dict[str, str]:
        return {"token": "floor"}

    @web.websocket("/api/v1/chat/socket")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        seq = 0
        try:
            while True:
                data = json.loads(await socket.receive_text())
                if data["type"] != "say":
                    continue

                def insert(scope: Scope, text: str = data["text"]) -> None:
                    scope.connection.execute(sa.insert(lines).values(text=text))

                await writer.write("floor", insert)
                seq += 2
                await socket.send_json({"type": "stored", "client_id": data["client_id"], "seq": seq - 1})
                answer = {"seq": seq, "author": "assistant", "text": _ANSWER, "client_id": f"reply-{seq}"}
                await socket.send_json({"type": "messages", "messages": [answer]})
        except WebSocketDisconnect:
            return

    return web


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    given = parser.parse_args()
    uvicorn.run(make(given.file), port=given.port, log_level="warning", ws="websockets-sansio")
