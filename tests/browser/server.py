"""A demo server in a process of its own, as `xiaoer demo` starts it: to be talked to, killed, started again, and looked into."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from xiaoer.conversations import store as conversations
from xiaoer.conversations.types import Message
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.demo.seed import SHOP_ID

ROOT = Path(__file__).parents[2]
_START_S = 120
_STOP_S = 15
_LINK = re.compile(r"https?://\S+")
T = TypeVar("T")


@dataclass
class DemoServer:
    """`folder` is a data folder of the demo; after `start` it is served on 127.0.0.1."""

    folder: Path
    port: int
    shop: str = ""
    desk: str = ""
    explain: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def base(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve, and read the three links. RuntimeError with what it printed when it does not come up."""
        log = self.folder.with_suffix(".log")
        command = [sys.executable, "-m", "xiaoer", "demo", "--data-dir", str(self.folder), "--port", str(self.port)]
        with log.open("wb") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=file, cwd=self.folder, env=_environment())
        give_up = time.monotonic() + _START_S
        while len(links := _LINK.findall(log.read_text("utf-8", "replace"))) < 3:
            if self.process.poll() is not None or time.monotonic() > give_up:
                self.stop()
                raise RuntimeError(f"the demo did not start:\n{log.read_text('utf-8', 'replace')}")
            time.sleep(0.05)
        self.shop, self.desk, self.explain = links[:3]

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it without a word of warning."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def password_of(self, email: str) -> str:
        """With what a member of the demo's staff signs in."""
        rows = (line.split("\t") for line in (self.folder / "demo-credentials").read_text("utf-8").splitlines())
        return next(row[2] for row in rows if row[1] == email)

    def read(self, function: Callable[[Scope], T]) -> T:
        """What the record says, read beside the server."""

        async def ask() -> Any:
            database = await Database.open(f"sqlite:///{self.folder / 'xiaoer.sqlite3'}")
            try:
                return await database.read(SHOP_ID, function)
            finally:
                await database.close()

        with ThreadPoolExecutor(1) as pool:  # the browser's loop runs in this thread
            found: T = pool.submit(asyncio.run, ask()).result()
        return found

    def lines(self, conversation_id: str) -> tuple[Message, ...]:
        """Everything of a conversation, notes too."""
        return self.read(lambda scope: conversations.list_messages(scope, conversation_id, with_notes=True))


@contextmanager
def serving(folder: Path) -> Iterator[DemoServer]:
    """A server on this data folder for as long as the block lasts."""
    server = DemoServer(folder, free_port())
    try:
        server.start()
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment() -> dict[str, str]:
    """This process's, without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XIAOER_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "COLUMNS": "4000"}
