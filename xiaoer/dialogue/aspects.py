"""What is asked of a product, answered from its attributes: a row for each, or that nothing is written about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiaoer.dialogue.view import View
from xiaoer.shop.types import Product

MOST_PRODUCTS = 3
Row = Mapping[str, Any]  # product, key, value (None: not written), is_so (None: no yes-or-no question)


def rows_of(view: View, products: Sequence[Product]) -> tuple[Row, ...]:
    """Rows for the attributes named in the newest words; empty when none was named. Unwritten ones only where all are."""
    rows = [row for product in products[:MOST_PRODUCTS] for row in _of_product(view, product)]
    written = tuple(row for row in rows if row["value"] is not None)
    return written or tuple(rows[:1])


def _of_product(view: View, product: Product) -> list[Row]:
    rows: dict[str, Row] = {}
    for heard in view.newest("aspect", "material", "laptop"):
        for row in _ROWS[heard.kind](product, heard.value):
            rows.setdefault(row["key"], row)
    if len(rows) > 1:  # "waterproof fabric?" is answered by what is written
        return [row for row in rows.values() if row["value"] is not None] or list(rows.values())[:1]
    return list(rows.values())


def _asked(product: Product, value: Mapping[str, Any]) -> list[Row]:
    keys = [key for key in value["keys"] if key in product.attributes]
    return [_row(product, key, _truth(product.attributes[key])) for key in keys] or [_row(product, value["keys"][0], None)]


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _made_of(product: Product, slug: str) -> list[Row]:
    """"Is it cotton?": yes where any attribute says so; else what it is made of."""
    for key, value in product.attributes.items():
        if value == slug or (isinstance(value, list | tuple) and slug in value):
            return [_row(product, key, True)]
    return [_row(product, "material", False if "material" in product.attributes else None)]


def _fits_laptop(product: Product, value: Mapping[str, Any]) -> list[Row]:
    fits = product.attributes.get("fits_laptop_in")
    return [_row(product, "fits_laptop_in", fits >= value["inches"] if isinstance(fits, int | float) else None)]


def _row(product: Product, key: str, is_so: bool | None) -> Row:
    return {"product": product, "key": key, "value": product.attributes.get(key), "is_so": is_so}


_ROWS: Mapping[str, Any] = {"aspect": _asked, "material": _made_of, "laptop": _fits_laptop}
