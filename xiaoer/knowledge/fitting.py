"""Learning from a shop's own articles how to weigh the features of the ranking, and when the best article answers.

What is asked: each stored similar question while that very question is hidden (others word it otherwise), and a part of each
question (others word it nearly so). What is outside: lines known to lie outside of what the shop does, and the same
questions while everything on their matter is hidden. Two articles on one matter are no mistake for the chance of being
inside; which of them comes first is learnt apart from it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from xiaoer.knowledge.answerable import Answerable, first_features, inside_features
from xiaoer.knowledge.collection import Collection
from xiaoer.knowledge.index.embedded import EmbeddedIndex
from xiaoer.knowledge.ranking import FEATURES, Matrix, measure, weigh
from xiaoer.knowledge.reading import read_question
from xiaoer.knowledge.search import Asking, Scored, find_candidates, search
from xiaoer.knowledge.types import AUDIENCE_SEES, Article

Progress = Callable[[float, str], None]
_FEWEST = 40  # cases of a kind; with fewer the defaults stay
_FALSE_SHARE = 0.01  # of the lines outside that may be answered
_RANKED = 40  # candidates that a case keeps
_RIDGE = 0.3  # how strongly the weights of the ranking are held to their defaults: hidden questions are harder than customers'
_STEPS = 300


@dataclass(frozen=True, slots=True)
class Case:
    """A question whose right article is known; `echo`: asked nearly in stored words, so nothing is hidden."""

    article: Article
    language: str
    question: str
    key: str | None
    intent: str


@dataclass
class Fitting:
    """The shop's shelf and what was found on it so far."""

    collection: Collection
    index: EmbeddedIndex
    ranked: list[tuple[Matrix, int]] = field(default_factory=list)
    inside: list[tuple[tuple[float, ...], bool, float]] = field(default_factory=list)  # features, truth, weight
    first: list[tuple[tuple[float, ...], bool]] = field(default_factory=list)


def fit(
    collection: Collection,
    index: EmbeddedIndex,
    outside: Sequence[tuple[str, str]],
    *,
    progress: Progress | None = None,
) -> Answerable | None:
    """The fitted decision, or None when the shop has too few questions to learn from."""
    work = Fitting(collection, index)
    cases = list(cases_of(list(collection.articles.values())))
    if len(cases) < _FEWEST:
        return None
    for number, case in enumerate(cases):
        _rank(work, case)
        if progress is not None and number % 50 == 0:
            progress(number / len(cases) / 2, case.article.id)
    fusion = fit_fusion(work.ranked)
    for number, case in enumerate(cases):
        _ask(work, case, fusion, is_hidden=number % 3 == 0)
        if progress is not None and number % 50 == 0:
            progress(0.5 + number / len(cases) / 2, case.article.id)
    for language, line in outside:
        _ask_outside(work, language, line, fusion)
    return _learn(work, tuple(float(one) for one in fusion))


def cases_of(articles: Sequence[Article]) -> Iterator[Case]:
    """Three of five similar questions hidden, and every third question in part."""
    intents = sorted({intent for article in articles for intent in article.intents})
    for article in articles:
        for text in article.texts:
            for place, question in enumerate(text.similar):
                chance = zlib.crc32(question.encode()) % 100
                intent = _heard(article, intents, chance)
                if place % 5 != chance % 2:
                    yield Case(article, text.language, question, f"{article.id}/{text.language}/similar/{place}", intent)
                if chance % 3 == 0:
                    yield Case(article, text.language, part_of(question), None, intent)


def _heard(article: Article, intents: Sequence[str], chance: int) -> str:
    """The intent that a reader may have understood: right in seven of ten, another one in one of ten, else none."""
    if chance < 70 and article.intents:
        return article.intents[chance % len(article.intents)]
    return intents[chance % len(intents)] if chance < 80 and intents else ""


def part_of(question: str) -> str:
    """The question without a quarter of its words (of its characters where it has no words), out of the middle."""
    words = question.split()
    pieces: Sequence[str] = words if len(words) > 2 else question
    size = max(1, len(pieces) // 4)
    start = len(pieces) // 3
    kept = [*pieces[:start], *pieces[start + size :]]
    return (" " if len(words) > 2 else "").join(kept)


def _asking(case: Case, *, without: frozenset[str] = frozenset()) -> Asking:
    return Asking(case.language, AUDIENCE_SEES["staff"], date.max, case.intent, without, case.key)


def _rank(work: Fitting, case: Case) -> None:
    """Keep the features of the candidates when the right article is among them."""
    reading = read_question(case.question, work.collection.spelling)
    asked = weigh(work.collection, reading)
    candidates = find_candidates(work.collection, work.index, tuple(reading), _asking(case))
    ids = [one.article.id for one in candidates]
    if case.article.id not in ids or not len(asked.numbers):
        return
    found = measure(work.collection, asked, candidates, intent=case.intent, without_key=case.key).features
    right = ids.index(case.article.id)
    order = np.argsort(-found.sum(axis=1), kind="stable")[:_RANKED]
    if right not in order:
        order[-1] = right
    work.ranked.append((found[order], int(np.nonzero(order == right)[0][0])))


def _ask(work: Fitting, case: Case, fusion: Matrix, *, is_hidden: bool) -> None:
    found = search(work.collection, work.index, case.question, _asking(case), fusion)
    if found:
        work.inside.append((inside_features(found[0]), True, 1.0))
        work.first.append((first_features(found[0]), found[0].article.id == case.article.id))
    if is_hidden:
        related = frozenset(one.id for one in work.collection.articles.values() if _is_related(one, case.article))
        rest = search(work.collection, work.index, case.question, _asking(case, without=related), fusion)
        _note_outside(work, rest, 0.3)


def _is_related(one: Article, other: Article) -> bool:
    return one.category == other.category or bool(set(one.intents) & set(other.intents))


def _ask_outside(work: Fitting, language: str, line: str, fusion: Matrix) -> None:
    """Once without an intent; and every third time as if a reader had misunderstood it just so that the best one fits."""
    asking = Asking(language, AUDIENCE_SEES["staff"], date.max)
    found = search(work.collection, work.index, line, asking, fusion)
    _note_outside(work, found, 1.0)
    if found and found[0].article.intents and zlib.crc32(line.encode()) % 3 == 0:
        misled = Asking(language, AUDIENCE_SEES["staff"], date.max, found[0].article.intents[0])
        _note_outside(work, search(work.collection, work.index, line, misled, fusion), 0.5)


def _note_outside(work: Fitting, found: Sequence[Scored], weight: float) -> None:
    if found:
        work.inside.append((inside_features(found[0]), False, weight))


def _learn(work: Fitting, fusion: tuple[float, ...]) -> Answerable | None:
    outside = [one for one in work.inside if not one[1]]
    if len(outside) < _FEWEST or len({right for _, right in work.first}) < 2:
        return None
    inside = fit_logistic(
        np.array([one[0] for one in work.inside]),
        np.array([float(one[1]) for one in work.inside]),
        np.array([one[2] for one in work.inside]),
    )
    first = fit_logistic(np.array([one[0] for one in work.first]), np.array([float(one[1]) for one in work.first]))
    default = Answerable(fusion, inside, first)
    strangers = np.array([one[0] for one in work.inside if not one[1] and one[2] == 1.0])
    chances = np.sort(_chances(strangers, np.array(inside)))
    at = float(chances[int(len(chances) * (1 - _FALSE_SHARE)) - 1]) if len(chances) else default.answer_from
    answer_from = min(0.9, max(0.3, at))
    return Answerable(fusion, inside, first, answer_from, answer_from * 0.4, default.first_from)


def fit_fusion(cases: Sequence[tuple[Matrix, int]]) -> Matrix:
    """Weights ≥ 0 under which the right article's share among the candidates is likeliest."""
    features = np.zeros((len(cases), _RANKED, len(FEATURES)))
    is_there = np.zeros((len(cases), _RANKED), dtype=bool)
    right = np.array([place for _, place in cases])
    for number, (found, _) in enumerate(cases):
        features[number, : len(found)] = found
        is_there[number, : len(found)] = True
    rows = np.arange(len(cases))
    start = np.array(Answerable().fusion)

    def gradient(weights: Matrix) -> Matrix:
        scores = np.where(is_there, features @ weights, -np.inf)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        expected = np.einsum("na,nak->nk", shares, features)
        away: Matrix = (expected - features[rows, right]).mean(axis=0) + _RIDGE * (weights - start) / len(start)
        return away

    return _descend(gradient, start, least=np.zeros(len(start)))


def fit_logistic(features: Matrix, truth: Matrix, weight: Matrix | None = None) -> tuple[float, ...]:
    """Weights of a logistic model, all ≥ 0 but the first (of the constant)."""
    shares = np.ones(len(truth)) if weight is None else weight
    shares = shares / shares.sum()
    least = np.zeros(features.shape[1])
    least[0] = -np.inf

    def gradient(weights: Matrix) -> Matrix:
        away: Matrix = features.T @ ((_chances(features, weights) - truth) * shares) + 1e-4 * weights
        return away

    return tuple(float(one) for one in _descend(gradient, np.zeros(features.shape[1]), least=least, steps=5 * _STEPS))


def _chances(features: Matrix, weights: Matrix) -> Matrix:
    chances: Matrix = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
    return chances


def _descend(gradient: Callable[[Matrix], Matrix], start: Matrix, *, least: Matrix, steps: int = _STEPS) -> Matrix:
    """Adam, kept within the bounds."""
    weights, mean, square = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(1, steps + 1):
        slope = gradient(weights)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope * slope
        rate = 0.1 * (1 - step / (steps + 1))
        weights = weights - rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-9)
        weights = np.maximum(weights, least)
    return weights
