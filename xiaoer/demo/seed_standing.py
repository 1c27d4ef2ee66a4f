"""The hand-written orders of the two standing people, Mei and Bo: one for every conversation that a demonstration needs.

They are told in stories.yaml; the table in README.md says what each is for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from xiaoer.aftersales.types import Request
from xiaoer.demo.case_work import Trip, Work, counted, new_case_id, sent_back, verdict_of, with_case
from xiaoer.demo.ledger import Ledger
from xiaoer.demo.moments import Calendar, dispatch
from xiaoer.demo.read_yaml import read_yaml
from xiaoer.demo.seed_coupons import ALL, CAMPAIGN, NEW20, CouponState, Kind, coupon
from xiaoer.demo.seed_money import Line, bill
from xiaoer.demo.seed_orders import World, cancelled, draft, new_order_id
from xiaoer.demo.seed_parcels import send_out
from xiaoer.demo.seed_people import Person
from xiaoer.shop.store_changes import add_working_days
from xiaoer.shop.types import Coupon, Invoice, Order, Payment, Refund

MEI, BO = "cus_mei", "cus_bo"
JOINED_DAYS = {MEI: 301, BO: 8}
_SPRUCE30, _HOME15, _, _THANKS10 = CAMPAIGN
# Days from now until they end, and whether they were used.
_COUPONS: Mapping[str, Sequence[tuple[Kind, int, bool]]] = {
    MEI: ((NEW20, -271, True), (_SPRUCE30, 9, False), (_THANKS10, 3, False), (_HOME15, -12, False)),
    BO: ((NEW20, 22, True), (_SPRUCE30, 20, False)),
}


@dataclass(frozen=True, slots=True)
class Story:
    """One order as told in stories.yaml, where the fields are explained."""

    who: str
    product: str
    options: Mapping[str, str]
    pays: str
    placed: tuple[int, str] = (0, "")
    minutes_ago: int = 0
    delivered: tuple[int, str] | None = None
    opened: tuple[int, str] | None = None
    express: bool = False
    price: int | None = None
    coupon: str = ""
    after: str = ""


def read_stories() -> tuple[Story, ...]:
    """The stories, oldest first."""
    return tuple(Story(**data) for data in read_yaml("stories.yaml"))


def write_stories(world: World, people: Sequence[Person], ledger: Ledger) -> None:
    """Add the standing people's orders to the ledger, oldest first."""
    by_id = {person.id: person for person in people}
    for number, story in enumerate(read_stories()):
        held = standing_coupons(world.calendar, story.who)
        offer = next((one for one in held if one.code == story.coupon), None)
        ledger.add(_order(world, Random(f"story/{number}"), story, by_id[story.who], ledger, offer), offer)


def standing_coupons(calendar: Calendar, customer_id: str) -> tuple[Coupon, ...]:
    """What a standing person holds."""
    held = []
    for kind, days, is_used in _COUPONS[customer_id]:
        state: CouponState = "used" if is_used else "open" if days > 0 else "expired"
        ends = calendar.now + timedelta(days=days)
        held.append(coupon(kind, customer_id, ALL.index(kind) + 1, expires_at=ends, state=state))
    return tuple(held)


def _order(world: World, rng: Random, story: Story, person: Person, ledger: Ledger, offer: Coupon | None) -> Order:
    calendar = world.calendar
    placed = calendar.before(minutes=story.minutes_ago) if story.minutes_ago else calendar.ago(*story.placed)
    order_id = new_order_id(rng, placed, world.taken)
    level, place = ledger.level(person.id, placed), person.homes[0][1]
    money = bill(order_id, [_line(world, story)], level=level, place=place, is_express=story.express, coupon=offer)
    order = replace(draft(order_id, person, money, placed_at=placed, is_express=story.express), payment_kind=story.pays)
    if story.after == "unpaid":
        return order
    payment = Payment(f"pay-{order.id}-1", story.pays, order.total_minor, placed + timedelta(minutes=2))
    order = replace(order, state="paid", paid_at=payment.paid_at, payments=(payment,))
    if story.after == "cancelled":
        return cancelled(world, rng, order, payment.paid_at + timedelta(minutes=25))
    if story.delivered is None:
        return order
    order = _delivered(calendar, rng, order, story, person)
    if story.after == "invoice":
        asked = calendar.ago(story.delivered[0], "18:20")
        issued = asked + timedelta(hours=5)
        order = replace(order, invoices=(Invoice(f"inv-{order.id}", "ordinary", "个人", "", "issued", asked, issued),))
    return _returned(Work(world, rng, order, place, level)) if story.after == "returned" else order


def _line(world: World, story: Story) -> Line:
    product = world.shelf.products[story.product]
    variant = next(one for one in product.variants if one.options == story.options)
    return Line(product, variant, 1, variant.price_minor if story.price is None else story.price)


def _delivered(calendar: Calendar, rng: Random, order: Order, story: Story, person: Person) -> Order:
    """Sent by the dispatch rule, there at the moment that the story tells (which may lie ahead)."""
    packed, shipped = dispatch(order.paid_at or order.placed_at)
    days, clock = story.delivered or (0, "")
    parcel = send_out(
        rng,
        calendar,
        person.homes[0][1],
        parcel_id=f"par-{order.id}-1",
        shipped_at=shipped,
        is_express=story.express,
        delivered_at=calendar.ago(days, clock),
    )
    return replace(
        order,
        state="delivered" if parcel.delivered_at else "shipped",
        packed_at=packed,
        shipped_at=shipped,
        delivered_at=parcel.delivered_at,
        opened_at=calendar.ago(*story.opened) if story.opened else None,
        shipments=(parcel,),
    )


def _returned(work: Work) -> Order:
    """Asked for eight days ago, checked by the warehouse, the money on its way since yesterday."""
    calendar, order = work.world.calendar, work.order
    asked, started = calendar.ago(8, "11:30"), calendar.ago(1, "16:40")
    trip = Trip(calendar.ago(7, "15:10"), calendar.ago(4, "10:45"), started)
    request = Request("return", order.id, ((order.items[0].id, 1),), reason="size", condition="unopened")
    verdict = verdict_of(work, request, asked)
    if verdict is None:
        return order
    case_id, (_, most) = new_case_id(work, asked), work.world.policy.refund_days[order.payment_kind]
    back = Refund(
        id=f"ref-{case_id}",
        amount_minor=verdict.refund_minor,
        kind=order.payment_kind,
        state="started",
        created_at=asked,
        started_at=started,
        due_at=add_working_days(started, most),
        arrived_at=None,
        case_id=case_id,
    )
    order = with_case(work, case_id, "return", "done", request, verdict, asked)
    order = sent_back(work, counted(order, request.items, "returned_quantity"), case_id, trip)
    return replace(order, state="returned", refunds=(back,), refunded_minor=back.amount_minor)
