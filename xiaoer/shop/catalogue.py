"""The shop's products in memory: found by id, filtered and ordered for advice. Pure; made anew when products change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xiaoer.shop.types import Product

MOST_ADVICE = 3
# One wish, several attribute keys that may tell it.
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "capacity": ("capacity_l", "capacity_ml", "battery_mah"),
    "warmth": ("fill_power", "warm_c", "gsm", "fill_weight_g"),
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products by id. `words` is the shop's dictionary of option and attribute values (labels, units, synonyms)."""

    products: Mapping[str, Product]
    words: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, products: Iterable[Product], words: Mapping[str, Any] | None = None) -> Catalogue:
        """A catalogue of these products."""
        return cls({product.id: product for product in products}, words or {})

    def list_products(self, ids: Sequence[str]) -> tuple[Product, ...]:
        """The products with these ids that exist, in this order."""
        return tuple(self.products[one] for one in ids if one in self.products)

    def advise(self, filters: Mapping[str, Any]) -> tuple[Product, ...]:
        """The best products that pass every filter (see dialogue.wanted.filters_of); nothing when no filter is set."""
        if not _is_narrowed(filters):
            return ()
        pool = list(self.list_products(filters.get("product_ids") or ())) or list(self.products.values())
        passing = [product for product in pool if _passes(product, filters)]
        order_by = filters.get("order_by")
        if order_by:
            key, most = order_by
            passing = [product for product in passing if _measure(product, key) is not None]
            passing.sort(key=lambda product: _measure(product, key) or 0.0, reverse=bool(most))
        else:
            passing.sort(key=lambda product: _appeal(product, filters), reverse=True)
        return tuple(passing[:MOST_ADVICE])


def _is_narrowed(filters: Mapping[str, Any]) -> bool:
    names = ("product_ids", "attributes", "laptop_in", "max_minor", "min_minor", "about_minor", "colours", "sizes", "tags")
    return any(filters.get(name) for name in names)


def _passes(product: Product, filters: Mapping[str, Any]) -> bool:
    stocked = [variant for variant in product.variants if variant.stock > 0]
    for key, name in (("colour", "colours"), ("size", "sizes")):
        wanted = set(filters.get(name) or ())
        if wanted:
            stocked = [variant for variant in stocked if variant.options.get(key) in wanted]
    prices = [variant.price_minor for variant in stocked]
    if not prices:
        return False
    lowest = min(prices)
    if filters.get("max_minor") and lowest > filters["max_minor"]:
        return False
    if filters.get("min_minor") and max(prices) < filters["min_minor"]:
        return False
    if filters.get("about_minor") and not 0.6 <= lowest / filters["about_minor"] <= 1.25:
        return False
    fits = product.attributes.get("fits_laptop_in")
    if filters.get("laptop_in") and (not isinstance(fits, int | float) or fits < filters["laptop_in"]):
        return False
    return all(_has(product, one) for one in filters.get("attributes") or ())


def _has(product: Product, wanted: Mapping[str, Any]) -> bool:
    value, target = product.attributes.get(wanted["key"]), wanted["value"]
    if value is None:
        return False
    if wanted["op"] == "max":
        return isinstance(value, int | float) and value <= target
    if wanted["op"] == "min":
        return isinstance(value, int | float) and value >= target
    return bool(target in value) if isinstance(value, list | tuple) else bool(value == target)


def _measure(product: Product, key: str) -> float | None:
    if key == "price":
        return float(min(variant.price_minor for variant in product.variants))
    for name in _ALIASES.get(key, (key,)):
        value = product.attributes.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def _appeal(product: Product, filters: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Without an order named: the one called by name first, then what it is for, on promotion, and the better stocked."""
    ids = list(filters.get("product_ids") or ())
    place = -ids.index(product.id) if product.id in ids else -len(ids)
    suits = len(set(filters.get("tags") or ()) & set(product.tags))
    return (place // 3, suits, int(product.promotion is not None), sum(variant.stock for variant in product.variants))
