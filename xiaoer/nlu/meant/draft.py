"""What is being put together while a message is read: goods and options with their places, items as they grow, wishes so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from xiaoer.nlu.meant.marks import Mark
from xiaoer.nlu.meant.types import ItemMeant, Pair, Want

BREAKS = re.compile(r"[.!?;。\n]|\b(?:and|but)\b|,")


class Found(NamedTuple):
    """Goods, an option or a number in the normalised text. kind: goods | option | key | number."""

    kind: str
    start: int
    end: int
    word: str = ""
    product_ids: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()


@dataclass
class Draft:
    """An item that grows."""

    product_ids: tuple[str, ...]
    word: str
    start: int
    end: int
    like: list[tuple[Pair, ...]] = field(default_factory=list)
    wants: list[Want] = field(default_factory=list)
    number: str = ""
    count: str = ""
    rank: str = ""
    is_excluded: bool = False

    def done(self) -> ItemMeant:
        """The item as it was said."""
        return ItemMeant(
            self.product_ids, self.word, tuple(self.like), tuple(self.wants), self.number, self.count, self.rank,
            self.is_excluded, self.start, self.end,
        )  # fmt: skip


@dataclass
class Reading:
    """Where the pass over a message stands.

    mode: source (what they have) | target (what they want) | loose (goods that a "to" may still follow). level: which choice
    is told, 0 the first one. before: options that may turn out to describe the goods after them.
    """

    text: str
    marks: Sequence[Found | Mark]
    items: list[Draft] = field(default_factory=list)
    loose: list[Want] = field(default_factory=list)
    scope: str = ""
    mode: str = "source"
    current: Draft | None = None
    has_verb: bool = False
    level: int = 0
    softens: bool = False
    depth: int = 0
    in_brackets: str = ""
    excludes: bool = False
    negates: bool = False
    condition: bool = False
    at: int = 0
    rank_next: str = ""  # of the goods that come next, which one is meant by its price
    named_at: int = 0  # where the goods that were named last end
    before: list[Found] = field(default_factory=list)
    clause: list[tuple[Draft | None, int]] = field(default_factory=list)  # wishes of this clause: where each one lies

    @property
    def found(self) -> list[Found]:
        """Goods, options and numbers, without the marks."""
        return [one for one in self.marks if isinstance(one, Found)]

    def near(self, start: int, end: int, *kinds: str) -> list[Found]:
        """Those of these kinds that begin within these characters."""
        return [one for one in self.found if one.kind in kinds and start <= one.start <= end]

    def want(self, want: Want) -> None:
        """Put a wish where it belongs: with the goods named last, or with none."""
        want = replace(want, level=self.level, is_soft=want.is_soft or self.softens)
        place = self.loose if self.current is None else self.current.wants
        place.append(want)
        self.clause.append((self.current, len(place) - 1))

    def undo(self, words: set[str]) -> None:
        """Take back the plain wishes of these words: they were said of something else."""
        for place in (self.loose, *(item.wants for item in self.items)):
            place[:] = [want for want in place if not (want.how == "is" and want.text in words)]

    def redo(self, change: Callable[[Want], Want]) -> None:
        """Change the wishes of this clause."""
        for draft, index in self.clause:
            place = self.loose if draft is None else draft.wants
            if index < len(place):
                place[index] = change(place[index])


def like_of(options: Sequence[Found]) -> tuple[tuple[Pair, ...], ...]:
    """Options as a description."""
    return tuple(one.pairs for one in options)
