"""A small bilingual thesaurus of shopping: 包裹, 快递, parcel and package are one concept, and so are twenty ways to say "refund"."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from snowballstemmer import stemmer

from xiaoer.nlu.sounds import sound_of

_FILE = Path(__file__).with_name("concepts.txt")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
_english = stemmer("english")
Run = tuple[str, int, int]  # a word or a run of CJK characters, with its place in the normalised text


class Found(NamedTuple):
    """The concepts of one place in a text."""

    names: tuple[str, ...]
    start: int
    end: int


class _Thesaurus(NamedTuple):
    english: dict[tuple[str, ...], tuple[str, ...]]
    chinese: dict[str, tuple[str, ...]]
    sounds: dict[tuple[str, ...], tuple[str, ...]]
    most_words: int
    most_characters: int


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """An English word without its endings."""
    return str(_english.stemWord(word))


def digest() -> str:
    """Changes whenever the thesaurus does."""
    return hashlib.sha256(_FILE.read_bytes()).hexdigest()[:8]


def list_words() -> list[str]:
    """Every word and phrase of the thesaurus, in both languages."""
    lines = [line for line in _FILE.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [word for line in lines for one in line.partition(":")[2].split(",") if (word := one.strip())]


@lru_cache(maxsize=1)
def _read() -> _Thesaurus:
    english: dict[tuple[str, ...], tuple[str, ...]] = {}
    chinese: dict[str, tuple[str, ...]] = {}
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, _, words = line.partition(":")
        for word in filter(None, (one.strip() for one in words.split(","))):
            if word[-1] >= "㐀" or word[0] >= "㐀":
                chinese[word] = (*chinese.get(word, ()), name)
            else:
                key = tuple(stem(one) for one in _WORD.findall(word))
                english[key] = tuple(dict.fromkeys((*english.get(key, ()), name)))
    sounds = {tuple(map(sound_of, word)): names for word, names in chinese.items() if len(word) >= 2 and word.isalpha()}
    return _Thesaurus(english, chinese, sounds, max(map(len, english)), max(map(len, chinese)))


def find(runs: Sequence[Run], stems: Sequence[str]) -> Iterator[Found]:
    """Concepts from left to right, at each place those of the longest entry. `stems[i]` belongs to `runs[i]`."""
    known = _read()
    place = 0
    while place < len(runs):
        run, start, _ = runs[place]
        if run[0] >= "㐀":
            yield from _find_chinese(known, run, start)
            place += 1
            continue
        step = 1
        for words in range(min(known.most_words, len(runs) - place), 0, -1):
            names = known.english.get(tuple(stems[place : place + words]))
            if names is not None:
                yield Found(names, start, runs[place + words - 1][2])
                step = words
                break
        place += step


def _find_chinese(known: _Thesaurus, run: str, start: int) -> Iterator[Found]:
    """By characters; where no entry begins, by sound (腿货 is 退货)."""
    sounds = tuple(map(sound_of, run))
    place = 0
    while place < len(run):
        step = 1
        longest = min(known.most_characters, len(run) - place)
        for size in range(longest, 0, -1):
            names = known.chinese.get(run[place : place + size]) or known.sounds.get(sounds[place : place + size])
            if names is not None:
                yield Found(names, start + place, start + place + size)
                step = size
                break
        place += step


def find_sounds(syllables: Sequence[Run]) -> Iterator[Found]:
    """Concepts of a line typed in pinyin."""
    known = _read()
    sounds = tuple(one for one, _, _ in syllables)
    place = 0
    while place < len(sounds):
        step = 1
        for size in range(min(known.most_characters, len(sounds) - place), 1, -1):
            names = known.sounds.get(sounds[place : place + size])
            if names is not None:
                yield Found(names, syllables[place][1], syllables[place + size - 1][2])
                step = size
                break
        place += step
