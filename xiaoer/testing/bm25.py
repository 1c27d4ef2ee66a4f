"""Entries scored as Lucene scores them (BM25Similarity, since 8.0): the memory of the played search servers.

What is written is found after a refresh, as in Lucene, so that a writer who forgets it is caught. Lengths are kept in one
byte, as there: 40 and less exactly, longer ones rounded down (SmallFloat.intToByte4). Deleted documents are gone at once,
while in Lucene they count in the statistics until segments are merged.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]


@dataclass
class Memory:
    """Documents by id: `written` is durable, `shown` is what searches see."""

    text_field: str
    k1: float = 1.2
    b: float = 0.75
    written: dict[str, dict[str, Any]] = field(default_factory=dict)
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lengths: dict[str, int] = field(default_factory=dict)
    _postings: dict[str, dict[str, int]] = field(default_factory=dict)

    def refresh(self) -> None:
        """Show what was written."""
        self.shown = dict(self.written)
        self._lengths, self._postings = {}, {}
        for one, document in self.shown.items():
            words = str(document.get(self.text_field, "")).split()
            if words:
                self._lengths[one] = len(words)
            for word, times in Counter(words).items():
                self._postings.setdefault(word, {})[one] = times

    def search(self, words: Iterable[str], may: Callable[[Document], bool]) -> list[tuple[float, str, Document]]:
        """(score, id, document) of everything that holds one of the words and may be found; best first, ties by key."""
        average = sum(self._lengths.values()) / len(self._lengths) if self._lengths else 1.0
        scores: dict[str, float] = {}
        for word in words:
            weight = self._idf(word)
            for one, times in self._postings.get(word, {}).items():
                norm = self.k1 * (1 - self.b + self.b * stored_length(self._lengths[one]) / average)
                scores[one] = scores.get(one, 0.0) + weight * times / (times + norm)
        found: list[tuple[float, str, Document]] = [
            (score, one, self.shown[one]) for one, score in scores.items() if may(self.shown[one])
        ]
        found.sort(key=lambda one: (-one[0], str(one[2].get("key", ""))))
        return found

    def _idf(self, word: str) -> float:
        seen = len(self._postings.get(word, ()))
        return math.log(1 + (len(self._lengths) - seen + 0.5) / (seen + 0.5))


def stored_length(length: int) -> int:
    """A length as one byte remembers it: four significant bits above 40."""
    free = 24
    if length < free:
        return length
    rest = length - free
    bits = rest.bit_length()
    if bits > 4:
        rest = rest >> (bits - 4) << (bits - 4)
    return free + rest
