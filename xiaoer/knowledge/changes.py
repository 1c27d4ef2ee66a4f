"""What changed between two versions of an article, word by word. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from xiaoer.knowledge.types import Article

_PIECES = re.compile(r"[㐀-鿿豈-﫿]|[^\W㐀-鿿豈-﫿]+|\s+|[^\w\s]", re.UNICODE)
_MOST_PIECES = 3_000  # of a changed stretch; beyond that lines are shown whole


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text that stayed, went or came."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing of an article that differs. `language` is empty for what belongs to the whole article."""

    name: str
    language: str
    spans: tuple[Span, ...]


def list_changes(old: Article, new: Article) -> tuple[Change, ...]:
    """Everything that differs, the texts first."""
    found = []
    for language in ("zh", "en"):
        before, after = old.find_text(language), new.find_text(language)
        for name in ("title", "similar", "body"):
            one, other = _words(before, name), _words(after, name)
            if one != other:
                found.append(Change(name, language, compare(one, other)))
    for name in ("category", "audience", "state", "valid_from", "valid_to", "owner", "intents"):
        one, other = _plain(getattr(old, name)), _plain(getattr(new, name))
        if one != other:
            spans = [Span("removed", one)] if one else []
            spans += [Span("added", other)] if other else []
            found.append(Change(name, "", tuple(spans)))
    return tuple(found)


def compare(old: str, new: str) -> tuple[Span, ...]:
    """Two texts as spans: joined without the added ones they are `old`, without the removed ones `new`."""
    return tuple(_joined(_compare_lines(old.splitlines(keepends=True), new.splitlines(keepends=True))))


def _compare_lines(old: list[str], new: list[str]) -> Iterator[Span]:
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before, after = "".join(old[a:b]), "".join(new[c:d])
        if tag == "equal":
            yield Span("same", before)
        else:
            yield from _compare_words(before, after)


def _compare_words(old: str, new: str) -> Iterator[Span]:
    one, other = _PIECES.findall(old), _PIECES.findall(new)
    if not one or not other or len(one) + len(other) > _MOST_PIECES:
        yield Span("removed", old)
        yield Span("added", new)
        return
    for tag, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Span("same", "".join(one[a:b]))
        else:
            yield Span("removed", "".join(one[a:b]))
            yield Span("added", "".join(other[c:d]))


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """Neighbours of one kind as one, and none that is empty."""
    kept: Span | None = None
    for span in spans:
        if not span.text:
            continue
        if kept is not None and kept.kind == span.kind:
            kept = Span(kept.kind, kept.text + span.text)
            continue
        if kept is not None:
            yield kept
        kept = span
    if kept is not None:
        yield kept


def _words(text: object, name: str) -> str:
    value = getattr(text, name, "")
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
