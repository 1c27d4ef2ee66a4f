"""The whole past of the demo shop, made anew for any "now": who bought what, and what they are as customers by now.

Everything is worked out in the order in which it happened, so that the level with which an order was placed, its
shipping fee and the level of today all follow from what had been spent by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal, cast

from xiaoer.aftersales.policy import Policy
from xiaoer.customers.types import Customer
from xiaoer.demo.ledger import YEAR, Ledger, net_minor
from xiaoer.demo.moments import Calendar
from xiaoer.demo.seed_baskets import Shelf
from xiaoer.demo.seed_cases import after_sales
from xiaoer.demo.seed_coupons import hand_out, offered
from xiaoer.demo.seed_money import level_of
from xiaoer.demo.seed_orders import Plan, World, make_order
from xiaoer.demo.seed_people import Person, read_people
from xiaoer.demo.seed_plans import make_plans
from xiaoer.demo.seed_standing import JOINED_DAYS, standing_coupons, write_stories
from xiaoer.shop.types import Coupon, Order, Product

_BIRTHDAY_POINTS = 200


@dataclass(frozen=True, slots=True)
class History:
    """What is stored: customers, their orders in the order in which they were placed, and (customer id, coupon)."""

    customers: tuple[Customer, ...]
    orders: tuple[Order, ...]
    coupons: tuple[tuple[str, Coupon], ...]


def make_history(now: datetime, products: Iterable[Product], policy: Policy) -> History:
    """The past as seen from `now` (aware). The same moment gives the same past."""
    calendar, people = Calendar.of(now), read_people()
    world = World(calendar, Shelf({one.id: one for one in products}), policy)
    plans, ledger = make_plans(calendar, people), Ledger()
    joined = _joined(calendar, people, plans)
    write_stories(world, people, ledger)
    for plan in plans:
        ledger.add(*_order(world, plan, ledger, joined[plan.person.id]))
    customers = tuple(_customer(calendar, person, ledger, joined[person.id]) for person in people)
    orders = sorted(
        (order for mine in ledger.orders.values() for order in mine), key=lambda one: (one.placed_at, one.id)
    )
    return History(customers, tuple(orders), tuple(_coupons(calendar, people, ledger, joined)))


def _order(world: World, plan: Plan, ledger: Ledger, joined_at: datetime) -> tuple[Order, Coupon | None]:
    """The order of a plan, and the coupon that was offered for it."""
    person = plan.person
    offer = offered(Random(f"offer/{plan.key}"), person, plan.placed_at, ledger.of(person.id), joined_at)
    order = make_order(world, plan, level=ledger.level(person.id, plan.placed_at), coupon=offer)
    place = next(place for address, place in person.homes if address.line == order.address["line"])
    level = ledger.level(person.id, order.delivered_at or plan.placed_at)
    return after_sales(world, order, place, plan.fate, level=level), offer


def _customer(calendar: Calendar, person: Person, ledger: Ledger, joined_at: datetime) -> Customer:
    spent = ledger.spent_minor(person.id, calendar.now)
    recent = [one for one in ledger.of(person.id) if one.paid_at and one.paid_at > calendar.now - YEAR]
    rng = Random(f"customer/{person.id}")
    birthday = _BIRTHDAY_POINTS if rng.random() < 0.5 else 0
    return Customer(
        id=person.id,
        name=person.name,
        language=person.language,
        is_visitor=False,
        created_at=joined_at,
        email=person.email,
        phone=person.phone,
        level=cast(Literal["regular", "silver", "gold"], level_of(spent)),
        points=birthday + sum(net_minor(one) // 100 for one in recent),
        spent_12_months_minor=spent,
        wants_marketing=person.buys == "none" or rng.random() < 0.8,
        addresses=person.addresses,
    )


def _joined(calendar: Calendar, people: Sequence[Person], plans: Sequence[Plan]) -> dict[str, datetime]:
    """When each of them signed up: up to three weeks before the first order."""
    first: dict[str, datetime] = {}
    for plan in plans:
        first.setdefault(plan.person.id, plan.placed_at)
    found = {}
    for person in people:
        days = JOINED_DAYS.get(person.id)
        rng = Random(f"joined/{person.id}")
        earliest = first.get(person.id, calendar.before(days=rng.randint(1, 20)))
        before = earliest - timedelta(minutes=rng.randint(20, 30_000))
        found[person.id] = before if days is None else calendar.ago(days, "20:15")
    return found


def _coupons(
    calendar: Calendar, people: Sequence[Person], ledger: Ledger, joined: Mapping[str, datetime]
) -> Iterable[tuple[str, Coupon]]:
    for person in people:
        if person.id in JOINED_DAYS:
            held: tuple[Coupon, ...] = standing_coupons(calendar, person.id)
        else:
            held = hand_out(calendar, person, ledger.of(person.id), ledger.used.get(person.id, ()), joined[person.id])
        yield from ((person.id, one) for one in held)
