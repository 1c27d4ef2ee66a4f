"""What was said, tinted: how much each character spoke for or against an intent. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xiaoer.nlu.model import Contribution

STRONGEST = 4
_MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters of one tint: `level` from -2 (against) over 0 to 4 (strongly for)."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Tinted:
    """A text for one intent: its stretches, and the n-grams that weighed most with their weights."""

    intent: str
    title: str
    probability: float
    stretches: tuple[Stretch, ...]
    grams: tuple[Contribution, ...]


def tint(text: str, found: Sequence[Contribution]) -> tuple[Stretch, ...]:
    """Spread each n-gram's weight over its characters and cut the text where the tint changes."""
    weights = [0.0] * len(text)
    for one in found:
        end = min(one.end, len(text))
        for place in range(one.start, end):
            weights[place] += one.weight / max(1, one.end - one.start)
    most = max((abs(weight) for weight in weights), default=0.0)
    stretches: list[Stretch] = []
    for letter, weight in zip(text, weights, strict=True):
        level = _level(weight / most) if most else 0
        if stretches and stretches[-1].level == level:
            stretches[-1] = Stretch(stretches[-1].text + letter, level)
        else:
            stretches.append(Stretch(letter, level))
    return tuple(stretches)


def _level(share: float) -> int:
    if share < 0:
        return -2 if share < -0.5 else -1 if share < -0.12 else 0
    return min(STRONGEST, int(share * STRONGEST + 0.6))


def heaviest(found: Sequence[Contribution]) -> tuple[Contribution, ...]:
    """The n-grams that weighed most, each once."""
    by_gram: dict[str, Contribution] = {}
    for one in sorted(found, key=lambda one: -abs(one.weight)):
        by_gram.setdefault(one.gram.strip(), one)
    return tuple(one for gram, one in by_gram.items() if gram)[:_MOST_LISTED]
