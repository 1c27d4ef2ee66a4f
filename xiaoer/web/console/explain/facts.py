"""What was written, checked against what was known: every value in the reply is found again in the turn's facts. Pure.

The facts are the trace's JSON. A value is looked for in the words that a customer reads (¥129, 11月23日 14:05, 已签收), so
what is underlined is exactly what stands in the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiaoer.replies.words import LABELS, Words

_LABELLED = {"state": ("order_state", "refund_state"), "payment_kind": ("payment",), "kind": ("payment",), "level": ("level",),
             "reason": ("reason",), "condition": ("condition",), "outcome": ("outcome",), "label": ("line",)}  # fmt: skip
_COUNTED = ("quantity", "stock", "points", "position", "waiting", "returned_quantity")
_NUMBER = re.compile(r"[A-Z]{2}\d{6,}|\d[\d,.:]*\d|\d")
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Fact:
    """A value in the reply and where it stands in the facts. `number` counts from 1 in the order of the text."""

    number: int
    text: str
    group: str
    path: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of the reply: with a fact behind them, a number without one (`is_loose`), or plain words."""

    text: str
    fact: int = 0
    is_loose: bool = False


def ground(text: str, facts: Sequence[Mapping[str, Any]], words: Words) -> tuple[tuple[Piece, ...], tuple[Fact, ...]]:
    """The reply in pieces, and the facts behind them."""
    known = _known(facts, words)
    if not known:
        return _loose(text), ()
    pattern = re.compile("|".join(_bounded(value) for value in sorted(known, key=len, reverse=True)))
    pieces: list[Piece] = []
    found: dict[str, Fact] = {}
    last = 0
    for match in pattern.finditer(text):
        value = match.group()
        group, path = known[value]
        fact = found.setdefault(value, Fact(len(found) + 1, value, group, path))
        pieces += [*_loose(text[last : match.start()]), Piece(value, fact.number)]
        last = match.end()
    return (*pieces, *_loose(text[last:])), tuple(found.values())


def _bounded(value: str) -> str:
    """A number is found only where it stands alone, not inside of a longer one."""
    before = r"(?<![\d.,])" if value[0].isdigit() else ""
    after = r"(?![\d]|[.,]\d)" if value[-1].isdigit() else ""
    return before + re.escape(value) + after


def _loose(text: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    last = 0
    for match in _NUMBER.finditer(text):
        pieces += [Piece(text[last : match.start()]), Piece(match.group(), is_loose=True)]
        last = match.end()
    return tuple(piece for piece in (*pieces, Piece(text[last:])) if piece.text)


def _known(facts: Sequence[Mapping[str, Any]], words: Words) -> dict[str, tuple[str, str]]:
    """Every value as a customer reads it → the group and the path it comes from; the first place wins."""
    known: dict[str, tuple[str, str]] = {}
    for part in facts:
        for path, value in _leaves({key: one for key, one in part.items() if key != "template"}):
            for text in _shown(path, value, words):
                if len(text) >= _SHORTEST or text.isdigit():
                    known.setdefault(text, (path[0], ".".join(path[1:])))
    return known


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and not (value and set(value) <= {"zh", "en"}):
        for key, one in value.items():
            yield from _leaves(one, (*path, str(key)))
            if key == "options" and isinstance(one, Mapping):
                yield (*path, "options"), one
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _leaves(one, (*path, str(place)) if len(value) > 1 else path)
    elif value not in (None, "", True, False):
        yield path, value


def _shown(path: tuple[str, ...], value: Any, words: Words) -> Iterator[str]:
    name = path[-1] if path else ""
    if isinstance(value, Mapping):
        yield words.options({k: str(v) for k, v in value.items()}) if name == "options" else str(words.name(value))
    elif isinstance(value, int | float):
        yield from _numbers("quantity" if path[0] == "items" and name.isdigit() else name, value, words)
    elif isinstance(value, str):
        moment = _moment(value)
        if moment is not None:
            yield from (words.moment(moment), words.day(moment))
            return
        for group in _LABELLED.get(name, ()):
            if value in LABELS[group]:
                yield words.label(group, value)
        yield words.option(value)
        yield value


def _numbers(name: str, value: int | float, words: Words) -> Iterator[str]:
    if name.endswith("_minor") and isinstance(value, int):
        yield words.money(abs(value))
    elif name in _COUNTED:
        yield str(value)
        if name == "position":
            yield str(int(value) - 1)  # "how many are before you"


def _moment(value: str) -> datetime | None:
    if len(value) < 19 or value[4:5] != "-":
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
