"""The record: each line once and in its place, conflicts seen, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.conftest import StandingClock
from xiaoer.conversations import store, store_owner, store_turns
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation, Message, Turn
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, NotFound

SHOP = "spruce"


async def opened(database: Database, customer_id: str = "mei", channel: str = "web") -> Conversation:
    return await database.write(
        SHOP, lambda s: store.add_conversation(s, customer_id=customer_id, channel=channel, language="zh")
    )


async def said(database: Database, conversation: Conversation, text: str = "你好", **more: Any) -> Message:
    line = NewMessage(**{"author": "customer", "text": text, "language": "zh", **more})
    return await database.write(SHOP, lambda s: store.add_message(s, conversation.id, line))


async def seen(database: Database, conversation: Conversation) -> Conversation:
    return await database.read(SHOP, lambda s: store.get_conversation(s, conversation.id))


async def test_a_new_conversation_is_with_the_assistant_and_owes_nothing(database: Database, clock: StandingClock) -> None:
    conversation = await opened(database)
    assert (conversation.holder, conversation.last_seq, conversation.version) == ("assistant", 0, 1)
    assert conversation.created_at == clock()
    assert await seen(database, conversation) == conversation
    assert await database.read(SHOP, store.list_owed) == ()


async def test_lines_are_numbered_from_one_in_the_order_they_came(database: Database) -> None:
    conversation = await opened(database)
    stored = [await said(database, conversation, text) for text in ("a", "b", "c")]
    assert [line.seq for line in stored] == [1, 2, 3]
    lines = await database.read(SHOP, lambda s: store.list_messages(s, conversation.id))
    assert list(lines) == stored
    assert (await seen(database, conversation)).last_text == "c"


async def test_a_line_sent_twice_is_stored_once(database: Database) -> None:
    conversation = await opened(database)
    first = await said(database, conversation, "退货", client_id="c1")
    again = await said(database, conversation, "退货", client_id="c1")
    assert again == first
    assert (await seen(database, conversation)).last_seq == 1


async def test_a_client_id_belongs_to_its_author_and_its_conversation(database: Database) -> None:
    one, other = await opened(database), await opened(database)
    await said(database, one, "a", client_id="c1")
    assert (await said(database, one, "b", client_id="c1", author="staff")).seq == 2
    assert (await said(database, other, "c", client_id="c1")).seq == 1


async def test_lines_without_a_client_id_are_all_kept(database: Database) -> None:
    conversation = await opened(database)
    assert [(await said(database, conversation, "嗯")).seq for _ in range(3)] == [1, 2, 3]


async def test_everything_of_a_line_comes_back(database: Database) -> None:
    conversation = await opened(database)
    more = {
        "author": "assistant", "turn_id": "trn_1", "cards": [{"type": "order", "id": "SP1"}], "sources": [{"title": "退货"}],
        "chips": [{"label": "是"}], "attachments": [{"id": "u1"}], "data": {"expects": "yes_no"}, "client_id": "r1",
    }  # fmt: skip
    line = await said(database, conversation, "好的 👌", **more)
    (found,) = await database.read(SHOP, lambda s: store.list_messages(s, conversation.id))
    assert found == line
    assert found.cards == ({"type": "order", "id": "SP1"},)
    assert found.data == {"expects": "yes_no"}


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "\udfff", "👍🏽", "\u202e", "x" * 100_000])
async def test_any_text_can_be_kept(database: Database, text: str) -> None:
    conversation = await opened(database)
    line = await said(database, conversation, text, client_id=text[:20], data={"choice": {"value": text}})
    (found,) = await database.read(SHOP, lambda s: store.list_messages(s, conversation.id))
    assert found == line
    assert len(found.text) == len(text)
    assert found.text.encode()


async def test_a_reader_resumes_after_the_last_line_it_saw(database: Database) -> None:
    conversation = await opened(database)
    for number in range(1, 8):
        await said(database, conversation, str(number))
    seqs: list[int] = []
    while True:
        after = seqs[-1] if seqs else 0
        reader = partial(store.list_messages, conversation_id=conversation.id, after_seq=after, limit=3)
        page = await database.read(SHOP, reader)
        if not page:
            break
        seqs += [line.seq for line in page]
    assert seqs == [1, 2, 3, 4, 5, 6, 7]


async def test_notes_are_for_staff(database: Database) -> None:
    conversation = await opened(database)
    await said(database, conversation, "退货")
    await said(database, conversation, "难缠", author="staff", kind="note", staff_id="lin")
    plain = await database.read(SHOP, lambda s: store.list_messages(s, conversation.id))
    whole = await database.read(SHOP, lambda s: store.list_messages(s, conversation.id, with_notes=True))
    recent = await database.read(SHOP, lambda s: store.list_recent(s, conversation.id))
    assert [line.text for line in plain] == [line.text for line in recent] == ["退货"]
    assert [line.text for line in whole] == ["退货", "难缠"]
    assert (await seen(database, conversation)).last_text == "退货"


async def test_recent_lines_are_the_newest_oldest_first(database: Database) -> None:
    conversation = await opened(database)
    for number in range(1, 6):
        await said(database, conversation, str(number))
    recent = await database.read(SHOP, lambda s: store.list_recent(s, conversation.id, limit=2))
    assert [line.text for line in recent] == ["4", "5"]


async def test_an_answer_is_owed_until_it_is_given(database: Database) -> None:
    conversation = await opened(database)
    line = await said(database, conversation)
    assert await database.read(SHOP, store.list_owed) == (conversation.id,)
    current = await seen(database, conversation)
    await database.write(SHOP, lambda s: store.save_answered(s, current, answered_seq=line.seq, state={"x": 1}, mood="happy"))
    assert await database.read(SHOP, store.list_owed) == ()
    after = await seen(database, conversation)
    assert (after.state, after.mood, after.version) == ({"x": 1}, "happy", 2)


async def test_a_line_sent_twice_owes_one_answer(database: Database) -> None:
    conversation = await opened(database)
    for _ in range(2):
        await said(database, conversation, client_id="c1")
    current = await seen(database, conversation)
    assert current.customer_seq == 1


async def test_nothing_is_owed_while_staff_hold_the_conversation(database: Database) -> None:
    conversation = await opened(database)
    await said(database, conversation)
    current = await seen(database, conversation)
    await database.write(SHOP, lambda s: store.save_holder(s, current, holder="staff", staff_id="lin"))
    assert await database.read(SHOP, store.list_owed) == ()


Save = Callable[[Scope, Conversation], Conversation]


@pytest.mark.parametrize(
    "save",
    [
        lambda s, c: store.save_holder(s, c, holder="staff", staff_id="lin"),
        lambda s, c: store.save_answered(s, c, answered_seq=0, state={}, mood="calm"),
    ],
    ids=["holder", "answered"],
)
async def test_whoever_read_an_older_version_is_refused(database: Database, save: Save) -> None:
    old = await opened(database)
    await database.write(SHOP, lambda s: store.save_holder(s, old, holder="queue", waiting_since=s.now))
    with pytest.raises(Conflict) as caught:
        await database.write(SHOP, lambda s: save(s, old))
    assert caught.value.status == 409
    assert (await seen(database, old)).holder == "queue"


async def test_a_new_line_is_no_conflict(database: Database) -> None:
    """Only a change of holder or state counts: a customer who types on does not take the pen from staff."""
    conversation = await opened(database)
    await said(database, conversation)
    await database.write(SHOP, lambda s: store.save_holder(s, conversation, holder="staff", staff_id="lin"))
    assert (await seen(database, conversation)).staff_id == "lin"


async def test_useful_is_kept_on_answers_only(database: Database) -> None:
    conversation = await opened(database)
    question, answer = await said(database, conversation), await said(database, conversation, author="assistant")
    await database.write(SHOP, lambda s: store.save_useful(s, conversation.id, answer.seq, useful=False))
    assert (await database.read(SHOP, lambda s: store.get_message(s, conversation.id, answer.seq))).useful is False
    with pytest.raises(NotFound):
        await database.write(SHOP, lambda s: store.save_useful(s, conversation.id, question.seq, useful=True))


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: store.get_conversation(s, "nothing"),
        lambda s: store.get_message(s, "nothing", 1),
        lambda s: store.add_message(s, "nothing", NewMessage("customer", "x", "zh")),
        lambda s: store_turns.get_turn(s, "nothing"),
    ],
    ids=["conversation", "message", "new message", "turn"],
)
async def test_what_is_not_there_is_not_found(database: Database, ask: Callable[[Scope], object]) -> None:
    with pytest.raises(NotFound):
        await database.write(SHOP, ask)


async def test_the_latest_conversation_is_where_something_was_said_last(database: Database, clock: StandingClock) -> None:
    first = await opened(database)
    clock.pass_time(timedelta(minutes=1))
    second = await opened(database, channel="email")
    clock.pass_time(timedelta(minutes=1))
    await said(database, first)
    latest = await database.read(SHOP, lambda s: store.find_latest(s, "mei"))
    by_email = await database.read(SHOP, lambda s: store.find_latest(s, "mei", channel="email"))
    nobodys = await database.read(SHOP, lambda s: store.find_latest(s, "bo"))
    assert latest is not None
    assert by_email is not None
    assert (latest.id, by_email.id, nobodys) == (first.id, second.id, None)
    both = await database.read(SHOP, lambda s: store.list_of_customer(s, "mei"))
    assert [one.id for one in both] == [first.id, second.id]


async def test_a_visitors_conversations_go_to_the_customer_who_signed_in(database: Database) -> None:
    conversation = await opened(database, "visitor")
    moved = await database.write(
        SHOP, lambda s: store_owner.give_conversations(s, from_customer_id="visitor", to_customer_id="mei")
    )
    assert moved == 1
    assert (await seen(database, conversation)).customer_id == "mei"
    assert await database.read(SHOP, lambda s: store.find_latest(s, "visitor")) is None


async def test_turns_are_kept_with_their_trace(database: Database, clock: StandingClock) -> None:
    conversation = await opened(database)
    turns = []
    for number in (1, 2):
        turn = Turn(f"trn_{number}", conversation.id, number, number, None, "say", clock(), {"ms": {"decide": 0.1}})
        await database.write(SHOP, partial(store_turns.save_turn, turn=turn))
        turns.append(turn)
        clock.pass_time(timedelta(seconds=1))
    assert await database.read(SHOP, lambda s: store_turns.get_turn(s, "trn_1")) == turns[0]
    assert await database.read(SHOP, lambda s: store_turns.list_turns(s, conversation.id)) == tuple(turns)
    assert await database.read(SHOP, store_turns.find_latest_turn) == turns[1]
    assert await database.read(SHOP, store_turns.list_latest_turns) == tuple(reversed(turns))
    assert await database.read(SHOP, lambda s: store_turns.find_latest_turn(s, conversation_id="other")) is None
