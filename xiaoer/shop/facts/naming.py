"""Which products of a few are named by words that only their own names hold: "the citywalk" among backpacks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from xiaoer.shop.facts.question import Question
from xiaoer.shop.types import Product

LOOKING = re.compile(
    r"有没有|有什么|有哪些|哪些|哪款|推荐|想买|想要|想找|找一|求推荐|需要一|来一|\bdo you have\b|\bany\b|\blooking for\b|\bneed\b|\bwant\b|"
    r"\bshow me\b|\bwhich\b|\brecommend|\bsuggest|\bare there\b|\bfind me\b"
)
_SHORTEST = 3  # letters of a word that tells one product from another


def named_in(words: str, pool: Sequence[Product], known: Sequence[Product]) -> list[Product]:
    """Those named in lower-case words, in the order of the words; `known`: found already. A mark shared by two tells neither."""
    marks = {product.id: _marks_of(product) for product in pool}
    shared = Counter(mark for found in marks.values() for mark in found)
    said = set(re.findall(r"[a-z0-9]+", words))
    places: dict[str, int] = {}
    for product in pool:
        own = [
            mark
            for mark in marks[product.id]
            if shared[mark] == 1 and (mark in words if mark[0] >= "㐀" else mark in said)
        ]
        if own:
            places[product.id] = min(words.index(mark) for mark in own)
    for product in known:
        places.setdefault(product.id, len(words))
    by_id = {product.id: product for product in (*pool, *known)}
    return [by_id[one] for one in sorted(places, key=places.__getitem__)]


def _marks_of(product: Product) -> set[str]:
    """English words and pairs of Chinese characters of its names and nicknames."""
    names = [
        name
        for language in ("zh", "en")
        for name in (product.names.get(language, ""), *product.nicknames.get(language, ()))
    ]
    kinds = " ".join(product.kind.values()).lower()
    marks: set[str] = set()
    for name in names:
        text = name.lower()
        marks.update(word for word in re.findall(r"[a-z0-9]+", text) if len(word) >= _SHORTEST and word not in kinds)
        for run in re.findall(r"[㐀-鿿]+", text):
            marks.update(pair for pair in (run[i : i + 2] for i in range(len(run) - 1)) if pair not in kinds)
    return marks


def single_of(question: Question, pool: Sequence[Product]) -> list[Product]:
    """The one product that is meant: named alone, or the only one talked about."""
    named = [one for one in pool if one.id in question.named]
    if len(named) == 1 and not question.kinds:
        return named
    narrowed = [] if LOOKING.search(question.words) else named_in(question.words, pool, named)
    if len(narrowed) == 1:
        return narrowed
    return list(pool) if len(pool) == 1 else []
