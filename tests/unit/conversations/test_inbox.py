"""Staff's inbox: who waits longest comes first, and everybody knows their place."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from tests.conftest import StandingClock
from xiaoer.conversations import store, store_inbox
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation, Holder
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope

SHOP = "spruce"


async def conversation(
    database: Database, clock: StandingClock, holder: Holder = "assistant", staff_id: str | None = None
) -> Conversation:
    """A conversation with a line in it, held by somebody; a minute passes."""

    def make(scope: Scope) -> Conversation:
        made = store.add_conversation(scope, customer_id="mei", channel="web", language="zh")
        store.add_message(scope, made.id, NewMessage("customer", "你好", "zh"))
        waiting = scope.now if holder == "queue" else None
        current = store.get_conversation(scope, made.id)
        return store.save_holder(scope, current, holder=holder, staff_id=staff_id, waiting_since=waiting)

    made = await database.write(SHOP, make)
    clock.pass_time(timedelta(minutes=1))
    return made


async def test_the_queue_is_first_come_first_served(database: Database, clock: StandingClock) -> None:
    waiting = [await conversation(database, clock, "queue") for _ in range(3)]
    await conversation(database, clock)
    listed = await database.read(SHOP, lambda s: store_inbox.list_inbox(s, "queue", staff_id="lin"))
    assert [one.id for one in listed] == [one.id for one in waiting]
    for place, one in enumerate(waiting, 1):
        found = await database.read(SHOP, partial(store_inbox.find_queue_place, conversation=one))
        assert found == store_inbox.QueuePlace(position=place, waiting=3)


async def test_two_who_came_at_once_have_two_places(database: Database, clock: StandingClock) -> None:
    now = clock()
    pair = []
    for _ in range(2):
        pair.append(await conversation(database, clock, "queue"))
        clock.now = now
    places = [await database.read(SHOP, partial(store_inbox.find_queue_place, conversation=one)) for one in pair]
    assert sorted(one.position for one in places if one) == [1, 2]


async def test_whoever_does_not_wait_has_no_place(database: Database, clock: StandingClock) -> None:
    one = await conversation(database, clock)
    assert await database.read(SHOP, lambda s: store_inbox.find_queue_place(s, one)) is None


async def test_tabs_hold_what_their_names_say(database: Database, clock: StandingClock) -> None:
    made = {
        "assistant": await conversation(database, clock),
        "queue": await conversation(database, clock, "queue"),
        "mine": await conversation(database, clock, "staff", "lin"),
        "hers": await conversation(database, clock, "staff", "wu"),
        "closed": await conversation(database, clock, "closed"),
    }
    for tab in ("assistant", "queue", "mine", "closed"):
        listed = await database.read(SHOP, partial(store_inbox.list_inbox, tab=tab, staff_id="lin"))
        assert [one.id for one in listed] == [made[tab].id]
    everything = await database.read(SHOP, lambda s: store_inbox.list_inbox(s, "all", staff_id="lin"))
    assert [one.id for one in everything] == [made[name].id for name in ("closed", "hers", "mine", "queue", "assistant")]
    counts = await database.read(SHOP, lambda s: store_inbox.count_inbox(s, staff_id="lin"))
    assert counts == {"queue": 1, "mine": 1, "assistant": 1, "all": 5, "closed": 1}


async def test_a_conversation_in_which_nothing_was_said_is_not_listed(database: Database) -> None:
    await database.write(SHOP, lambda s: store.add_conversation(s, customer_id="vi", channel="web", language="zh"))
    assert await database.read(SHOP, lambda s: store_inbox.list_inbox(s, "all", staff_id="lin")) == ()
    assert (await database.read(SHOP, lambda s: store_inbox.count_inbox(s, staff_id="lin")))["all"] == 0


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_pages_neither_repeat_nor_skip(database: Database, clock: StandingClock, size: int) -> None:
    made = [await conversation(database, clock) for _ in range(5)]
    seen: list[str] = []
    before = None
    while True:
        reader = partial(store_inbox.list_inbox, tab="assistant", staff_id="lin", before=before, limit=size)
        page = await database.read(SHOP, reader)
        if not page:
            break
        seen += [one.id for one in page]
        before = page[-1].updated_at
    assert seen == [one.id for one in reversed(made)]
