"""What a message says of orders, goods and what is wanted instead: frozen values, JSON-ready, not yet held against any record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Want:
    """One thing said of the variant that is wanted. `pairs` are the (option, value) that the words can mean.

    how     is (one of pairs) · not (none of pairs) · same (the options in pairs, or all, as they are) · free (they don't matter)
            more, less (of an option in pairs, by `amount`; 1 step without) · most, least (of an option, of the price without one)
            like (as another item: `text` says which) · number (the variant of this number) · leave (don't change it at all)
    level   0 what is wanted first, 1, 2 … what is wanted where the one before it can't be had
    is_soft only a preference
    """

    how: str
    pairs: tuple[Pair, ...] = ()
    amount: float | None = None
    text: str = ""
    level: int = 0
    is_soft: bool = False


@dataclass(frozen=True, slots=True)
class ItemMeant:
    """Goods that were named: what they can be, what they are like (`like`), and what is wanted instead (`wants`).

    count: "" one, "all" (both, all, every). rank: "" | "cheapest" | "dearest" among those that fit. number: an item number said.
    """

    product_ids: tuple[str, ...]
    word: str
    like: tuple[tuple[Pair, ...], ...] = ()
    wants: tuple[Want, ...] = ()
    number: str = ""
    count: str = ""
    rank: str = ""
    is_excluded: bool = False
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class OrderMeant:
    """An order that was described. which: "" | last | other | all | both. states: as orders know them."""

    items: tuple[ItemMeant, ...] = ()
    states: tuple[str, ...] = ()
    which: str = ""
    is_only: bool = False
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Meant:
    """Everything of this kind in one message. `wants` are those that belong to no item named.

    scope: "" | "add" (also, as well) | "only" | "all" (everything). text: the words.
    """

    orders: tuple[OrderMeant, ...] = ()
    items: tuple[ItemMeant, ...] = ()
    wants: tuple[Want, ...] = ()
    scope: str = ""
    text: str = ""
    seq: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it tells nothing at all."""
        return not (self.orders or self.items or self.wants or self.scope)

    def at(self, seq: int) -> Meant:
        """The same, as said in this message."""
        return replace(self, seq=seq)


def from_json(data: Mapping[str, Any]) -> Meant:
    """A `Meant` out of its JSON form (`dataclasses.asdict`)."""
    return Meant(
        orders=tuple(_order(one) for one in data.get("orders", ())),
        items=tuple(_item(one) for one in data.get("items", ())),
        wants=tuple(_want(one) for one in data.get("wants", ())),
        scope=data.get("scope", ""),
        text=data.get("text", ""),
        seq=data.get("seq", 0),
    )


def _pairs(data: Any) -> tuple[Pair, ...]:
    return tuple((str(key), str(value)) for key, value in data)


def _want(data: Mapping[str, Any]) -> Want:
    return Want(**{**data, "pairs": _pairs(data.get("pairs", ()))})


def _item(data: Mapping[str, Any]) -> ItemMeant:
    like = tuple(_pairs(one) for one in data.get("like", ()))
    wants = tuple(_want(one) for one in data.get("wants", ()))
    return ItemMeant(**{**data, "product_ids": tuple(data["product_ids"]), "like": like, "wants": wants})


def _order(data: Mapping[str, Any]) -> OrderMeant:
    items = tuple(_item(one) for one in data.get("items", ()))
    return OrderMeant(**{**data, "items": items, "states": tuple(data.get("states", ()))})
