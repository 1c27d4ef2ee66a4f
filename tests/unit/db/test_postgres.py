"""What is PostgreSQL's own: the second wall between shops, retries, and a server that goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.util import await_only

from tests import postgres
from tests.conftest import StandingClock
from xiaoer.conversations.store import NewMessage, add_conversation, add_message, list_messages
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.errors import RecordsUnavailable

pytestmark = pytest.mark.postgres


@pytest.fixture
async def records(postgres_url: str, clock: StandingClock) -> AsyncIterator[Database]:
    opened = await Database.open(postgres_url, clock=clock)
    yield opened
    await opened.close()


def open_one(scope: Scope) -> str:
    return add_conversation(scope, customer_id="mei", channel="web", language="zh").id


async def test_a_statement_without_its_shop_finds_nothing_of_other_shops(records: Database) -> None:
    await records.write("spruce", open_one)

    def count(scope: Scope) -> object:
        return scope.connection.execute(sa.text("SELECT count(*) FROM conversations")).scalar()

    assert await records.read("maple", count) == 0
    assert await records.read("spruce", count) == 1


async def test_a_statement_without_its_shop_changes_nothing_of_other_shops(records: Database) -> None:
    await records.write("spruce", open_one)
    await records.write("maple", lambda scope: scope.connection.execute(sa.text("DELETE FROM conversations")))
    await records.write("maple", lambda scope: scope.connection.execute(sa.text("UPDATE conversations SET mood = 'x'")))

    def moods(scope: Scope) -> list[str]:
        return list(scope.connection.execute(sa.text("SELECT mood FROM conversations")).scalars())

    assert await records.read("spruce", moods) == ["calm"]


async def test_a_row_cannot_be_put_into_another_shop(records: Database) -> None:
    def smuggle(scope: Scope) -> None:
        row = "SELECT 'spruce', id, customer_id, channel, language, holder, staff_id, created_at, updated_at, waiting_since,"
        row += " last_seq, answered_seq, customer_seq, last_text, mood, version, state FROM conversations"
        scope.connection.execute(sa.text(f"INSERT INTO conversations {row}"))

    await records.write("maple", open_one)
    with pytest.raises(sa.exc.DBAPIError, match="row-level security"):
        await records.write("maple", smuggle)


async def test_a_connection_without_a_shop_sees_nothing(records: Database, postgres_url: str) -> None:
    await records.write("spruce", open_one)
    connection = await postgres.connect(postgres_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM conversations") == 0
    finally:
        await connection.close()


async def test_the_shop_of_a_connection_ends_with_its_transaction(postgres_url: str) -> None:
    records = await Database.open(postgres_url, pool=1)
    try:
        await records.write("spruce", open_one)
        shop = await records.read("", lambda s: s.connection.execute(sa.text("SELECT current_setting('xiaoer.shop_id')")).scalar())
        assert shop == ""
    finally:
        await records.close()


async def test_two_writers_of_one_conversation_take_turns(records: Database) -> None:
    conversation_id = await records.write("spruce", open_one)
    line = [NewMessage("customer", str(n), "en", client_id=f"c{n % 20}") for n in range(40)]
    stored = await asyncio.gather(
        *(records.write("spruce", partial(add_message, conversation_id=conversation_id, new=one)) for one in line)
    )
    lines = await records.read("spruce", lambda scope: list_messages(scope, conversation_id))
    assert [one.seq for one in lines] == list(range(1, len(lines) + 1))
    assert len({one.client_id for one in stored}) == 20 == len(lines)


async def test_a_deadlock_is_tried_again(records: Database) -> None:
    first, second = await records.write("spruce", open_one), await records.write("spruce", open_one)
    barrier = asyncio.Barrier(2)
    tries = 0

    async def cross(one: str, other: str) -> None:
        met = False

        def both(scope: Scope) -> None:
            nonlocal tries, met
            tries += 1
            add_message(scope, one, NewMessage("customer", "first", "en"))
            if not met:
                met = True
                scope.connection.execute(sa.text("SELECT pg_sleep(0.3)"))
            add_message(scope, other, NewMessage("customer", "second", "en"))

        await barrier.wait()
        await records.write("spruce", both)

    await asyncio.gather(cross(first, second), cross(second, first))
    assert tries == 3
    for conversation_id in (first, second):
        lines = await records.read("spruce", partial(list_messages, conversation_id=conversation_id))
        assert len(lines) == 2


async def test_a_connection_cut_in_the_middle_is_told(records: Database) -> None:
    def cut(scope: Scope) -> None:
        scope.connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(RecordsUnavailable):
        await records.write("spruce", cut)
    with pytest.raises(RecordsUnavailable):
        await records.read("spruce", cut)
    assert await records.write("spruce", open_one), "the next one gets a new connection"


async def test_a_server_that_went_away_is_told(
    postgres_server: postgres.Server, postgres_template: str, clock: StandingClock
) -> None:
    name = postgres_server.clone(postgres_template)
    records = await Database.open(postgres_server.url_of(name), clock=clock)
    try:
        postgres_server.drop(name)
        with pytest.raises(RecordsUnavailable):
            await records.write("spruce", open_one)
        with pytest.raises(RecordsUnavailable):
            await records.read("spruce", open_one)
    finally:
        await records.close()


async def test_a_reader_sees_one_moment(records: Database) -> None:
    conversation_id = await records.write("spruce", open_one)
    looked, said = asyncio.Event(), asyncio.Event()

    def look(scope: Scope) -> tuple[int, int]:
        first = len(list_messages(scope, conversation_id))
        await_only(_meet(looked, said))
        return first, len(list_messages(scope, conversation_id))

    async def speak() -> None:
        await looked.wait()
        await records.write("spruce", lambda scope: add_message(scope, conversation_id, NewMessage("customer", "x", "en")))
        said.set()

    seen, _ = await asyncio.gather(records.read("spruce", look), speak())
    assert seen == (0, 0)


async def _meet(looked: asyncio.Event, said: asyncio.Event) -> None:
    looked.set()
    await said.wait()
