"""Addresses against the places that words name: by city, region, street or postcode, in either language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from xiaoer.nlu.places import places_in
from xiaoer.shop.types import Order

_SHORTEST_STREET = 4


def is_at(address: Mapping[str, Any], words: str, named: frozenset[str]) -> bool:
    """Whether lower-case words name this address. `named`: the places in them, lower case."""
    city, region = str(address.get("city") or "").lower(), str(address.get("region") or "").lower()
    street = re.sub(r"[\d#,.]", "", str(address.get("line") or "").lower()).strip()
    code = str(address.get("postcode") or "")
    is_street = len(street) >= _SHORTEST_STREET and street in words
    is_city = bool(city) and (city in named or _says(city, words))
    return is_street or is_city or bool(code and code in words) or (bool(region) and region in named)


def named_places(words: str) -> frozenset[str]:
    """The places that words name, lower case."""
    return frozenset(one.lower() for one in places_in(words))


def orders_sent_to(orders: Sequence[Order], words: str) -> list[Order]:
    """The orders that went to a place named in the words."""
    named = named_places(words)
    return [order for order in orders if is_at(order.address, words, named)]


def _says(name: str, words: str) -> bool:
    return name in words if not name.isascii() else re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", words) is not None
