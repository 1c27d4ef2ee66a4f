"""Does the best article answer? A small logistic model over the search's features, fitted on the shop's own articles.

Right cases: each stored similar question asked while that very question is hidden. Wrong cases: lines known to lie outside
of what the shop does; where a shop has none, the same questions asked while their whole article is hidden.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xiaoer.knowledge.search import Scored

_STEPS = 400
_RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Answerable:
    """Weights of (1, likeness, coverage, likeness·coverage, lead, intent fits) and the two thresholds on the probability."""

    weights: tuple[float, ...] = (-4.5, 3.0, 2.5, 3.0, 1.5, 1.5)
    answer_from: float = 0.5
    ask_from: float = 0.15

    def probability(self, best: Scored) -> float:
        """The chance that the best article answers, 0..1."""
        return float(1 / (1 + np.exp(-float(np.dot(self.weights, features_of(best))))))

    def save(self, path: Path) -> None:
        """Keep it beside the index."""
        path.write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def load(cls, path: Path) -> Answerable:
        """What was kept, or the default fitted on the demo shop's articles."""
        try:
            data = json.loads(path.read_text("utf-8"))
            return cls(tuple(data["weights"]), float(data["answer_from"]), float(data["ask_from"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls()


def features_of(best: Scored) -> tuple[float, ...]:
    """The features of the best article."""
    return (1.0, best.likeness, best.coverage, best.likeness * best.coverage, best.lead, float(best.is_intended))


def fit(cases: Sequence[tuple[tuple[float, ...], bool]], *, false_share: float = 0.05) -> Answerable:
    """Fit by Newton's method; `answer_from` lets at most `false_share` of the wrong cases through, between .3 and .5."""
    matrix = np.array([features for features, _ in cases], dtype=np.float64)
    truth = np.array([float(right) for _, right in cases])
    weights: npt.NDArray[np.float64] = np.zeros(matrix.shape[1])
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(matrix @ weights, -30, 30)))
        gradient = matrix.T @ (chances - truth) / len(truth) + _RIDGE * weights
        hessian = (matrix * (chances * (1 - chances))[:, None]).T @ matrix / len(truth) + _RIDGE * np.eye(len(weights))
        step = np.linalg.solve(hessian, gradient)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-9:
            break
    chances = 1 / (1 + np.exp(-np.clip(matrix @ weights, -30, 30)))
    wrong = np.sort(chances[truth == 0])
    threshold = float(wrong[int(len(wrong) * (1 - false_share))]) if len(wrong) else 0.5
    answer_from = min(0.5, max(0.3, threshold))
    return Answerable(tuple(float(one) for one in weights), answer_from, answer_from * 0.4)
