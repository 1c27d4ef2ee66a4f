"""A training in a process of its own: `python -m xiaoer.nlu.training.worker`, told on standard input what to do.

One line of JSON comes in: {"database_url", "folder", "shop", "run", "by", "settings"}. The pipe then stays open for as long as the
parent lives; when it closes, the training ends and says so in the record. Whoever wants it stopped says so there, too.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from xiaoer.db.engine import Database
from xiaoer.errors import XiaoerError
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.training.work import carry_out, in_words

_EVERY_S = 0.5
_NICE = 10  # customers are answered first


class Stopped(Exception):
    """Somebody wants the training to end; `state` is how it is written down."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class Progress:
    """How far the training is, told by its thread and written down by the loop. Telling raises Stopped once it must end."""

    def __init__(self) -> None:
        self.share, self.step, self.end_as = 0.0, "begin", ""

    def report(self, share: float, step: str) -> None:
        """Called by the training itself."""
        self.share, self.step = share, step
        if self.end_as:
            raise Stopped(self.end_as)


def me() -> dict[str, Any]:
    """Which process this is, so that others can see whether it lives."""
    return {"pid": os.getpid(), "host": socket.gethostname()}


async def work(task: dict[str, Any], progress: Progress) -> int:
    """The training of a task; 0 when a version came out of it."""
    database = await Database.open(task["database_url"], pool=1)
    shop, run = task["shop"], task["run"]
    telling = asyncio.create_task(_tell(database, shop, run, progress))
    try:
        await carry_out(
            database, shop, Path(task["folder"]), by=task["by"], settings=task["settings"], run_id=run, report=progress.report
        )
    except Stopped as error:
        state = error.state
        await database.write(shop, lambda scope: versions.end_run(scope, run, state=state))
        return 0
    except Exception as error:
        words = in_words(error)
        await database.write(shop, lambda scope: versions.end_run(scope, run, state="failed", error=words))
        if not isinstance(error, XiaoerError | OSError | MemoryError):
            raise
        return 1
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
        await database.close()
    return 0


async def _tell(database: Database, shop: str, run: str, progress: Progress) -> None:
    """Write down how far it is, twice a second, and see whether it may go on."""
    while True:
        with suppress(XiaoerError):  # a record that cannot be written now is written the next time
            now = await database.write(
                shop, partial(versions.save_progress, run_id=run, share=progress.share, step=progress.step, process=me())
            )
            if not now.is_open:
                progress.end_as = now.state
            elif now.state == "stopping":
                progress.end_as = "stopped"
        await asyncio.sleep(_EVERY_S)


def _watch_parent(progress: Progress) -> None:
    """The parent's end of the pipe closes when it ends, however it ends."""
    sys.stdin.buffer.read()
    progress.end_as = progress.end_as or "interrupted"


def main() -> None:
    """Read the task, do it."""
    task = json.loads(sys.stdin.buffer.readline())
    with suppress(OSError):
        os.nice(_NICE)
    progress = Progress()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: setattr(progress, "end_as", progress.end_as or "interrupted"))
    threading.Thread(target=_watch_parent, args=(progress,), daemon=True).start()
    raise SystemExit(asyncio.run(work(task, progress)))


if __name__ == "__main__":
    main()
