"""Every query of the knowledge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound
from xiaoer.knowledge.tables import article_changes, article_history, articles
from xiaoer.knowledge.tokens import fold
from xiaoer.knowledge.types import Article, ArticleText


def save_article(scope: Scope, article: Article, *, by: str = "", note: str = "") -> Article:
    """Store the article as its next version, with its history and the index's outbox row. An unchanged one is left alone.

    `by` and `note` stand in the history: who did it, and why.
    """
    scope.lock("articles")  # two writers must not take the same number
    stored = find_article(scope, article.id)
    if stored is not None and replace(article, version=stored.version, updated_at=stored.updated_at) == stored:
        return stored
    new = replace(article, version=stored.version + 1 if stored else 1, updated_at=scope.now)
    put_row(scope, new)
    history = {"article_id": new.id, "version": new.version, "article": to_plain(new), "saved_at": scope.now}
    scope.execute(scope.insert(article_history).values(**history, saved_by=by, note=note))
    seq = int(scope.scalar(scope.select(sa.func.max(article_changes.c.seq))) or 0) + 1
    scope.upsert(article_changes, {"article_id": new.id, "seq": seq}, keys=["article_id"], update=["seq"])
    return new


def add_articles(scope: Scope, new: Sequence[Article], *, by: str, note: str) -> None:
    """Store articles that are not there yet, many at once: each as its first version, as `save_article` would."""
    scope.lock("articles")
    first = [replace(article, version=1, updated_at=scope.now) for article in new]
    scope.many(articles, [_row(article) for article in first])
    past = {"version": 1, "saved_at": scope.now, "saved_by": by, "note": note}
    scope.many(article_history, [{"article_id": one.id, "article": to_plain(one), **past} for one in first])
    last = latest_change(scope)
    scope.many(article_changes, [{"article_id": one.id, "seq": last + place} for place, one in enumerate(first, 1)])


def find_article(scope: Scope, article_id: str) -> Article | None:
    """The article in its present version, or None."""
    row = scope.first(scope.select(articles).where(articles.c.id == article_id))
    return None if row is None else from_plain(row._mapping)


def get_article(scope: Scope, article_id: str) -> Article:
    """The article in its present version, or NotFound."""
    found = find_article(scope, article_id)
    if found is None:
        raise NotFound("There is no such article.", "没有这篇文章。", field="article_id")
    return found


def list_articles(scope: Scope, *, category: str | None = None) -> tuple[Article, ...]:
    """All articles of the shop, or of one category, by id."""
    query = scope.select(articles).order_by(articles.c.id)
    if category is not None:
        query = query.where(articles.c.category == category)
    return tuple(from_plain(row._mapping) for row in scope.all(query))


def latest_change(scope: Scope) -> int:
    """The newest outbox number; 0 when nothing was ever stored."""
    return int(scope.scalar(scope.select(sa.func.max(article_changes.c.seq))) or 0)


def list_changed(scope: Scope, *, after: int) -> tuple[Article, ...]:
    """The articles changed after this outbox number, by id."""
    changed = (article for _, article in list_changed_with_numbers(scope, after=after))
    return tuple(sorted(changed, key=lambda one: one.id))


def list_changed_with_numbers(scope: Scope, *, after: int) -> tuple[tuple[int, Article], ...]:
    """(outbox number, article in its present version) of everything changed after this number, in order."""
    query = scope.select(articles, article_changes.c.seq).where(article_changes.c.seq > after)
    query = query.where(article_changes.c.article_id == articles.c.id).order_by(article_changes.c.seq)
    return tuple((int(row._mapping["seq"]), from_plain(row._mapping)) for row in scope.all(query))


def put_row(scope: Scope, article: Article) -> None:
    """The article's row, brought to these values, without history and outbox: for what was never published."""
    values = _row(article)
    scope.upsert(articles, values, keys=["id"], update=[name for name in values if name != "id"])


def _row(article: Article) -> dict[str, Any]:
    languages = ",".join(text.language for text in article.texts)
    more = {"updated_at": article.updated_at, "languages": languages, "words": words_of(article)}
    return {**to_plain(article), **more}


def words_of(article: Article) -> str:
    """What the console's search looks in: id, titles, similar questions and bodies, folded."""
    parts = [article.id, *(part for text in article.texts for part in (text.title, *text.similar, text.body))]
    return fold("\n".join(parts))


def to_plain(article: Article) -> dict[str, Any]:
    """The article as JSON values; `from_plain` makes it again."""
    data = asdict(article)
    data["intents"], data["texts"] = list(article.intents), [asdict(text) for text in article.texts]
    for text in data["texts"]:
        text["similar"] = list(text["similar"])
    for name in ("valid_from", "valid_to"):
        data[name] = data[name].isoformat() if data[name] else None
    data["updated_at"] = article.updated_at.isoformat()
    return data


def from_plain(data: Mapping[Any, Any]) -> Article:
    """An article out of JSON values, or out of a row."""
    texts = tuple(ArticleText(**{**text, "similar": tuple(text["similar"])}) for text in data["texts"])
    days: dict[str, Any] = {name: date.fromisoformat(data[name]) if data[name] else None for name in ("valid_from", "valid_to")}
    moment = data["updated_at"]
    when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    names = ("id", "category", "audience", "version", "state", "owner")
    return Article(
        **{name: data[name] for name in names}, intents=tuple(data["intents"]), texts=texts, updated_at=when, **days
    )
