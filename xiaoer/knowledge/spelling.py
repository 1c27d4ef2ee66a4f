"""What a customer meant to write: unknown words read as the known ones that are spelled or sound nearly alike.

English by one letter too many, missing, wrong, or two in the wrong order; Chinese by the same sounds in other characters
(保休 is 保修), also typed in Latin letters (tui huo). Only words that nobody knows are read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from pypinyin import lazy_pinyin

from xiaoer.knowledge.tokens import RUN, is_cjk, is_stop, is_telling, stem_of

_SHORTEST = 4  # letters; shorter words have too many neighbours
_LONGEST_SYLLABLE = 6
_ENDS = (("zh", "z"), ("ch", "c"), ("sh", "s"))


@lru_cache(maxsize=20_000)
def sound_of(letter: str) -> str:
    """The toneless sound of a character; those that many people don't tell apart (zh/z, ing/in) become one."""
    return _plain(str(lazy_pinyin(letter)[0]))


def _plain(syllable: str) -> str:
    for long, short in _ENDS:
        if syllable.startswith(long):
            syllable = short + syllable[2:]
    return syllable[:-1] if syllable.endswith("ng") else syllable


class Spelling:
    """The known words of a shop, learnt one by one."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}  # token → how often it was learnt
        self._shorter: dict[str, list[str]] = {}  # a known stem without one of its letters → the stem
        self._sounds: dict[str, list[str]] = {}  # two sounds → the pairs of characters
        self._syllables: set[str] = set()

    def copy(self) -> Spelling:
        """One that knows the same and learns for itself."""
        other = Spelling()
        other._known, other._syllables = dict(self._known), set(self._syllables)
        other._shorter = {key: list(stems) for key, stems in self._shorter.items()}
        other._sounds = {key: list(pairs) for key, pairs in self._sounds.items()}
        return other

    def learn(self, tokens: Iterable[str]) -> None:
        """Take tokens in: stems and pairs of characters. They stay known."""
        for token in tokens:
            times = self._known.get(token, 0)
            self._known[token] = times + 1
            if times or len(token) < 2:
                continue
            if is_cjk(token):
                self._learn_sounds(token)
            elif token.isalpha() and len(token) >= _SHORTEST:
                for shorter in _without_one(token):
                    self._shorter.setdefault(shorter, []).append(token)

    def _learn_sounds(self, pair: str) -> None:
        sounds = [sound_of(letter) for letter in pair]
        self._syllables.update(sounds)
        self._sounds.setdefault(" ".join(sounds), []).append(pair)

    def read(self, folded: str) -> str:
        """The folded text with what was misspelled put right; the same text when every word is known."""
        pieces: list[str] = []
        end = 0
        for match in RUN.finditer(folded):
            pieces.append(folded[end : match.start()])
            pieces.append(self._read_run(match.group()))
            end = match.end()
        return self._read_pinyin("".join((*pieces, folded[end:])))

    def _read_run(self, run: str) -> str:
        if is_cjk(run):
            return self._read_cjk(run)
        stem = stem_of(run)
        if len(stem) < _SHORTEST or is_stop(run) or stem in self._known or not run.isalpha():
            return run
        near = set(self._shorter.get(stem, ()))
        for shorter in _without_one(stem):
            near.update(self._shorter.get(shorter, ()))
            if shorter in self._known and len(shorter) >= _SHORTEST:
                near.add(shorter)
        return self._best(near) or run

    def _read_cjk(self, run: str) -> str:
        letters = list(run)
        for place in range(len(run) - 1):
            pair = run[place : place + 2]
            if pair in self._known or not all(is_telling(letter) for letter in pair):
                continue
            alike = self._sounds.get(" ".join(sound_of(letter) for letter in pair), ())
            best = self._best(one for one in alike if one[0] == pair[0] or one[1] == pair[1])
            if best:
                letters[place : place + 2] = best
        return "".join(letters)

    def _read_pinyin(self, folded: str) -> str:
        """Latin words that are nothing but Chinese syllables become the characters they stand for."""
        words = [run for run in RUN.findall(folded) if run.isascii() and run.isalpha()]
        syllables = [
            one for word in words if stem_of(word) not in self._known and not is_stop(word) for one in self._split(word)
        ]
        pairs = (f"{one} {two}" for one, two in pairwise(syllables))
        found = [best for pair in pairs if (best := self._best(self._sounds.get(pair, ())))]
        return f"{folded} {' '.join(found)}" if found else folded

    def _split(self, word: str) -> list[str]:
        """A word as the syllables that it is made of, or nothing."""
        if not word:
            return []
        for size in range(min(_LONGEST_SYLLABLE, len(word)), 0, -1):
            syllable, rest = _plain(word[:size]), word[size:]
            if syllable in self._syllables:
                following = self._split(rest)
                if following or not rest:
                    return [syllable, *following]
        return []

    def _best(self, near: Iterable[str]) -> str:
        return max(near, key=lambda one: (self._known.get(one, 0), one), default="")


def _without_one(word: str) -> Iterator[str]:
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]
