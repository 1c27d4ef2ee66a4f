"""One-vs-rest linear classifiers with L2-regularised squared hinge loss, by dual coordinate descent over all classes at once.

Method: Hsieh, Chang, Lin, Keerthi, Sundararajan, "A dual coordinate descent method for large-scale linear SVM" (ICML 2008).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Row = tuple[npt.NDArray[np.int32], Floats]  # feature ids and their values; values have norm 1


def solve(
    rows: Sequence[Row],
    labels: npt.NDArray[np.int64],
    *,
    features: int,
    classes: int,
    cost: float = 0.5,
    epochs: int = 12,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Floats:
    """Weights of shape (features, classes). `labels[i]` = class of row i, or -1 for a row that belongs to none of them."""
    generator = np.random.default_rng(seed)
    weights = np.zeros((features, classes), dtype=np.float32)
    alphas = np.zeros((len(rows), classes), dtype=np.float32)
    signs = np.full((len(rows), classes), -1.0, dtype=np.float32)
    inside = labels >= 0
    signs[np.nonzero(inside)[0], labels[inside]] = 1.0
    shift = np.float32(0.5 / cost)
    scale = 1.0 / np.array([float(values @ values) + float(shift) for _, values in rows], dtype=np.float32)
    for epoch in range(epochs):
        moved = 0.0
        for i in generator.permutation(len(rows)):
            ids, values = rows[i]
            if not len(ids):
                continue
            block = weights[ids]
            gradient = signs[i] * (values @ block) - 1.0 + alphas[i] * shift
            updated = np.maximum(alphas[i] - gradient * scale[i], 0.0)
            step = (updated - alphas[i]) * signs[i]
            largest = float(np.abs(step).max())
            if largest > 1e-4:
                alphas[i] = updated
                weights[ids] = block + values[:, None] * step
                moved = max(moved, largest)
        if progress is not None:
            progress((epoch + 1) / epochs)
        if moved < 1e-3:
            break
    return weights
