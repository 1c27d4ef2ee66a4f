"""The records alone, for commands that need no machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from xiaoer.app import prepare_folder
from xiaoer.db.engine import Database
from xiaoer.settings import Settings


@asynccontextmanager
async def records(settings: Settings) -> AsyncIterator[Database]:
    """The database with its schema up to date, closed at the end."""
    prepare_folder(settings.data_dir)
    database = await Database.open(settings.records_url, pool=settings.database_pool)
    try:
        await database.migrate()
        yield database
    finally:
        await database.close()
