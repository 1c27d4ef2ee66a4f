"""A text as weighed tokens, for our own ranking: how much a kind of token tells, before how rare it is."""

from __future__ import annotations

import re

from xiaoer.knowledge.spelling import Spelling
from xiaoer.knowledge.terms import ASK, terms_of, words_of
from xiaoer.knowledge.tokens import fold, is_cjk, tokens_of

# Chosen on the articles' own questions. A single character tells less than a pair; a word that says a term leaves most of
# its weight to the term, so that 质保 and 保修 are nearly one word.
_CHARACTER, _TOKEN, _TERM, _ASK = 0.5, 1.0, 1.6, 0.9
_SAID_CJK, _SAID = 0.35, 0.85
_NUMBERS = re.compile(r"[a-z]*\d{6,}")  # of orders and parcels: they say nothing about the matter
_MOST = 400  # characters of a question; nobody asks one thing in more


def read(text: str) -> dict[str, float]:
    """Tokens and terms with their factors."""
    return _weigh(fold(text))


def read_question(text: str, spelling: Spelling) -> dict[str, float]:
    """The same for what a customer wrote: without numbers of orders, and with misspellings put right."""
    return _weigh(spelling.read(_NUMBERS.sub(" ", fold(text[:_MOST]))))


def _weigh(folded: str) -> dict[str, float]:
    spoken = terms_of(folded, words_of(folded))
    found: dict[str, float] = {}
    for token in tokens_of(folded):
        factor = _CHARACTER if len(token) == 1 and is_cjk(token) else _TOKEN
        said = 1.0 if token not in spoken.tokens else _SAID_CJK if is_cjk(token) else _SAID
        found[token] = factor * said
    for term in sorted(spoken.terms):
        found[term] = _ASK if term.startswith(ASK) else _TERM
    return found
