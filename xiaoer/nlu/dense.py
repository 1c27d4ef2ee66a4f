"""The dense half of an intent model: a classifier on an encoder's vectors, and how it is joined with the n-grams.

Lines that the n-grams are sure of are not given to the encoder. Nor are lines of which it does not know the words. The joined score
of an intent is the sparse one and the dense one, each less the line's mean and in units of its usual spread, weighed by `share`.
How far outside a line lies is told by three things that add up: its highest sparse score, its highest score by a strongly regularised
classifier, and its mean cosine to the nearest lines of the intent it would be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from xiaoer.nlu.calibrate import Calibration, Held
from xiaoer.nlu.encoders.encoder import Encoder, Tokens, unit
from xiaoer.nlu.logistic import Floats, Linear

MOST_UNKNOWN = 0.2  # share of a line's tokens: above it the encoder cannot know what the line says
NEAREST = 20
Wide = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Easy:
    """When the n-grams answer alone: the highest sparse score leads by `margin`, and the line looks no stranger than `strange` to the
    sparse gate.
    """

    margin: float
    strange: float


@dataclass(frozen=True)
class Dense:
    """`strong` names the intent, `mild` tells what lies outside. `lines` (n, dimensions) are the vectors of what was learned from, label
    by label: those of label i are `lines[starts[i]:starts[i + 1]]`. `spread`: of the sparse scores and of the dense ones.
    `scale`: how far outside held-out lines lie by both halves, and by the n-grams alone, at the same quantiles: so that one threshold
    holds for lines with and without the encoder.
    """

    encoder_name: str
    encoder_hash: str
    strong: Linear
    mild: Linear
    lines: npt.NDArray[np.float16]
    starts: npt.NDArray[np.int64]
    share: float
    spread: tuple[float, float]
    easy: Easy
    calibration: Calibration
    scale: tuple[tuple[float, ...], tuple[float, ...]]
    probes: npt.NDArray[np.float16]

    def joined(self, sparse: Held, strong: Floats, mild: Floats, near: Wide | None, vectors: Floats) -> Held:
        """What both halves say of some lines; `near` is found from the vectors where it is not given."""
        inside = sparse.scores[:, :-1]
        fused = join(inside, strong, self.share, self.spread)
        close = self.near(vectors, fused.argmax(axis=1)) if near is None else near
        extra = np.stack([inside.max(axis=1), mild.max(axis=1).astype(np.float64), close], axis=1)
        return Held(np.concatenate([fused, sparse.scores[:, -1:]], axis=1), sparse.known, extra)

    def near(self, vectors: Floats, named: npt.NDArray[np.intp]) -> Wide:
        """The mean cosine to the nearest lines of the named label, for each vector."""
        units = unit(vectors)
        result = np.zeros(len(vectors))
        for row, label in enumerate(named.tolist()):
            own = self.lines[self.starts[label] : self.starts[label + 1]].astype(np.float32)
            result[row] = nearest_mean(own @ units[row])
        return result

    def read(self, sparse: Held, vectors: Floats) -> tuple[Wide, Wide]:
        """Probabilities (n, labels) and how far outside (n,), by both halves."""
        held = self.joined(sparse, self.strong.scores(vectors), self.mild.scores(unit(vectors)), None, vectors)
        return self.calibration.judge(held)

    def judge(self, sparse: Held, text: str, alone: Calibration, encoder: Encoder) -> tuple[Wide, float, bool]:
        """Of one line: probabilities (labels,), how far outside on the scale of `alone`, and whether the encoder had a say."""
        chances, away = alone.judge(sparse)
        if is_easy(sparse.scores, away, self.easy)[0]:
            return chances[0], float(away[0]), False
        tokens = encoder.tokens([text])[0]
        if not is_readable(tokens):
            return chances[0], float(away[0]), False
        chances, away = self.read(sparse, encoder.vectors([tokens]))
        return chances[0], min(1.0, float(np.interp(away[0], *self.scale))), True

    def sparse_mix(self, label: int) -> Floats:
        """How much each sparse column (labels + 1,) counts in the joined score of a label."""
        mix = np.full(self.strong.weights.shape[1] + 1, -1 / self.strong.weights.shape[1], dtype=np.float32)
        mix[label] += 1
        mix[-1] = 0
        return mix * np.float32(self.share / self.spread[0])

    def dense_mix(self, label: int) -> tuple[Floats, float]:
        """How much each dimension of the vector counts in the joined score of a label, and what it gets before."""
        share = (1 - self.share) / self.spread[1]
        column = (self.strong.weights[:, label] - self.strong.weights.mean(axis=1)) * np.float32(share)
        return column, float(self.strong.bias[label] - self.strong.bias.mean()) * share

    def header(self) -> dict[str, Any]:
        """What is no array, for the model's file."""
        return {
            "encoder": self.encoder_name, "hash": self.encoder_hash, "share": self.share, "spread": self.spread,
            "easy": asdict(self.easy), "calibration": asdict(self.calibration), "scale": self.scale,
        }  # fmt: skip

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays, for the model's file."""
        return {
            "dense_strong": self.strong.weights, "dense_strong_bias": self.strong.bias, "dense_mild": self.mild.weights,
            "dense_mild_bias": self.mild.bias, "dense_lines": self.lines, "dense_starts": self.starts, "dense_probes": self.probes,
        }  # fmt: skip

    @classmethod
    def of(cls, header: Mapping[str, Any], data: Mapping[str, npt.NDArray[Any]]) -> Dense:
        """Back from `header` and `arrays`."""
        return cls(
            header["encoder"], header["hash"], Linear(data["dense_strong"], data["dense_strong_bias"]),
            Linear(data["dense_mild"], data["dense_mild_bias"]), data["dense_lines"], data["dense_starts"], header["share"],
            (header["spread"][0], header["spread"][1]), Easy(**header["easy"]), Calibration.of(header["calibration"]),
            (tuple(header["scale"][0]), tuple(header["scale"][1])), data["dense_probes"],
        )  # fmt: skip


def join(sparse: npt.NDArray[Any], dense: npt.NDArray[Any], share: float, spread: tuple[float, float]) -> Wide:
    """Both halves' scores (n, labels), each less its row's mean and over its spread, weighed."""
    one = (sparse - sparse.mean(axis=1, keepdims=True)) / spread[0]
    other = (dense - dense.mean(axis=1, keepdims=True)) / spread[1]
    result: Wide = share * one.astype(np.float64) + (1 - share) * other.astype(np.float64)
    return result


def is_easy(scores: Wide, away: Wide, easy: Easy) -> npt.NDArray[np.bool_]:
    """Which lines the n-grams answer alone; `scores` (n, labels + 1) as `Held` has them."""
    result: npt.NDArray[np.bool_] = (lead(scores[:, :-1]) >= easy.margin) & (away <= easy.strange)
    return result


def lead(scores: Wide) -> Wide:
    """How far the highest score of each row is above the next."""
    ordered = np.partition(scores, -2, axis=1)
    result: Wide = ordered[:, -1] - ordered[:, -2]
    return result


def nearest_mean(cosines: npt.NDArray[Any]) -> float:
    """The mean of the highest ones; of none it is nothing."""
    if len(cosines) > NEAREST:
        cosines = np.partition(cosines, -NEAREST)[-NEAREST:]
    return float(cosines.mean()) if len(cosines) else 0.0


def is_readable(tokens: Tokens) -> bool:
    """Whether the encoder knows enough of the line's words."""
    return tokens.unknown <= MOST_UNKNOWN


def scale_between(both: Wide, alone: Wide) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The same quantiles of two rulers from 0 to 1, laid on the same lines: what `numpy.interp` reads one of them by."""
    shares = np.concatenate((np.linspace(0, 0.95, 20), [0.97, 0.99]))
    found = []
    for one in (both, alone):
        knots = np.concatenate(([0.0], np.quantile(one, shares), [1.0]))
        found.append(np.maximum.accumulate(knots) + np.arange(len(knots)) * 1e-12)  # strictly rising, so that no order is lost
    return tuple(found[0].tolist()), tuple(found[1].tolist())


def known_lines(tokens: Sequence[Tokens]) -> npt.NDArray[np.bool_]:
    """Which lines are readable."""
    return np.array([is_readable(one) for one in tokens], dtype=bool)
