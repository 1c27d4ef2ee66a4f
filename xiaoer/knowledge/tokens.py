"""Our own tokens, the same for every index engine: CJK single characters and bigrams, stemmed English, numbers kept."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer
from opencc import OpenCC

RUN = re.compile(r"[㐀-䶿一-鿿]+|[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?")
_STOP_WORDS = (
    "a an the is are was were be been am do does did to of in on at for and or it its i my me you your we our they them "
    "this that these those there with from by as so if can could will would shall should may might have has had "
    "how what when where which who why please hi hello just"
)
_STOP = frozenset(_STOP_WORDS.split())
_PARTICLES = frozenset("的了吗呢吧啊呀嘛哦么呗啦哈您")
_STOP_CJK = _PARTICLES | frozenset("是我你他她它请问在就都也还有个这那会能可以要想什时候怎如何哪样为多少给把被和跟与或几下到")
_simplify = OpenCC("t2s").convert
_stem = snowballstemmer.stemmer("english").stemWord


def fold(text: str) -> str:
    """NFKC, lower case, simplified characters, straight apostrophes; half a surrogate pair becomes a question mark."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return str(_simplify(unicodedata.normalize("NFKC", whole).lower().replace("’", "'")))


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """The stem of a folded English word."""
    return str(_stem(word.removesuffix("'s")))


def is_stop(word: str) -> bool:
    """Whether a folded English word says nothing about the matter."""
    return word in _STOP


def is_telling(letters: str) -> bool:
    """Whether a CJK character, or a pair of them, says something: no particle in it, not made of stop characters only."""
    return not (len(letters) > 1 and _PARTICLES & set(letters)) and not set(letters) <= _STOP_CJK


def is_cjk(run: str) -> bool:
    """Whether a run of `RUN` is made of CJK characters."""
    return run[0] >= "㐀"


def tokens_of(text: str) -> list[str]:
    """The tokens of a text in order. Chinese stop characters make no single tokens, but stay inside bigrams that tell something."""
    found: list[str] = []
    for match in RUN.finditer(fold(text)):
        run = match.group()
        if is_cjk(run):
            found.extend(letter for letter in run if is_telling(letter))
            found.extend(pair for pair in (run[i : i + 2] for i in range(len(run) - 1)) if is_telling(pair))
        elif run[0].isdigit():
            found.append(run)
        elif not is_stop(run):
            found.append(stem_of(run))
    return found
