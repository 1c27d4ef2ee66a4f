"""Every query of the record that reads or writes turns and their traces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiaoer.conversations.tables import feedback, turns
from xiaoer.conversations.types import Turn
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound


def save_turn(scope: Scope, turn: Turn) -> None:
    """Store a finished turn with its trace."""
    scope.execute(
        scope.insert(turns).values(
            id=turn.id,
            conversation_id=turn.conversation_id,
            first_seq=turn.first_seq,
            last_seq=turn.last_seq,
            reply_seq=turn.reply_seq,
            ending=turn.ending,
            created_at=turn.created_at,
            trace=dict(turn.trace),
        )
    )


def get_turn(scope: Scope, turn_id: str) -> Turn:
    """The turn with its trace, or NotFound."""
    row = scope.first(scope.select(turns).where(turns.c.id == turn_id))
    if row is None:
        raise NotFound("There is no such turn.", "没有这一轮对话。", field="turn_id")
    return _turn(row._mapping)


def find_latest_turn(scope: Scope, *, conversation_id: str | None = None) -> Turn | None:
    """The newest turn of the shop or of one conversation, or None."""
    query = scope.select(turns)
    if conversation_id is not None:
        query = query.where(turns.c.conversation_id == conversation_id)
    row = scope.first(query.order_by(turns.c.created_at.desc(), turns.c.id.desc()).limit(1))
    return None if row is None else _turn(row._mapping)


def list_turns(scope: Scope, conversation_id: str, *, limit: int = 100) -> tuple[Turn, ...]:
    """The conversation's turns, oldest first."""
    query = scope.select(turns).where(turns.c.conversation_id == conversation_id)
    rows = scope.all(query.order_by(turns.c.created_at.desc(), turns.c.id.desc()).limit(limit))
    return tuple(_turn(row._mapping) for row in reversed(rows))


def list_latest_turns(scope: Scope, *, limit: int = 50) -> tuple[Turn, ...]:
    """The shop's newest turns, newest first."""
    query = scope.select(turns).order_by(turns.c.created_at.desc(), turns.c.id.desc()).limit(limit)
    return tuple(_turn(row._mapping) for row in scope.all(query))


def add_feedback(scope: Scope, *, conversation_id: str, customer_id: str, words: str) -> str:
    """Keep what a customer told the shop about itself; its id."""
    row = {"id": new_id("fbk"), "conversation_id": conversation_id, "customer_id": customer_id, "said_at": scope.now}
    scope.execute(scope.insert(feedback).values(**row, words=words[:4000]))
    return str(row["id"])


def _turn(row: Mapping[Any, Any]) -> Turn:
    return Turn(**{name: row[name] for name in Turn.__dataclass_fields__})
