"""The demo shop's products, out of `catalogue/*.yaml`: a variant for every combination of a product's options."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import product as combinations_of
from typing import Any

from xiaoer.demo.check_catalogue import check_product, check_whole
from xiaoer.demo.read_yaml import list_yaml, read_yaml
from xiaoer.errors import ConfigurationError
from xiaoer.shop.types import Product, Variant

_WORDS = "catalogue/attributes.yaml"


def read_words() -> dict[str, Any]:
    """The dictionary of the catalogue: labels, units and synonyms of every attribute, colour and option value."""
    words: dict[str, Any] = read_yaml(_WORDS)
    return words


def read_products(words: Mapping[str, Any] | None = None) -> tuple[Product, ...]:
    """Every product with its variants, by id. ConfigurationError names the file, the product and what is wrong with it."""
    dictionary = read_words() if words is None else words
    found: dict[str, Product] = {}
    for path in list_yaml("catalogue"):
        if path == _WORDS:
            continue
        category = path.removeprefix("catalogue/").removesuffix(".yaml")
        for data in read_yaml(path):
            check_product(path, category, data, dictionary)
            if data["id"] in found:
                raise ConfigurationError(
                    f"{path}: product {data['id']!r} is there twice.", f"{path}：商品 {data['id']} 重复。"
                )
            found[data["id"]] = _product(category, data)
    check_whole(found)
    return tuple(found[one] for one in sorted(found))


def variant_id(product_id: str, options: Mapping[str, str]) -> str:
    """<product>-<option>-<option>; what has no options has one variant, <product>-one."""
    parts = [re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-") for value in options.values()]
    return "-".join([product_id, *(parts or ["one"])])


def _product(category: str, data: Mapping[str, Any]) -> Product:
    return Product(
        id=data["id"],
        category=category,
        names=data["names"],
        kind=data["kind"],
        description=data["description"],
        attributes=data["attributes"],
        variants=tuple(_variants(data)),
        nicknames={language: tuple(words) for language, words in data["nicknames"].items()},
        promotion=data.get("promotion"),
        returnable=data["returnable"],
        warranty_months=data["warranty_months"],
        accessories=tuple(data.get("accessories", ())),
        tags=tuple(data.get("tags", ())),
        picture=data["picture"],
    )


def _variants(data: Mapping[str, Any]) -> Iterable[Variant]:
    options = data.get("options") or {}
    prices = [(_selection(key), price) for key, price in (data.get("variant_prices") or {}).items()]
    sold_out = [_selection(one) for one in data.get("out_of_stock") or ()]
    for values in combinations_of(*options.values()):
        chosen = dict(zip(options, values, strict=True))
        price = next((price for selection, price in prices if selection.items() <= chosen.items()), data["price"])
        was = data.get("was_price")
        one = variant_id(data["id"], chosen)
        is_sold_out = any(selection.items() <= chosen.items() for selection in sold_out)
        yield Variant(
            id=one,
            product_id=data["id"],
            options=chosen,
            price_minor=price,
            stock=0 if is_sold_out else _stock(one),
            was_price_minor=None if was is None else was + price - data["price"],
        )


def _selection(text: str) -> dict[str, str]:
    """Some options, "colour=grey,size=XL", as a mapping."""
    return dict(part.split("=", 1) for part in text.split(","))


def _stock(one: str) -> int:
    """Always the same for the same variant: mostly plenty, one in twelve nearly gone."""
    number = int.from_bytes(sha256(one.encode()).digest()[:4], "big")
    return 1 + number % 4 if number % 12 == 0 else 6 + number // 12 % 115
