"""Scores that mean what they say: how sure, a gate for what lies outside, thresholds that keep 95 %."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
KEEP = 0.95
_ENOUGH_OUTSIDE = 20  # lines from outside, before the gate learns from them
_GATE_UNTAUGHT = (0.0, -0.5, 0.0, -1.0, 0.0, -0.4, 0.0, 0.0)  # found on classes left out of training, without a line from outside
_EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Held:
    """Of some lines: scores (n, classes + 1), the last being the class "outside", and the share of known features (n,).

    `extra` (n, m): what else the gate may look at, higher meaning further inside.
    """

    scores: Floats
    known: Floats
    extra: Floats | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """`temperature` multiplies the scores before the softmax; `slope` and `offset` bend the likeliest one's log odds.

    `gate` weighs the features of `gate_features`, after `centre` and `spread` made them comparable. A message is outside above
    `outside_from`; among the rest one is asked back when the likeliest intent has less than `ask_below`.
    """

    temperature: float
    slope: float
    offset: float
    gate: tuple[float, ...]
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    outside_from: float
    ask_below: float

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Calibration:
        """Back from JSON."""
        values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in data.items()}
        return cls(**values)

    def judge(self, held: Held) -> tuple[Floats, Floats]:
        """Probabilities (n, classes) in the order of the scores, and how far outside each line lies, 0..1 (n,)."""
        chances = softmax(held.scores[:, :-1], self.temperature)
        features = (gate_features(held, chances) - np.array(self.centre)) / np.array(self.spread)
        return _bent(chances, self.slope, self.offset), _sigmoid(features @ np.array(self.gate))


    def judge_one(self, held: Held) -> tuple[Floats, float]:
        """The same for a single line, (classes,) and one number, in a third of the time."""
        if held.extra is not None:
            chances, away = self.judge(held)
            return chances[0], float(away[0])
        inside, outside = held.scores[0, :-1], float(held.scores[0, -1])
        best = int(inside.argmax())
        highest, next_ = float(inside[best]), float(np.partition(inside, -2)[-2])
        raised = np.exp((inside - highest) * self.temperature)
        first = 1 / float(raised.sum())
        chances = raised * first
        entropy = float((chances * np.log(chances + _EDGE)).sum())
        features = (1.0, highest - float(inside.mean()), highest - next_, entropy, outside, float(held.known[0]), highest, math.log(first))
        odds = sum(weight * (one - at) / by for weight, one, at, by in zip(self.gate, features, self.centre, self.spread, strict=True))
        rest, second = max(1 - first, _EDGE), math.exp((next_ - highest) * self.temperature) * first
        sure = min(max(first, _EDGE), 1 - _EDGE)
        bent = max(_sigmoid_of(self.offset + self.slope * math.log(sure / (1 - sure))), second / (second + rest))
        chances *= (1 - bent) / rest
        chances[best] = bent
        return chances, _sigmoid_of(odds)


def softmax(scores: Floats, temperature: float) -> Floats:
    """Probabilities over the last axis."""
    shifted = scores * temperature
    shifted = shifted - shifted.max(axis=-1, keepdims=True)
    raised = np.exp(shifted)
    result: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return result


def gate_features(held: Held, chances: Floats) -> Floats:
    """(n, 8): 1, the highest score over the mean, its margin, minus the entropy, the class "outside", the known share,
    the highest score, the log of the highest chance.
    """
    inside = held.scores[:, :-1]
    ordered = np.partition(inside, -2, axis=1)
    highest = ordered[:, -1]
    result: Floats = np.empty((len(inside), 8))
    result[:, 0] = 1
    result[:, 1] = highest - inside.mean(axis=1)
    result[:, 2] = highest - ordered[:, -2]
    result[:, 3] = (chances * np.log(chances + _EDGE)).sum(axis=1)
    result[:, 4] = held.scores[:, -1]
    result[:, 5] = held.known
    result[:, 6] = highest
    result[:, 7] = np.log(chances.max(axis=1))
    return result if held.extra is None else np.concatenate([result, held.extra], axis=1)


def fit(held: Held, labels: npt.NDArray[np.int64], *, untaught: tuple[float, ...] = _GATE_UNTAUGHT) -> Calibration:
    """From held-out lines and their labels (-1: outside).

    `untaught` weighs the gate's features where there are too few lines from outside to learn from.
    """
    inside = labels >= 0
    scores, truth = held.scores[inside, :-1], labels[inside]
    temperature = fit_temperature(scores, truth)
    chances = softmax(scores, temperature)
    right = chances.argmax(axis=1) == truth
    slope, offset = _fit_bend(chances.max(axis=1), right)
    features = gate_features(held, softmax(held.scores[:, :-1], temperature))
    centre, spread = features[inside].mean(axis=0), features[inside].std(axis=0)
    centre[0], spread = 0.0, np.where(spread > _EDGE, spread, 1.0)
    features = (features - centre) / spread
    gate = np.array(untaught)
    if (~inside).sum() >= _ENOUGH_OUTSIDE:
        balance = np.where(inside, 0.5 / inside.mean(), 0.5 / (~inside).mean())  # both sides weigh the same
        gate = _logistic(features, (~inside).astype(np.float64), balance)
    outside_from = float(np.quantile(_sigmoid(features[inside] @ gate), KEEP))
    best = _bent(chances, slope, offset).max(axis=1)
    return Calibration(
        temperature, slope, offset, _plain(gate), _plain(centre), _plain(spread), outside_from, _ask_below(best, ~right)
    )


def _plain(numbers: Floats) -> tuple[float, ...]:
    return tuple(float(one) for one in numbers)


def _sigmoid(odds: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return result


def _sigmoid_of(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))


def _log_odds(chances: Floats) -> Floats:
    held = np.clip(chances, _EDGE, 1 - _EDGE)
    result: Floats = np.log(held / (1 - held))
    return result


def _bent(chances: Floats, slope: float, offset: float) -> Floats:
    """The likeliest one gets its bent probability, never less than the next one then has; the others share the rest."""
    ordered = np.partition(chances, -2, axis=-1)
    first, second = ordered[..., -1], ordered[..., -2]
    rest = np.maximum(1 - first, _EDGE)
    bent = np.maximum(_sigmoid(offset + slope * _log_odds(first)), second / (second + rest))
    result: Floats = chances * ((1 - bent) / rest)[..., None]
    np.put_along_axis(result, chances.argmax(axis=-1)[..., None], bent[..., None], axis=-1)
    return result


def _ask_below(best: Floats, wrong: Bools) -> float:
    """The highest threshold, at most .5, under which two in three held-out lines were wrong: there asking back is worth it."""
    order = np.argsort(best)
    share = np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)
    good = np.nonzero((share >= 0.66) & (best[order] <= 0.5))[0]
    return float(best[order[good[-1]]]) if len(good) else 0.2


def fit_temperature(scores: Floats, labels: npt.NDArray[np.int64]) -> float:
    """The temperature with the least log loss, by golden section on its logarithm."""

    def loss(log_temperature: float) -> float:
        chances = softmax(scores, float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(chances[np.arange(len(labels)), labels], 1e-12)).mean())

    low, high = np.log(0.3), np.log(40.0)
    golden = (5**0.5 - 1) / 2
    for _ in range(24):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def _fit_bend(best: Floats, right: Bools) -> tuple[float, float]:
    """Slope and offset with which the log odds of the likeliest intent say how often it is right."""
    columns = np.stack((np.ones(len(best)), _log_odds(best)), axis=1)
    offset, slope = _logistic(columns, right.astype(np.float64), np.ones(len(best)))
    return max(float(slope), 0.05), float(offset)


def _logistic(columns: Floats, truth: Floats, share: Floats) -> Floats:
    """Logistic regression by Newton's method, with a little ridge. `share` weighs the rows."""
    weights: Floats = np.zeros(columns.shape[1])
    for _ in range(50):
        chances = _sigmoid(columns @ weights)
        gradient = columns.T @ (share * (chances - truth)) / len(truth) + 1e-3 * weights
        curvature = (columns * (share * chances * (1 - chances))[:, None]).T @ columns / len(truth)
        step = np.linalg.solve(curvature + 1e-3 * np.eye(len(weights)), gradient)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights
