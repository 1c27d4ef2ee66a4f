"""One form for many spellings: NFKC, lower case, simplified characters, with a way back to the original characters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

MOST_CHARACTERS = 2_000  # a longer message is read up to here

_simplify = OpenCC("t2s").convert
_NO_CONTROL = dict.fromkeys((*range(32), 127), " ")  # of ASCII


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` and, for each of its characters, the place of the original character it came from (`origin`)."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Characters of the original for `text[start:end]`."""
        if not self.origin or start >= end:
            return (0, 0)
        return self.origin[start], self.origin[end - 1] + 1


@lru_cache(maxsize=8192)
def _fold(letter: str) -> str:
    folded = unicodedata.normalize("NFKC", letter).lower()
    return "".join(_simplify(one) for one in folded)


def normalise(text: str) -> Normalised:
    """The normal form, character by character. Control characters and lone surrogates become spaces."""
    if text.isascii():
        plain = text[:MOST_CHARACTERS].translate(_NO_CONTROL).lower()
        return Normalised(plain, tuple(range(len(plain))))
    letters: list[str] = []
    origin: list[int] = []
    for place, letter in enumerate(text[:MOST_CHARACTERS]):
        folded = " " if unicodedata.category(letter) in ("Cc", "Cs", "Cn") else _fold(letter)
        for one in folded:
            letters.append(one)
            origin.append(place)
    return Normalised("".join(letters), tuple(origin))
