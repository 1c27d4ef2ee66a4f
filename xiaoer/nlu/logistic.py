"""Multinomial logistic regression on dense vectors, by limited-memory BFGS.

Method: Liu, Nocedal, "On the limited memory BFGS method for large scale optimization" (Mathematical Programming 45, 1989).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
_REMEMBERED = 8
_ENOUGH = 1e-4  # Armijo: a step must bring this share of what the slope promises
_HALVINGS = 12


@dataclass(frozen=True, slots=True)
class Linear:
    """Scores are `vectors @ weights + bias`: weights (dimensions, classes), bias (classes,)."""

    weights: Floats
    bias: Floats

    def scores(self, vectors: Floats) -> Floats:
        """(n, classes)."""
        result: Floats = vectors @ self.weights + self.bias
        return result


def fit_logistic(
    vectors: Floats, labels: Ints, *, classes: int, cost: float, begin: Linear | None = None, rounds: int = 60, tolerance: float = 1e-3
) -> Linear:
    """The classifier with the least `cost` times the summed log loss plus half the squared weights (the bias is free).

    `begin`: a solution to start from, say of nearly the same rows.
    """
    rows = np.concatenate([vectors, np.ones((len(vectors), 1), dtype=np.float32)], axis=1)
    ridge = np.full((rows.shape[1], 1), 1 / (cost * len(rows)), dtype=np.float32)
    ridge[-1] = 0
    point = np.zeros((rows.shape[1], classes), dtype=np.float32)
    if begin is not None:
        point[:-1], point[-1] = begin.weights, begin.bias
    places = np.arange(len(rows))

    def value(weights: Floats) -> tuple[float, Floats]:
        scores = rows @ weights
        scores -= scores.max(axis=1, keepdims=True)
        raised = np.exp(scores)
        sums = raised.sum(axis=1, keepdims=True)
        loss = float((np.log(sums[:, 0]) - scores[places, labels]).mean(dtype=np.float64))
        raised /= sums
        raised[places, labels] -= 1
        slope = rows.T @ raised
        slope /= len(rows)
        slope += ridge * weights
        return loss + 0.5 * float((ridge * weights * weights).sum(dtype=np.float64)), slope

    found = _minimise(value, point, rounds, tolerance)
    return Linear(np.ascontiguousarray(found[:-1]), found[-1].copy())


def _minimise(value: Callable[[Floats], tuple[float, Floats]], point: Floats, rounds: int, tolerance: float) -> Floats:
    height, slope = value(point)
    steps: list[tuple[Floats, Floats, float]] = []
    smallest = tolerance * max(float(np.abs(slope).max()), 1e-3)
    for _ in range(rounds):
        if float(np.abs(slope).max()) <= smallest:
            break
        direction = _direction(slope, steps)
        promised = float((slope * direction).sum(dtype=np.float64))
        if promised >= 0:
            direction, promised, steps = -slope, -float((slope * slope).sum(dtype=np.float64)), []
        size = 1.0 if steps else min(1.0, 1.0 / max(1e-12, float(np.abs(slope).sum())))
        for _ in range(_HALVINGS):
            tried = point + np.float32(size) * direction
            lower, turned = value(tried)
            if lower <= height + _ENOUGH * size * promised:
                break
            size /= 2
        else:
            break
        moved, change = tried - point, turned - slope
        curvature = float((moved * change).sum(dtype=np.float64))
        if curvature > 1e-12:
            steps = [*steps[-_REMEMBERED + 1 :], (moved, change, 1 / curvature)]
        point, height, slope = tried, lower, turned
    return point


def _direction(slope: Floats, steps: list[tuple[Floats, Floats, float]]) -> Floats:
    """Downhill, by the curvature that the remembered steps tell of (the two-loop recursion)."""
    direction = -slope
    shares: list[float] = []
    for moved, change, inverse in reversed(steps):
        share = inverse * float((moved * direction).sum(dtype=np.float64))
        shares.append(share)
        direction = direction - np.float32(share) * change
    if steps:
        moved, change, inverse = steps[-1]
        direction = direction * np.float32(1 / (inverse * float((change * change).sum(dtype=np.float64))))
    for (moved, change, inverse), share in zip(steps, reversed(shares), strict=True):
        back = inverse * float((change * direction).sum(dtype=np.float64))
        direction = direction + np.float32(share - back) * moved
    result: Floats = direction
    return result
