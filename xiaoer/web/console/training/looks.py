"""Looking for new lines in the background: opening the page begins it when the last look is a while ago, one at a time per shop."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from xiaoer.app import App
from xiaoer.errors import XiaoerError
from xiaoer.nlu.training.collecting import collect, find_last_look

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=10)


class Looks:
    """The looks that are going on in this process."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[None]] = {}

    def is_looking(self, shop_id: str) -> bool:
        """Whether new lines may still come in."""
        task = self._running.get(shop_id)
        return task is not None and not task.done()

    async def begin_when_due(self, app: App, shop_id: str) -> None:
        """Look, unless somebody did so a moment ago."""
        last = await app.database.read(shop_id, find_last_look)
        if last is None or app.clock() - last >= EVERY:
            self.begin(app, shop_id)

    def begin(self, app: App, shop_id: str) -> None:
        """Look now."""
        if not self.is_looking(shop_id):
            self._running[shop_id] = asyncio.create_task(_look(app, shop_id))

    async def wait(self, shop_id: str) -> None:
        """Until the look that is going on has ended."""
        task = self._running.get(shop_id)
        if task is not None:
            await task


async def _look(app: App, shop_id: str) -> None:
    try:
        await collect(app.database, shop_id, app.assistant_of(shop_id).reader, now=app.clock())
    except XiaoerError:
        log.exception("what customers of shop %s said could not be looked through", shop_id)
