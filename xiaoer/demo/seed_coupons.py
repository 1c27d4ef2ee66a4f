"""The coupons of the demo's customers: used ones, open ones, expired ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from xiaoer.demo.moments import Calendar, at_clock
from xiaoer.demo.seed_people import Person
from xiaoer.shop.types import Coupon, Order

NEW_DAYS = 30
CouponState = Literal["open", "used", "expired"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of coupon that the shop gives out."""

    code: str
    zh: str
    en: str
    amount_minor: int
    minimum_minor: int


NEW20 = Kind("NEW20", "新人专享券", "Welcome coupon", 20_00, 199_00)
CAMPAIGN = (
    Kind("SPRUCE30", "云杉满减券", "Spruce coupon", 30_00, 299_00),
    Kind("HOME15", "家居生活券", "Home coupon", 15_00, 129_00),
    Kind("MEMBER50", "会员专享券", "Members' coupon", 50_00, 499_00),
    Kind("THANKS10", "客服致歉券", "Coupon with our apologies", 10_00, 99_00),
)
ALL = (NEW20, *CAMPAIGN)


def coupon(kind: Kind, customer_id: str, number: int, *, expires_at: datetime, state: CouponState = "open") -> Coupon:
    """One coupon in somebody's hands. It ends with a day of the shop's zone."""
    return Coupon(
        id=f"{customer_id.replace('cus_', 'cpn_')}_{number}",
        code=kind.code,
        names={"zh": kind.zh, "en": kind.en},
        amount_minor=kind.amount_minor,
        minimum_minor=kind.minimum_minor,
        expires_at=at_clock(expires_at, "23:59"),
        state=state,
    )


def offered(
    rng: Random, person: Person, placed_at: datetime, before: Sequence[Order], joined_at: datetime
) -> Coupon | None:
    """The coupon that somebody would use with this order, or None. Each kind at most once."""
    is_new = not before and placed_at <= joined_at + timedelta(days=NEW_DAYS)
    if is_new and rng.random() < 0.7:
        return coupon(NEW20, person.id, 1, expires_at=joined_at + timedelta(days=NEW_DAYS))
    used = {order.coupon_code for order in before}
    kinds = [kind for kind in CAMPAIGN if kind.code not in used]
    if not kinds or rng.random() > 0.2:
        return None
    kind = rng.choice(kinds)
    return coupon(kind, person.id, ALL.index(kind) + 1, expires_at=placed_at + timedelta(days=rng.randint(1, 20)))


def hand_out(
    calendar: Calendar, person: Person, orders: Sequence[Order], used: Sequence[Coupon], joined_at: datetime
) -> tuple[Coupon, ...]:
    """Everything that this customer holds now. `used`: the coupons that went into `orders`."""
    rng = Random(f"coupons/{person.id}")
    given_back = {order.coupon_code for order in orders if order.state == "cancelled"}
    held = {one.id: replace(one, state="open" if one.code in given_back else "used") for one in used}
    welcome = coupon(NEW20, person.id, 1, expires_at=joined_at + timedelta(days=NEW_DAYS))
    held.setdefault(welcome.id, welcome)
    for number, kind in enumerate(CAMPAIGN, 2):
        days = rng.choice((-40, -12, 3, 9, 20)) if rng.random() < 0.4 else 0
        one = coupon(kind, person.id, number, expires_at=calendar.now + timedelta(days=days))
        if days:
            held.setdefault(one.id, one)
    return tuple(_as_of(one, calendar.now) for one in held.values())


def _as_of(one: Coupon, now: datetime) -> Coupon:
    return replace(one, state="expired") if one.state == "open" and one.expires_at <= now else one
