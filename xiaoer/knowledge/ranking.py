"""How articles are ranked: features of each candidate against the question, all 0..1, weighed and summed.

likeness    the most alike of the article's questions: what both share over what either has (words asked count double)
average     how alike its questions are on the whole: an article on this very matter, not one that brushes it
coverage    the share of the question that any of its entries holds, in any language
body        how alike the body is
title       how alike the title is: the basic article on a matter has the plainest title
core        how much of what its questions have in common was asked for: an article on a special case nobody named loses
held        1 less the weight of the most telling thing named in the question that the article never mentions
intended    it names the understood intent, first (1) or beside others (¾)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xiaoer.knowledge.collection import BODY, TITLE, Collection, Emphasis, Floats, Shelved
from xiaoer.knowledge.terms import is_thing
from xiaoer.knowledge.types import Article

FEATURES = ("likeness", "average", "coverage", "body", "title", "core", "held", "intended")
_ASKED_ONLY, _ENTRY_ONLY = 1.0, 0.5  # what only one side has counts against likeness, the customer's words more
_BESIDE = 0.75
_UNKNOWN = 0.7  # the factor of words that no article holds
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as token numbers with weights. `total` of all its words, also those that stand nowhere; `known`: their share.

    `named`: the numbers of the things named in it, and how telling each is, 0..1; `strange`: the same of the most telling one
    that stands nowhere.
    """

    numbers: npt.NDArray[np.int64]
    weights: Floats
    total: float
    norm: float
    known: float
    named: tuple[tuple[int, float], ...] = ()
    strange: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Features (articles, 8) and the place of each article's best entry among its entries."""

    features: Matrix
    best: npt.NDArray[np.int64]


def weigh(
    collection: Collection,
    reading: dict[str, float],
    emphasis: Emphasis,
    *,
    without_key: str | None = None,
    without: frozenset[str] = frozenset(),
) -> Asked:
    """The question's tokens by their number, weighed by how rare they are.

    `without_key`, `without`: as if this entry, these articles were not there. Of many articles only words of one are missed.
    """
    strange = collection.only_in(without_key) if without_key else frozenset[int]()
    strange = strange.union(*(collection.only_in_article(one) for one in without))
    rarity, unknown = collection.rarity(emphasis), collection.unknown_rarity() * _UNKNOWN
    numbers, weights, lost = [], [], []
    named: list[tuple[int, float]] = []
    unnamed = 0.0
    for token, factor in reading.items():
        number = collection.number_of(token)
        if is_thing(token):
            is_here = number is not None and number < len(rarity) and number not in strange
            if is_here and number is not None:
                named.append((number, min(1.0, float(rarity[number]) / (emphasis.terms * collection.unknown_rarity() or 1.0))))
            unnamed = unnamed if is_here else 1.0
        if number is None or number >= len(rarity) or number in strange:
            lost.append(factor * unknown * emphasis.of(token))
        else:
            numbers.append(number)
            weights.append(factor * float(rarity[number]))
    total = sum(weights) + sum(lost)
    norm = float(np.sqrt(sum(one * one for one in (*weights, *lost))))
    known = sum(weights) / total if total else 0.0
    found = np.array(numbers, dtype=np.int64), np.array(weights, dtype=np.float32)
    return Asked(*found, total, norm, known, tuple(named), unnamed)


def measure(
    collection: Collection,
    asked: Asked,
    candidates: Sequence[Shelved],
    emphasis: Emphasis,
    *,
    intent: str,
    without_key: str | None = None,
) -> Measured:
    """The features of every candidate, all at once. `without_key`: as if this entry were not there."""
    rarity = collection.rarity(emphasis)
    wanted = np.zeros(len(rarity), dtype=np.float32)
    wanted[asked.numbers] = asked.weights
    lengths = [len(one.keys) for one in candidates]
    tokens = np.concatenate([one.tokens for one in candidates])
    held = np.concatenate([one.factors for one in candidates]) * rarity[tokens]
    sought = wanted[tokens]
    offsets = np.cumsum([0, *(len(one.tokens) for one in candidates)])
    starts = np.concatenate([one.starts + offset for one, offset in zip(candidates, offsets[:-1], strict=True)])
    kinds = np.concatenate([one.kinds for one in candidates])
    if without_key is not None:
        kinds[[key == without_key for one in candidates for key in one.keys]] = -1
    shared = np.add.reduceat(np.minimum(held, sought), starts)
    entry_total = np.add.reduceat(held, starts)
    entry_norm = np.sqrt(np.add.reduceat(held * held, starts))
    cosine = np.add.reduceat(held * sought, starts) / (entry_norm * asked.norm)
    apart = _ASKED_ONLY * (asked.total - shared) + _ENTRY_ONLY * (entry_total - shared)
    likeness = shared / (shared + apart)
    is_question = (kinds >= 0) & (kinds != BODY)
    first = np.cumsum([0, *lengths])[:-1]
    alike = np.where(is_question, likeness, 0)
    covered = _coverage(asked, tokens, np.where(np.repeat(kinds, np.diff([*starts, len(tokens)])) >= 0, sought, 0), offsets)
    columns = (
        np.maximum.reduceat(alike, first),
        _average(np.where(is_question, cosine, 0), is_question, candidates, first),
        covered,
        np.maximum.reduceat(np.where(kinds == BODY, cosine, 0), first),
        np.maximum.reduceat(np.where(kinds == TITLE, likeness, 0), first),
        _core(wanted, rarity, candidates),
        _held(asked, covered, tokens, offsets),
        np.array([intended(one.article, intent) for one in candidates]),
    )
    best = np.array([_best(alike, shared, start, size) for start, size in zip(first, lengths, strict=True)], dtype=np.int64)
    return Measured(np.stack(columns, axis=1).astype(np.float64), best)


def _average(
    cosine: Floats, is_question: npt.NDArray[np.bool_], candidates: Sequence[Shelved], first: npt.NDArray[np.int64]
) -> Floats:
    """Over the questions of one language, the better language counting."""
    found = np.zeros(len(candidates), dtype=np.float32)
    languages = np.concatenate([one.languages for one in candidates])
    for number in range(int(languages.max()) + 1):
        mine = is_question & (languages == number)
        counts = np.add.reduceat(mine.astype(np.float32), first)
        found = np.maximum(found, np.add.reduceat(np.where(mine, cosine, 0), first) / np.maximum(counts, 1))
    return found


def _core(wanted: Floats, rarity: Floats, candidates: Sequence[Shelved]) -> Floats:
    """The share of each article's core that was asked for, in the better language; 0 for an article without questions."""
    found = np.zeros(len(candidates), dtype=np.float32)
    with_core = [number for number, one in enumerate(candidates) if len(one.core_tokens)]
    if not with_core:
        return found
    cores = [candidates[number] for number in with_core]
    tokens = np.concatenate([one.core_tokens for one in cores])
    held = np.concatenate([one.core_factors for one in cores]) * rarity[tokens]
    offsets = np.cumsum([0, *(len(one.core_tokens) for one in cores)])[:-1]
    starts = np.concatenate([one.core_starts + offset for one, offset in zip(cores, offsets, strict=True)])
    shares = np.add.reduceat(np.where(wanted[tokens] > 0, held, 0), starts) / np.add.reduceat(held, starts)
    first = np.cumsum([0, *(len(one.core_starts) for one in cores)])[:-1]
    found[with_core] = np.maximum.reduceat(shares, first)
    return found


def _coverage(asked: Asked, tokens: npt.NDArray[np.int32], sought: Floats, offsets: npt.NDArray[np.int64]) -> Floats:
    """The share of the question's weight whose tokens stand in any entry of each article."""
    hits = np.nonzero(sought)[0]
    owners = np.searchsorted(offsets, hits, side="right") - 1
    pairs = np.unique(owners.astype(np.int64) * (int(tokens.max()) + 1) + tokens[hits], return_index=True)[1]
    covered = np.bincount(owners[pairs], weights=sought[hits][pairs], minlength=len(offsets) - 1)
    return (covered / asked.total).astype(np.float32)


def _held(asked: Asked, covered: Floats, tokens: npt.NDArray[np.int32], offsets: npt.NDArray[np.int64]) -> Floats:
    """1 less the weight of the most telling thing that was named and that stands nowhere in the article, whatever the language.

    No more than the coverage for an article in which nothing stands that was named.
    """
    missed = np.full(len(offsets) - 1, asked.strange, dtype=np.float32)
    holds = np.zeros(len(missed), dtype=bool)
    for number, weight in asked.named:
        owners = np.searchsorted(offsets, np.nonzero(tokens == number)[0], side="right") - 1
        lacks = np.ones(len(missed), dtype=bool)
        lacks[owners] = False
        holds |= ~lacks
        missed = np.where(lacks, np.maximum(missed, weight), missed)
    return np.where(holds, 1 - missed, np.minimum(1 - missed, covered)).astype(np.float32)


def intended(article: Article, intent: str) -> float:
    """How far the article is meant for this intent."""
    if not intent or intent not in article.intents:
        return 0.0
    return 1.0 if article.intents[0] == intent else _BESIDE


def _best(alike: Floats, shared: Floats, start: int, size: int) -> int:
    """The most alike question, or the body when no question shares a word."""
    best = int(alike[start : start + size].argmax())
    return best if alike[start + best] else int(shared[start : start + size].argmax())
