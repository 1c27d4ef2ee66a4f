"""Every query about products, their variants and what is in stock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict
from xiaoer.shop.tables import products, variants
from xiaoer.shop.types import Product, Variant

_PRODUCT = tuple(name for name in Product.__dataclass_fields__ if name != "variants")
_VARIANT = tuple(Variant.__dataclass_fields__)
_MOST_ASKED = 500  # ids in one statement; PostgreSQL and SQLite both take more


def list_products(scope: Scope, ids: Sequence[str] | None = None) -> tuple[Product, ...]:
    """All products by id, or those with these ids that exist, in the order asked for; prices and stock as they are now."""
    if ids is not None and not ids:
        return ()
    query, of_variants = scope.select(products), scope.select(variants)
    if ids is not None:
        wanted = list(ids)[:_MOST_ASKED]
        query, of_variants = query.where(products.c.id.in_(wanted)), of_variants.where(variants.c.product_id.in_(wanted))
    children: dict[str, list[Variant]] = {}
    for row in scope.all(of_variants.order_by(variants.c.product_id, variants.c.place)):
        children.setdefault(row.product_id, []).append(_variant(row._mapping))
    found = {row.id: _product(row._mapping, children.get(row.id, [])) for row in scope.all(query.order_by(products.c.id))}
    return tuple(found.values()) if ids is None else tuple(found[one] for one in dict.fromkeys(ids) if one in found)


def find_product(scope: Scope, product_id: str) -> Product | None:
    """The product, or None."""
    return next(iter(list_products(scope, (product_id,))), None)


def find_variant(scope: Scope, variant_id: str) -> Variant | None:
    """The variant, or None."""
    row = scope.first(scope.select(variants).where(variants.c.id == variant_id))
    return None if row is None else _variant(row._mapping)


def save_product(scope: Scope, product: Product) -> None:
    """Insert the product with its variants, or bring it to these values; variants that are gone are removed."""
    values = _values(product)
    scope.upsert(products, values, keys=["id"], update=[name for name in values if name != "id"])
    scope.execute(scope.delete(variants).where(variants.c.product_id == product.id))
    scope.many(variants, _variant_rows(product))


def add_products(scope: Scope, new: Iterable[Product]) -> None:
    """Insert many that are not there yet, at once."""
    listed = tuple(new)
    scope.many(products, [_values(one) for one in listed])
    scope.many(variants, [row for one in listed for row in _variant_rows(one)])


def change_stock(scope: Scope, variant_id: str, *, by: int) -> None:
    """Take from the stock (negative) or put back; Conflict when there is not enough. What is not counted stays as it is."""
    enough = variants.c.stock + by >= 0
    after = sa.case((variants.c.is_counted, variants.c.stock + by), else_=variants.c.stock)
    statement = scope.update(variants).where(variants.c.id == variant_id, enough).values(stock=after)
    if scope.execute(statement).rowcount == 0 and by < 0:
        raise Conflict("This variant has just been sold out.", "这个规格刚刚售罄。", field="variant_id")


def count_products(scope: Scope) -> int:
    """How many products there are."""
    return len(scope.all(scope.select(products.c.id)))


def _values(product: Product) -> dict[str, Any]:
    values = {name: getattr(product, name) for name in _PRODUCT}
    for name in ("names", "kind", "description", "attributes"):
        values[name] = dict(values[name])
    values["nicknames"] = {key: list(words) for key, words in product.nicknames.items()}
    values["accessories"], values["tags"] = list(product.accessories), list(product.tags)
    return values


def _variant_rows(product: Product) -> list[dict[str, Any]]:
    return [
        {**{name: getattr(one, name) for name in _VARIANT}, "options": dict(one.options), "product_id": product.id, "place": place}
        for place, one in enumerate(product.variants)
    ]


def _product(row: Mapping[Any, Any], children: Sequence[Variant]) -> Product:
    values = {name: row[name] for name in _PRODUCT}
    values["nicknames"] = {key: tuple(words) for key, words in row["nicknames"].items()}
    values["accessories"], values["tags"] = tuple(row["accessories"]), tuple(row["tags"])
    return Product(**values, variants=tuple(children))


def _variant(row: Mapping[Any, Any]) -> Variant:
    return Variant(**{name: row[name] for name in _VARIANT})
