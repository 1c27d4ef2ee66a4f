"""Which lines are the same: by their normal form, and nearly so by what the reader sees in them."""

from __future__ import annotations

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from xiaoer.nlu.features import names_of
from xiaoer.nlu.normalise import normalise

NEAR = 0.9  # cosine of two lines that say the same in the same words
ALIKE = 0.55  # and of two that can be labelled at once
_NO_WORD = re.compile(r"[\W_]+")
_UNKNOWN = 0.35  # weight of a feature that no known line has
Vector = Mapping[str, float]


def mark_of(text: str) -> str:
    """The same for lines that differ in case, width, script of characters, blanks and punctuation only."""
    normal = normalise(text).text
    words = _NO_WORD.sub("", normal) or normal
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:32]


def vector_of(text: str, weights: Mapping[str, float] | None = None) -> Vector:
    """A line's features with their weights, of norm 1. Without `weights` every feature weighs the same."""
    names = names_of(text)
    values = {name: weights.get(name, _UNKNOWN) if weights else 1.0 for name in names}
    norm = math.sqrt(sum(value * value for value in values.values()))
    return {name: value / norm for name, value in values.items()} if norm else {}


def cosine(one: Vector, other: Vector) -> float:
    """How alike two lines are, 0..1."""
    if len(one) > len(other):
        one, other = other, one
    return sum(value * other[name] for name, value in one.items() if name in other)


class Neighbours:
    """Known lines by their features, so that the nearest one of a new line is found without looking at all of them."""

    def __init__(self, weights: Mapping[str, float] | None = None) -> None:
        self._weights = weights
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._ids: list[str] = []

    def add(self, line_id: str, vector: Vector) -> None:
        """One more known line."""
        number = len(self._ids)
        self._ids.append(line_id)
        for name, value in vector.items():
            self._postings[name].append((number, value))

    def nearest(self, vector: Vector) -> tuple[str, float]:
        """Id and cosine of the nearest known line; ("", 0.0) when none has a feature in common."""
        scores: dict[int, float] = defaultdict(float)
        for name, value in vector.items():
            for number, other in self._postings.get(name, ()):
                scores[number] += value * other
        if not scores:
            return "", 0.0
        best = max(scores, key=lambda number: (scores[number], -number))
        return self._ids[best], min(1.0, scores[best])


def cluster(lines: Iterable[tuple[str, Vector]], *, threshold: float = ALIKE) -> dict[str, str]:
    """Each line's id with the id of the line that leads its cluster.

    Leader clustering (Hartigan, Clustering Algorithms, 1975, chapter 3): in the order given, a line joins the nearest leader
    above the threshold or leads a cluster of its own. Give the most important lines first.
    """
    leaders = Neighbours()
    found: dict[str, str] = {}
    for line_id, vector in lines:
        leader, score = leaders.nearest(vector)
        if score >= threshold:
            found[line_id] = leader
        else:
            leaders.add(line_id, vector)
            found[line_id] = line_id
    return found


def near_copies(lines: Sequence[tuple[str, str]], *, threshold: float = NEAR) -> list[tuple[str, str, float]]:
    """Pairs of (id, text) lines that nearly say the same words: (later id, earlier id, cosine)."""
    known = Neighbours()
    pairs: list[tuple[str, str, float]] = []
    for line_id, text in lines:
        vector = vector_of(text)
        other, score = known.nearest(vector)
        if score >= threshold:
            pairs.append((line_id, other, score))
        known.add(line_id, vector)
    return pairs
