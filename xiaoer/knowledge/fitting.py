"""Learning from a shop's own articles how to weigh the features of the ranking, and when the best article answers.

What is asked: each stored similar question while that very question is hidden (others word it otherwise), and a part of
questions (others word it nearly so). What is outside: lines known to lie outside of what the shop does, and the same
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
from xiaoer.knowledge.index.port import Index
from xiaoer.knowledge.learning import Matrix, chances_of, fit_fusion, fit_logistic
from xiaoer.knowledge.ranking import intended
from xiaoer.knowledge.search import Asking, Pool, look, shares_of
from xiaoer.knowledge.types import AUDIENCE_SEES, Article

Progress = Callable[[float, str], None]
_FEWEST = 40  # cases of a kind; with fewer the defaults stay
_NOWHERE = "?"  # an intent that no article names
# Shares of the cases of a line outside; a reader takes every fourth such line for a wish of the shop's.
_OUTSIDE_UNHEARD, _OUTSIDE_HEARD, _OUTSIDE_MISHEARD = 0.33, 0.5, 0.17
_HIDDEN = 0.3  # the weight of a question whose whole matter was hidden
_FALSE_SHARE = 0.05  # of the lines outside that may be answered; half of ours are chosen to sound like the shop's
_LEAST_SURE, _MOST_SURE, _ASK_SHARE = 0.3, 0.95, 0.4
_PERCENT_RIGHT, _PERCENT_WRONG, _PERCENT_NOWHERE = 47, 60, 67  # of the questions, up to which the intent is heard so
_EVERYONE = AUDIENCE_SEES["staff"]


@dataclass(frozen=True, slots=True)
class Case:
    """A question whose right article is known. `key`: the stored entry that it is and that must be hidden, if any."""

    article: Article
    language: str
    question: str
    key: str | None
    intent: str


@dataclass
class Fitting:
    """What was found on the shop's shelf so far: (features, truth, weight) of `inside`, pools whose right place is known."""

    collection: Collection
    index: Index
    pools: list[tuple[Case, Pool, int]] = field(default_factory=list)
    outside: list[tuple[Pool, str, float]] = field(default_factory=list)  # with the intent heard, and the weight


def fit(
    collection: Collection,
    index: Index,
    outside: Sequence[tuple[str, str]],
    *,
    progress: Progress | None = None,
) -> Answerable | None:
    """The fitted decision, or None when the shop has too few questions to learn from."""
    work = Fitting(collection, index)
    cases = list(cases_of(list(collection.articles.values())))
    total = len(cases) + len(outside)
    for number, case in enumerate(cases):
        _ask(work, case, is_matter_hidden=number % 3 == 0)
        if progress is not None and number % 50 == 0:
            progress(number / total, case.article.id)
    for number, (language, line) in enumerate(outside):
        _ask_outside(work, language, line)
        if progress is not None and number % 50 == 0:
            progress((len(cases) + number) / total, line)
    ranked = [(pool.measured.features, right) for _, pool, right in work.pools if right >= 0]
    if len(ranked) < _FEWEST or len(work.outside) < _FEWEST:
        return None
    return _learn(work, fit_fusion(ranked, np.array(Answerable().fusion)))


def cases_of(articles: Sequence[Article]) -> Iterator[Case]:
    """Three of five similar questions hidden, and every third question in part."""
    intents = sorted({intent for article in articles for intent in article.intents})
    for article in articles:
        for text in article.texts:
            for place, question in enumerate(text.similar):
                chance = zlib.crc32(question.encode()) % 100
                intent = _heard(article, intents, chance)
                if (place + chance) % 5 > 1:
                    yield Case(article, text.language, question, f"{article.id}/{text.language}/similar/{place}", intent)
                if chance % 3 == 0:
                    yield Case(article, text.language, part_of(question), None, intent)


def _heard(article: Article, intents: Sequence[str], chance: int) -> str:
    """The intent that a reader may have understood: for every third question none, else seven times in ten the right one."""
    if chance < _PERCENT_RIGHT and article.intents:
        return article.intents[chance % len(article.intents)]
    if chance < _PERCENT_WRONG and intents:
        return intents[chance % len(intents)]
    return _NOWHERE if chance < _PERCENT_NOWHERE else ""


def part_of(question: str) -> str:
    """The question without a quarter of its words (of its characters where it has no words), out of the middle."""
    words = question.split()
    pieces: Sequence[str] = words if len(words) > 2 else question
    size = max(1, len(pieces) // 4)
    start = len(pieces) // 3
    kept = [*pieces[:start], *pieces[start + size :]]
    return (" " if len(words) > 2 else "").join(kept)


def _ask(work: Fitting, case: Case, *, is_matter_hidden: bool) -> None:
    asking = Asking(case.language, _EVERYONE, date.max, case.intent, without_key=case.key)
    pool = look(work.collection, work.index, case.question, asking)
    if pool is not None:
        ids = [one.article.id for one in pool.candidates]
        work.pools.append((case, pool, ids.index(case.article.id) if case.article.id in ids else -1))
    if is_matter_hidden:
        related = frozenset(one.id for one in work.collection.articles.values() if _is_related(one, case.article))
        asking = Asking(case.language, _EVERYONE, date.max, case.intent, without=related, without_key=case.key)
        rest = look(work.collection, work.index, case.question, asking)
        if rest is not None:
            work.outside.append((rest, case.intent, _HIDDEN))


def _is_related(one: Article, other: Article) -> bool:
    return one.category == other.category or bool(set(one.intents) & set(other.intents))


def _ask_outside(work: Fitting, language: str, line: str) -> None:
    """As a reader may have understood it: not at all, rightly as lying outside, or wrongly, just so that the best one fits."""
    pool = look(work.collection, work.index, line, Asking(language, _EVERYONE, date.max))
    if pool is None:
        return
    work.outside += [(pool, "", _OUTSIDE_UNHEARD), (pool, _NOWHERE, _OUTSIDE_HEARD)]
    best = pool.candidates[int(pool.measured.features.sum(axis=1).argmax())].article
    if best.intents:
        work.outside.append((pool, best.intents[0], _OUTSIDE_MISHEARD))


def _learn(work: Fitting, fusion: Matrix) -> Answerable:
    rows: list[tuple[tuple[float, ...], float, float]] = []
    first: list[tuple[tuple[float, ...], float]] = []
    for case, pool, right in work.pools:
        place, share, features = _judge(pool, case.intent, fusion)
        rows.append((features, 1.0, 1.0))
        first.append((first_features(share), float(place == right)))
    strangers = [(_judge(pool, intent, fusion)[2], weight) for pool, intent, weight in work.outside]
    rows += [(features, 0.0, weight) for features, weight in strangers]
    matrix, truth, weights = (np.array(column) for column in zip(*rows, strict=True))
    inside = fit_logistic(matrix, truth, weights)
    clear = fit_logistic(np.array([one[0] for one in first]), np.array([one[1] for one in first]))
    answer_from = _threshold([one for one in strangers if one[1] != _HIDDEN], inside)
    least = Answerable().first_from
    return Answerable(tuple(fusion.tolist()), inside, clear, answer_from, answer_from * _ASK_SHARE, least)


def _judge(pool: Pool, intent: str, fusion: Matrix) -> tuple[int, float, tuple[float, ...]]:
    """(place of the best, its share, its features for the chance of being inside) under the intent heard."""
    features = pool.measured.features.copy()
    features[:, -1] = [intended(one.article, intent) for one in pool.candidates]
    scores = features @ fusion
    best, shares = int(scores.argmax()), shares_of(scores)
    is_contrary = bool(intent) and intent not in pool.candidates[best].article.intents
    share = float(shares[best])
    return best, share, inside_features(features[best].tolist(), known=pool.asked.known, share=share, is_contrary=is_contrary)


def _threshold(strangers: Sequence[tuple[tuple[float, ...], float]], inside: Sequence[float]) -> float:
    """The chance of being inside that only the allowed share of the lines outside reaches."""
    if not strangers:
        return Answerable().answer_from
    chances = chances_of(np.array([features for features, _ in strangers]), np.array(inside))
    order = np.argsort(-chances)
    shares = np.cumsum(np.array([weight for _, weight in strangers])[order])
    allowed = int(np.searchsorted(shares, _FALSE_SHARE * shares[-1]))
    return min(_MOST_SURE, max(_LEAST_SURE, float(chances[order][min(allowed, len(order) - 1)])))
