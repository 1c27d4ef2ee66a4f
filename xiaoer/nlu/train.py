"""Train the default reader's intent model: features, solver, and calibration on held-out folds."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xiaoer.errors import Invalid
from xiaoer.nlu import concepts, meanings
from xiaoer.nlu.calibrate import Held, fit
from xiaoer.nlu.encoders.encoder import Encoder
from xiaoer.nlu.features import names_within, runs_of
from xiaoer.nlu.fuse import fit_dense
from xiaoer.nlu.model import MEANING, IntentModel
from xiaoer.nlu.normalise import normalise
from xiaoer.nlu.solver import Floats, Ints, Rows, Solution, solve

OUTSIDE = "oos"
FOLDS, FOLDS_OF_FEW, FEW = 4, 10, 2_000  # with few lines a fold more matters, and costs little
_COST, _OWN, _EPOCHS, _FOLD_EPOCHS, _PRIOR = 1.0, 3.0, 8, 4, 1.0
SETTINGS = {
    "cost": _COST, "own": _OWN, "epochs": _EPOCHS, "fold_epochs": _FOLD_EPOCHS, "prior": _PRIOR,
    "features": "w2 s b c25 x h13 p12 o", "concepts": concepts.digest(), "meaning": MEANING, "meanings": meanings.digest(),
}  # fmt: skip
_ONCE_IS_ENOUGH = "hso"  # families whose features are kept although only one line has them
Progress = Callable[[float, str], None]


def train(
    lines: Sequence[tuple[str, str]], *, seed: int = 0, progress: Progress | None = None, encoder: Encoder | None = None,
    kept: Path | None = None,
) -> IntentModel:  # fmt: skip
    """A model from (text, label) lines. Lines labelled "oos" teach what lies outside; they are no intent of their own.

    With an `encoder` it gets a dense half beside the n-grams, where that helps; `kept` is a folder that remembers the lines' vectors
    from one training to the next. Invalid when there are fewer than two intents or an intent has fewer than two lines.
    """
    report = progress or (lambda share, what: None)
    half = 1.0 if encoder is None else 0.5
    model, held, targets, folds = _train_sparse(lines, seed, lambda share, what: report(half * share, what))
    if encoder is None:
        return model
    dense = fit_dense(
        [text for text, _ in lines], targets, folds, held, model.labels, alone=model.calibration, encoder=encoder, kept=kept,
        tell=lambda share, what: report(half + (1 - half) * share, what),
    )  # fmt: skip
    report(1.0, "done")
    about = {**model.about, "encoder": {"name": encoder.name, "hash": encoder.hash, "is_used": dense is not None}}
    return replace(model, dense=dense, encoder=encoder if dense is not None else None, about=about)


def _train_sparse(
    lines: Sequence[tuple[str, str]], seed: int, tell: Progress
) -> tuple[IntentModel, Held, Ints, Ints]:
    """The model of n-grams, held-out scores of every line, the lines' labels as numbers, and the folds they were held out in."""
    labels = _labels_of(lines)
    numbers = {label: number for number, label in enumerate((*labels, OUTSIDE))}
    targets = np.array([numbers[label] for _, label in lines], dtype=np.int64)
    tell(0.0, "features")
    read = _read(lines)
    classes = len(labels) + 1
    weights = _weights_of(read.rows, targets, read.needed, classes)
    tell(0.1, "all lines")
    whole = solve(
        read.weighted(weights), targets, features=read.features, classes=classes, cost=_COST, own=_OWN, epochs=_EPOCHS, seed=seed,
        progress=lambda share: tell(0.1 + 0.4 * share, "all lines"),
    )  # fmt: skip
    held = _held_out(read, targets, whole, seed, tell)
    inside = np.where(targets == len(labels), -1, targets)
    calibration = fit(held, inside)
    about = {"hash": hash_of(lines), "lines": len(lines), "settings": SETTINGS, "held_out": _figures(held.scores, inside)}
    tell(1.0, "done")
    model = IntentModel(labels, read.vocabulary, weights, whole.weights.astype(np.float16), whole.bias, calibration, about)
    return model, held, targets, _folds(targets, _many_folds(targets), seed)


def _many_folds(targets: Ints) -> int:
    return FOLDS_OF_FEW if len(targets) <= FEW else FOLDS


@dataclass(frozen=True, slots=True)
class _Read:
    """The lines as the solver takes them: features and what each row counts, unweighted; the words' meanings (rows, SIZE)."""

    rows: Rows
    vocabulary: dict[str, int]
    needed: Ints
    counts: Ints
    meanings: Floats

    @property
    def features(self) -> int:
        """How many columns the table has: features, then the meaning's numbers."""
        return len(self.vocabulary) + int(self.meanings.shape[1])

    def weighted(self, weights: Floats) -> Rows:
        """Both parts of each row, as the model puts them together when it serves."""
        return self.rows.weighted(weights).beside(self.meanings, first=len(self.vocabulary), share=MEANING)


def _read(lines: Sequence[tuple[str, str]]) -> _Read:
    runs = [runs_of(normalise(text).text) for text, _ in lines]
    grams = [sorted(names_within(line)) for line in runs]
    vocabulary, needed = _vocabulary_of(grams)
    meant = np.array([meanings.unit_of(line) for line in runs])
    return _Read(_rows_of(grams, vocabulary), vocabulary, needed, np.array([len(line) for line in grams]), meant)


def _labels_of(lines: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    labels = tuple(sorted({label for _, label in lines if label != OUTSIDE}))
    counts = Counter(label for _, label in lines)
    thin = [label for label in labels if counts[label] < 2]
    if len(labels) < 2 or thin:
        raise Invalid(
            f"Training needs at least two intents with two lines each; too thin: {', '.join(thin) or 'everything'}.",
            f"训练至少需要两个意图，每个意图至少两条语料；不足的有：{'、'.join(thin) or '全部'}。",
            field="lines",
        )
    return labels


def _vocabulary_of(grams: Sequence[Sequence[str]]) -> tuple[dict[str, int], Ints]:
    """Features with their numbers, and in how many lines each must stand to be kept."""
    seen = Counter(gram for line in grams for gram in line)
    kept = sorted(gram for gram, count in seen.items() if count >= 2 or gram[0] in _ONCE_IS_ENOUGH)
    needed = np.array([1 if gram[0] in _ONCE_IS_ENOUGH else 2 for gram in kept], dtype=np.int64)
    return {gram: number for number, gram in enumerate(kept)}, needed


def _rows_of(grams: Sequence[Sequence[str]], vocabulary: dict[str, int]) -> Rows:
    ids = [[vocabulary[gram] for gram in line if gram in vocabulary] for line in grams]
    starts = np.concatenate(([0], np.cumsum([len(line) for line in ids]))).astype(np.int64)
    flat = np.array([one for line in ids for one in line], dtype=np.int32)
    return Rows(starts, flat, np.ones(len(flat), dtype=np.float32))


def _weights_of(rows: Rows, targets: Ints, needed: Ints, classes: int) -> Floats:
    """How much each feature says about the label: the root of the divergence of its lines' labels from those of all lines.

    Lines with target -1 do not count; a feature that too few of the others have weighs nothing.
    """
    owners = targets[rows.owners()]
    counted = owners >= 0
    ids = rows.ids[counted].astype(np.int64)
    lines = np.bincount(ids, minlength=len(needed))
    pairs, together = np.unique(ids * classes + owners[counted], return_counts=True)
    feature, label = pairs // classes, pairs % classes
    usual = np.bincount(targets[targets >= 0], minlength=classes) / (targets >= 0).sum()
    share = (together + _PRIOR * usual[label]) / (lines[feature] + _PRIOR)
    said = np.bincount(feature, weights=share * np.log(share / usual[label]), minlength=len(needed))
    rest = 1 - np.bincount(feature, weights=usual[label], minlength=len(needed))
    unseen = _PRIOR / (lines + _PRIOR)
    divergence = said + rest * unseen * np.log(unseen)
    result: Floats = np.where(lines >= needed, np.sqrt(np.maximum(divergence, 0)), 0).astype(np.float32)
    return result


def _held_out(read: _Read, targets: Ints, whole: Solution, seed: int, tell: Progress) -> Held:
    """Every line's scores by a model that did not see it. Each fold starts from the solution over all lines, less its own."""
    many = _many_folds(targets)
    folds = _folds(targets, many, seed)
    classes = whole.alphas.shape[1]
    scores, known = np.zeros((len(targets), classes)), np.zeros(len(targets))
    for fold in range(many):
        seen = np.where(folds == fold, -1, targets)
        weights = _weights_of(read.rows, seen, read.needed, classes)
        weighted = read.weighted(weights)
        found = solve(
            weighted, seen, features=read.features, classes=classes, cost=_COST, own=_OWN, epochs=_FOLD_EPOCHS, seed=seed,
            begin=whole.alphas,
        )  # fmt: skip
        for i in np.nonzero(folds == fold)[0].tolist():
            ids, values = weighted.row(i)
            scores[i] = values @ found.weights[ids] + found.bias
            known[i] = np.count_nonzero(ids < len(read.vocabulary)) / max(1, read.counts[i])
        tell(0.5 + 0.5 * (fold + 1) / many, f"fold {fold + 1} of {many}")
    return Held(scores, known)


def _folds(targets: Ints, many: int, seed: int) -> Ints:
    """Each label's lines spread evenly over the folds."""
    generator = np.random.default_rng(seed)
    folds = np.zeros(len(targets), dtype=np.int64)
    for label in np.unique(targets):
        places = generator.permutation(np.nonzero(targets == label)[0])
        folds[places] = np.arange(len(places)) % many
    return folds


def _figures(scores: npt.NDArray[np.float64], labels: Ints) -> dict[str, float]:
    inside = labels >= 0
    right = scores[inside, :-1].argmax(axis=1) == labels[inside]
    return {"accuracy": float(right.mean())}


def hash_of(lines: Sequence[tuple[str, str]]) -> str:
    """The same for the same lines and settings, in any order: a model made of them carries it."""
    data = json.dumps([SETTINGS, sorted(lines)], ensure_ascii=False).encode()
    return hashlib.sha256(data).hexdigest()
