"""What a fine-tuned encoder brings along: its classifier, and which lines it has seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xiaoer.nlu.encoders.encoder import Encoder
from xiaoer.nlu.encoders.folder import HEAD, SEEN
from xiaoer.nlu.logistic import Floats, Linear


def write_head(folder: Path, labels: Sequence[str], weights: Floats, bias: Floats) -> None:
    """Keep the classifier on the pooled vectors: weights (dimensions, labels), bias (labels,)."""
    np.savez(folder / HEAD, labels=np.frombuffer(json.dumps(list(labels)).encode(), dtype=np.uint8), weights=weights, bias=bias)


def find_head(encoder: Encoder, labels: Sequence[str]) -> Linear | None:
    """The encoder's own classifier for exactly these labels, in their order; None where it has none."""
    path = encoder.folder / HEAD
    if not path.is_file():
        return None
    with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
        own = json.loads(data["labels"].tobytes())
        weights, bias = data["weights"], data["bias"]
    if sorted(own) != sorted(labels) or weights.shape != (encoder.dimensions, len(own)):
        return None
    order = [own.index(label) for label in labels]
    return Linear(np.ascontiguousarray(weights[:, order]), bias[order].copy())


def write_seen(folder: Path, texts: Iterable[str]) -> None:
    """Remember which lines the encoder was trained on, by their hashes: of those it cannot be asked how good it is."""
    (folder / SEEN).write_text(json.dumps(sorted({hash_of_text(text) for text in texts})), "ascii")


def seen_lines(encoder: Encoder, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which of these lines the encoder was trained on."""
    path = encoder.folder / SEEN
    if not path.is_file():
        return np.zeros(len(texts), dtype=bool)
    seen = set(json.loads(path.read_text("ascii")))
    return np.array([hash_of_text(text) in seen for text in texts], dtype=bool)


def hash_of_text(text: str) -> str:
    """Sixteen letters for a line."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
