"""What a fine-tuning does: its settings, which lines it learns from and which it is tried on, and the order of its batches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from xiaoer.errors import Invalid
from xiaoer.nlu.train import OUTSIDE

FEW = 20  # lines of an intent: up to there the contrastive stage is the better one
_KEPT_BACK = 0.12
_FEWEST = 3  # an intent with fewer lines keeps none back
Line = tuple[str, str]
Stage = Literal["contrast", "classify"]
Stages = Literal["auto", "contrast", "classify", "both"]


@dataclass(frozen=True, slots=True)
class Tuning:
    """Settings of a fine-tuning. `stages` "auto": the contrastive one alone where intents have few lines (of which classifying learns
    less than the frozen encoder knows), else classifying. `rate` 0: by the model's size.

    epochs, contrast_epochs: passes over the lines. patience: epochs without a better accuracy on the lines kept back, after which it
    ends. smoothing: label smoothing. max_length: tokens. frozen_words: the table of word vectors stays as it is.
    """

    stages: Stages = "auto"
    epochs: int = 6
    contrast_epochs: int = 6
    rate: float = 0.0
    batch: int = 16
    patience: int = 2
    smoothing: float = 0.1
    max_length: int = 64
    frozen_words: bool = True
    seed: int = 0

    def stages_for(self, lines: Sequence[Line]) -> tuple[Stage, ...]:
        """Which stages come, in order."""
        if self.stages == "contrast":
            return ("contrast",)
        if self.stages == "classify":
            return ("classify",)
        counts = np.unique([label for _, label in lines], return_counts=True)[1]
        if self.stages == "both":
            return ("contrast", "classify")
        return ("contrast",) if float(np.median(counts)) <= FEW else ("classify",)

    def rate_for(self, hidden: int) -> float:
        """The learning rate: small models bear a larger one."""
        return self.rate or (2e-4 if hidden <= 512 else 3e-5)


@dataclass(frozen=True, slots=True)
class Split:
    """Lines to learn from, and lines kept back to stop by and to calibrate on: the encoder never sees those. None is out of scope."""

    labels: tuple[str, ...]
    seen: tuple[Line, ...]
    kept_back: tuple[Line, ...]

    def numbers(self, lines: Sequence[Line]) -> npt.NDArray[np.int64]:
        """The labels of lines as numbers."""
        places = {label: number for number, label in enumerate(self.labels)}
        return np.array([places[label] for _, label in lines], dtype=np.int64)


def split(lines: Sequence[Line], seed: int) -> Split:
    """An eighth of each intent's lines kept back, copies of a line always on the same side.

    Invalid where there are fewer than two intents with two lines.
    """
    inside = list(dict.fromkeys(line for line in lines if line[1] != OUTSIDE))
    labels = tuple(sorted({label for _, label in inside}))
    by_label = {label: [line for line in inside if line[1] == label] for label in labels}
    if len([one for one in by_label.values() if len(one) >= 2]) < 2:
        raise Invalid(
            "Fine-tuning needs at least two intents with two lines each.", "微调至少需要两个意图，每个意图至少两条语料。", field="lines"
        )
    generator = np.random.default_rng(seed)
    back: set[str] = set()
    for own in by_label.values():
        if len(own) >= _FEWEST:
            many = max(1, round(len(own) * _KEPT_BACK))
            back |= {own[place][0] for place in generator.permutation(len(own))[:many].tolist()}
    seen = tuple(line for line in inside if line[0] not in back)
    return Split(labels, seen, tuple(line for line in inside if line[0] in back))


def fingerprint(source: str, lines: Sequence[Line], tuning: Tuning) -> str:
    """The same for the same work: a checkpoint is only gone on with where it fits."""
    return hashlib.sha256(json.dumps([source, sorted(lines), asdict(tuning)], ensure_ascii=False).encode()).hexdigest()


def batches(lengths: Sequence[int], size: int, generator: np.random.Generator) -> Iterator[list[int]]:
    """Rows in a new order, those of a batch of about the same length."""
    order = generator.permutation(len(lengths))
    step = size * 16
    found: list[list[int]] = []
    for start in range(0, len(order), step):
        part = sorted(order[start : start + step].tolist(), key=lambda row: lengths[row])
        found += [part[first : first + size] for first in range(0, len(part), size)]
    for place in generator.permutation(len(found)).tolist():
        yield found[place]


def contrast_batches(labels: npt.NDArray[np.int64], size: int, generator: np.random.Generator) -> Iterator[list[int]]:
    """Batches in which every label that occurs does so at least twice, where it has two lines."""
    pairs: list[list[int]] = []
    for label in np.unique(labels):
        rows = generator.permutation(np.nonzero(labels == label)[0]).tolist()
        pairs += [rows[first : first + 2] for first in range(0, len(rows) - 1, 2)]
        if len(rows) > 1 and len(rows) % 2:
            pairs.append([rows[-1], rows[0]])
    order = generator.permutation(len(pairs)).tolist()
    step = max(2, size // 2)
    for first in range(0, len(order), step):
        yield [row for place in order[first : first + step] for row in pairs[place]]
