"""How good a model is on lines that it never saw: accuracy, macro-F1, calibration, and what lies outside told apart."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from xiaoer.nlu.model import IntentModel, Prediction
from xiaoer.nlu.train import OUTSIDE

Line = tuple[str, str]  # text, label
_BINS = 15
_KEEP = 0.95
_MOST_CONFUSIONS, _MOST_EXAMPLES = 12, 3


def evaluate(model: IntentModel, lines: Sequence[Line]) -> dict[str, Any]:
    """The figures of a model on labelled lines ("oos": outside). Rates are 0..1; what cannot be said is None.

    accuracy, macro_f1 and ece (15 bins of equal width; Guo et al. 2017) are over lines of the shop's own intents, without
    rejecting any; auroc is of the out-of-scope score; recall_at_95 the share of outside lines above the score that 95 % of the
    inside lines stay under; kept and rejected are what the published thresholds do.
    """
    read = [model.predict(text) for text, _ in lines]
    inside = [(found, label) for found, (_, label) in zip(read, lines, strict=True) if label != OUTSIDE]
    away = np.array([found.oos_score for found, (_, label) in zip(read, lines, strict=True) if label == OUTSIDE])
    near = np.array([found.oos_score for found, _ in inside])
    truth, said = [label for _, label in inside], [found.intents[0][0] for found, _ in inside]
    right = np.array([one == other for one, other in zip(truth, said, strict=True)])
    sure = np.array([found.intents[0][1] for found, _ in inside])
    return {
        "lines": len(lines),
        "inside": len(inside),
        "outside": len(away),
        "hash": hash_of_lines(lines),
        "accuracy": _mean(right),
        "macro_f1": _macro_f1(truth, said),
        "ece": _calibration_error(sure, right) if len(right) else None,
        "auroc": auroc(near, away),
        "recall_at_95": float((away > np.quantile(near, _KEEP)).mean()) if len(near) and len(away) else None,
        "kept": _mean(np.array([found.outcome != "outside" for found, _ in inside])),
        "rejected": float((away > model.calibration.outside_from).mean()) if len(away) else None,
        "per_intent": _per_intent(truth, said),
        "confusions": _confusions(lines, read),
    }


def hash_of_lines(lines: Sequence[Line]) -> str:
    """The same for the same lines in any order: figures on different test sets cannot be compared."""
    return hashlib.sha256(json.dumps(sorted(lines), ensure_ascii=False).encode()).hexdigest()


def auroc(near: npt.NDArray[np.float64], away: npt.NDArray[np.float64]) -> float | None:
    """How often a line from outside scores higher than one from inside (ties count half); None where one side is empty."""
    if not len(near) or not len(away):
        return None
    ordered = np.sort(near)
    below = np.searchsorted(ordered, away, side="left")
    upto = np.searchsorted(ordered, away, side="right")
    return float((below + upto).sum() / (2 * len(near) * len(away)))


def _mean(values: npt.NDArray[np.bool_]) -> float | None:
    return float(values.mean()) if len(values) else None


def _calibration_error(sure: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> float:
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    error = 0.0
    for number in range(_BINS):
        here = bins == number
        if here.any():
            error += float(here.mean()) * abs(float(sure[here].mean()) - float(right[here].mean()))
    return error


def _macro_f1(truth: Sequence[str], said: Sequence[str]) -> float | None:
    scores = [row["f1"] for row in _per_intent(truth, said) if row["lines"]]
    return sum(scores) / len(scores) if scores else None


def _per_intent(truth: Sequence[str], said: Sequence[str]) -> list[dict[str, Any]]:
    are, read = Counter(truth), Counter(said)
    hits = Counter(one for one, other in zip(truth, said, strict=True) if one == other)
    rows = []
    for label in sorted(are):
        precision = hits[label] / read[label] if read[label] else 0.0
        recall = hits[label] / are[label]
        f1 = 2 * precision * recall / (precision + recall) if hits[label] else 0.0
        rows.append({"intent": label, "lines": are[label], "precision": precision, "recall": recall, "f1": f1})
    return rows


def _confusions(lines: Sequence[Line], read: Sequence[Prediction]) -> list[Mapping[str, Any]]:
    """The pairs that are mixed up most, with some of the lines."""
    mixed: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (text, label), found in zip(lines, read, strict=True):
        said = found.intents[0][0]
        if label not in (OUTSIDE, said):
            mixed[label, said].append(text)
    worst = sorted(mixed.items(), key=lambda one: (-len(one[1]), one[0]))[:_MOST_CONFUSIONS]
    return [{"truth": pair[0], "read": pair[1], "count": len(texts), "examples": texts[:_MOST_EXAMPLES]} for pair, texts in worst]
