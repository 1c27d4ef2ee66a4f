"""Does the best article answer? Two chances, learnt on the shop's own articles and kept with the weights of the ranking.

`inside`: that any article answers — against lines known to lie outside of what the shop does, and against questions whose
own article, or whole matter, was hidden. `first`: that it is the best one and not a sibling. No weight may point the senseless
way: more likeness never makes an answer less likely.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from xiaoer.knowledge.collection import Emphasis
from xiaoer.knowledge.search import Scored

VERSION = 5  # of the features; what was fitted to others is not read
Outcome = Literal["answer", "did_you_mean", "unknown"]


@dataclass(frozen=True, slots=True)
class Answerable:
    """`fusion` weighs the features of `ranking`; `inside` and `first` weigh those of this module. The defaults fit any collection.

    `terms`, `together`: the emphasis of the thesaurus (see `collection.Emphasis`).
    `answer_from`, `ask_from`: least chance of being inside; `first_from`: least chance of being the right one.
    """

    fusion: tuple[float, ...] = (3.2, 1.7, 4.0, 1.4, 2.2, 3.0, 0.5, 2.8)
    inside: tuple[float, ...] = (-9.0, 0.5, 2.5, 2.2, 2.5, 0.6, 0.6, 3.5)
    first: tuple[float, ...] = (0.5, 0.8)
    answer_from: float = 0.4
    ask_from: float = 0.06
    first_from: float = 0.4
    terms: float = 0.5
    together: float = 0.0

    @property
    def emphasis(self) -> Emphasis:
        """How much the thesaurus tells in this collection."""
        return Emphasis(self.terms, self.together)

    def probability(self, best: Scored) -> float:
        """The chance that the best article answers, 0..1."""
        return self.chance_inside(best) * self.chance_first(best)

    def chance_inside(self, best: Scored) -> float:
        """The chance that the shop's articles answer at all."""
        features = inside_features(best.features, known=best.known, share=best.share, is_contrary=best.is_contrary)
        return _chance(self.inside, features)

    def chance_first(self, best: Scored) -> float:
        """The chance that of the found articles it is the best one that answers."""
        return _chance(self.first, first_features(best.share))

    def decide(self, best: Scored) -> Outcome:
        """Answer when it is likely inside and clearly first; ask back when it is likely but not clear; else unknown."""
        inside = self.chance_inside(best)
        if inside >= self.answer_from and self.chance_first(best) >= self.first_from:
            return "answer"
        return "did_you_mean" if inside >= self.ask_from else "unknown"

    def save(self, path: Path) -> None:
        """Keep it beside the index."""
        path.write_text(json.dumps({"version": VERSION, **asdict(self)}), "utf-8")

    @classmethod
    def load(cls, path: Path) -> Answerable:
        """What was kept, or the default."""
        return cls.find(path) or cls()

    @classmethod
    def find(cls, path: Path) -> Answerable | None:
        """What was kept for these features, or None."""
        try:
            data = json.loads(path.read_text("utf-8"))
            if data.pop("version") != VERSION:
                return None
            fusion, inside, first = (tuple(map(float, data.pop(name))) for name in ("fusion", "inside", "first"))
            rest = {name: float(data[name]) for name in ("answer_from", "ask_from", "first_from", "terms", "together")}
            return cls(fusion, inside, first, **rest)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


def _chance(weights: Sequence[float], features: Sequence[float]) -> float:
    return float(1 / (1 + np.exp(-float(np.dot(weights, features)))))


def inside_features(features: Sequence[float], *, known: float, share: float, is_contrary: bool) -> tuple[float, ...]:
    """1, then what speaks for it: coverage, likeness, lead, known words, the intent named, not outside, nothing missed."""
    likeness, _, coverage, *_, held, intended = features
    return (1.0, coverage, likeness, share, known, intended, float(not is_contrary), held)


def first_features(share: float) -> tuple[float, ...]:
    """1 and the logit of the share that the ranking gives the best article."""
    kept = min(max(share, 1e-3), 1 - 1e-3)
    return (1.0, math.log(kept / (1 - kept)))
