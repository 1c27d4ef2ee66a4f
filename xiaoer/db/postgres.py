"""Records in PostgreSQL: the same functions, one transaction each; row-level security is the second wall between shops."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from xiaoer.db.migrate import upgrade
from xiaoer.db.scope import Scope
from xiaoer.errors import ConfigurationError, RecordsUnavailable

_RETRIES = 5
_RETRY_CODES = ("40001", "40P01")  # serialisation failure, deadlock
_SERVER_CODES = ("08", "3D000", "53", "57P", "58")  # no connection, no database, full, shut down, input and output
_FAILURES = (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError)
_MIGRATION_LOCK = 7_151_920_221  # any number; the same in every process


class PostgresRecords:
    """For shops that outgrew one machine."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._snapshots = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._clock = clock

    @classmethod
    async def open(cls, url: str, *, clock: Callable[[], datetime], pool: int) -> PostgresRecords:
        """Connect once, to say early and clearly what is wrong."""
        rest = url.partition("://")[2]
        try:
            engine = create_async_engine(
                f"postgresql+asyncpg://{rest}",
                pool_size=pool,
                pool_pre_ping=True,
                hide_parameters=True,  # customers' words do not belong in logs
            )
            async with engine.connect() as connection:
                await connection.execute(sa.text("SELECT 1"))
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                "PostgreSQL needs one more package: pip install 'xiaoer[postgres]'.",
                "使用 PostgreSQL 需要再安装：pip install 'xiaoer[postgres]'。",
                field="database_url",
            ) from error
        except Exception as error:
            host = rest.rpartition("@")[2].partition("?")[0]  # a password may stand behind it
            raise ConfigurationError(
                f"PostgreSQL at {host} does not answer: {error}. Check XIAOER_DATABASE_URL and that the server runs.",
                f"无法连接 PostgreSQL {host}：{error}。请检查 XIAOER_DATABASE_URL 以及数据库是否已启动。",
                field="database_url",
            ) from error
        return cls(engine, clock)

    async def write(self, shop_id: str, function: Callable[[Scope], Any]) -> Any:
        """One transaction; run again when the server asks for it."""
        for attempt in range(_RETRIES):
            try:
                return await self._run(self._engine, shop_id, function)
            except _FAILURES as error:
                if _code_of(error) not in _RETRY_CODES or attempt == _RETRIES - 1:
                    raise (_unavailable(error) if _is_unavailable(error) else error) from error
                await asyncio.sleep(0.01 * 2**attempt * (1 + random.random()))
        raise AssertionError("unreachable")

    async def read(self, shop_id: str, function: Callable[[Scope], Any]) -> Any:
        """One read-only transaction on one snapshot."""
        try:
            return await self._run(self._snapshots, shop_id, function)
        except _FAILURES as error:
            raise (_unavailable(error) if _is_unavailable(error) else error) from error

    async def _run(self, engine: AsyncEngine, shop_id: str, function: Callable[[Scope], Any]) -> Any:
        async with engine.connect() as connection:
            await connection.execute(sa.text("SELECT set_config('xiaoer.shop_id', :shop, true)"), {"shop": shop_id})
            result = await connection.run_sync(lambda sync: function(Scope(sync, shop_id, self._clock())))
            await connection.commit()
            return result

    async def migrate(self) -> None:
        """Under an advisory lock: two starters do not collide."""
        async with self._engine.connect() as connection:
            await connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            await connection.run_sync(upgrade)
            await connection.commit()

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()


def _code_of(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def _is_unavailable(error: BaseException) -> bool:
    """Whether it is the server or the way to it that failed, and not the statement."""
    if not isinstance(error, sa.exc.DBAPIError):
        return True
    return error.connection_invalidated or error.statement is None or _code_of(error).startswith(_SERVER_CODES)


def _unavailable(error: BaseException) -> RecordsUnavailable:
    reason = getattr(error, "orig", error)
    return RecordsUnavailable(f"PostgreSQL does not answer ({reason}).", f"PostgreSQL 没有响应（{reason}）。")
