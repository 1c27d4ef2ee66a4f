"""The one writer of a SQLite file: shared commits, a savepoint each, and honest failures."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.conftest import StandingClock
from xiaoer.conversations.store import NewMessage, add_conversation, add_message, list_messages, list_of_customer
from xiaoer.conversations.tables import messages
from xiaoer.db.scope import Scope
from xiaoer.db.sqlite import SqliteRecords
from xiaoer.errors import RecordsUnavailable


@pytest.fixture
async def records(tmp_path: Path, clock: StandingClock) -> AsyncIterator[SqliteRecords]:
    opened = await SqliteRecords.open(f"sqlite:///{tmp_path / 'xiaoer.sqlite3'}", clock=clock)
    await opened.migrate()
    yield opened
    await opened.close()


def say(conversation_id: str, text: str) -> Callable[[Scope], int]:
    return lambda scope: add_message(scope, conversation_id, NewMessage("customer", text, "en")).seq


def open_one(scope: Scope) -> str:
    return add_conversation(scope, customer_id="mei", channel="web", language="zh").id


async def test_many_writes_share_a_commit(records: SqliteRecords) -> None:
    conversation_id = await records.write("spruce", open_one)
    writer = records._writer
    assert writer is not None
    before = writer.commits
    seqs = await asyncio.gather(*(records.write("spruce", say(conversation_id, str(n))) for n in range(200)))
    assert sorted(seqs) == list(range(1, 201))
    assert writer.commits - before < 50


async def test_a_function_that_fails_takes_nobody_with_it(records: SqliteRecords) -> None:
    conversation_id = await records.write("spruce", open_one)

    def spoil(scope: Scope) -> None:
        add_message(scope, conversation_id, NewMessage("customer", "half done", "en"))
        raise ValueError("in the middle")

    outcomes = await asyncio.gather(
        records.write("spruce", say(conversation_id, "before")),
        records.write("spruce", spoil),
        records.write("spruce", say(conversation_id, "after")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], ValueError)
    lines = await records.read("spruce", lambda scope: list_messages(scope, conversation_id))
    assert [line.text for line in lines] == ["before", "after"]


async def test_functions_run_in_the_order_they_came(records: SqliteRecords) -> None:
    conversation_id = await records.write("spruce", open_one)
    await asyncio.gather(*(records.write("spruce", say(conversation_id, str(n))) for n in range(50)))
    lines = await records.read("spruce", lambda scope: list_messages(scope, conversation_id))
    assert [line.text for line in lines] == [str(n) for n in range(50)]


async def test_a_caller_is_answered_only_after_the_commit(records: SqliteRecords, tmp_path: Path) -> None:
    conversation_id = await records.write("spruce", open_one)
    other = sqlite3.connect(tmp_path / "xiaoer.sqlite3")
    try:
        assert other.execute("SELECT id FROM conversations").fetchall() == [(conversation_id,)]
    finally:
        other.close()


async def test_a_full_disk_is_told_and_stores_nothing(records: SqliteRecords) -> None:
    conversation_id = await records.write("spruce", open_one)
    size = sum(path.stat().st_size for path in Path(records._engine.url.database or "").parent.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))  # the kernel refuses to let any file grow beyond this
    try:
        with pytest.raises(RecordsUnavailable) as caught:
            await records.write("spruce", say(conversation_id, "x" * 40_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.status == 503
    assert caught.value.zh != caught.value.en
    assert await records.read("spruce", lambda scope: list_messages(scope, conversation_id)) == ()
    assert await records.write("spruce", say(conversation_id, "there is room again")) == 1


async def test_a_full_database_is_told_and_takes_nobody_with_it(records: SqliteRecords) -> None:
    conversation_id = await records.write("spruce", open_one)

    def stop_growing(scope: Scope) -> None:
        pages = scope.connection.exec_driver_sql("PRAGMA page_count").scalar()
        scope.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    await records.write("spruce", stop_growing)
    outcomes = await asyncio.gather(
        records.write("spruce", say(conversation_id, "x" * 5_000_000)),
        records.write("spruce", say(conversation_id, "short")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], RecordsUnavailable)
    lines = await records.read("spruce", lambda scope: list_messages(scope, conversation_id))
    assert all(len(line.text) < 100 for line in lines)


async def test_a_file_that_may_only_be_read_is_told(records: SqliteRecords) -> None:
    def forbid(scope: Scope) -> None:
        scope.connection.exec_driver_sql("PRAGMA query_only=ON")

    await records.write("spruce", forbid)
    with pytest.raises(RecordsUnavailable):
        await records.write("spruce", open_one)


async def test_a_locked_file_is_waited_for_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiaoer.db.sqlite._BUSY_MS", 100)
    records = await SqliteRecords.open(f"sqlite:///{tmp_path / 'xiaoer.sqlite3'}", clock=StandingClock())
    await records.migrate()
    other = sqlite3.connect(tmp_path / "xiaoer.sqlite3", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordsUnavailable):
            await records.write("spruce", open_one)
        other.execute("ROLLBACK")
        assert await records.write("spruce", open_one)
    finally:
        other.close()
        await records.close()


async def test_a_caller_that_gives_up_undoes_nothing(records: SqliteRecords) -> None:
    waiting = asyncio.ensure_future(records.write("spruce", open_one))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await records.write("spruce", lambda scope: None)
    assert len(await records.read("spruce", lambda scope: list_of_customer(scope, "mei"))) == 1


async def test_closing_finishes_the_queue(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'xiaoer.sqlite3'}"
    records = await SqliteRecords.open(url, clock=StandingClock())
    await records.migrate()
    waiting = [asyncio.ensure_future(records.write("spruce", open_one)) for _ in range(20)]
    await asyncio.sleep(0)
    await records.close()
    assert len(set(await asyncio.gather(*waiting))) == 20


async def test_a_reader_sees_one_moment(records: SqliteRecords) -> None:
    conversation_id = await records.write("spruce", open_one)
    loop = asyncio.get_running_loop()

    def look_twice(scope: Scope) -> tuple[int, int]:
        first = len(list_messages(scope, conversation_id))
        asyncio.run_coroutine_threadsafe(records.write("spruce", say(conversation_id, "meanwhile")), loop).result(5)
        return first, len(list_messages(scope, conversation_id))

    assert await records.read("spruce", look_twice) == (0, 0)


async def test_the_writer_lives_on_when_the_file_cannot_be_opened_for_a_while(
    records: SqliteRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise sqlite3.OperationalError("unable to open database file")

    with monkeypatch.context() as gone:
        gone.setattr(records._engine, "connect", refuse)
        with pytest.raises(RecordsUnavailable):
            await records.write("spruce", open_one)
    assert await records.write("spruce", open_one)


async def test_what_customers_say_stays_out_of_errors(records: SqliteRecords) -> None:
    def break_a_rule(scope: Scope) -> None:
        conversation_id = open_one(scope)
        say(conversation_id, "my secret")(scope)
        scope.execute(scope.insert(messages).values(conversation_id=conversation_id, seq=1, text="my secret"))

    with pytest.raises(sa.exc.IntegrityError) as caught:
        await records.write("spruce", break_a_rule)
    assert "my secret" not in str(caught.value)
