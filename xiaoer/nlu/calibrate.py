"""Scores that mean what they say: a temperature for the probabilities, a gate for what lies outside, thresholds that keep 95 %."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
KEEP = 0.95


@dataclass(frozen=True, slots=True)
class Calibration:
    """`temperature` multiplies the scores before the softmax; `gate` weighs (1, highest score, margin, energy, outside class).

    A message is outside above `outside_from`; among the rest one is asked back when the likeliest intent has less than
    `ask_below`.
    """

    temperature: float
    gate: tuple[float, ...]
    outside_from: float
    ask_below: float


def softmax(scores: Floats, temperature: float) -> Floats:
    """Probabilities over the last axis."""
    shifted = scores * temperature
    shifted = shifted - shifted.max(axis=-1, keepdims=True)
    raised = np.exp(shifted)
    result: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return result


def gate_features(scores: Floats, temperature: float) -> Floats:
    """Of scores (n, classes + 1), the last column being the class "outside": what the gate looks at, (n, 5)."""
    inside, outside = scores[:, :-1], scores[:, -1]
    ordered = np.sort(inside, axis=1)
    energy = np.log(np.exp(np.clip(inside * temperature, -60, 60)).sum(axis=1)) / temperature
    columns = (np.ones(len(scores)), ordered[:, -1], ordered[:, -1] - ordered[:, -2], energy, outside)
    result: Floats = np.stack(columns, axis=1)
    return result


def outside_scores(features: Floats, gate: tuple[float, ...]) -> Floats:
    """0..1, higher the further outside."""
    result: Floats = 1 / (1 + np.exp(-np.clip(features @ np.array(gate), -30, 30)))
    return result


def fit(scores: Floats, labels: npt.NDArray[np.int64]) -> Calibration:
    """From held-out scores (n, classes + 1) and labels (-1: outside)."""
    inside = labels >= 0
    temperature = _fit_temperature(scores[inside, :-1], labels[inside])
    features = gate_features(scores, temperature)
    gate = _fit_gate(features, ~inside) if (~inside).sum() >= 20 else (0.0, -1.0, 0.0, -1.0, 0.0)
    away = outside_scores(features, gate)
    outside_from = float(np.quantile(away[inside], KEEP))
    probabilities = softmax(scores[inside, :-1], temperature)
    best = probabilities.max(axis=1)
    wrong = probabilities.argmax(axis=1) != labels[inside]
    return Calibration(temperature, gate, outside_from, _ask_below(best, wrong))


def _ask_below(best: Floats, wrong: npt.NDArray[np.bool_]) -> float:
    """The highest threshold, at most .5, under which two in three held-out lines were wrong: there asking back is worth it."""
    order = np.argsort(best)
    share = np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)
    good = np.nonzero((share >= 0.66) & (best[order] <= 0.5))[0]
    return float(best[order[good[-1]]]) if len(good) else 0.2


def _fit_temperature(scores: Floats, labels: npt.NDArray[np.int64]) -> float:
    """The temperature with the least log loss, by golden section on its logarithm."""

    def loss(log_temperature: float) -> float:
        chances = softmax(scores, float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(chances[np.arange(len(labels)), labels], 1e-12)).mean())

    low, high = np.log(0.3), np.log(40.0)
    golden = (5**0.5 - 1) / 2
    for _ in range(40):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def _fit_gate(features: Floats, outside: npt.NDArray[np.bool_]) -> tuple[float, ...]:
    """Logistic regression by Newton's method, with a little ridge."""
    truth = outside.astype(np.float64)
    share = np.where(outside, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))  # both sides weigh the same
    weights: Floats = np.zeros(features.shape[1])
    for _ in range(50):
        chances = outside_scores(features, tuple(weights))
        gradient = features.T @ (share * (chances - truth)) / len(truth) + 1e-3 * weights
        curvature = (features * (share * chances * (1 - chances))[:, None]).T @ features / len(truth)
        step = np.linalg.solve(curvature + 1e-3 * np.eye(len(weights)), gradient)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return tuple(float(one) for one in weights)
