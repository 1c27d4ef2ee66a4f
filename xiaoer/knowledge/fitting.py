"""Learning from a shop's own articles how to weigh the features of the ranking, and when the best article answers.

What is asked: stored similar questions, each while that very question is hidden, for others word it otherwise. What is
outside: lines known to lie outside of what the shop does, and the same questions while their own article, or everything on
its matter, is hidden. Two articles on one matter are no mistake for the chance of being inside; which of them comes first is
learnt apart from it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from xiaoer.knowledge.answerable import Answerable, first_features, inside_features
from xiaoer.knowledge.collection import Collection, Emphasis
from xiaoer.knowledge.index.port import Index
from xiaoer.knowledge.learning import Matrix, chances_of, fit_fusion, fit_logistic
from xiaoer.knowledge.ranking import intended
from xiaoer.knowledge.search import NEARNESS, OUTSIDE, Asking, Pool, is_contrary, look, scores_of, shares_of
from xiaoer.knowledge.types import AUDIENCE_SEES, Article

Progress = Callable[[float, str], None]
Hear = Callable[[str], str]  # the intent understood in a question; OUTSIDE when it lies outside, "" when nothing was
_FEWEST = 40  # cases of a kind; with fewer the defaults stay
_MOST = 1500  # cases; more tell no more
_SAMPLE = 240  # cases by which the emphasis is chosen
_EMPHASES = (Emphasis(), Emphasis(1.0, 0.0), Emphasis(1.0, 0.5), Emphasis(1.0, 1.0))
# Shares of the cases of a line outside; a reader takes every fourth such line for a wish of the shop's.
_OUTSIDE_UNHEARD, _OUTSIDE_HEARD, _OUTSIDE_MISHEARD = 0.1, 0.75, 0.15
_ARTICLE_HIDDEN, _MATTER_HIDDEN = 1.0, 0.5  # the weight of a question whose article, whose whole matter was hidden
_FALSE_SHARE, _FALSE_SHARE_HIDDEN = 0.2, 0.33  # that may be answered: many are, by a neighbour or an article on the very matter
_LEAST_SURE, _MOST_SURE, _ASK_SHARE = 0.3, 0.97, 0.15
_PERCENT_RIGHT, _PERCENT_WRONG, _PERCENTOUTSIDE = 47, 60, 67  # of the questions, up to which the intent is heard so
_EVERYONE = AUDIENCE_SEES["staff"]


@dataclass(frozen=True, slots=True)
class Case:
    """A question whose right article is known. `key`: the stored entry that it is and that must be hidden."""

    article: Article
    language: str
    question: str
    key: str
    intent: str


@dataclass
class Fitting:
    """What was found on the shop's shelf so far: pools whose right place is known; pools that hold no answer."""

    collection: Collection
    index: Index
    emphasis: Emphasis
    pools: list[tuple[Case, Pool, int]] = field(default_factory=list)
    hidden: list[tuple[Pool, str, float]] = field(default_factory=list)  # with the intent heard, and the weight
    outside: list[tuple[Pool, str, float]] = field(default_factory=list)


def fit(
    collection: Collection,
    index: Index,
    outside: Sequence[tuple[str, str]] = (),
    *,
    hear: Hear | None = None,
    progress: Progress | None = None,
) -> Answerable | None:
    """The fitted decision, or None when the shop has too few questions to learn from.

    Without lines `outside` only the ranking is learnt. Without `hear` it is drawn by lot how the questions are understood.
    """
    every = list(cases_of(list(collection.articles.values()), hear))
    cases = every[:: 1 + len(every) // _MOST]
    if len(cases) < _FEWEST:
        return None
    work = Fitting(collection, index, choose_emphasis(collection, index, cases))
    total = len(cases) + len(outside)
    for number, case in enumerate(cases):
        _ask(work, case)
        if outside:
            _ask_hidden(work, case, is_matter_hidden=number % 3 == 0)
        if progress is not None and number % 50 == 0:
            progress(number / total, case.article.id)
    for number, (language, line) in enumerate(outside):
        _ask_outside(work, language, line)
        if progress is not None and number % 50 == 0:
            progress((len(cases) + number) / total, line)
    ranked = _ranked(work)
    if len(ranked) < _FEWEST:
        return None
    start = np.array(Answerable().fusion)
    width = ranked[0][0].shape[1]
    return _learn(work, fit_fusion(ranked, start if width == len(start) else np.append(start, NEARNESS)))


def _ranked(work: Fitting) -> list[tuple[Matrix, int]]:
    """The columns of every pool whose right place is known. Of a shop with an encoder: those that it knows the words of."""
    found = [(pool.columns, right) for _, pool, right in work.pools if right >= 0]
    widest = max((columns.shape[1] for columns, _ in found), default=0)
    wide = [one for one in found if one[0].shape[1] == widest]
    return wide if len(wide) >= _FEWEST else [(pool.measured.features, right) for _, pool, right in work.pools if right >= 0]


def cases_of(articles: Sequence[Article], hear: Hear | None = None) -> Iterator[Case]:
    """Every similar question, with the intent that was understood in it."""
    intents = sorted({intent for article in articles for intent in article.intents})
    for article in articles:
        for text in article.texts:
            for place, question in enumerate(text.similar):
                intent = _by_lot(article, intents, zlib.crc32(question.encode()) % 100) if hear is None else hear(question)
                yield Case(article, text.language, question, f"{article.id}/{text.language}/similar/{place}", intent)


def choose_emphasis(collection: Collection, index: Index, cases: Sequence[Case]) -> Emphasis:
    """The emphasis of the thesaurus under which most of the hidden questions find their article first."""
    sample = cases[:: 1 + len(cases) // _SAMPLE]
    fusion = np.array(Answerable().fusion)
    return max(_EMPHASES, key=lambda one: sum(_is_first(collection, index, case, one, fusion) for case in sample))


def _is_first(collection: Collection, index: Index, case: Case, emphasis: Emphasis, fusion: Matrix) -> bool:
    asking = Asking(case.language, _EVERYONE, date.max, case.intent, without_key=case.key)
    pool = look(collection, index, case.question, asking, emphasis)
    if pool is None:
        return False
    best = int((pool.measured.features @ fusion).argmax())
    return pool.candidates[best].article.id == case.article.id


def _by_lot(article: Article, intents: Sequence[str], chance: int) -> str:
    """The intent that a reader may have understood: for every third question none, else seven times in ten the right one."""
    if chance < _PERCENT_RIGHT and article.intents:
        return article.intents[chance % len(article.intents)]
    if chance < _PERCENT_WRONG and intents:
        return intents[chance % len(intents)]
    return OUTSIDE if chance < _PERCENTOUTSIDE else ""


def part_of(question: str) -> str:
    """The question without a quarter of its words (of its characters where it has no words), out of the middle."""
    words = question.split()
    pieces: Sequence[str] = words if len(words) > 2 else question
    size = max(1, len(pieces) // 4)
    start = len(pieces) // 3
    kept = [*pieces[:start], *pieces[start + size :]]
    return (" " if len(words) > 2 else "").join(kept)


def _ask(work: Fitting, case: Case) -> None:
    asking = Asking(case.language, _EVERYONE, date.max, case.intent, without_key=case.key)
    pool = look(work.collection, work.index, case.question, asking, work.emphasis)
    if pool is not None:
        ids = [one.article.id for one in pool.candidates]
        work.pools.append((case, pool, ids.index(case.article.id) if case.article.id in ids else -1))


def _ask_hidden(work: Fitting, case: Case, *, is_matter_hidden: bool) -> None:
    """The question once more without its article, and perhaps without everything on its matter."""
    hidden = [(frozenset((case.article.id,)), _ARTICLE_HIDDEN)]
    if is_matter_hidden:
        related = frozenset(one.id for one in work.collection.articles.values() if _is_related(one, case.article))
        hidden.append((related, _MATTER_HIDDEN))
    for without, weight in hidden:
        asking = Asking(case.language, _EVERYONE, date.max, case.intent, without=without, without_key=case.key)
        rest = look(work.collection, work.index, case.question, asking, work.emphasis)
        if rest is not None:
            work.hidden.append((rest, case.intent, weight))


def _is_related(one: Article, other: Article) -> bool:
    return one.category == other.category or bool(set(one.intents) & set(other.intents))


def _ask_outside(work: Fitting, language: str, line: str) -> None:
    """As a reader may have understood it: not at all, rightly as lying outside, or wrongly, just so that the best one fits."""
    pool = look(work.collection, work.index, line, Asking(language, _EVERYONE, date.max), work.emphasis)
    if pool is None:
        return
    work.outside += [(pool, "", _OUTSIDE_UNHEARD), (pool, OUTSIDE, _OUTSIDE_HEARD)]
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
    clear = fit_logistic(np.array([one[0] for one in first]), np.array([one[1] for one in first]))
    default = Answerable()
    emphasis = {"terms": work.emphasis.terms, "together": work.emphasis.together}
    if len(work.outside) < _FEWEST:
        return Answerable(tuple(fusion.tolist()), default.inside, clear, **emphasis)
    hidden, outside = (
        [(_judge(pool, intent, fusion)[2], weight) for pool, intent, weight in pools] for pools in (work.hidden, work.outside)
    )
    rows += [(features, 0.0, weight) for features, weight in (*hidden, *outside)]
    matrix, truth, weights = (np.array(column) for column in zip(*rows, strict=True))
    inside = fit_logistic(matrix, truth, weights)
    sure = max(_threshold(outside, inside, _FALSE_SHARE), _threshold(hidden, inside, _FALSE_SHARE_HIDDEN))
    answer_from = min(_MOST_SURE, max(_LEAST_SURE, sure))
    return Answerable(
        tuple(fusion.tolist()), inside, clear, answer_from, answer_from * _ASK_SHARE, default.first_from, **emphasis
    )


def _judge(pool: Pool, intent: str, fusion: Matrix) -> tuple[int, float, tuple[float, ...]]:
    """(place of the best, its share, its features for the chance of being inside) under the intent heard."""
    features = pool.measured.features.copy()
    features[:, -1] = [intended(one.article, intent) for one in pool.candidates]
    columns = features if pool.dense is None else np.column_stack([features, pool.dense])
    scores = scores_of(columns, fusion)
    best, shares = int(scores.argmax()), shares_of(scores)
    share, contrary = float(shares[best]), is_contrary(pool.candidates[best].article, intent)
    return best, share, inside_features(features[best].tolist(), known=pool.asked.known, share=share, is_contrary=contrary)


def _threshold(strangers: Sequence[tuple[tuple[float, ...], float]], inside: Sequence[float], allowed: float) -> float:
    """The chance of being inside that only the allowed share of these reaches; 0 where there are none."""
    if not strangers:
        return 0.0
    chances = chances_of(np.array([features for features, _ in strangers]), np.array(inside))
    order = np.argsort(-chances)
    shares = np.cumsum(np.array([weight for _, weight in strangers])[order])
    place = int(np.searchsorted(shares, allowed * shares[-1]))
    return float(chances[order][min(place, len(order) - 1)])
