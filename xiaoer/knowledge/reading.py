"""A text as weighed tokens, for our own ranking: how much a kind of token tells, before how rare it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from xiaoer.knowledge.spelling import Spelling
from xiaoer.knowledge.terms import ASK, MARK, terms_of, words_of
from xiaoer.knowledge.tokens import fold, is_cjk, is_stop, stem_of, tokens_of

FINE = "~"  # before what only questions are compared by, and no engine holds
TOGETHER = FINE + MARK  # before two terms that stand in one text
# Chosen on the articles' own questions. A single character tells less than a pair; a word that says a term leaves most of
# its weight to the term, so that 质保 and 保修 are nearly one word.
_CHARACTER, _TOKEN, _TERM, _ASK = 0.7, 1.0, 1.6, 0.9
_SAID_CJK, _SAID = 0.35, 0.85
_PIECE, _PAIR, _STOP = 0.15, 0.2, 0.1
_TOGETHER = 0.8  # two terms in one text: neither alone tells "cancel what is packed" from "cancel"
_PIECE_SIZE = 4  # letters
_NUMBERS = re.compile(r"[a-z]*\d{6,}")  # of orders and parcels: they say nothing about the matter
_COURTESY = re.compile(  # said around a question
    r"麻烦(?:您|你)?|辛苦(?:您|你)?(?:了|解答|帮忙)?|谢谢|多谢|感谢|请问(?:一下)?|不好意思|您好|你好|帮(?:我|忙)(?:看(?:一?下)?|一下)?"
    r"|我?想(?:咨询|问|了解)(?:一下|下)?|那个|就是(?:说)?|[嗯喂哎呃额诶唉]+"
    r"|\b(?:thank you|thanks|thx|kindly|sorry|excuse me|good (?:morning|evening|afternoon)|hey|um+|uh|yeah|okay|ok|lol|pls|plz"
    r"|basically|you guys|could you (?:please )?(?:let me know|tell me|explain)|may i ask|would you be so kind as to"
    r"|i was wondering(?: if)?|i(?: just)? (?:wanted|want) to (?:ask|know)|do you know|just so i know)\b"
)
_LONG = 8  # characters; a shorter line may be nothing but courtesy
_MOST = 400  # characters of a question; nobody asks one thing in more


def read(text: str) -> dict[str, float]:
    """Tokens and terms of a body with their factors."""
    folded = fold(text)
    return _weigh(folded, words_of(folded))


def read_stored(text: str) -> dict[str, float]:
    """The same for a title or a similar question, with its fine tokens."""
    folded = fold(text)
    return _weigh_finely(folded)


def read_question(text: str, spelling: Spelling) -> dict[str, float]:
    """The same for what a customer wrote: without numbers of orders, and with misspellings put right."""
    folded = _NUMBERS.sub(" ", fold(text[:_MOST]))
    return _weigh_finely(spelling.read(_COURTESY.sub(" ", folded) if len(folded) > _LONG else folded))


def coarse(reading: dict[str, float]) -> tuple[str, ...]:
    """The tokens by which an engine finds candidates."""
    return tuple(token for token in reading if not token.startswith(FINE))


def _weigh(folded: str, words: Sequence[str]) -> dict[str, float]:
    spoken = terms_of(folded, words)
    found: dict[str, float] = {}
    for token in tokens_of(folded):
        factor = _CHARACTER if len(token) == 1 and is_cjk(token) else _TOKEN
        said = _SAID_CJK if token in spoken.seams else 1.0
        if token in spoken.tokens:
            said = _SAID_CJK if is_cjk(token) else _SAID
        found[token] = factor * said
    for term in sorted(spoken.terms):
        found[term] = _ASK if term.startswith(ASK) else _TERM
    return found


def _weigh_finely(folded: str) -> dict[str, float]:
    words = words_of(folded)
    found = _weigh(folded, words)
    for token, factor in _fine([word for word in words if word.isalpha() or "'" in word]):
        found[FINE + token] = factor
    for one, other in combinations([token for token in found if token.startswith(MARK)], 2):
        found[f"{TOGETHER}{one[len(MARK):]}{other}"] = _TOGETHER
    return found


def _fine(words: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Pieces of English words (delete, deletion), pairs of neighbours, and the stop words, of which a question has many."""
    for word in words:
        if is_stop(word):
            yield word, _STOP
        elif len(word) >= _PIECE_SIZE:
            padded = f" {word} "
            for place in range(len(padded) - _PIECE_SIZE + 1):
                yield padded[place : place + _PIECE_SIZE], _PIECE
    stems = [word if is_stop(word) else stem_of(word) for word in words]
    for one, other in pairwise(stems):
        yield f"{one}  {other}", _PAIR
