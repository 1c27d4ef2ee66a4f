"""What is asked of the facts, and what they answer: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from xiaoer.shop.types import Product

MOST_TOLD = 3  # products in an answer
FindingKind = Literal["best", "filtered", "none_fits", "versus", "compare", "count", "in_unit", "unit", "holds", "size"]


@dataclass(frozen=True, slots=True)
class Question:
    """Words in lower case with what was named in them.

    `named`: ids of single products; `kinds`: ids of all products of the types named; `focus`: ids talked about before, and
    `is_about_focus`: the words point at those. `money` = ((op, minor units), …). `options`: colours and sizes named.
    `body`: height_cm, weight_kg, foot_mm.
    `mentions`: the words by which products and types were named.
    """

    words: str
    intent: str = ""
    named: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    focus: tuple[str, ...] = ()
    is_about_focus: bool = False
    money: tuple[tuple[str, int], ...] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    body: Mapping[str, float] = field(default_factory=dict)
    mentions: tuple[str, ...] = ()

    @property
    def rest(self) -> str:
        """The words without those that name products and types: what is said of them."""
        rest = self.words
        for text in self.mentions:
            rest = rest.replace(text.lower(), " ", 1)
        return rest


@dataclass(frozen=True, slots=True)
class Row:
    """What one product's data say: attribute, value (None: not written) and, for a yes-or-no question, whether it is so."""

    product: Product
    key: str
    value: Any
    is_so: bool | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer out of facts. `products`: those it is about, best first; `rows`: the facts it rests on; `facts`: the rest."""

    kind: FindingKind
    products: tuple[Product, ...] = ()
    rows: tuple[Row, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
