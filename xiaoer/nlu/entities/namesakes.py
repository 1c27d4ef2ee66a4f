"""What products are called besides their full names: the head of a name ("kettle", 耳机) and the words that tell siblings apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

# Heads that are too common as words of their own to name a product.
_NO_HEAD = frozenset(
    (
        "band", "bands", "board", "box", "boxes", "case", "cream", "free", "kit", "light", "line", "machine", "maker", "one", "pack", "pad", "pair",
        "pairs", "pieces", "set", "shell", "stand", "tee", "throw", "只装", "产品", "双装", "套装", "定制", "条装", "款式"
    )
)
_SHORTEST_CHINESE = 2
_SHORTEST_LATIN = 3
_OWN_WORD = 4
Names = Mapping[str, Sequence[str]]  # normalised name → product ids


def heads_of(names: Names) -> dict[str, list[str]]:
    """Endings that several names share, each with the products so called: 静音水壶 and 烧水壶 are both a 水壶.

    What stands before the ending must differ, or the ending is only half a word (肩包 of 双肩包).
    """
    before: dict[str, set[str]] = {}
    called: dict[str, list[str]] = {}
    for name, ids in names.items():
        for lead, head in _endings(name):
            before.setdefault(head, set()).add(lead)
            known = called.setdefault(head, [])
            known += [one for one in dict.fromkeys(ids) if one not in known]
    heads = {head: ids for head, ids in called.items() if len(before[head]) > 1 and head not in _NO_HEAD}
    heads |= {head: ids for head, ids in called.items() if head not in heads and _is_own_word(head) and head not in _NO_HEAD}
    return {head: ids for head, ids in (*heads.items(), *_with_zi(names).items()) if head not in names}


def _is_own_word(head: str) -> bool:
    """"Keyboard" is what the only keyboard of a shop is called; of a Chinese name its last half, which may be half a word, is not."""
    return head.isascii() and len(head) >= _OWN_WORD


def _with_zi(names: Names) -> dict[str, list[str]]:
    """鞋子 for whatever ends in 鞋, 杯子 for whatever ends in 杯."""
    called: dict[str, list[str]] = {}
    for name, ids in names.items():
        if len(name) > 1 and name[-1] >= "㐀":
            known = called.setdefault(f"{name[-1]}子", [])
            known += [one for one in dict.fromkeys(ids) if one not in known]
    return {word: ids for word, ids in called.items() if len(ids) > 1}


def _endings(name: str) -> list[tuple[str, str]]:
    if not name or name[-1] < "㐀":
        words = name.split()
        return [(words[-2], words[-1])] if len(words) > 1 and words[-1].isalpha() and len(words[-1]) >= _SHORTEST_LATIN else []
    places = range(1, len(name) - _SHORTEST_CHINESE + 1)
    return [(name[at - 1], name[at:]) for at in places if all(letter >= "㐀" for letter in name[at:])]


def marks_of(names: Sequence[str], kind: str, common: frozenset[str]) -> frozenset[str]:
    """What in a product's names tells it from others of its kind: words of Latin names, pairs of Chinese characters."""
    marks: set[str] = set()
    for name in names:
        rest = name.replace(kind, " ") if kind else name
        marks.update(word for word in re.findall(r"[a-z]{4,}", rest))
        for run in re.findall(r"[㐀-鿿]+", rest):
            marks.update(run[at : at + 2] for at in range(len(run) - 1))
    return frozenset(marks - common)
