"""Imports that run in this process: one at a time for a shop, taken up again after a restart."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from xiaoer.app import App
from xiaoer.errors import XiaoerError
from xiaoer.knowledge import store_imports
from xiaoer.knowledge.ingest.fetch import Fetcher
from xiaoer.knowledge.ingest.files import sources_of
from xiaoer.knowledge.ingest.run import Importing, Sources
from xiaoer.knowledge.ingest.site import Site
from xiaoer.knowledge.ingest.types import Import, Options, Problem, Source
from xiaoer.knowledge.ingest.unreadable import Unreadable

log = logging.getLogger(__name__)
_NAMES = "names.json"


@dataclass
class Running:
    """The imports at work. `now` holds how far each is."""

    app: App
    now: dict[tuple[str, str], Import] = field(default_factory=dict)
    _tasks: dict[tuple[str, str], asyncio.Task[None]] = field(default_factory=dict)
    _alone: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def is_running(self, shop_id: str, import_id: str) -> bool:
        """Whether this process is at it."""
        return (shop_id, import_id) in self._tasks

    def folder_of(self, shop_id: str, import_id: str) -> Path:
        """Where the files of an import wait until they are in."""
        return self.app.settings.data_dir / "imports" / shop_id / import_id

    def start(self, shop_id: str, about: Import) -> None:
        """Begin, or go on with what a process that is gone began."""
        key = (shop_id, about.id)
        if key in self._tasks:
            return
        self.now[key] = about
        task = asyncio.create_task(self._run(shop_id, about))
        self._tasks[key] = task
        task.add_done_callback(lambda _: (self._tasks.pop(key, None), self.now.pop(key, None)))

    async def _run(self, shop_id: str, about: Import) -> None:
        known = {name: about.options[name] for name in Options.__dataclass_fields__}
        options = Options(**known)
        folder = self.folder_of(shop_id, about.id)

        def keep(changed: Import) -> None:
            self.now[shop_id, about.id] = changed

        async with self._alone[shop_id]:
            run = Importing(self.app.database, shop_id, about, options, progress=keep)
            try:
                await run.go_on(await self._open(str(about.options.get("url", "")), folder, options))
            except (XiaoerError, OSError):
                log.exception("import %s failed; it can be taken up again", about.id)
                return
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _open(self, url: str, folder: Path, options: Options) -> Sources:
        if url:
            fetcher = Fetcher(allow_private=self.app.settings.import_private_addresses)
            try:
                return await Site(url, options, fetcher).open()
            except Unreadable as error:
                await fetcher.close()
                return Sources(_one(Source(url, "", (Problem("", error.en, error.zh),))), 1)
        names = await asyncio.to_thread(read_names, folder)
        files = [(name, folder / file) for file, name in names]
        return sources_of(files, options, most_mb=self.app.settings.import_mb)

    async def drain(self) -> None:
        """Wait for everything that runs (tests do)."""
        while self._tasks:
            await asyncio.gather(*tuple(self._tasks.values()), return_exceptions=True)


async def _one(source: Source) -> AsyncIterator[Source]:
    yield source


def write_names(folder: Path, names: list[tuple[str, str]]) -> None:
    """Remember which file is called what."""
    (folder / _NAMES).write_text(json.dumps(names, ensure_ascii=False), "utf-8")


def read_names(folder: Path) -> list[tuple[str, str]]:
    """(file, name) of an import's files; empty when they are gone."""
    try:
        return [(str(file), str(name)) for file, name in json.loads((folder / _NAMES).read_text("utf-8"))]
    except (OSError, ValueError):
        return []


async def about_of(app: App, running: Running, shop_id: str, import_id: str) -> Import:
    """How far an import is: what this process knows, else what the records say. NotFound."""
    stored = await app.database.read(shop_id, partial(store_imports.get_import, import_id=import_id))
    return running.now.get((shop_id, import_id), stored) if stored.state == "running" else stored
