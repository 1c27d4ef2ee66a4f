"""Words by which customers name the same thing in both languages: `terms.yaml`, found in a text as tokens of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xiaoer.knowledge.tokens import fold, is_stop, stem_of
from xiaoer.yaml_text import read_yaml

MARK = "§"  # before the name of a term
ASK = "§?"  # before the name of an ask
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
_LONGEST_PHRASE = 5
_Phrases = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Terms:
    """Chinese words and English phrases of stems (joined by spaces), each with its terms; `longest`: characters."""

    chinese: _Phrases
    english: _Phrases
    longest: int

    def words(self) -> Iterable[str]:
        """Every Chinese word, for those who must know which words exist."""
        return self.chinese

    def stems(self) -> Iterable[str]:
        """Every English stem."""
        return {stem for phrase in self.english for stem in phrase.split()}


def is_thing(token: str) -> bool:
    """Whether a token is a term that names something, not what kind of answer is wanted."""
    return token.startswith(MARK) and not token.startswith(ASK)


@lru_cache(maxsize=1)
def all_terms() -> Terms:
    """The shipped terms."""
    data = read_yaml((Path(__file__).parent / "terms.yaml").read_text("utf-8"))
    chinese: dict[str, set[str]] = {}
    english: dict[str, set[str]] = {}
    for group in ("asks", "terms"):
        for name, words in data[group].items():
            for word in words["zh"]:
                chinese.setdefault(fold(word), set()).add(MARK + name)
            for phrase in words["en"]:
                english.setdefault(" ".join(stem_of(word) for word in _WORD.findall(fold(phrase))), set()).add(MARK + name)
    longest = max(map(len, chinese))
    return Terms(_frozen(chinese), _frozen(english), longest)


def _frozen(found: dict[str, set[str]]) -> _Phrases:
    return {words: tuple(sorted(names)) for words, names in found.items()}


@dataclass(frozen=True, slots=True)
class Spoken:
    """The terms that a text holds, the tokens by which it says them (not those of an ask), and the pairs of characters that
    only meet where a word ends: 退款|多久 is no 款多."""

    terms: frozenset[str]
    tokens: frozenset[str]
    seams: frozenset[str]


def terms_of(folded: str, words: Sequence[str]) -> Spoken:
    """The terms in a folded text whose English words, in order, are `words`.

    English is looked for twice, with stop words and without: "sign in" needs its "in", "sent it back" must lose its "it".
    """
    stems = [stem_of(word) for word in words]
    telling = [stem for stem, word in zip(stems, words, strict=True) if not is_stop(word)]
    spans = list(_chinese(folded))
    chinese = [(term, _tokens_in(folded[start:end])) for start, end, terms in spans for term in terms]
    found = [*chinese, *_english(stems), *_english(telling)]
    tokens = {token for one, said in found if not one.startswith(ASK) for token in said}
    return Spoken(frozenset(one for one, _ in found), frozenset(tokens), frozenset(_seams(folded, spans)))


def _chinese(folded: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """(start, end, terms) of every word in the text."""
    terms = all_terms()
    for start, letter in enumerate(folded):
        if letter < "㐀" and not letter.isdigit():
            continue
        for end in range(start + 1, min(start + terms.longest, len(folded)) + 1):
            found = terms.chinese.get(folded[start:end])
            if found:
                yield start, end, found


def _tokens_in(word: str) -> tuple[str, ...]:
    return (*word, *(word[place : place + 2] for place in range(len(word) - 1)))


def _seams(folded: str, spans: Sequence[tuple[int, int, tuple[str, ...]]]) -> Iterator[str]:
    inner = {place for start, end, _ in spans for place in range(start, end - 1)}
    edges = {place - 1 for start, end, _ in spans if end - start > 1 for place in (start, end)}
    for place in edges - inner:
        if 0 <= place < len(folded) - 1:
            yield folded[place : place + 2]


def _english(stems: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(term, stems that say it)."""
    english = all_terms().english
    for start in range(len(stems)):
        for end in range(start + 1, min(start + _LONGEST_PHRASE, len(stems)) + 1):
            phrase = stems[start:end]
            for term in english.get(" ".join(phrase), ()):
                yield term, tuple(phrase)


def words_of(folded: str) -> list[str]:
    """The English words and the numbers of a folded text in order."""
    return _WORD.findall(folded)
