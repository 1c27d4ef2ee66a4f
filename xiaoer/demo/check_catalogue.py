"""What is checked of the catalogue before anything of it is stored, so that a slip in the YAML is told in one line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from xiaoer.errors import ConfigurationError
from xiaoer.shop.types import Product

LEAST_PRODUCTS, LEAST_VARIANTS = 150, 500
CATEGORIES = ("appliances", "bags", "beauty", "clothing", "electronics", "home", "kids", "kitchen", "outdoor", "shoes")
PROMOTIONS = (None, "season", "flash", "presale", "clearance")
RETURNABLE = ("normal", "unopened_only", "unopened_beauty", "unopened_feeding", "never")
_TEXTS = ("names", "nicknames", "kind", "description")
_REQUIRED = ("id", *_TEXTS, "price", "attributes", "weight_g", "returnable", "warranty_months", "picture")
_OPTIONAL = ("was_price", "promotion", "options", "variant_prices", "out_of_stock", "accessories", "tags")


def check_product(path: str, category: str, data: Any, words: Mapping[str, Any]) -> None:
    """Raise ConfigurationError for the first thing that is wrong with a product's entry."""
    name = data.get("id", "?") if isinstance(data, dict) else "?"
    checks = (
        partial(_shape, data, category),
        partial(_values, data),
        partial(_options, data, words),
        partial(_attributes, data, words),
    )
    for check in checks:  # one after the other: the later ones need what the earlier ones made sure of
        for is_wrong, key, expected in check():
            if is_wrong:
                raise ConfigurationError(
                    f"{path}: product {name!r}, {key}: expected {expected}.",
                    f"{path}：商品 {name} 的 {key} 不正确，应为 {expected}。",
                )


def check_whole(products: Mapping[str, Product]) -> None:
    """Raise ConfigurationError when the catalogue is too small, an accessory is missing, or two variants have one id."""
    variants = [variant.id for product in products.values() for variant in product.variants]
    categories = {product.category for product in products.values()}
    if len(products) < LEAST_PRODUCTS or len(variants) < LEAST_VARIANTS or categories != set(CATEGORIES):
        raise ConfigurationError(
            f"The catalogue has {len(products)} products, {len(variants)} variants and {len(categories)} categories: "
            f"expected at least {LEAST_PRODUCTS}, {LEAST_VARIANTS} and exactly {len(CATEGORIES)}."
        )
    doubled = sorted({one for one in variants if variants.count(one) > 1}) if len(set(variants)) < len(variants) else []
    if doubled:
        raise ConfigurationError(
            f"The catalogue has variant {doubled[0]!r} twice; two option values are written alike."
        )
    for product in products.values():
        missing = [one for one in product.accessories if one not in products]
        if missing:
            raise ConfigurationError(f"Product {product.id!r}, accessories: there is no product {missing[0]!r}.")


def _shape(data: Any, category: str) -> list[tuple[bool, str, str]]:
    """Whether every key is there that must be, and none that may not."""
    if not isinstance(data, dict):
        return [(True, "entry", "a mapping")]
    missing = [key for key in _REQUIRED if key not in data]
    unknown = [key for key in data if key not in (*_REQUIRED, *_OPTIONAL)]
    if missing or unknown:
        return [(True, (missing + unknown)[0], "a key of " + ", ".join((*_REQUIRED, *_OPTIONAL)))]
    texts = [(key, data[key]) for key in _TEXTS]
    return [
        (category not in CATEGORIES, "category", "a file named like one of " + ", ".join(CATEGORIES)),
        (not str(data["id"]).startswith(f"{category}-"), "id", f"{category}-…"),
        *(
            (not (isinstance(value, dict) and value.get("zh") and value.get("en")), key, "zh and en")
            for key, value in texts
        ),
    ]


def _values(data: Mapping[str, Any]) -> list[tuple[bool, str, str]]:
    was = data.get("was_price")
    prices = [data["price"], *(data.get("variant_prices") or {}).values()]
    return [
        (not all(isinstance(one, int) and one > 0 for one in prices), "price", "whole minor units above 0"),
        (
            was is not None and not (isinstance(was, int) and was > data["price"]),
            "was_price",
            "more than the price now",
        ),
        (data.get("promotion") not in PROMOTIONS, "promotion", "one of " + ", ".join(filter(None, PROMOTIONS))),
        (data["returnable"] not in RETURNABLE, "returnable", "one of " + ", ".join(RETURNABLE)),
        (
            not (isinstance(data["warranty_months"], int) and data["warranty_months"] >= 0),
            "warranty_months",
            "0 or more",
        ),
        (not (isinstance(data["picture"], str) and data["picture"]), "picture", "the name of a picture"),
    ]


def _options(data: Mapping[str, Any], words: Mapping[str, Any]) -> list[tuple[bool, str, str]]:
    options = data.get("options") or {}
    found = []
    for key, values in options.items():
        is_wrong = key not in words["options"] or not values or not all(isinstance(one, str) for one in values)
        found.append((is_wrong, f"options.{key}", "an option of the dictionary with its values as texts"))
    for colour in options.get("colour", ()):
        found.append((colour not in words["colours"], "options.colour", f"a colour of the dictionary, not {colour!r}"))
    for key in ("variant_prices", "out_of_stock"):
        for selection in data.get(key) or ():
            pairs = [part.partition("=") for part in selection.split(",")]
            is_wrong = any(value not in options.get(option, ()) for option, _, value in pairs)
            found.append((is_wrong, key, f"options of this product, not {selection!r}"))
    return found


def _attributes(data: Mapping[str, Any], words: Mapping[str, Any]) -> list[tuple[bool, str, str]]:
    found = []
    for key, value in data["attributes"].items():
        known = words["attributes"].get(key)
        found.append((known is None, f"attributes.{key}", "an attribute of the dictionary"))
        if known is not None:
            found.append(
                (not _fits(value, known), f"attributes.{key}", f"{known['type']} of the dictionary, not {value!r}")
            )
    return found


def _fits(value: Any, known: Mapping[str, Any]) -> bool:
    match known["type"]:
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "bool":
            return isinstance(value, bool)
        case "enum":
            return value in known["values"]
        case "list":
            return isinstance(value, list) and all(one in known["values"] for one in value)
        case _:
            return isinstance(value, str)
