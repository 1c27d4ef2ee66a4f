"""Whose conversation it is changes in one case: a visitor signs in and goes on talking."""

from __future__ import annotations

import sqlalchemy as sa

from xiaoer.conversations.tables import conversations
from xiaoer.conversations.types import Conversation
from xiaoer.db.scope import Scope


def give_conversations(scope: Scope, *, from_customer_id: str, to_customer_id: str) -> int:
    """What a visitor said becomes part of the buyer's history; how many conversations moved.

    The version grows, so that an answer computed for the visitor is thrown away and computed for the buyer.
    """
    statement = scope.update(conversations).where(conversations.c.customer_id == from_customer_id)
    moved = scope.execute(statement.values(customer_id=to_customer_id, version=conversations.c.version + 1))
    return int(moved.rowcount)


def find_going_on(scope: Scope, customer_id: str, *, channel: str) -> Conversation | None:
    """The conversation a customer comes back to: one that people have or are about to take, else the latest; or None."""
    with_people = sa.case((conversations.c.holder.in_(("queue", "staff")), 0), else_=1)
    query = scope.select(conversations).where(
        conversations.c.customer_id == customer_id, conversations.c.channel == channel
    )
    row = scope.first(
        query.order_by(with_people, conversations.c.updated_at.desc(), conversations.c.id.desc()).limit(1)
    )
    return (
        None
        if row is None
        else Conversation(**{name: row._mapping[name] for name in Conversation.__dataclass_fields__})
    )
