"""The list of articles as staff look through it, and how often each answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from xiaoer.db.scope import Scope
from xiaoer.knowledge import store
from xiaoer.knowledge.tables import article_drafts, article_sources, article_uses, articles
from xiaoer.knowledge.tokens import fold
from xiaoer.knowledge.types import Head

USED_DAYS = 90  # an article that answered nobody for so long is unused


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list shows; empty: everything of that kind.

    state: published, draft (never published, or with a next version), in_review, archived; empty: all but archived.
    validity: current, coming, past. `is_unused`: published and answered nobody in the last 90 days. `source`: a root or a file.
    """

    text: str = ""
    state: str = ""
    language: str = ""
    audience: str = ""
    owner: str = ""
    category: str = ""
    validity: str = ""
    source: str = ""
    is_unused: bool = False


def list_heads(scope: Scope, wanted: Wanted, *, today: date, limit: int = 50, offset: int = 0) -> tuple[Head, ...]:
    """The articles that are wanted, the newest change first."""
    query = scope.select(articles).where(*_conditions(scope, wanted, today)).order_by(articles.c.updated_at.desc(), articles.c.id)
    found = [store.from_plain(row._mapping) for row in scope.all(query.limit(limit).offset(offset))]
    ids = [one.id for one in found]
    states, uses = _draft_states(scope, ids), count_uses(scope, ids, today=today)
    heads = []
    for one in found:
        state, moment = states.get(one.id, ("", None))
        heads.append(Head(one, state, moment, uses.get(one.id, 0)))
    return tuple(heads)


def count_heads(scope: Scope, wanted: Wanted, *, today: date) -> int:
    """How many there are."""
    conditions = _conditions(scope, wanted, today)
    return int(scope.scalar(scope.select(sa.func.count(articles.c.id)).where(*conditions)) or 0)


def list_categories(scope: Scope) -> tuple[str, ...]:
    """The categories that are used, by name."""
    query = scope.select(articles.c.category).distinct().order_by(articles.c.category)
    names = [str(row[0]) for row in scope.all(query)]
    return tuple(name for name in names if name)


def list_owners(scope: Scope) -> tuple[str, ...]:
    """The ids of staff who own an article."""
    owners = [str(row[0]) for row in scope.all(scope.select(articles.c.owner).distinct())]
    return tuple(owner for owner in owners if owner)


def add_uses(scope: Scope, article_ids: Iterable[str]) -> None:
    """Each of these articles answered a customer once more."""
    day = scope.now.date().isoformat()
    for article_id in dict.fromkeys(article_ids):
        mine = (article_uses.c.article_id == article_id, article_uses.c.day == day)
        changed = scope.execute(scope.update(article_uses).where(*mine).values(uses=article_uses.c.uses + 1))
        if not changed.rowcount:
            row = {"article_id": article_id, "day": day, "uses": 0}
            scope.upsert(article_uses, row, keys=["article_id", "day"], update=[])
            scope.execute(scope.update(article_uses).where(*mine).values(uses=article_uses.c.uses + 1))


def count_uses(scope: Scope, article_ids: Sequence[str], *, today: date, days: int = USED_DAYS) -> dict[str, int]:
    """How often each of these articles answered in the last days; those that did not are left out."""
    if not article_ids:
        return {}
    total = sa.func.sum(article_uses.c.uses).label("total")
    since = (today - timedelta(days=days)).isoformat()
    query = scope.select(article_uses.c.article_id, total).where(article_uses.c.day >= since)
    query = query.where(article_uses.c.article_id.in_(article_ids)).group_by(article_uses.c.article_id)
    return {row.article_id: int(row.total) for row in scope.all(query)}


def _draft_states(scope: Scope, ids: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    if not ids:
        return {}
    query = scope.select(article_drafts.c.article_id, article_drafts.c.state, article_drafts.c.edited_at)
    return {row.article_id: (row.state, row.edited_at) for row in scope.all(query.where(article_drafts.c.article_id.in_(ids)))}


def _conditions(scope: Scope, wanted: Wanted, today: date) -> list[sa.ColumnElement[bool]]:
    found = [*_state(scope, wanted.state), *_validity(wanted.validity, today.isoformat())]
    if words := fold(wanted.text).split():
        for word in words:
            drafted = scope.select(article_drafts.c.article_id).where(article_drafts.c.words.contains(word, autoescape=True))
            found.append(articles.c.words.contains(word, autoescape=True) | articles.c.id.in_(drafted))
    if wanted.language in ("zh", "en"):
        found.append(articles.c.languages == wanted.language)
    elif wanted.language == "both":
        found.append(articles.c.languages.in_(["zh,en", "en,zh"]))
    for name in ("audience", "owner", "category"):
        if value := getattr(wanted, name):
            found.append(articles.c[name] == ("" if value == "nobody" else value))
    if wanted.source:
        of_source = (article_sources.c.source == wanted.source) | (article_sources.c.root == wanted.source)
        found.append(articles.c.id.in_(scope.select(article_sources.c.article_id).where(of_source)))
    if wanted.is_unused:
        since = (today - timedelta(days=USED_DAYS)).isoformat()
        used = scope.select(article_uses.c.article_id).where(article_uses.c.day >= since)
        found += [articles.c.state == "published", articles.c.id.not_in(used)]
    return found


def _state(scope: Scope, state: str) -> list[sa.ColumnElement[bool]]:
    drafts = scope.select(article_drafts.c.article_id)
    match state:
        case "published" | "archived":
            return [articles.c.state == state]
        case "draft":
            return [(articles.c.state == "draft") | articles.c.id.in_(drafts)]
        case "in_review":
            return [articles.c.id.in_(drafts.where(article_drafts.c.state == "in_review"))]
    return [] if state == "all" else [articles.c.state != "archived"]


def _validity(validity: str, today: str) -> list[sa.ColumnElement[bool]]:
    begins, ends = articles.c.valid_from, articles.c.valid_to
    match validity:
        case "current":
            return [begins.is_(None) | (begins <= today), ends.is_(None) | (ends >= today)]
        case "coming":
            return [begins > today]
        case "past":
            return [ends < today]
    return []
