"""Train the default reader's intent model: features, solver, and calibration on held-out folds."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from xiaoer.errors import Invalid
from xiaoer.nlu.calibrate import fit
from xiaoer.nlu.features import grams_of
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.solver import Row, solve

OUTSIDE = "oos"
FOLDS = 4
SETTINGS = {"cost": 0.5, "epochs": 12, "rare_below": 2, "features": "w12 c35 h13 p2"}
Progress = Callable[[float, str], None]


def train(lines: Sequence[tuple[str, str]], *, seed: int = 0, progress: Progress | None = None) -> IntentModel:
    """A model from (text, label) lines. Lines labelled "oos" teach what lies outside; they are no intent of their own.

    Invalid when there are fewer than two intents or an intent has fewer than two lines.
    """
    labels = tuple(sorted({label for _, label in lines if label != OUTSIDE}))
    counts = Counter(label for _, label in lines)
    thin = [label for label in labels if counts[label] < 2]
    if len(labels) < 2 or thin:
        raise Invalid(
            f"Training needs at least two intents with two lines each; too thin: {', '.join(thin) or 'everything'}.",
            f"训练至少需要两个意图，每个意图至少两条语料；不足的有：{'、'.join(thin) or '全部'}。",
            field="lines",
        )
    texts = [text for text, _ in lines]
    numbers = {label: number for number, label in enumerate((*labels, OUTSIDE))}
    targets = np.array([numbers[label] for _, label in lines], dtype=np.int64)
    grams = [[gram for gram, _, _ in grams_of(text)] for text in texts]
    held_out = _held_out(grams, targets, len(labels), seed, progress)
    inside = np.where(targets == len(labels), -1, targets)
    calibration = fit(held_out, inside)
    vocabulary, idf, weights = _fit_all(grams, targets, len(labels) + 1, seed)
    about = {"hash": hash_of(lines), "lines": len(lines), "settings": SETTINGS, "held_out": _figures(held_out, inside)}
    if progress is not None:
        progress(1.0, "done")
    return IntentModel(labels, vocabulary, idf, weights.astype(np.float16), calibration, about)


def _held_out(
    grams: Sequence[Sequence[str]], targets: npt.NDArray[np.int64], classes: int, seed: int, progress: Progress | None
) -> npt.NDArray[np.float64]:
    """Scores (lines, classes + 1) of every line by a model that did not see it."""
    folds = _folds(targets, seed)
    scores = np.zeros((len(grams), classes + 1))
    for fold in range(FOLDS):
        if progress is not None:
            progress(fold / (FOLDS + 1), f"fold {fold + 1} of {FOLDS}")
        seen, hidden = np.nonzero(folds != fold)[0].tolist(), np.nonzero(folds == fold)[0].tolist()
        vocabulary, idf, weights = _fit_all([grams[i] for i in seen], targets[seen], classes + 1, seed)
        for i in hidden:
            ids, values = _row(grams[i], vocabulary, idf)
            scores[i] = values @ weights[ids]
    if progress is not None:
        progress(FOLDS / (FOLDS + 1), "all lines")
    return scores


def _folds(targets: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.int64]:
    """Each label's lines spread evenly over the folds."""
    generator = np.random.default_rng(seed)
    folds = np.zeros(len(targets), dtype=np.int64)
    for label in np.unique(targets):
        places = generator.permutation(np.nonzero(targets == label)[0])
        folds[places] = np.arange(len(places)) % FOLDS
    return folds


def _fit_all(
    grams: Sequence[Sequence[str]], targets: npt.NDArray[np.int64], classes: int, seed: int
) -> tuple[dict[str, int], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    seen = Counter(gram for line in grams for gram in set(line))
    kept = sorted(gram for gram, count in seen.items() if count >= 2 or gram[0] in "wh")
    vocabulary = {gram: number for number, gram in enumerate(kept)}
    idf = np.array([np.log((1 + len(grams)) / (1 + seen[gram])) + 1 for gram in kept], dtype=np.float32)
    rows = [_row(line, vocabulary, idf) for line in grams]
    weights = solve(rows, targets, features=len(kept), classes=classes, cost=0.5, epochs=12, seed=seed)
    return vocabulary, idf, weights


def _row(grams: Sequence[str], vocabulary: dict[str, int], idf: npt.NDArray[np.float32]) -> Row:
    counts = Counter(vocabulary[gram] for gram in grams if gram in vocabulary)
    ids = np.fromiter(counts, dtype=np.int32, count=len(counts))
    values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * idf[ids]
    norm = float(np.sqrt(values @ values))
    return ids, (values / norm if norm else values).astype(np.float32)


def _figures(scores: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> dict[str, float]:
    inside = labels >= 0
    right = scores[inside, :-1].argmax(axis=1) == labels[inside]
    return {"accuracy": float(right.mean())}


def hash_of(lines: Sequence[tuple[str, str]]) -> str:
    """The same for the same lines and settings, in any order: a model made of them carries it."""
    data = json.dumps([SETTINGS, sorted(lines)], ensure_ascii=False).encode()
    return hashlib.sha256(data).hexdigest()
