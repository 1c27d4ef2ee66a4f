"""An import from its first source to its report. It is told how far it is, goes on after a damaged part, and may be run again.

Sources are read one by one in a thread; what they hold is stored in small transactions, so that customers are answered meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from xiaoer.db.engine import Database
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.knowledge import store_imports
from xiaoer.knowledge.ingest import apply
from xiaoer.knowledge.ingest.compare import Step, match, plan, plan_gone
from xiaoer.knowledge.ingest.types import Import, Item, Options, Piece, Problem, Source
from xiaoer.privacy.store import add_audit

BATCH = 40  # pieces in a transaction: some hundredths of a second of the one writer
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
Progress = Callable[[Import], None]


@dataclass
class Sources:
    """What is looked at: `each` source in turn. `total`: how many there are, as far as it is known by now.

    `is_whole`: every source of `root` was listed, so one that is not among them is gone. Known only at the end.
    """

    each: AsyncIterator[Source]
    total: int
    root: str = ""
    is_whole: bool = False
    problems: list[Problem] = field(default_factory=list)


def new_import(names: Sequence[str], options: Options, *, by: str, more: Mapping[str, object] | None = None) -> Import:
    """An import that has not begun."""
    what = {**asdict(options), **(more or {})}
    return Import(new_id("imp"), tuple(names), what, "running", "", 0, 0, {}, by, _NEVER, None)


@dataclass
class Importing:
    """One run. `is_dry`: everything is compared and nothing is stored; the report is in `items`."""

    database: Database
    shop_id: str
    about: Import
    options: Options
    is_dry: bool = False
    progress: Progress | None = None
    items: list[Item] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    async def run(self, sources: Sources) -> Import:
        """Take everything in. A failure of the records ends it as failed and is raised; what was stored stays, and running it
        again goes on from there.
        """
        if not self.is_dry:
            self.about = await self.database.write(self.shop_id, partial(store_imports.add_import, new=self.about))
        try:
            await self._take(sources)
        except BaseException:
            await self._end("failed")
            raise
        await self._end("done")
        return self.about

    async def go_on(self, sources: Sources) -> Import:
        """The same for an import that was begun by a process that is gone: its earlier lines stay in the report."""
        try:
            await self._take(sources)
        except BaseException:
            await self._end("failed")
            raise
        await self._end("done")
        return self.about

    async def _take(self, sources: Sources) -> None:
        done = 0
        async for source in sources.each:
            self._seen.add(source.id)
            self._tell(source.id, done, sources.total)
            await self._source(source, done, sources.total)
            done += 1
            self._tell(source.id, done, sources.total)
            await self._keep_progress()
        await self._store(
            [Step(Item("problem", "", one.place, reason={"en": one.en, "zh": one.zh})) for one in sources.problems]
        )
        if sources.root and sources.is_whole:
            await self._gone_sources(sources.root)

    async def _source(self, source: Source, done: int, total: int) -> None:
        read = self.database.read if self.is_dry else self.database.write
        known = await self.database.read(self.shop_id, lambda scope: match(scope, source, self.options))
        for start in range(0, len(source.found), BATCH):
            batch = source.found[start : start + BATCH]

            def take(scope: Scope, batch: Sequence[Piece | Problem] = batch) -> list[Item]:
                return self._carry_out(scope, list(plan(scope, source, batch, known, self.options)), source.id)

            self.items += await read(self.shop_id, take)
            self._tell(source.id, done + (start + len(batch)) / max(1, len(source.found)), total)
            await asyncio.sleep(0)
        is_read = any(isinstance(one, Piece) for one in source.found)
        if known.gone and is_read:  # a file that could not be read has lost nothing
            gone = known.gone
            self.items += await read(
                self.shop_id,
                lambda scope: self._carry_out(scope, list(plan_gone(scope, source.id, gone, self.options)), source.id),
            )

    async def _gone_sources(self, root: str) -> None:
        listed = await self.database.read(self.shop_id, partial(store_imports.list_sources, root=root))
        for name in listed:
            if name in self._seen:
                continue
            origins = await self.database.read(self.shop_id, partial(store_imports.list_origins, source=name))
            steps = await self.database.read(
                self.shop_id,
                lambda scope, name=name, origins=origins: list(plan_gone(scope, name, origins, self.options)),  # type: ignore[misc]
            )
            await self._store(steps)

    async def _store(self, steps: Sequence[Step]) -> None:
        if not steps:
            return
        read = self.database.read if self.is_dry else self.database.write
        self.items += await read(self.shop_id, lambda scope: self._carry_out(scope, steps, ""))

    def _carry_out(self, scope: Scope, steps: Sequence[Step], source: str) -> list[Item]:
        if self.is_dry:
            return [step.item for step in steps]
        scope.lock("articles")
        items = apply.carry_out(scope, steps, note=source[:200])
        store_imports.add_items(scope, self.about.id, items)
        return items

    def _tell(self, doing: str, done: float, total: int) -> None:
        """`done` and `total` in thousandths of a source, so that one large file moves, too."""
        self.about = replace(self.about, doing=doing, done=int(done * 1000), total=max(total * 1000, int(done * 1000)))
        if self.progress is not None:
            self.progress(self.about)

    async def _keep_progress(self) -> None:
        if not self.is_dry:
            await self.database.write(self.shop_id, partial(store_imports.save_import, changed=self.about))

    async def _end(self, state: str) -> None:
        counts = Counter(str(item.outcome) for item in self.items)
        if self.is_dry:
            self.about = replace(self.about, state=state, counts=dict(counts))
            return

        def end(scope: Scope) -> Import:
            ended = replace(
                self.about,
                state=state,
                doing="",
                counts=store_imports.count_items(scope, self.about.id),
                ended_at=scope.now,
            )
            store_imports.save_import(scope, ended)
            data = {"names": list(ended.names), "counts": dict(ended.counts), "state": state}
            add_audit(scope, who=ended.started_by or apply.BY, what="knowledge_imported", about=ended.id, data=data)
            return ended

        self.about = await self.database.write(self.shop_id, end)


async def undo_import(database: Database, shop_id: str, import_id: str, *, by: str) -> Import:
    """Bring everything back that this import changed and nobody changed since. The report says what was left as it is."""
    about = await database.read(shop_id, partial(store_imports.get_import, import_id=import_id))
    if about.state not in ("done", "failed"):
        return about
    items = await database.read(
        shop_id, lambda scope: store_imports.list_items(scope, import_id, limit=1_000_000, newest_first=True)
    )
    left: list[Item] = []
    for start in range(0, len(items), BATCH):
        batch = items[start : start + BATCH]

        def take_back(scope: Scope, batch: Sequence[Item] = batch) -> list[Item]:
            scope.lock("articles")
            return [apply.changed_since(item) for item in batch if not apply.undo(scope, item, by=by)]

        left += await database.write(shop_id, take_back)

    def end(scope: Scope) -> Import:
        store_imports.add_items(scope, import_id, left)
        undone = replace(about, state="undone", ended_at=scope.now, counts={**about.counts, "left": len(left)})
        store_imports.save_import(scope, undone)
        add_audit(scope, who=by, what="knowledge_import_undone", about=import_id, data={"left": len(left)})
        return undone

    return await database.write(shop_id, end)
