"""Every query about drafts and the history of an article."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound
from xiaoer.knowledge import store
from xiaoer.knowledge.tables import article_drafts, article_history, articles
from xiaoer.knowledge.types import Article, Draft, Version


def find_draft(scope: Scope, article_id: str) -> Draft | None:
    """The next version of this article, or None where nobody has begun one."""
    row = scope.first(scope.select(article_drafts).where(article_drafts.c.article_id == article_id))
    if row is None:
        return None
    values = {name: row._mapping[name] for name in ("state", "revision", "edited_by", "edited_at", "note")}
    return Draft(article=store.from_plain(row._mapping["article"]), **values)


def save_draft(scope: Scope, draft: Draft) -> None:
    """Put the draft in the place of the one before. An article that was never published shows it in the list."""
    article = draft.article
    values = {name: getattr(draft, name) for name in ("state", "revision", "edited_by", "edited_at", "note")}
    values |= {"article_id": article.id, "article": store.to_plain(article), "words": store.words_of(article)}
    update = [name for name in values if name != "article_id"]
    scope.upsert(article_drafts, values, keys=["article_id"], update=update)
    if article.version == 0:
        store.put_row(scope, replace(article, state="draft", updated_at=draft.edited_at))


def forget_draft(scope: Scope, article_id: str) -> None:
    """The draft is gone, and with it an article that was nothing but a draft."""
    scope.execute(scope.delete(article_drafts).where(article_drafts.c.article_id == article_id))
    never = (articles.c.id == article_id, articles.c.version == 0)
    scope.execute(scope.delete(articles).where(*never))


def list_versions(scope: Scope, article_id: str, *, limit: int = 100) -> tuple[Version, ...]:
    """The versions of an article, newest first."""
    query = scope.select(article_history).where(article_history.c.article_id == article_id)
    rows = scope.all(query.order_by(article_history.c.version.desc()).limit(limit))
    return tuple(_version(row) for row in rows)


def get_version(scope: Scope, article_id: str, version: int) -> Version:
    """One version, or NotFound."""
    wanted = (article_history.c.article_id == article_id, article_history.c.version == version)
    row = scope.first(scope.select(article_history).where(*wanted))
    if row is None:
        raise NotFound("There is no such version.", "没有这个版本。", field="version")
    return _version(row)


def find_article_or_draft(scope: Scope, article_id: str) -> tuple[Article | None, Draft | None]:
    """The article as it is, and its next version."""
    return store.find_article(scope, article_id), find_draft(scope, article_id)


def _version(row: sa.Row[tuple[object, ...]]) -> Version:
    found = row._mapping
    return Version(store.from_plain(found["article"]), found["saved_at"], found["saved_by"], found["note"])
