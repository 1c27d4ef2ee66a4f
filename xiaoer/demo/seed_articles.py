"""The demo shop's articles, out of `articles/*.yaml` into the records."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import yaml

from xiaoer.db.scope import Scope
from xiaoer.errors import ConfigurationError
from xiaoer.knowledge import store
from xiaoer.knowledge.types import Article, ArticleText

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def read_articles() -> tuple[Article, ...]:
    """Every article, both languages side by side. ConfigurationError names the file and article that cannot be read."""
    found: dict[str, Article] = {}
    for entry in sorted((files("xiaoer.demo") / "articles").iterdir(), key=str):
        if not entry.name.endswith(".yaml"):
            continue
        for data in yaml.safe_load(entry.read_text("utf-8")):
            article = _article(entry.name, data)
            if article.id in found:
                raise ConfigurationError(f"{entry.name}: article {article.id!r} is there twice.")
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
            ArticleText(language, data[language]["title"], tuple(data[language]["similar"]), data[language]["body"].strip())
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
        raise ConfigurationError(f"{name}: article {data.get('id', '?')!r} lacks {error}.") from error
