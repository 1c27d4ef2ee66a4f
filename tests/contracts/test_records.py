"""What both engines of the records promise to everything above them."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial

import pytest
import sqlalchemy as sa

from tests.conftest import NOW, StandingClock
from xiaoer.conversations.store import (
    NewMessage,
    add_conversation,
    add_message,
    get_conversation,
    list_messages,
    list_of_customer,
)
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope

SHOP = "spruce"


def open_one(scope: Scope) -> str:
    return add_conversation(scope, customer_id="mei", channel="web", language="zh").id


def say(scope: Scope, conversation_id: str, text: str) -> int:
    return add_message(scope, conversation_id, NewMessage("customer", text, "zh")).seq


async def count(database: Database) -> int:
    return len(await database.read(SHOP, lambda scope: list_of_customer(scope, "mei")))


async def test_what_was_written_is_there_after_closing_and_opening(database_url: str) -> None:
    first = await Database.open(database_url)
    await first.migrate()
    written = await first.write(SHOP, open_one)
    await first.close()

    second = await Database.open(database_url)
    found = await second.read(SHOP, lambda scope: list_of_customer(scope, "mei"))
    await second.close()
    assert [one.id for one in found] == [written]


async def test_a_write_is_seen_by_the_next_read(database: Database) -> None:
    for number in range(1, 6):
        await database.write(SHOP, open_one)
        assert await count(database) == number


async def test_a_read_keeps_nothing(database: Database) -> None:
    with contextlib.suppress(sa.exc.DBAPIError):  # PostgreSQL refuses outright; SQLite forgets
        await database.read(SHOP, open_one)
    assert await count(database) == 0


async def test_a_function_that_fails_leaves_nothing_behind(database: Database) -> None:
    def half(scope: Scope) -> None:
        open_one(scope)
        raise LookupError("in the middle")

    with pytest.raises(LookupError, match="in the middle"):
        await database.write(SHOP, half)
    assert await count(database) == 0
    await database.write(SHOP, open_one)
    assert await count(database) == 1


async def test_a_statement_that_fails_leaves_nothing_behind(database: Database) -> None:
    def twice(scope: Scope) -> None:
        conversation_id = open_one(scope)
        add_message(scope, conversation_id, NewMessage("customer", "a", "zh"))
        rows = scope.all(scope.select(sa.table("nothing", sa.column("x"))))
        raise AssertionError(rows)

    with pytest.raises(sa.exc.DBAPIError):
        await database.write(SHOP, twice)
    assert await count(database) == 0


async def test_many_writers_of_one_conversation_take_turns(database: Database) -> None:
    conversation_id = await database.write(SHOP, open_one)
    seqs = await asyncio.gather(
        *(database.write(SHOP, partial(say, conversation_id=conversation_id, text=str(n))) for n in range(30))
    )
    assert sorted(seqs) == list(range(1, 31))
    lines = await database.read(SHOP, lambda scope: list_messages(scope, conversation_id))
    assert [line.seq for line in lines] == list(range(1, 31))


async def test_one_function_sees_what_it_wrote(database: Database) -> None:
    def write_and_read(scope: Scope) -> int:
        conversation_id = open_one(scope)
        say(scope, conversation_id, "你好")
        return get_conversation(scope, conversation_id).last_seq

    assert await database.write(SHOP, write_and_read) == 1


async def test_a_function_has_one_moment(database: Database, clock: StandingClock) -> None:
    assert await database.write(SHOP, lambda scope: scope.now) == NOW
    assert await database.read(SHOP, lambda scope: scope.now) == NOW


async def test_a_stop_iteration_does_not_leave_the_caller_waiting(database: Database) -> None:
    def search_in_vain(scope: Scope) -> None:
        next(iter(()))

    for ask in (database.read, database.write):
        with pytest.raises(RuntimeError):
            await asyncio.wait_for(ask(SHOP, search_in_vain), 5)


async def test_migrating_twice_at_once_does_no_harm(database_url: str) -> None:
    pair = [await Database.open(database_url) for _ in range(2)]
    try:
        await asyncio.gather(*(one.migrate() for one in pair))
        assert await pair[0].write(SHOP, open_one)
        assert await count(pair[1]) == 1
    finally:
        for one in pair:
            await one.close()


async def test_closing_waits_for_what_is_under_way(database_url: str) -> None:
    database = await Database.open(database_url)
    await database.migrate()
    writes = [asyncio.ensure_future(database.write(SHOP, open_one)) for _ in range(10)]
    await asyncio.gather(*writes)
    await database.close()
    again = await Database.open(database_url)
    assert await count(again) == 10
    await again.close()
