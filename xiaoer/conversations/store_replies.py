"""Every query about how answers were received: what customers rated as no help, and what staff said instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xiaoer.conversations.tables import messages
from xiaoer.db.scope import Scope

_AT_ONCE = 400  # a statement of SQLite takes a limited number of values


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line of a customer or of staff, without what hangs on it."""

    conversation_id: str
    seq: int
    author: str
    text: str
    language: str


def list_rated_badly(scope: Scope, *, since: datetime) -> frozenset[str]:
    """The turns whose answers customers marked as no help."""
    query = scope.select(messages.c.turn_id).where(messages.c.useful.is_(False), messages.c.created_at >= since)
    return frozenset(str(row.turn_id) for row in scope.all(query) if row.turn_id)


def list_spoken(scope: Scope, *, since: datetime, limit: int = 20_000) -> tuple[Spoken, ...]:
    """What customers and staff said in conversations that staff took part in, by conversation and line."""
    columns = [messages.c[name] for name in Spoken.__slots__]
    answered = scope.select(messages.c.conversation_id).where(
        messages.c.author == "staff", messages.c.kind == "text", messages.c.created_at >= since
    )
    ids: Sequence[str] = sorted({str(row.conversation_id) for row in scope.all(answered.limit(limit))})
    found: list[Spoken] = []
    for start in range(0, len(ids), _AT_ONCE):
        query = scope.select(*columns).where(
            messages.c.conversation_id.in_(ids[start : start + _AT_ONCE]),
            messages.c.author.in_(("customer", "staff")),
            messages.c.kind == "text",
        )
        rows = scope.all(query.order_by(messages.c.conversation_id, messages.c.seq).limit(limit))
        found += [Spoken(*(row._mapping[name] for name in Spoken.__slots__)) for row in rows]
    return tuple(found)

