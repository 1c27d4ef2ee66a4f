"""From words to n-grams: words 1-2, characters within words 3-5, CJK characters 1-3, and toneless pinyin 1-2.

Pinyin catches homophone typing (诱惑吗 for 有货吗). Numbers are folded to their length, so that order numbers look alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pypinyin import lazy_pinyin

from xiaoer.nlu.normalise import normalise

_RUN = re.compile(r"[㐀-䶿一-鿿]+|[a-z]+(?:'[a-z]+)?|\d+|[?!？！]")
Gram = tuple[str, int, int]  # the feature, and the characters of the normalised text it came from


@lru_cache(maxsize=16_384)
def _pinyin(letter: str) -> str:
    return str(lazy_pinyin(letter)[0])


def grams_of(text: str) -> list[Gram]:
    """Every feature of a text with its place, in the order of the text. A feature's first letter tells its family."""
    normal = normalise(text).text
    words = [(match.group(), match.start(), match.end()) for match in _RUN.finditer(normal)]
    grams: list[Gram] = []
    previous: Gram | None = None
    for run, start, end in words:
        if run[0] >= "㐀":
            grams.extend(_of_cjk(run, start))
            word: Gram = (run[-1], end - 1, end)
        else:
            token = f"#{len(run)}" if run.isdigit() else run
            grams.append((f"w{token}", start, end))
            if not run.isdigit():
                grams.extend(_of_letters(run, start))
            word = (token, start, end)
            if previous is not None:
                grams.append((f"w{previous[0]} {token}", previous[1], end))
        previous = word
    return grams


def _of_letters(run: str, start: int) -> Iterator[Gram]:
    padded = f" {run} "
    for size in (3, 4, 5):
        for place in range(len(padded) - size + 1):
            first = max(0, place - 1)
            yield f"c{padded[place:place + size]}", start + first, start + min(len(run), place - 1 + size)


def _of_cjk(run: str, start: int) -> Iterator[Gram]:
    sounds = [_pinyin(letter) for letter in run]
    for size in (1, 2, 3):
        for place in range(len(run) - size + 1):
            yield f"h{run[place:place + size]}", start + place, start + place + size
    for place in range(len(run) - 1):
        yield f"p{sounds[place]} {sounds[place + 1]}", start + place, start + place + 2
