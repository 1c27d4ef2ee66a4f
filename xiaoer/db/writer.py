"""The one writer of a SQLite file: functions queue up, many share a commit, each has its own savepoint.

Measured: one writer thread with group commit makes 1 200 to 1 600 durable writes a second where a transaction per write
makes 300. A caller is answered only after the COMMIT that holds its function.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from xiaoer.db.scope import Scope
from xiaoer.errors import RecordsUnavailable

log = logging.getLogger(__name__)
MOST_PER_COMMIT = 256
_FILE_ERRORS = (
    "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_CORRUPT", "SQLITE_NOTADB",
)  # fmt: skip


@dataclass(slots=True)
class _Job:
    shop_id: str
    function: Callable[[Scope], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None


class Writer:
    """A thread with a connection and a queue."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="xiaoer-writer", daemon=True)
        self.commits = 0
        self._thread.start()

    async def write(self, shop_id: str, function: Callable[[Scope], Any]) -> Any:
        """Run the function in the next commit. A caller that gives up does not undo what was already begun."""
        loop = asyncio.get_running_loop()
        job = _Job(shop_id, function, loop.create_future(), loop)
        self._queue.put(job)
        return await job.future

    def close(self) -> None:
        """Finish what is queued, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        connection: sa.Connection | None = None
        is_last = False
        while not is_last:
            first = self._queue.get()
            if first is None:
                break
            batch, is_last = self._collect(first)
            try:
                connection = connection or self._engine.connect()
                self._commit(connection, batch)
            except Exception as error:  # the thread lives on: the disk may come back, and callers wait for an answer
                _fail(batch, error)
                _let_go(connection)
                connection = None
            for job in batch:
                _answer(job)
        _let_go(connection)

    def _collect(self, first: _Job) -> tuple[list[_Job], bool]:
        batch = [first]
        while len(batch) < MOST_PER_COMMIT:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return batch, True
            batch.append(job)
        return batch, False

    def _commit(self, connection: sa.Connection, batch: list[_Job]) -> None:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for job in batch:
                self._run(connection, job)
            connection.exec_driver_sql("COMMIT")
            self.commits += 1
        except Exception as error:
            with contextlib.suppress(Exception):
                connection.exec_driver_sql("ROLLBACK")
            _fail(batch, error)
        finally:
            connection.rollback()  # ends SQLAlchemy's own idea of a transaction; the driver's is over already

    def _run(self, connection: sa.Connection, job: _Job) -> None:
        connection.exec_driver_sql("SAVEPOINT job")
        try:
            job.result = job.function(Scope(connection, job.shop_id, self._clock()))
        except Exception as error:
            job.error = unavailable(error) if is_unavailable(error) else error
            connection.exec_driver_sql("ROLLBACK TO job")
        connection.exec_driver_sql("RELEASE job")


def _let_go(connection: sa.Connection | None) -> None:
    with contextlib.suppress(Exception):
        if connection is not None:
            connection.close()


def is_unavailable(error: Exception) -> bool:
    """Whether it is the file or the disk that failed, and not the statement."""
    name = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
    return name.startswith(_FILE_ERRORS)


def unavailable(error: Exception) -> RecordsUnavailable:
    """What a caller is told then."""
    reason = getattr(error, "orig", error)
    return RecordsUnavailable(
        f"The records could not be written ({reason}). Nothing was stored; free the disk or try again.",
        f"数据没有写入成功（{reason}），没有保存任何内容。请检查磁盘空间后重试。",
    )


def _fail(batch: list[_Job], error: Exception) -> None:
    log.error("the records could not be written: %s", getattr(error, "orig", error))
    for job in batch:
        job.error = job.error or unavailable(error)


def _answer(job: _Job) -> None:
    def settle() -> None:
        if job.future.done():
            return
        if isinstance(job.error, StopIteration):  # a future refuses it, and its caller would wait for ever
            job.future.set_exception(RuntimeError("a store function raised StopIteration"))
        elif job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)

    with contextlib.suppress(RuntimeError):  # the caller's loop is gone; the write stands
        job.loop.call_soon_threadsafe(settle)
