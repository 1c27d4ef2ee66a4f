"""One-vs-rest linear classifiers with L2-regularised squared hinge loss, by dual coordinate descent over all classes at once.

Method: Hsieh, Chang, Lin, Keerthi, Sundararajan, "A dual coordinate descent method for large-scale linear SVM" (ICML 2008).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
_SLACK = 1e-4  # a smaller step is not taken
_SMALL = 0.01  # a largest step below this: the solution stands
_LOOK_AGAIN = 3  # rows that stood still are looked at in every third pass only


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: row i has features `ids[starts[i]:starts[i+1]]` with the values beside them."""

    starts: Ints
    ids: npt.NDArray[np.int32]
    values: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, number: int) -> tuple[npt.NDArray[np.int32], Floats]:
        """Feature ids and values of one row."""
        place = slice(self.starts[number], self.starts[number + 1])
        return self.ids[place], self.values[place]

    def owners(self) -> Ints:
        """The row of each value."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def weighted(self, weights: Floats) -> Rows:
        """Each value times its feature's weight, rows brought to norm 1; what weighs nothing is dropped."""
        values = self.values * weights[self.ids]
        kept = values != 0
        owners = self.owners()[kept]
        ids, values = self.ids[kept], values[kept]
        norms = np.sqrt(np.bincount(owners, weights=values * values, minlength=len(self)))
        starts = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=len(self)))))
        return Rows(starts.astype(np.int64), ids, (values / norms[owners]).astype(np.float32))


    def beside(self, more: Floats, *, first: int, share: float) -> Rows:
        """The same rows (of norm 1 each) with the columns of `more` (rows, n), of norm 1 each, as features from `first` on.

        `share` is how long the new part is beside the old one; together they have norm 1 again.
        """
        own = np.float32(1 / np.sqrt(1 + share**2))
        ids, values, starts = [], [], [0]
        for i in range(len(self)):
            old, there = self.row(i)
            columns = np.nonzero(more[i])[0]
            ids += [old, (first + columns).astype(np.int32)]
            values += [there * own, more[i, columns] * (own * np.float32(share))]
            starts.append(starts[-1] + len(old) + len(columns))
        return Rows(np.array(starts, dtype=np.int64), np.concatenate(ids), np.concatenate(values).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Solution:
    """`weights` (features, classes), `bias` (classes,), and the dual variables (rows, classes) to start a later run from."""

    weights: Floats
    bias: Floats
    alphas: Floats


def solve(
    rows: Rows,
    labels: Ints,
    *,
    features: int,
    classes: int,
    cost: float,
    own: float,
    epochs: int,
    seed: int = 0,
    begin: Floats | None = None,
    progress: Callable[[float], None] | None = None,
) -> Solution:
    """The classifiers of all classes. `labels[i]` is the class of row i; -1 leaves the row out.

    `own` times the cost is what a row counts for its own class, of which there are few, against all the others.
    """
    generator = np.random.default_rng(seed)
    signs = np.full((len(rows), classes), -1.0, dtype=np.float32)
    taking = np.nonzero(labels >= 0)[0]
    signs[taking, labels[taking]] = 1.0
    alphas = np.zeros((len(rows), classes), dtype=np.float32) if begin is None else np.where(labels[:, None] >= 0, begin, 0)
    weights, bias = _weights_of(rows, alphas * signs, features)
    shifts = np.where(signs > 0, np.float32(0.5 / cost / own), np.float32(0.5 / cost))
    found = Solution(weights, bias, alphas)
    still = np.zeros(len(rows), dtype=bool)
    for epoch in range(epochs):
        look = taking if epoch % _LOOK_AGAIN == 0 else taking[~still[taking]]
        moved = _pass(rows, generator.permutation(look).tolist(), signs, shifts, found, still)
        if progress is not None:
            progress((epoch + 1) / epochs)
        if moved < _SMALL:
            break
    return found


def _pass(
    rows: Rows, order: Sequence[int], signs: Floats, shifts: Floats, found: Solution, still: npt.NDArray[np.bool_]
) -> float:
    """One step for each row in this order, written into `found`; `still` marks rows that hardly moved. The largest step."""
    weights, bias, alphas = found.weights, found.bias, found.alphas
    moved = 0.0
    for i in order:
        ids, values = rows.row(i)
        if not len(ids):
            continue
        block = weights[ids]
        sign, alpha, shift = signs[i], alphas[i], shifts[i]
        gradient = sign * (values @ block + bias) - 1.0 + alpha * shift
        step = np.maximum(gradient / (-2.0 - shift), -alpha)  # the row and its bias have norm 1 each
        largest = float(np.abs(step).max())
        still[i] = largest < _SMALL
        moved = max(moved, largest)
        if largest > _SLACK:
            alphas[i] = alpha + step
            step *= sign
            bias += step
            block += values[:, None] * step
            weights[ids] = block
    return moved


def _weights_of(rows: Rows, signed: Floats, features: int) -> tuple[Floats, Floats]:
    weights = np.zeros((features, signed.shape[1]), dtype=np.float32)
    for i in np.nonzero(signed.any(axis=1))[0].tolist():
        ids, values = rows.row(i)
        weights[ids] += values[:, None] * signed[i]
    return weights, signed.sum(axis=0)
