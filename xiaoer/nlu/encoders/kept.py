"""Vectors of lines that were encoded before: a training with one more line encodes one line."""

from __future__ import annotations

import logging
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from xiaoer.nlu.encoders.encoder import Encoder, Floats, Tokens
from xiaoer.nlu.encoders.head import hash_of_text

log = logging.getLogger(__name__)
_MOST = 100_000
_STEP = 256


class KeptVectors:
    """One file for each encoder, named by its hash; lines by the hash of their text."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def vectors(
        self, encoder: Encoder, texts: Sequence[str], tokens: Sequence[Tokens], tell: Callable[[float], None] | None = None
    ) -> Floats:
        """(n, dimensions), from the file where it has them. A file that cannot be read or written costs time, nothing else."""
        path = self._folder / f"{encoder.hash}.npz"
        kept = self._read(path, encoder.dimensions)
        keys = [hash_of_text(text) for text in texts]
        fresh = {key: place for place, key in enumerate(keys) if key not in kept}
        places = list(fresh.values())
        for start in range(0, len(places), _STEP):
            part = places[start : start + _STEP]
            for place, vector in zip(part, encoder.vectors([tokens[one] for one in part]), strict=True):
                kept[keys[place]] = vector
            if tell is not None:
                tell(min(1.0, (start + _STEP) / len(places)))
        if fresh:
            self._write(path, kept)
        return np.array([kept[key] for key in keys], dtype=np.float32).reshape(len(keys), encoder.dimensions)

    def _read(self, path: Path, dimensions: int) -> dict[str, Floats]:
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                keys, vectors = data["keys"], data["vectors"]
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            log.warning("the kept vectors in %s cannot be read; they are made again", path)
            return {}
        if vectors.shape != (len(keys), dimensions):
            return {}
        return dict(zip((key.decode() for key in keys.tolist()), vectors, strict=True))

    def _write(self, path: Path, kept: dict[str, Floats]) -> None:
        last = list(kept.items())[-_MOST:]
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                np.savez(file, keys=np.array([key.encode() for key, _ in last]), vectors=np.array([one for _, one in last], dtype=np.float32))
            temporary.replace(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            log.warning("the vectors cannot be kept in %s: %s", path, error)
