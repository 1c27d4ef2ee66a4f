"""Every query of the record that reads or writes conversations and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from xiaoer.conversations.tables import conversations, messages
from xiaoer.conversations.types import Author, Conversation, Holder, Message, MessageKind
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Prepared, Scope
from xiaoer.db.text import storable
from xiaoer.errors import Conflict, NotFound

_FIND = Prepared(
    lambda shop: sa.select(conversations).where(conversations.c.shop_id == shop, conversations.c.id == sa.bindparam("id"))
)
_FIND_LINE = Prepared(
    lambda shop: sa.select(messages).where(
        messages.c.shop_id == shop,
        messages.c.conversation_id == sa.bindparam("conversation"),
        messages.c.author == sa.bindparam("author"),
        messages.c.client_id == sa.bindparam("client"),
    )
)
_LIST_LINES = Prepared(
    lambda shop: sa.select(messages)
    .where(
        messages.c.shop_id == shop,
        messages.c.conversation_id == sa.bindparam("conversation"),
        messages.c.seq > sa.bindparam("after"),
        messages.c.kind != sa.bindparam("hidden"),
    )
    .order_by(messages.c.seq)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_GROW_BY_CUSTOMER = Prepared(
    lambda shop: sa.update(conversations)
    .where(conversations.c.shop_id == shop, conversations.c.id == sa.bindparam("the_id"))
    .values(
        last_seq=conversations.c.last_seq + 1,
        customer_seq=conversations.c.last_seq + 1,
        updated_at=sa.bindparam("now"),
        last_text=sa.bindparam("shown"),
        language=sa.bindparam("spoken"),
    )
    .returning(*conversations.c)
)
_DELIVER = Prepared(
    lambda shop: sa.update(conversations)
    .where(
        conversations.c.shop_id == shop,
        conversations.c.id == sa.bindparam("the_id"),
        conversations.c.version == sa.bindparam("the_version"),
        conversations.c.customer_seq <= sa.bindparam("newest"),
    )
    .values(
        last_seq=conversations.c.last_seq + 1,
        updated_at=sa.bindparam("now"),
        last_text=sa.bindparam("shown"),
        answered_seq=sa.bindparam("answered"),
        state=sa.bindparam("the_state"),
        mood=sa.bindparam("the_mood"),
        version=conversations.c.version + 1,
    )
    .returning(*conversations.c)
)
MOST_SHOWN = 200  # characters of the newest line that the inbox shows
_ANY_SEQ = 2**31 - 1
_BODY = ("cards", "sources", "chips", "attachments")


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A line about to be stored. `client_id` empty: the record makes one up (the line cannot be sent twice)."""

    author: Author
    text: str
    language: str
    client_id: str = ""
    kind: MessageKind = "text"
    staff_id: str | None = None
    turn_id: str | None = None
    cards: Sequence[Mapping[str, Any]] = ()
    sources: Sequence[Mapping[str, Any]] = ()
    chips: Sequence[Mapping[str, Any]] = ()
    attachments: Sequence[Mapping[str, Any]] = ()
    data: Mapping[str, Any] | None = None


def add_conversation(scope: Scope, *, customer_id: str, channel: str, language: str) -> Conversation:
    """Open a conversation with the assistant."""
    row: dict[str, Any] = {
        "id": new_id("cnv"),
        "customer_id": customer_id,
        "channel": channel,
        "language": language,
        "holder": "assistant",
        "staff_id": None,
        "created_at": scope.now,
        "updated_at": scope.now,
        "waiting_since": None,
        "last_seq": 0,
        "answered_seq": 0,
        "customer_seq": 0,
        "last_text": "",
        "mood": "calm",
        "version": 1,
        "state": {},
    }
    scope.execute(scope.insert(conversations).values(**row))
    return conversation_of(row)


def get_conversation(scope: Scope, conversation_id: str) -> Conversation:
    """The conversation, or NotFound."""
    found = find_conversation(scope, conversation_id)
    if found is None:
        raise NotFound("There is no such conversation.", "没有这个会话。", field="conversation_id")
    return found


def find_conversation(scope: Scope, conversation_id: str) -> Conversation | None:
    """The conversation, or None."""
    row = scope.run(_FIND, id=conversation_id).first()
    return None if row is None else conversation_of(row._mapping)


def find_latest(scope: Scope, customer_id: str, *, channel: str | None = None) -> Conversation | None:
    """The conversation in which this customer spoke or was spoken to last, or None."""
    query = scope.select(conversations).where(conversations.c.customer_id == customer_id)
    if channel is not None:
        query = query.where(conversations.c.channel == channel)
    row = scope.first(query.order_by(conversations.c.updated_at.desc()).limit(1))
    return None if row is None else conversation_of(row._mapping)


def list_of_customer(scope: Scope, customer_id: str, *, limit: int = 20) -> tuple[Conversation, ...]:
    """The customer's conversations, newest first."""
    query = scope.select(conversations).where(conversations.c.customer_id == customer_id)
    rows = scope.all(query.order_by(conversations.c.updated_at.desc()).limit(limit))
    return tuple(conversation_of(row._mapping) for row in rows)


def list_owed(scope: Scope) -> tuple[str, ...]:
    """Ids of conversations in which the assistant still owes an answer (asked at start, after a crash)."""
    query = scope.select(conversations.c.id).where(
        conversations.c.holder == "assistant", conversations.c.customer_seq > conversations.c.answered_seq
    )
    return tuple(row[0] for row in scope.all(query))


def find_message_by_client_id(
    scope: Scope, conversation_id: str, author: Author, client_id: str
) -> Message | None:
    """The line with the sender's own id, or None."""
    row = scope.run(_FIND_LINE, conversation=conversation_id, author=author, client=storable(client_id)).first()
    return None if row is None else _message(row._mapping)


def add_message(scope: Scope, conversation_id: str, new: NewMessage) -> Message:
    """Store a line and return it; a `client_id` that is already there returns the stored line and writes nothing."""
    return add_line(scope, conversation_id, new)[0]


def add_line(scope: Scope, conversation_id: str, new: NewMessage) -> tuple[Message, Conversation]:
    """As `add_message`, with the conversation as it is afterwards (a statement less than asking for it).

    The conversation's row is locked first, so that two writers on PostgreSQL take turns (SQLite has one writer).
    """
    if new.client_id:
        if scope.dialect != "sqlite":
            scope.first(scope.select(conversations.c.id).where(conversations.c.id == conversation_id).with_for_update())
        stored = find_message_by_client_id(scope, conversation_id, new.author, new.client_id)
        if stored is not None:
            return stored, get_conversation(scope, conversation_id)
    row = _grow(scope, conversation_id, new)
    if row is None:
        raise NotFound("There is no such conversation.", "没有这个会话。", field="conversation_id")
    conversation = conversation_of(row._mapping)
    return _insert(scope, conversation, new), conversation


def deliver(
    scope: Scope,
    conversation: Conversation,
    new: NewMessage,
    *,
    answered_seq: int,
    state: Mapping[str, Any],
    mood: str,
    is_final: bool,
) -> tuple[Message, Conversation] | None:
    """Store an answer together with the dialogue state behind it.

    None when that must not be: the conversation changed since `conversation` was read, or (unless `is_final`) a newer line
    of the customer than `answered_seq` came meanwhile.
    """
    row = scope.run(
        _DELIVER,
        the_id=conversation.id,
        the_version=conversation.version,
        newest=_ANY_SEQ if is_final else answered_seq,
        now=scope.now,
        shown=storable(new.text[:MOST_SHOWN]),
        answered=answered_seq,
        the_state=storable(dict(state)),
        the_mood=mood,
    ).first()
    if row is None:
        return None
    current = conversation_of(row._mapping)
    return _insert(scope, current, new), current


def _grow(scope: Scope, conversation_id: str, new: NewMessage) -> sa.Row[Any] | None:
    """The conversation's row with one line more, whose number is its `last_seq` now; None when there is no such row."""
    shown = storable(new.text[:MOST_SHOWN])
    if new.author == "customer" and shown:
        return scope.run(_GROW_BY_CUSTOMER, the_id=conversation_id, now=scope.now, shown=shown, spoken=new.language).first()
    values: dict[str, Any] = {"last_seq": conversations.c.last_seq + 1, "updated_at": scope.now}
    if shown and new.kind != "note" and new.author != "system":
        values["last_text"] = shown
    if new.author == "customer":
        values |= {"customer_seq": conversations.c.last_seq + 1, "language": new.language}
    statement = scope.update(conversations).where(conversations.c.id == conversation_id)
    return scope.first(statement.values(**values).returning(*conversations.c))


def _insert(scope: Scope, conversation: Conversation, new: NewMessage) -> Message:
    row = {
        "conversation_id": conversation.id,
        "seq": conversation.last_seq,
        "client_id": storable(new.client_id) or f"{new.author}-{conversation.last_seq}",
        "author": new.author,
        "kind": new.kind,
        "text": storable(new.text),
        "language": new.language,
        "created_at": scope.now,
        "staff_id": new.staff_id,
        "turn_id": new.turn_id,
        "body": _body(new),
        "useful": None,
    }
    scope.execute(scope.insert(messages).values(**row))
    return _message(row)


def list_messages(
    scope: Scope, conversation_id: str, *, after_seq: int = 0, limit: int = 500, with_notes: bool = False
) -> tuple[Message, ...]:
    """Lines with a greater sequence number, oldest first. Notes are for staff: `with_notes` must be asked for."""
    hidden = "" if with_notes else "note"
    rows = scope.run(_LIST_LINES, conversation=conversation_id, after=after_seq, hidden=hidden, most=limit)
    return tuple(_message(row._mapping) for row in rows)


def list_recent(scope: Scope, conversation_id: str, *, limit: int = 30) -> tuple[Message, ...]:
    """The newest lines without notes, oldest first."""
    query = scope.select(messages).where(messages.c.conversation_id == conversation_id, messages.c.kind != "note")
    rows = scope.all(query.order_by(messages.c.seq.desc()).limit(limit))
    return tuple(_message(row._mapping) for row in reversed(rows))


def get_message(scope: Scope, conversation_id: str, seq: int) -> Message:
    """One line, or NotFound."""
    row = scope.first(
        scope.select(messages).where(messages.c.conversation_id == conversation_id, messages.c.seq == seq)
    )
    if row is None:
        raise NotFound("There is no such message.", "没有这条消息。", field="seq")
    return _message(row._mapping)


def save_useful(scope: Scope, conversation_id: str, seq: int, *, useful: bool | None) -> None:
    """Keep the customer's 有用 / 没用 on an answer of the assistant."""
    statement = scope.update(messages).where(
        messages.c.conversation_id == conversation_id, messages.c.seq == seq, messages.c.author == "assistant"
    )
    if scope.execute(statement.values(useful=useful)).rowcount == 0:
        raise NotFound("There is no such answer.", "没有这条回复。", field="seq")


def save_holder(
    scope: Scope,
    conversation: Conversation,
    *,
    holder: Holder,
    staff_id: str | None = None,
    waiting_since: datetime | None = None,
) -> Conversation:
    """Give the conversation to somebody else. Conflict when it changed since `conversation` was read."""
    values = {"holder": holder, "staff_id": staff_id, "waiting_since": waiting_since}
    return _save(scope, conversation, values)


def save_answered(
    scope: Scope, conversation: Conversation, *, answered_seq: int, state: Mapping[str, Any], mood: str
) -> Conversation:
    """Keep the dialogue state after an answer. Conflict when the conversation changed since it was read."""
    return _save(scope, conversation, {"answered_seq": answered_seq, "state": dict(state), "mood": mood})


def _save(scope: Scope, conversation: Conversation, values: Mapping[str, Any]) -> Conversation:
    statement = scope.update(conversations).where(
        conversations.c.id == conversation.id, conversations.c.version == conversation.version
    )
    changed = {**values, "version": conversation.version + 1, "updated_at": scope.now}
    if scope.execute(statement.values(**changed)).rowcount == 0:
        raise Conflict(
            "Somebody else changed this conversation meanwhile. Look at it again.", "会话刚刚被别人改动过，请刷新后再试。"
        )
    return get_conversation(scope, conversation.id)


def _body(new: NewMessage) -> dict[str, Any]:
    body: dict[str, Any] = {name: list(getattr(new, name)) for name in _BODY if getattr(new, name)}
    if new.data:
        body["data"] = dict(new.data)
    return storable(body)


def _message(row: Mapping[Any, Any]) -> Message:
    body = row["body"]
    return Message(
        conversation_id=row["conversation_id"],
        seq=row["seq"],
        client_id=row["client_id"],
        author=row["author"],
        kind=row["kind"],
        text=row["text"],
        language=row["language"],
        created_at=row["created_at"],
        staff_id=row["staff_id"],
        turn_id=row["turn_id"],
        cards=tuple(body.get("cards", ())),
        sources=tuple(body.get("sources", ())),
        chips=tuple(body.get("chips", ())),
        attachments=tuple(body.get("attachments", ())),
        data=body.get("data", {}),
        useful=row["useful"],
    )


def conversation_of(row: Mapping[Any, Any]) -> Conversation:
    """A row of the table (or the values just written) as the frozen value."""
    return Conversation(**{name: row[name] for name in Conversation.__dataclass_fields__})
