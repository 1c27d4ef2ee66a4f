"""The two small models of the knowledge, fitted with the same descent. No weight may point the senseless way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]

_STEPS = 300
_KEPT = 40  # candidates of a question
_TO_DEFAULT = 1.0  # how strongly the ranking is held to its defaults: hidden questions are harder than customers' are
_TO_ZERO = 1e-4


def fit_fusion(cases: Sequence[tuple[Matrix, int]], start: Matrix) -> Matrix:
    """Weights ≥ 0 under which the right candidate's share is likeliest. `cases`: features (candidates, n), right place."""
    features = np.zeros((len(cases), _KEPT, len(start)))
    is_there = np.zeros((len(cases), _KEPT), dtype=bool)
    for number, (found, right) in enumerate(cases):
        others = [one for one in np.argsort(-(found @ start), kind="stable")[:_KEPT].tolist() if one != right]
        kept = [right, *others][:_KEPT]
        features[number, : len(kept)] = found[kept]
        is_there[number, : len(kept)] = True

    def slope(weights: Matrix) -> Matrix:
        scores = np.where(is_there, features @ weights, -np.inf)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        expected = np.einsum("na,nak->nk", shares, features)
        away: Matrix = (expected - features[:, 0]).mean(axis=0) + _TO_DEFAULT * (weights - start) / len(start)
        return away

    return _descend(slope, start, least=np.zeros(len(start)), steps=_STEPS)


def fit_logistic(features: Matrix, truth: Matrix, weight: Matrix | None = None) -> tuple[float, ...]:
    """Weights of a logistic model, all ≥ 0 but the first (of the constant)."""
    shares = np.ones(len(truth)) if weight is None else weight
    shares = shares / shares.sum()
    least = np.zeros(features.shape[1])
    least[0] = -np.inf

    def slope(weights: Matrix) -> Matrix:
        away: Matrix = features.T @ ((chances_of(features, weights) - truth) * shares) + _TO_ZERO * weights
        return away

    found = _descend(slope, np.zeros(features.shape[1]), least=least, steps=5 * _STEPS)
    return tuple(float(one) for one in found)


def chances_of(features: Matrix, weights: Matrix) -> Matrix:
    """What a logistic model says to each row."""
    chances: Matrix = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
    return chances


def _descend(slope: Callable[[Matrix], Matrix], start: Matrix, *, least: Matrix, steps: int) -> Matrix:
    """Adam with a falling rate, kept within the bounds."""
    weights, mean, square = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(1, steps + 1):
        steep = slope(weights)
        mean = 0.9 * mean + 0.1 * steep
        square = 0.99 * square + 0.01 * steep * steep
        rate = 0.1 * (1 - step / (steps + 1))
        weights = weights - rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-9)
        weights = np.maximum(weights, least)
    return weights
