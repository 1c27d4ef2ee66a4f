"""Products and orders as the shop's pages show them. Pure: values in, values for the templates out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiaoer.replies.cards import picture_of
from xiaoer.replies.words import Words
from xiaoer.shop.types import Order, Product, Variant

CATEGORIES = ("clothing", "shoes", "bags", "electronics", "appliances", "kitchen", "home", "beauty", "outdoor", "kids")
FEW = 5  # pieces from which on the number in stock is told
_MOST_FOUND = 60


def tile_of(product: Product, words: Words, chosen: Variant | None = None) -> Mapping[str, Any]:
    """A product as a tile: with the variant chosen, or with the range of its prices."""
    available = [one for one in product.variants if one.stock > 0]
    shown = chosen or (available or list(product.variants))[0]
    prices = sorted({one.price_minor for one in product.variants})
    price = shown.price_minor if chosen else prices[0]
    was = (
        shown.was_price_minor
        if chosen
        else next((o.was_price_minor for o in product.variants if o.price_minor == price), None)
    )
    return {
        "id": product.id,
        "name": words.name(product.names),
        "kind": words.name(product.kind),
        "picture": picture_of(product.picture, shown.options),
        "price": words.money(price),
        "is_from": chosen is None and len(prices) > 1,
        "was_price": words.money(was) if was and was > price else "",
        "promotion": product.promotion or "",
        "stock": shown.stock if chosen else sum(one.stock for one in product.variants),
        "is_few": 0 < (shown.stock if chosen else sum(one.stock for one in product.variants)) <= FEW,
        "colours": len({one.options["colour"] for one in product.variants if "colour" in one.options}),
    }


def chosen_variant(product: Product, variant_id: str) -> Variant:
    """The variant asked for; otherwise the first one in stock."""
    asked = next((one for one in product.variants if one.id == variant_id), None)
    return asked or next((one for one in product.variants if one.stock > 0), product.variants[0])


def pickers_of(product: Product, chosen: Variant, words: Words) -> list[Mapping[str, Any]]:
    """For each option its values; each leads to the variant that differs in nothing else, or in as little as possible."""
    pickers: list[Mapping[str, Any]] = []
    for key in chosen.options:
        values = list(dict.fromkeys(one.options[key] for one in product.variants if key in one.options))
        choices = [_choice(product, chosen, key, value, words) for value in values]
        pickers.append({"label": words.option(key), "choices": choices})
    return pickers


def _choice(product: Product, chosen: Variant, key: str, value: str, words: Words) -> Mapping[str, Any]:
    fitting = [one for one in product.variants if one.options.get(key) == value]
    alike = {one.id: sum(one.options.get(k) == v for k, v in chosen.options.items()) for one in fitting}
    target = max(fitting, key=lambda one: alike[one.id])
    return {
        "label": words.option(value),
        "variant": target.id,
        "is_chosen": chosen.options.get(key) == value,
        "is_sold_out": target.stock == 0,
        "picture": picture_of(product.picture, target.options) if key == "colour" else "",
    }


def facts_of(product: Product, words: Words) -> list[tuple[str, str]]:
    """The attributes as a table: name and value in words."""
    return [(words.option(key), words.attribute(key, value)) for key, value in product.attributes.items()]


def find_matching(shelf: Sequence[Product], text: str) -> list[Product]:
    """Products whose name, kind or nickname holds every word of the text, in either language."""
    asked = text.lower().split()

    def all_words(product: Product) -> str:
        nicknames = [name for names in product.nicknames.values() for name in names]
        return " ".join([*product.names.values(), *product.kind.values(), *nicknames]).lower()

    return [one for one in shelf if all(word in all_words(one) for word in asked)][:_MOST_FOUND]


def order_of(order: Order, words: Words) -> Mapping[str, Any]:
    """An order as a line of "my orders"."""
    return {
        "id": order.id,
        "state": order.state,
        "state_label": words.label("order_state", order.state),
        "placed": words.day(order.placed_at),
        "total": words.money(order.total_minor),
        "pieces": sum(item.quantity for item in order.items),
        "name": words.name(order.items[0].names),
        "pictures": [picture_of(item.picture, item.options) for item in order.items[:3]],
    }
