"""What a turn looked up: passages with the words that matched, products, orders, the queue. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiaoer.assistant import Assistant
from xiaoer.knowledge.tokens import tokens_of
from xiaoer.replies.words import Words
from xiaoer.web.templates import Catalogue

_WORD = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?|[㐀-䶿一-鿿]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage in pieces: (text, whether it matched the question)."""

    article_id: str
    version: int
    title: str
    score: float
    matched: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """One look-up: its title, what was asked, and what came back."""

    what: str
    title: str
    asked: str
    outcome: str
    probability: float | None
    passages: tuple[Passage, ...]
    lines: tuple[str, ...]


def looked_of(
    data: Sequence[Mapping[str, Any]], assistant: Assistant, t: Catalogue, words: Words
) -> tuple[Looked, ...]:
    """The look-ups of a turn, in their order."""
    return tuple(_looked(one, assistant, t, words) for one in data)


def _looked(data: Mapping[str, Any], assistant: Assistant, t: Catalogue, words: Words) -> Looked:
    value, asked = data["value"], data["arguments"]
    is_answer = isinstance(value, Mapping) and "hits" in value
    question = str(asked.get("question", ""))
    return Looked(
        what=data["what"],
        title=t.code("explain.look_up", data["what"]),
        asked=question,
        outcome=t.code("explain.answer", value["outcome"]) if is_answer else t.code("explain.found", data["outcome"]),
        probability=value["probability"] if is_answer else None,
        passages=tuple(_passage(hit, question) for hit in value["hits"]) if is_answer else (),
        lines=() if is_answer else tuple(_lines(data["what"], value, assistant, t, words)),
    )


def _passage(hit: Mapping[str, Any], question: str) -> Passage:
    return Passage(
        hit["article_id"],
        hit["version"],
        hit["title"],
        hit["score"],
        hit["matched"],
        highlight(hit["passage"], question),
    )


def highlight(passage: str, question: str) -> tuple[tuple[str, bool], ...]:
    """The passage, cut where words of the question stand in it. Chinese is compared by pairs of characters."""
    wanted = {one for one in tokens_of(question) if len(one) > 1}
    marked = [False] * len(passage)
    units = list(_WORD.finditer(passage))
    for place, unit in enumerate(units):
        if set(tokens_of(unit.group())) & wanted:
            _mark(marked, unit.start(), unit.end())
        following = units[place + 1] if place + 1 < len(units) else None
        if following is not None and following.start() == unit.end() and unit.group() + following.group() in wanted:
            _mark(marked, unit.start(), following.end())
    pieces: list[tuple[str, bool]] = []
    for letter, is_marked in zip(passage, marked, strict=True):
        if pieces and pieces[-1][1] == is_marked:
            pieces[-1] = (pieces[-1][0] + letter, is_marked)
        else:
            pieces.append((letter, is_marked))
    return tuple(pieces)


def _mark(marked: list[bool], start: int, end: int) -> None:
    marked[start:end] = [True] * (end - start)


def _lines(what: str, value: Any, assistant: Assistant, t: Catalogue, words: Words) -> list[str]:
    if what == "queue" and isinstance(value, Mapping):
        return [t("explain.queue_open" if value.get("is_open") else "explain.queue_closed", n=value.get("waiting", 0))]
    if isinstance(value, Mapping):
        return [str(one) for one in value.values() if isinstance(one, str)]
    ids = value if isinstance(value, list) else [value] if value else []
    products = assistant.catalogue.products
    return [words.name(products[one].names) if one in products else str(one) for one in ids]
