"""From a question to ranked articles. Candidates come from the engine; the ranking is ours, so that every engine ranks alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from xiaoer.knowledge.collection import Collection, Emphasis, Shelved
from xiaoer.knowledge.index.port import Found, Sees
from xiaoer.knowledge.ranking import Asked, Matrix, Measured, measure, weigh
from xiaoer.knowledge.reading import coarse, read_question
from xiaoer.knowledge.types import Article, ArticleText, Audience
from xiaoer.knowledge.vectors import Near

MOST_FOUND = 10
OUTSIDE = "oos"  # the intent of words that lie outside of what the shop does
NO_EMPHASIS = Emphasis()
NEARNESS = 20.0  # the weight of a cosine beside the features, where nothing was fitted


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, when, with which understood intent; and, for fitting, what is to be looked past."""

    language: str
    audiences: Sequence[Audience]
    today: date
    intent: str = ""
    without: frozenset[str] = frozenset()
    without_key: str | None = None


class Finds(Protocol):
    """What finds candidates: an engine, or an engine with something to be tried out beside it."""

    def find(self, tokens: Sequence[str], sees: Sees | None = None) -> list[Found]:
        """Entries that share a token with the question and may be seen."""
        ...


@dataclass(frozen=True, slots=True)
class Scored:
    """An article with its score and features (see `ranking`). `share`: of the chance that one of the found articles is right.

    `text` is the one to show: in the language of the question where there is one. `known`: share of the question's words
    that stand in any article. `is_contrary`: the words were understood as lying outside, and the article does not name that.
    """

    article: Article
    text: ArticleText
    key: str
    score: float
    share: float
    known: float
    features: tuple[float, ...]
    is_crossed: bool = False
    is_contrary: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates for a question and what was measured of them."""

    asked: Asked
    candidates: Sequence[Shelved]
    measured: Measured
    dense: Matrix | None = None

    @property
    def columns(self) -> Matrix:
        """The features, and last, where an encoder knows the question, how near each candidate is in meaning."""
        return self.measured.features if self.dense is None else np.column_stack([self.measured.features, self.dense])


def scores_of(columns: Matrix, fusion: Sequence[float] | Matrix) -> Matrix:
    """Columns weighed and summed. Where the fusion was fitted without an encoder, nearness has its weight by default."""
    weights = np.asarray(fusion, dtype=np.float64)
    if len(weights) < columns.shape[1]:
        weights = np.append(weights, NEARNESS)
    scores: Matrix = columns @ weights[: columns.shape[1]]
    return scores


def search(
    collection: Collection,
    index: Finds,
    question: str,
    asking: Asking,
    fusion: Sequence[float],
    emphasis: Emphasis = NO_EMPHASIS,
) -> list[Scored]:
    """Articles that may answer, best first. Those that name the understood intent are put forward."""
    pool = look(collection, index, question, asking, emphasis)
    if pool is None:
        return []
    scores = scores_of(pool.columns, fusion)
    shares = shares_of(scores)
    order = np.argsort(-scores, kind="stable")[:MOST_FOUND].tolist()
    return [_scored(pool, asking, i, float(scores[i]), float(shares[i])) for i in order]


def look(
    collection: Collection, index: Finds, question: str, asking: Asking, emphasis: Emphasis = NO_EMPHASIS
) -> Pool | None:
    """Every candidate measured, or None when no word of the question stands anywhere."""
    reading = read_question(question, collection.spelling)
    asked = weigh(collection, reading, emphasis, without_key=asking.without_key, without=asking.without)
    near = _near(collection, question, asking) if asked.total else None
    candidates = find_candidates(collection, index, coarse(reading), asking, near.best() if near else ())
    if not candidates or not (len(asked.numbers) or near):
        return None
    measured = measure(
        collection, asked, candidates, emphasis, intent=asking.intent, without_key=asking.without_key
    )
    return Pool(asked, candidates, measured, near.of([one.article.id for one in candidates]) if near else None)


def _near(collection: Collection, question: str, asking: Asking) -> Near | None:
    if collection.meaning is None:
        return None
    sees = Sees(tuple(asking.audiences), asking.today)
    return collection.meaning.near(question, sees, without=asking.without, without_key=asking.without_key)


def shares_of(scores: Matrix) -> Matrix:
    """The scores as chances that sum to one: fitted together with the weights, so no temperature is needed."""
    chances: Matrix = np.exp(scores - scores.max())
    chances /= chances.sum()
    return chances


def find_candidates(
    collection: Collection, index: Finds, tokens: Sequence[str], asking: Asking, near: Sequence[str] = ()
) -> list[Shelved]:
    """The articles to rank, by id: open to who asks, today, and found by the engine or near in meaning."""
    sees = Sees(tuple(asking.audiences), asking.today)
    found = sorted({*near, *(one.article_id for one in index.find(tokens, sees))} - asking.without)
    shelved = (collection.shelved(article_id) for article_id in found)
    return [one for one in shelved if one is not None and _is_open(one.article, asking)]


def is_contrary(article: Article, intent: str) -> bool:
    """Whether the words were understood as lying outside of what the shop does, and the article is not for such words."""
    return intent == OUTSIDE and OUTSIDE not in article.intents


def _is_open(article: Article, asking: Asking) -> bool:
    if article.audience not in asking.audiences:
        return False
    return (article.valid_from is None or article.valid_from <= asking.today) and (
        article.valid_to is None or asking.today <= article.valid_to
    )


def _scored(pool: Pool, asking: Asking, place: int, score: float, share: float) -> Scored:
    shelved = pool.candidates[place]
    article = shelved.article
    text = article.find_text(asking.language)
    return Scored(
        article=article,
        text=text or article.texts[0],
        key=shelved.keys[int(pool.measured.best[place])],
        score=score,
        share=share,
        known=pool.asked.known,
        features=tuple(pool.measured.features[place].tolist()),
        is_crossed=text is None,
        is_contrary=is_contrary(article, asking.intent),
    )
