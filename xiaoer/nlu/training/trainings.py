"""Trainings in the background: one at a time per shop, each a process of its own that tells the record how far it is."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.errors import XiaoerError
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.training.types import TrainingRun
from xiaoer.nlu.training.work import ended_by_itself

log = logging.getLogger(__name__)
_END_S = 5.0


class Trainings:
    """Starts trainings of the shops of this installation. `models` is the folder with a folder per shop; `encoder` names the encoder
    that models get where a training does not say otherwise.
    """

    def __init__(self, database: Database, database_url: str, models: Path, encoder: str = "") -> None:
        self._database, self._database_url, self._models = database, database_url, models
        self._usual = {"seed": 0, **({"encoder": encoder} if encoder else {})}
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._watching: set[asyncio.Task[None]] = set()

    async def start(self, shop_id: str, *, by: str, settings: Mapping[str, Any] | None = None) -> TrainingRun:
        """Begin a training. Conflict while another one of the shop is going on."""
        chosen = {**self._usual, **(settings or {})}
        await self.settle(shop_id)
        run = await self._database.write(shop_id, lambda scope: versions.add_run(scope, by=by, settings=chosen))
        task = {
            "database_url": self._database_url, "folder": str(self._models / shop_id), "shop": shop_id, "run": run.id, "by": by,
            "settings": chosen,
        }  # fmt: skip
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "xiaoer.nlu.training.worker",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
        except OSError:
            await self._end(shop_id, run.id, ended_by_itself(-1))
            raise
        assert process.stdin is not None
        process.stdin.write(json.dumps(task).encode() + b"\n")
        with suppress(ConnectionError):
            await process.stdin.drain()
        self._processes[run.id] = process
        watching = asyncio.create_task(self._watch(shop_id, run.id, process))
        self._watching.add(watching)
        watching.add_done_callback(self._watching.discard)
        return run

    async def stop(self, shop_id: str, run_id: str) -> None:
        """Ask a training to end, wherever it runs."""
        await self._database.write(shop_id, lambda scope: versions.ask_to_stop(scope, run_id))

    async def settle(self, shop_id: str) -> None:
        """Write down as interrupted what was cut off without a word: its process is gone, or silent for a minute."""

        def settle(scope: Scope) -> None:
            run = versions.find_open_run(scope)
            if run is not None and (not is_alive(run) or scope.now - run.updated_at > versions.SILENT):
                versions.end_run(scope, run.id, state="interrupted")

        if await self._database.read(shop_id, versions.find_open_run) is not None:
            await self._database.write(shop_id, settle)

    async def close(self) -> None:
        """End what runs; the record says interrupted."""
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.terminate()
        if self._watching:
            await asyncio.wait(tuple(self._watching), timeout=_END_S)
        for process in tuple(self._processes.values()):
            with suppress(ProcessLookupError):
                process.kill()
        if self._watching:
            await asyncio.gather(*tuple(self._watching), return_exceptions=True)

    async def _watch(self, shop_id: str, run_id: str, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        said = await process.stderr.read()
        code = await process.wait()
        self._processes.pop(run_id, None)
        if said.strip():
            log.warning("training %s: %s", run_id, said.decode("utf-8", "replace").strip()[-2000:])
        if code:
            await self._end(shop_id, run_id, ended_by_itself(code))

    async def _end(self, shop_id: str, run_id: str, error: Mapping[str, str]) -> None:
        """A process that ended without telling the record."""
        with suppress(XiaoerError):
            await self._database.write(shop_id, lambda scope: versions.end_run(scope, run_id, state="failed", error=error))


def is_alive(run: TrainingRun) -> bool:
    """Whether the run's process still exists; True where that cannot be told (another machine, or not yet written down)."""
    pid, host = run.process.get("pid"), run.process.get("host")
    if pid is None or host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
