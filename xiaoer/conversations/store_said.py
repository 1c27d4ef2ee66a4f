"""Every query of the record that asks what customers said, whoever they were and whoever answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xiaoer.conversations.tables import conversations, messages
from xiaoer.db.scope import Scope


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A line that a customer typed."""

    conversation_id: str
    seq: int
    text: str
    language: str
    said_at: datetime


def list_said(scope: Scope, *, since: datetime, limit: int = 2_000, newest_first: bool = False) -> tuple[SaidLine, ...]:
    """Typed lines said after `since`. What was pressed instead of typed says nothing about words.

    They are found by the conversations that went on since: messages have no index by time, which every line would pay for.
    """
    line = messages.c
    query = scope.select(line.conversation_id, line.seq, line.text, line.language, line.created_at, line.body)
    query = scope.join(query, conversations, conversations.c.id == line.conversation_id).where(
        conversations.c.updated_at > since, line.created_at > since, line.author == "customer", line.kind == "text", line.text != ""
    )
    order = line.created_at.desc() if newest_first else line.created_at
    rows = scope.all(query.order_by(order, line.conversation_id, line.seq).limit(limit))
    return tuple(
        SaidLine(row.conversation_id, row.seq, row.text, row.language, row.created_at)
        for row in rows
        if not (row.body.get("data") or {}).get("choice")
    )
