"""What the order numbers of a shop look like, learned from those that it has: "#W2378156" is a mark, letters and seven digits.

A number is also known by its digits alone, where they are as many as no other number of the shop's has; and with letters left
out or spaces in between. Whether there is such an order is another question, and who may hear of it yet another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xiaoer.nlu.entities.spans import entity
from xiaoer.nlu.normalise import Normalised
from xiaoer.nlu.types import Entity

_SHAPE = re.compile(r"^(\W?)([A-Za-z]{0,6})(\d{4,20})$")
_FEWEST_DIGITS = 6
_MOST_SHAPES = 8


@dataclass(frozen=True, slots=True)
class OrderNumbers:
    """The shapes of a shop's order numbers: (mark, letters, how many digits)."""

    shapes: tuple[tuple[str, str, int], ...] = ()

    @classmethod
    def of(cls, numbers: Iterable[str]) -> OrderNumbers:
        """The shapes of these numbers; those that are no letters and digits are left to be typed as they are."""
        shapes: dict[tuple[str, str, int], None] = {}
        for number in numbers:
            match = _SHAPE.match(number)
            if match is not None:
                shapes[match.group(1), match.group(2), len(match.group(3))] = None
        return cls(tuple(shapes)[:_MOST_SHAPES])

    def find(self, original: str, normal: Normalised) -> Iterator[Entity]:
        """Every order number, spelled as the shop spells it."""
        for mark, letters, digits in self.shapes:
            lead = r"\s?".join(letters.lower())
            pattern = rf"(?<![a-z\d])[#]?\s?(?:{lead}[\s#:-]{{0,2}})?(\d{{{digits}}})(?!\d)" if lead else rf"(?<![a-z\d])[#]?(\d{{{digits}}})(?!\d)"
            for match in re.finditer(pattern, normal.text):
                has_letters = not lead or match.group().replace(" ", "").lstrip("#").startswith(letters.lower())
                if has_letters or digits >= _FEWEST_DIGITS:
                    yield entity("order_number", original, normal, match.start(), match.end(), f"{mark}{letters}{match.group(1)}")
