"""The demo shop's articles, out of `articles/*.yaml` into the records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from xiaoer.db.scope import Scope
from xiaoer.demo.read_yaml import list_yaml, read_yaml
from xiaoer.errors import ConfigurationError
from xiaoer.knowledge import store
from xiaoer.knowledge.types import Article, ArticleText

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def read_articles() -> tuple[Article, ...]:
    """Every article, both languages side by side. ConfigurationError names the file and article that cannot be read."""
    found: dict[str, Article] = {}
    for path in list_yaml("articles"):
        for data in read_yaml(path):
            article = _article(path, data)
            if article.id in found:
                raise ConfigurationError(
                    f"{path}: article {article.id!r} is there twice.", f"{path}：文章 {article.id} 重复。"
                )
            found[article.id] = article
    return tuple(found.values())


def seed_articles(scope: Scope) -> int:
    """Store them all; an unchanged article is left alone. How many there are."""
    articles = read_articles()
    for article in articles:
        store.save_article(scope, article)
    return len(articles)


def _article(name: str, data: dict[str, Any]) -> Article:
    try:
        texts = tuple(
            ArticleText(
                language, data[language]["title"], tuple(data[language]["similar"]), data[language]["body"].strip()
            )
            for language in ("zh", "en")
            if language in data
        )
        return Article(
            id=data["id"],
            category=data["category"],
            audience=data["audience"],
            intents=tuple(data.get("intents", ())),
            texts=texts,
            version=0,
            updated_at=_NEVER,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{name}: article {data.get('id', '?')!r} lacks {error}.",
            f"{name}：文章 {data.get('id', '?')} 缺少 {error}。",
        ) from error
