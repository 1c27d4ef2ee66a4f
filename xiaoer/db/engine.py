"""The records: `await database.write(shop_id, function)` and `.read(...)`, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from xiaoer.db.scope import Scope
from xiaoer.errors import ConfigurationError

T = TypeVar("T")
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock, aware."""
    return datetime.now(UTC)


class _Records(Protocol):
    """What both engines do."""

    async def write(self, shop_id: str, function: Callable[[Scope], Any]) -> Any: ...
    async def read(self, shop_id: str, function: Callable[[Scope], Any]) -> Any: ...
    async def migrate(self) -> None: ...
    async def close(self) -> None: ...


class Database:
    """The records of an installation, behind one URL."""

    def __init__(self, records: _Records) -> None:
        self._records = records

    @classmethod
    async def open(cls, url: str, *, clock: Clock = utc_now, pool: int = 8) -> Database:
        """Open `sqlite:///path` or `postgresql://…`. ConfigurationError says in one line what stands in the way."""
        if url.startswith("sqlite:"):
            from xiaoer.db.sqlite import SqliteRecords  # noqa: PLC0415  # each engine is imported only where it is used

            return cls(await SqliteRecords.open(url, clock=clock))
        if url.startswith(("postgresql:", "postgresql+asyncpg:", "postgres:")):
            from xiaoer.db.postgres import PostgresRecords  # noqa: PLC0415

            return cls(await PostgresRecords.open(url, clock=clock, pool=pool))
        raise ConfigurationError(
            f"XIAOER_DATABASE_URL is {url.partition(':')[0]!r}…: expected sqlite:///path or postgresql://user:password@host/name.",
            f"XIAOER_DATABASE_URL 的值 {url.partition(':')[0]!r}… 不支持，应为 sqlite:///路径 或 postgresql://用户:密码@主机/库名。",
            field="database_url",
        )

    async def write(self, shop_id: str, function: Callable[[Scope], T]) -> T:
        """Run a function in a durable transaction; what it returns is returned after the commit."""
        result: T = await self._records.write(shop_id, function)
        return result

    async def read(self, shop_id: str, function: Callable[[Scope], T]) -> T:
        """Run a function that only reads, on a snapshot."""
        result: T = await self._records.read(shop_id, function)
        return result

    async def migrate(self) -> None:
        """Bring the schema up to this version of Xiaoer."""
        await self._records.migrate()

    async def close(self) -> None:
        """Finish what is queued and close."""
        await self._records.close()
