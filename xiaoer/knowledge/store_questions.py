"""Every query about what customers asked of the knowledge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from xiaoer.db.scope import Scope
from xiaoer.knowledge.tables import questions
from xiaoer.knowledge.types import Asked

NEVER = "-"  # settled without an article: nobody will answer it


def add_questions(scope: Scope, asked: Sequence[Asked]) -> None:
    """Keep what a turn asked of the knowledge."""
    for one in asked:
        scope.execute(scope.insert(questions).values(**{name: getattr(one, name) for name in Asked.__slots__}))


def list_questions(scope: Scope, *, since: datetime, limit: int = 5000) -> tuple[Asked, ...]:
    """What was asked since then, newest first."""
    query = scope.select(questions).where(questions.c.asked_at >= since)
    rows = scope.all(query.order_by(questions.c.asked_at.desc(), questions.c.turn_id, questions.c.place).limit(limit))
    return tuple(Asked(**{name: row._mapping[name] for name in Asked.__slots__}) for row in rows)


def settle(scope: Scope, asked: Sequence[Asked], article_id: str = NEVER) -> None:
    """These questions belong to an article now, or to none."""
    for one in asked:
        mine = (questions.c.turn_id == one.turn_id, questions.c.place == one.place)
        scope.execute(scope.update(questions).where(*mine).values(settled=article_id))
