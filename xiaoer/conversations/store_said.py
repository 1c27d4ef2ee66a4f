"""Every query of the record that asks what customers said to the assistant, whoever they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xiaoer.conversations.tables import messages, turns
from xiaoer.db.scope import Scope


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A line that a customer typed and the assistant read. `turn_at` is when it was answered."""

    conversation_id: str
    seq: int
    text: str
    language: str
    turn_at: datetime


def list_said(
    scope: Scope, *, since: datetime, until: datetime | None = None, limit: int = 2_000, newest_first: bool = False
) -> tuple[SaidLine, ...]:
    """Typed lines by the moment of their answer, after `since`. What was pressed instead of typed says nothing about words."""
    line = messages.c
    query = scope.select(turns.c.created_at, line.conversation_id, line.seq, line.text, line.language, line.body).where(
        messages.c.conversation_id == turns.c.conversation_id,
        messages.c.seq >= turns.c.first_seq,
        messages.c.seq <= turns.c.last_seq,
        messages.c.author == "customer",
        messages.c.text != "",
        turns.c.created_at > since,
    )
    if until is not None:
        query = query.where(turns.c.created_at <= until)
    order = turns.c.created_at.desc() if newest_first else turns.c.created_at
    rows = scope.all(query.order_by(order, messages.c.conversation_id, messages.c.seq).limit(limit))
    return tuple(
        SaidLine(row.conversation_id, row.seq, row.text, row.language, row.created_at)
        for row in rows
        if not (row.body.get("data") or {}).get("choice")
    )
