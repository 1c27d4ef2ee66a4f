"""What words mean: a short vector for each of 67 000 English and Chinese words, so that a word no training line had is understood
by its neighbours (parcel by package, 划算 by 便宜).

A message's vector is the sum of its words': English words as they stand or by their stem, and of a run of Chinese characters every
character and word that stands in it. Where the vectors come from: docs/decisions/0029-what-words-mean.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from xiaoer.nlu.concepts import Run, stem

FILE = Path(__file__).with_name("meanings.npz")
MOST_CHARACTERS = 4  # of a Chinese word
Floats = npt.NDArray[np.float32]


class Meaning(NamedTuple):
    """A word with its vector (SIZE,) and its place in the normalised text."""

    word: str
    vector: Floats
    start: int
    end: int


class _Block(NamedTuple):
    """The words of a language; their vectors stand in `place` of a message's."""

    numbers: dict[str, int]
    vectors: npt.NDArray[np.int8]
    scale: Floats
    place: slice

    def vector(self, number: int) -> Floats:
        result = np.zeros(size(), dtype=np.float32)
        result[self.place] = self.vectors[number] * self.scale[number]
        return result


@lru_cache(maxsize=1)
def _blocks() -> tuple[_Block, _Block]:
    """English, Chinese."""
    blocks = []
    begin = 0
    with np.load(FILE, allow_pickle=False) as data:
        for name in ("english", "chinese"):
            words = data[f"{name}_words"].tobytes().decode().split("\n")
            vectors = data[f"{name}_vectors"]
            place = slice(begin, begin + vectors.shape[1])
            blocks.append(_Block({word: number for number, word in enumerate(words)}, vectors, data[f"{name}_scale"], place))
            begin = place.stop
    return blocks[0], blocks[1]


@lru_cache(maxsize=1)
def size() -> int:
    """How many numbers a vector has."""
    with np.load(FILE, allow_pickle=False) as data:
        return int(data["english_vectors"].shape[1] + data["chinese_vectors"].shape[1])


@lru_cache(maxsize=1)
def digest() -> str:
    """Changes whenever the vectors do."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:8]


def list_meanings(runs: Sequence[Run]) -> Iterator[Meaning]:
    """Every known word of a text, with its place."""
    for run, start, _ in runs:
        for word, vector, first, last in _within(run):
            yield Meaning(word, vector, start + first, start + last)


def sum_of(runs: Sequence[Run]) -> Floats:
    """(SIZE,): the sum of the words' vectors; zero where no word is known."""
    found = [vector for run, _, _ in runs if (vector := _sum_within(run)) is not None]
    return np.add.reduce(found) if found else np.zeros(size(), dtype=np.float32)


def unit_of(runs: Sequence[Run]) -> Floats:
    """(SIZE,): the same of length 1, or zero."""
    found = sum_of(runs)
    length = float(np.sqrt(found @ found))
    return found / np.float32(length) if length else found


@lru_cache(maxsize=32_768)
def _sum_within(run: str) -> Floats | None:
    found = [vector for _, vector, _, _ in _within(run)]
    return np.add.reduce(found) if found else None


def _within(run: str) -> Iterator[Meaning]:
    english, chinese = _blocks()
    if run[0] < "㐀":
        if run[0].isalpha():
            number = english.numbers.get(run)
            number = english.numbers.get(stem(run)) if number is None else number
            if number is not None:
                yield Meaning(run, english.vector(number), 0, len(run))
        return
    for start in range(len(run)):
        for end in range(start + 1, min(len(run), start + MOST_CHARACTERS) + 1):
            number = chinese.numbers.get(run[start:end])
            if number is not None:
                yield Meaning(run[start:end], chinese.vector(number), start, end)
