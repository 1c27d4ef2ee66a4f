"""Every query of the record that staff's inbox asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from xiaoer.conversations.store import conversation_of
from xiaoer.conversations.tables import conversations
from xiaoer.conversations.types import Conversation, Holder
from xiaoer.db.scope import Scope

TABS: Mapping[str, tuple[Holder, ...]] = {
    "queue": ("queue",),
    "mine": ("staff",),
    "assistant": ("assistant",),
    "all": ("assistant", "queue", "staff", "closed"),
    "closed": ("closed",),
}


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a waiting conversation stands: `position` counts from 1."""

    position: int
    waiting: int


def list_inbox(
    scope: Scope, tab: str, *, staff_id: str, before: datetime | None = None, limit: int = 50
) -> tuple[Conversation, ...]:
    """A tab's conversations: the queue longest wait first, everything else newest first."""
    query = scope.select(conversations).where(*_of_tab(tab, staff_id))
    if tab == "queue":
        query = query.order_by(conversations.c.waiting_since, conversations.c.id)
    else:
        if before is not None:
            query = query.where(conversations.c.updated_at < before)
        query = query.order_by(conversations.c.updated_at.desc(), conversations.c.id)
    return tuple(conversation_of(row._mapping) for row in scope.all(query.limit(limit)))


def count_inbox(scope: Scope, *, staff_id: str) -> dict[str, int]:
    """How many conversations stand in each tab."""
    number = sa.func.count().label("number")
    query = scope.select(conversations.c.holder, conversations.c.staff_id, number).where(conversations.c.last_seq > 0)
    counts = dict.fromkeys(TABS, 0)
    for row in scope.all(query.group_by(conversations.c.holder, conversations.c.staff_id)):
        counts["all"] += row.number
        if row.holder == "staff":
            counts["mine"] += row.number if row.staff_id == staff_id else 0
        elif row.holder in counts:
            counts[row.holder] += row.number
    return counts


def find_queue_place(scope: Scope, conversation: Conversation) -> QueuePlace | None:
    """The conversation's place in the queue, or None when it does not wait."""
    if conversation.holder != "queue" or conversation.waiting_since is None:
        return None
    waiting = conversations.c.holder == "queue"
    ahead = sa.or_(
        conversations.c.waiting_since < conversation.waiting_since,
        sa.and_(
            conversations.c.waiting_since == conversation.waiting_since, conversations.c.id < conversation.id
        ),
    )
    count_ahead = scope.scalar(scope.select(sa.func.count(conversations.c.id)).where(waiting, ahead))
    count_all = scope.scalar(scope.select(sa.func.count(conversations.c.id)).where(waiting))
    return QueuePlace(position=int(count_ahead or 0) + 1, waiting=int(count_all or 0))


def _of_tab(tab: str, staff_id: str) -> list[sa.ColumnElement[bool]]:
    clauses = [conversations.c.holder.in_(TABS[tab]), conversations.c.last_seq > 0]
    if tab == "mine":
        clauses.append(conversations.c.staff_id == staff_id)
    return clauses
