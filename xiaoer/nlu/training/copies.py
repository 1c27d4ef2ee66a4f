"""Which lines are the same: by their normal form, and nearly so by what the reader sees in them."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

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
    """Known lines by their features, so that the nearest one of a new line is found by adding up a few columns."""

    def __init__(self) -> None:
        self._postings: dict[str, tuple[list[int], list[float]]] = {}
        self._columns: dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]] = {}
        self._ids: list[str] = []

    def add(self, line_id: str, vector: Vector) -> None:
        """One more known line."""
        for name, value in vector.items():
            numbers, values = self._postings.setdefault(name, ([], []))
            numbers.append(len(self._ids))
            values.append(value)
            self._columns.pop(name, None)
        self._ids.append(line_id)

    def nearest(self, vector: Vector) -> tuple[str, float]:
        """Id and cosine of the nearest known line, the earliest where several are; ("", 0.0) when none has a feature in common."""
        scores = np.zeros(len(self._ids))
        for name, value in vector.items():
            if name in self._postings:
                numbers, values = self._column(name)
                scores[numbers] += value * values
        best = int(scores.argmax()) if len(scores) else 0
        return (self._ids[best], min(1.0, float(scores[best]))) if len(scores) and scores[best] > 0 else ("", 0.0)

    def _column(self, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        if name not in self._columns:
            numbers, values = self._postings[name]
            self._columns[name] = np.array(numbers, dtype=np.int64), np.array(values)
        return self._columns[name]


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
    """Pairs of (id, text) lines that nearly say the same words: (later id, earlier id, cosine), features weighing the same.

    Two sets of features that are so alike share one of the rarest of each (prefix filtering; Bayardo, Ma and Srikant, Scaling up
    all pairs similarity search, 2007), so only lines with a rare feature in common are compared.
    """
    sets = [(line_id, names_of(text)) for line_id, text in lines]
    often = Counter(name for _, names in sets for name in names)
    by_rare: dict[str, list[int]] = defaultdict(list)
    pairs: list[tuple[str, str, float]] = []
    for number, (line_id, names) in enumerate(sets):
        rarest = sorted(names, key=lambda name: (often[name], name))
        prefix = rarest[: len(names) - math.ceil(threshold * threshold * len(names)) + 1]
        others = sorted({other for name in prefix for other in by_rare[name]})
        found = [(len(names & sets[other][1]) / math.sqrt(len(names) * len(sets[other][1])), -other) for other in others]
        best = max(found, default=(0.0, 0))
        if best[0] >= threshold:
            pairs.append((line_id, sets[-best[1]][0], best[0]))
        for name in prefix:
            by_rare[name].append(number)
    return pairs
