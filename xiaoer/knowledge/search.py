"""From a question to ranked articles. Candidates come from the engine; the ranking is ours, so that every engine ranks alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from xiaoer.knowledge.collection import Collection, Shelved
from xiaoer.knowledge.index.embedded import EmbeddedIndex
from xiaoer.knowledge.ranking import Asked, Matrix, measure, weigh
from xiaoer.knowledge.reading import read_question
from xiaoer.knowledge.types import Article, ArticleText, Audience

MOST_FOUND = 10


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, when, with which understood intent; and, for fitting, what is to be looked past."""

    language: str
    audiences: Sequence[Audience]
    today: date
    intent: str = ""
    without: frozenset[str] = frozenset()
    without_key: str | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """An article with its score and features (see `ranking`). `share`: of the chance that one of the found articles is right.

    `text` is the one to show: in the language of the question where there is one. `known`: share of the question's words
    that stand in any article.
    """

    article: Article
    text: ArticleText
    key: str
    score: float
    share: float
    known: float
    features: tuple[float, ...]
    is_crossed: bool = False


def search(
    collection: Collection, index: EmbeddedIndex, question: str, asking: Asking, fusion: Sequence[float]
) -> list[Scored]:
    """Articles that may answer, best first. Those that name the understood intent are put forward."""
    reading = read_question(question, collection.spelling)
    asked = weigh(collection, reading)
    candidates = find_candidates(collection, index, tuple(reading), asking)
    if not candidates or not len(asked.numbers):
        return []
    measured = measure(collection, asked, candidates, intent=asking.intent, without_key=asking.without_key)
    scores = measured.features @ np.asarray(fusion)
    shares = shares_of(scores)
    order = np.argsort(-scores, kind="stable")[:MOST_FOUND]
    return [
        _scored(candidates[i], asking, asked, float(scores[i]), float(shares[i]), measured.features[i], int(measured.best[i]))
        for i in order.tolist()
        if measured.features[i].any()
    ]


def shares_of(scores: Matrix) -> Matrix:
    """The scores as chances that sum to one: fitted together with the weights, so no temperature is needed."""
    chances: Matrix = np.exp(scores - scores.max())
    return chances / chances.sum()


def find_candidates(
    collection: Collection, index: EmbeddedIndex, tokens: Sequence[str], asking: Asking
) -> list[Shelved]:
    """The articles to rank, by id: open to who asks, today, and found by the engine."""
    found = sorted({article_id for article_id, _, _ in index.find(tokens)} - asking.without)
    shelved = (collection.shelved(article_id) for article_id in found)
    return [one for one in shelved if one is not None and _is_open(one.article, asking)]


def _is_open(article: Article, asking: Asking) -> bool:
    if article.audience not in asking.audiences:
        return False
    return (article.valid_from is None or article.valid_from <= asking.today) and (
        article.valid_to is None or asking.today <= article.valid_to
    )


def _scored(
    shelved: Shelved, asking: Asking, asked: Asked, score: float, share: float, features: Matrix, best: int
) -> Scored:
    article = shelved.article
    text = article.find_text(asking.language)
    return Scored(
        article=article,
        text=text or article.texts[0],
        key=shelved.keys[best],
        score=score,
        share=share,
        known=asked.known,
        features=tuple(features.tolist()),
        is_crossed=text is None,
    )
