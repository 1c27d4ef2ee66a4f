"""What an order of the demo costs: the rules of the README for discounts and shipping, in whole minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xiaoer.demo.seed_people import Place
from xiaoer.shop.types import Coupon, OrderItem, Product, Variant

SEASON_STEP, SEASON_OFF = 300_00, 40_00  # 每满 300 减 40
SILVER_FROM, GOLD_FROM = 1_000_00, 5_000_00
_STANDARD, _EXPRESS, _EXPRESS_GOLD, _REMOTE, _ABROAD = 10_00, 18_00, 8_00, 15_00, 45_00
_FREE_FROM = {"regular": 99_00, "silver": 49_00, "gold": 0}


@dataclass(frozen=True, slots=True)
class Line:
    """Something put into the basket. `price_minor` is that of the day; a gift costs nothing and has a listed value."""

    product: Product
    variant: Variant
    pieces: int
    price_minor: int
    is_gift: bool = False

    @property
    def goods_minor(self) -> int:
        """What the line adds to the goods of the order."""
        return 0 if self.is_gift else self.price_minor * self.pieces


@dataclass(frozen=True, slots=True)
class Bill:
    """The money of an order; `total` = goods + shipping - discount."""

    items: tuple[OrderItem, ...]
    goods_minor: int
    shipping_minor: int
    discount_minor: int
    total_minor: int
    coupon: Coupon | None = None


def level_of(spent_minor: int) -> str:
    """The level that goes with what was spent in 12 months."""
    return "gold" if spent_minor >= GOLD_FROM else "silver" if spent_minor >= SILVER_FROM else "regular"


def shipping_minor(level: str, payable_minor: int, place: Place, *, is_express: bool) -> int:
    """The shipping fee. `payable_minor`: the goods after all discounts."""
    if place.speed == "abroad":
        return _ABROAD
    standard = 0 if payable_minor >= _FREE_FROM[level] else _STANDARD
    express = _EXPRESS_GOLD if level == "gold" else _EXPRESS
    return (express if is_express else standard) + (_REMOTE if place.speed == "remote" else 0)


def bill(
    order_id: str, lines: Sequence[Line], *, level: str, place: Place, is_express: bool, coupon: Coupon | None = None
) -> Bill:
    """The order's money. A coupon that may not be used with these lines is left out."""
    marked = [line.goods_minor if line.product.promotion == "season" else 0 for line in lines]
    season = sum(marked) // SEASON_STEP * SEASON_OFF
    goods = sum(line.goods_minor for line in lines)
    if coupon is not None and not _may_use(coupon, lines, goods - season):
        coupon = None
    by_season = _spread(season, marked)
    by_coupon = _spread(coupon.amount_minor if coupon else 0, [line.goods_minor for line in lines])
    discount = season + (coupon.amount_minor if coupon else 0)
    shipping = shipping_minor(level, goods - discount, place, is_express=is_express)
    items = tuple(
        _item(f"{order_id}-{number}", line, off_by_season + off_by_coupon)
        for number, (line, off_by_season, off_by_coupon) in enumerate(zip(lines, by_season, by_coupon, strict=True), 1)
    )
    return Bill(items, goods, shipping, discount, goods + shipping - discount, coupon)


def _may_use(coupon: Coupon, lines: Sequence[Line], payable_minor: int) -> bool:
    return payable_minor >= coupon.minimum_minor and all(line.product.promotion != "flash" for line in lines)


def _spread(amount: int, over: Sequence[int]) -> list[int]:
    """The amount in shares as large as the lines, summing to it exactly."""
    whole, shares, seen, given = sum(over), [], 0, 0
    for one in over:
        seen += one
        due = amount * seen // whole if whole else 0
        shares.append(due - given)
        given = due
    return shares


def _item(item_id: str, line: Line, discount: int) -> OrderItem:
    product = line.product
    return OrderItem(
        id=item_id,
        product_id=product.id,
        variant_id=line.variant.id,
        names=product.names,
        options=line.variant.options,
        category=product.category,
        quantity=line.pieces,
        unit_price_minor=line.price_minor,
        # Rounded down: what all pieces bring back together is never more than what was paid.
        unit_paid_minor=max(0, (line.goods_minor - discount) // line.pieces),
        returnable=product.returnable,
        warranty_months=product.warranty_months,
        promotion=product.promotion,
        picture=product.picture,
        is_gift=line.is_gift,
    )
