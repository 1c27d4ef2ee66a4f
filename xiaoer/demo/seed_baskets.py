"""What somebody puts into the basket, by their taste and by the hour: flash goods only during the flash sale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from xiaoer.demo.moments import ZONE, Calendar
from xiaoer.demo.seed_money import Line
from xiaoer.demo.seed_people import Person
from xiaoer.shop.types import Product

_FLASH_HOURS = (10, 20)
_NOT_SENT = ("home-gift-card",)  # a gift card has no parcel
_GIFTS = ("bags-card-case", "kitchen-ceramic-mug", "beauty-shea-handcream")
_GIFT_FROM = 300_00
_CHEAP = 70_00
_PRICE_WAS_DAYS = 20


@dataclass(frozen=True, slots=True)
class Shelf:
    """The catalogue as the demo's customers see it."""

    products: Mapping[str, Product]

    def pick(self, rng: Random, taste: Sequence[str], fits: Callable[[Product], bool]) -> Product:
        """Something that fits, three times out of four from a category of this taste."""
        category = rng.choice(taste) if taste and rng.random() < 0.75 else ""
        fitting = [one for one in self.products.values() if fits(one)]
        liked = [one for one in fitting if one.category == category]
        return rng.choice(liked or fitting)


def fill(
    rng: Random, calendar: Calendar, shelf: Shelf, person: Person, placed_at: datetime, *, fate: str
) -> tuple[Line, ...]:
    """One to four lines. With a `fate` the first line is of a kind that it can befall."""
    count = 1 if fate in _ALONE else rng.choices((1, 2, 3, 4), weights=(50, 30, 14, 6))[0]
    count = max(count, 2) if fate in _SEVERAL else count
    first, every = _FIRST.get(fate, _anything), _EVERY.get(fate, _anything)
    hour = placed_at.astimezone(ZONE).hour
    chosen: dict[str, Line] = {}
    while len(chosen) < count:
        fits = first if not chosen else every

        def is_on_sale(one: Product, fits: Callable[[Product], bool] = fits) -> bool:
            in_time = one.promotion != "flash" or hour in _FLASH_HOURS
            is_wanted = (one.promotion == "presale") == (fate == "presale") and one.id not in _NOT_SENT
            return in_time and is_wanted and one.id not in chosen and every(one) and fits(one)

        product = shelf.pick(rng, person.taste, is_on_sale)
        chosen[product.id] = _line(rng, calendar, product, placed_at, fate=fate)
    lines = list(chosen.values())
    if rng.random() < 0.05 and sum(line.goods_minor for line in lines) >= _GIFT_FROM and not fate:
        lines += _gift(rng, shelf, chosen)
    return tuple(lines)


def _line(rng: Random, calendar: Calendar, product: Product, placed_at: datetime, *, fate: str) -> Line:
    variant = rng.choice([one for one in product.variants if one.stock] or product.variants)
    price = variant.price_minor
    is_old = placed_at < calendar.now - timedelta(days=_PRICE_WAS_DAYS)
    if variant.was_price_minor and is_old and rng.random() < 0.3:
        price = variant.was_price_minor
    if fate == "price_protection":  # bought before it became cheaper
        price = variant.was_price_minor or round(price * 1.12 / 100) * 100
    pieces = rng.choices((1, 2, 3), weights=(70, 22, 8))[0] if price < _CHEAP else 1
    return Line(product, variant, min(pieces, 2) if product.promotion == "flash" else pieces, price)


def _gift(rng: Random, shelf: Shelf, chosen: Mapping[str, Line]) -> list[Line]:
    gift = shelf.products[rng.choice(_GIFTS)]
    if gift.id in chosen:
        return []
    return [Line(gift, gift.variants[0], 1, gift.variants[0].price_minor, is_gift=True)]


def _anything(product: Product) -> bool:
    return True


def _is_returnable(product: Product) -> bool:
    return product.returnable != "never"


def _is_returned_freely(product: Product) -> bool:
    return product.returnable == "normal"


def _has_sizes(product: Product) -> bool:
    options = [variant for variant in product.variants if variant.stock and "size" in variant.options]
    return (
        len({variant.price_minor for variant in options}) == 1 and len(options) > 3 and product.returnable == "normal"
    )


def _is_protected(product: Product) -> bool:
    """Nothing that a promotion makes cheaper: the price alone decides."""
    return product.promotion is None


def _has_warranty(product: Product) -> bool:
    return product.warranty_months >= 12


def _is_pair_of_shoes(product: Product) -> bool:
    return product.category == "shoes"


_FIRST: Mapping[str, Callable[[Product], bool]] = {
    "return_all": _is_returned_freely,
    "return_some": _is_returned_freely,
    "return_refused": _is_returned_freely,
    "return_withdrawn": _is_returnable,
    "exchange": _has_sizes,
    "repair": _has_warranty,
    "repair_quote": _is_pair_of_shoes,
    "price_protection": _is_protected,
}
_EVERY: Mapping[str, Callable[[Product], bool]] = {"return_all": _is_returnable, "price_protection": _is_protected}
_ALONE = ("price_protection", "presale", "exchange")
_SEVERAL = ("return_some", "missing_refund")
