"""Records in one SQLite file: WAL, synchronous=FULL, one writer thread, a small pool of readers on snapshots."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from xiaoer.db.migrate import upgrade
from xiaoer.db.scope import Scope
from xiaoer.db.writer import Writer, is_unavailable
from xiaoer.errors import ConfigurationError, RecordsUnavailable

READERS = 4
_BUSY_MS = 10_000


class SqliteRecords:
    """The embedded default."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="xiaoer-reader")
        self._writer: Writer | None = None

    @classmethod
    async def open(cls, url: str, *, clock: Callable[[], datetime]) -> SqliteRecords:
        """Open or create the file. ConfigurationError for a folder or file that cannot be used."""
        path = Path(url.removeprefix("sqlite:///"))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            probe = sqlite3.connect(path, timeout=_BUSY_MS / 1000)
            try:
                probe.execute("PRAGMA journal_mode=WAL")
                probe.execute("CREATE TABLE IF NOT EXISTS xiaoer_probe (x)")
                probe.execute("DROP TABLE xiaoer_probe")
            finally:
                probe.close()
        except (OSError, sqlite3.Error) as error:
            raise _unusable(path, error) from error
        return cls(_engine(path), clock)

    async def write(self, shop_id: str, function: Callable[[Scope], Any]) -> Any:
        """In the writer's next commit."""
        if self._writer is None:
            self._writer = Writer(self._engine, self._clock)
        return await self._writer.write(shop_id, function)

    async def read(self, shop_id: str, function: Callable[[Scope], Any]) -> Any:
        """On a snapshot, in the pool."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, shop_id, function)

    def _read(self, shop_id: str, function: Callable[[Scope], Any]) -> Any:
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                try:
                    return function(Scope(connection, shop_id, self._clock()))
                finally:
                    connection.exec_driver_sql("ROLLBACK")
        except StopIteration as error:  # a future refuses it, and its caller would wait for ever
            raise RuntimeError("a store function raised StopIteration") from error
        except sa.exc.DBAPIError as error:
            if not is_unavailable(error) and not isinstance(error, sa.exc.OperationalError):
                raise
            raise RecordsUnavailable(
                f"The records could not be read ({error.orig}).", f"数据读取失败（{error.orig}）。"
            ) from error

    async def migrate(self) -> None:
        """In a thread, under the file's own lock: two starters do not collide."""
        await asyncio.to_thread(self._migrate)

    def _migrate(self) -> None:
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                upgrade(connection)
                connection.exec_driver_sql("COMMIT")
                connection.rollback()
        except sa.exc.DBAPIError as error:
            if not is_unavailable(error):
                raise
            raise _unusable(Path(self._engine.url.database or ""), error.orig or error) from error

    async def close(self) -> None:
        """Finish the queue, then let go of the file."""
        if self._writer is not None:
            await asyncio.to_thread(self._writer.close)
            self._writer = None
        self._pool.shutdown(wait=True)
        self._engine.dispose()


def _unusable(path: Path, error: BaseException) -> ConfigurationError:
    """Why the file cannot be the records, and what to do about it."""
    if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return ConfigurationError(
            f"The records in {path} are damaged: {error}. Put a backup in their place (xiaoer import), "
            "or set XIAOER_DATA_DIR to another folder.",
            f"数据文件 {path} 已损坏：{error}。请用备份恢复（xiaoer import），或用 XIAOER_DATA_DIR 换一个目录。",
            field="data_dir",
        )
    return ConfigurationError(
        f"The records in {path} cannot be used: {error}. Make file and folder writable, free the disk, "
        "or set XIAOER_DATA_DIR to another folder.",
        f"无法使用数据文件 {path}：{error}。请检查文件和目录权限以及磁盘空间，或用 XIAOER_DATA_DIR 换一个目录。",
        field="data_dir",
    )


def _engine(path: Path) -> sa.Engine:
    """Transactions are begun by us (`isolation_level=None`), so that BEGIN IMMEDIATE and savepoints mean what they say."""
    engine = sa.create_engine(
        f"sqlite:///{path}",
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": _BUSY_MS / 1000},
        pool_size=READERS + 2,
        hide_parameters=True,  # customers' words do not belong in logs
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}",
                       "temp_store=MEMORY", "cache_size=-16000"):  # fmt: skip
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine
