"""One order of the demo shop: what it cost, and how far its life has come by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from xiaoer.aftersales.policy import Policy
from xiaoer.demo.moments import ZONE, Calendar, dispatch
from xiaoer.demo.seed_baskets import Shelf, fill
from xiaoer.demo.seed_money import Bill, bill
from xiaoer.demo.seed_parcels import send_out
from xiaoer.demo.seed_people import Person, Place
from xiaoer.shop.store_changes import add_working_days
from xiaoer.shop.types import Coupon, Invoice, Order, Payment, Product, Refund, Shipment

CURRENCY = "CNY"
CLOSES_AFTER = timedelta(minutes=30)
_KINDS = {
    "zh": {"wechat": 44, "alipay": 36, "unionpay": 8, "huabei": 6, "visa": 2, "mastercard": 1, "gift_card": 3},
    "en": {"wechat": 26, "alipay": 26, "unionpay": 4, "huabei": 2, "visa": 22, "mastercard": 16, "gift_card": 4},
}
_HUABEI_FROM = 300_00
_COMPANIES = (
    ("杭州青禾文化创意有限公司", "91330100MADEMO001X"),
    ("上海澄意商务咨询有限公司", "91310000MADEMO002T"),
    ("深圳前行科技有限公司", "91440300MADEMO003R"),
    ("成都山石户外用品有限公司", "91510100MADEMO004P"),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """An order to be: whose, when, and what becomes of it. `fate` "": nothing special. `key` seeds its randomness."""

    person: Person
    placed_at: datetime
    fate: str
    key: str


@dataclass(frozen=True, slots=True)
class World:
    """What every order is made from. `taken`: order numbers already given out."""

    calendar: Calendar
    shelf: Shelf
    policy: Policy
    taken: set[str] = field(default_factory=set)


def make_order(world: World, plan: Plan, *, level: str, coupon: Coupon | None = None) -> Order:
    """The order of the plan as it stands now, before any after-sales work. A coupon that does not fit is not used."""
    rng = Random(f"order/{plan.key}")
    home = rng.choices(range(len(plan.person.homes)), weights=(4, 1, 1)[: len(plan.person.homes)])[0]
    place = plan.person.homes[home][1]
    is_express = place.speed == "abroad" or rng.random() < 0.22
    lines = fill(rng, world.calendar, world.shelf, plan.person, plan.placed_at, fate=plan.fate)
    order_id = new_order_id(rng, plan.placed_at, world.taken)
    money = bill(order_id, lines, level=level, place=place, is_express=is_express, coupon=coupon)
    order = draft(order_id, plan.person, money, placed_at=plan.placed_at, is_express=is_express, home=home)
    order = replace(order, payment_kind=_payment_kind(rng, plan.person, order))
    return live(world, rng, order, place, plan.fate, presale=lines[0].product if plan.fate == "presale" else None)


def draft(order_id: str, person: Person, money: Bill, *, placed_at: datetime, is_express: bool, home: int = 0) -> Order:
    """The order in its first minute: placed, not paid."""
    return Order(
        id=order_id,
        customer_id=person.id,
        state="unpaid",
        currency=CURRENCY,
        placed_at=placed_at,
        items=money.items,
        goods_minor=money.goods_minor,
        shipping_minor=money.shipping_minor,
        discount_minor=money.discount_minor,
        total_minor=money.total_minor,
        address=address_of(person, home),
        express=is_express,
        coupon_code=money.coupon.code if money.coupon else None,
    )


def address_of(person: Person, home: int) -> dict[str, str]:
    """An address as an order keeps it."""
    address = person.homes[home][0]
    names = ("name", "phone", "country", "region", "city", "district", "line", "postcode")
    return {name: getattr(address, name) for name in names}


def new_order_id(rng: Random, placed_at: datetime, taken: set[str]) -> str:
    """SP, the day, five digits; never one that is taken."""
    while True:
        order_id = f"SP{placed_at.astimezone(ZONE):%Y%m%d}{rng.randrange(100_000):05d}"
        if order_id not in taken:
            taken.add(order_id)
            return order_id


def live(world: World, rng: Random, order: Order, place: Place, fate: str, *, presale: Product | None = None) -> Order:
    """The order's life up to now: paid or closed, packed, sent, delivered. `presale`: what deposit and date are told by."""
    now = world.calendar.now
    if fate == "closed":
        closed = order.placed_at + CLOSES_AFTER
        return replace(order, state="cancelled", cancelled_at=closed) if closed <= now else order
    if fate == "unpaid":
        return order
    paid_at = order.placed_at + timedelta(seconds=rng.randint(50, 700))
    payment = Payment(f"pay-{order.id}-1", order.payment_kind, order.total_minor, paid_at)
    order = replace(order, state="paid", paid_at=paid_at, payments=(payment,))
    if fate == "cancelled":
        return cancelled(world, rng, order, paid_at + timedelta(minutes=rng.randint(5, 50)))
    if fate == "paid_twice":
        order = _paid_twice(world, rng, order)
    if presale is not None:
        order = _paid_in_two_parts(rng, order, deposit_minor=int(presale.attributes.get("deposit_yuan", 50)) * 100)
    packed, shipped = dispatch(order.paid_at or paid_at)
    later = timedelta(days=int(presale.attributes.get("ships_after_days", 7)) if presale else 0)
    order = sent(world, rng, order, place, packed + later, shipped + later, fate)
    return with_invoice(world, rng, order)


def sent(
    world: World, rng: Random, order: Order, place: Place, packed: datetime, shipped: datetime, fate: str = ""
) -> Order:
    """The paid order packed and sent, as far as that has come."""
    calendar = world.calendar
    if packed > calendar.now:
        return order
    if shipped > calendar.now:
        parcel = replace(_parcel(world, rng, order, place, shipped, fate), shipped_at=None)
        return replace(order, state="packed", packed_at=packed, shipments=(parcel,))
    parcel = _parcel(world, rng, order, place, shipped, fate)
    order = replace(order, packed_at=packed, shipped_at=shipped, shipments=(parcel,))
    if fate == "refused" and len(parcel.events) > 1 and parcel.events[-1].text["en"].startswith("Back at"):
        return cancelled(world, rng, order, parcel.events[-1].at)
    if parcel.delivered_at is None:
        return replace(order, state="shipped")
    return _opened(world, rng, replace(order, state="delivered", delivered_at=parcel.delivered_at))


def cancelled(world: World, rng: Random, order: Order, at: datetime) -> Order:
    """The paid order cancelled as a whole, its money on the way back; not cancelled yet if `at` has not come."""
    if at > world.calendar.now:
        return order
    back = refund(world, rng, order, f"ref-{order.id}-1", amount_minor=order.total_minor, created_at=at, started_at=at)
    return replace(order, state="cancelled", cancelled_at=at, refunds=(back,), refunded_minor=back.amount_minor)


def refund(
    world: World,
    rng: Random,
    order: Order,
    refund_id: str,
    *,
    amount_minor: int,
    created_at: datetime,
    started_at: datetime,
    case_id: str | None = None,
) -> Refund:
    """Money on its way back by the way it came: planned until `started_at`, then started, then arrived."""
    calendar, (least, most) = world.calendar, world.policy.refund_days[order.payment_kind]
    arrives = add_working_days(started_at, rng.randint(least, most))
    started, arrived = calendar.passed(started_at), calendar.passed(arrives)
    return Refund(
        id=refund_id,
        amount_minor=amount_minor,
        kind=order.payment_kind,
        state="arrived" if arrived else "started" if started else "planned",
        created_at=created_at,
        started_at=started,
        due_at=add_working_days(started, most) if started else None,
        arrived_at=arrived,
        case_id=case_id,
    )


def with_invoice(world: World, rng: Random, order: Order, *, chance: float = 0.28) -> Order:
    """Some ask for an invoice: ordinary ones are there within a day, special ones take a person three working days."""
    asked = (order.paid_at or order.placed_at) + timedelta(hours=rng.randint(1, 300), minutes=rng.randint(0, 59))
    if rng.random() >= chance or order.paid_at is None or asked > world.calendar.now:
        return order
    is_vat = rng.random() < 0.12
    issued = add_working_days(asked, 3) if is_vat else asked + timedelta(hours=rng.randint(1, 20))
    title, tax_number = rng.choice(_COMPANIES) if is_vat or rng.random() < 0.2 else ("个人", "")
    invoice = Invoice(
        id=f"inv-{order.id}",
        kind="vat" if is_vat else "ordinary",
        title=title,
        tax_number=tax_number,
        state="issued" if issued <= world.calendar.now else "asked",
        asked_at=asked,
        issued_at=world.calendar.passed(issued),
    )
    return replace(order, invoices=(invoice,))


def _paid_twice(world: World, rng: Random, order: Order) -> Order:
    """By mistake; the second payment is given back by itself within a day."""
    first = order.payments[0]
    again = replace(first, id=f"pay-{order.id}-2", paid_at=first.paid_at + timedelta(seconds=rng.randint(20, 80)))
    back = refund(
        world,
        rng,
        order,
        f"ref-{order.id}-1",
        amount_minor=again.amount_minor,
        created_at=again.paid_at,
        started_at=again.paid_at + timedelta(hours=rng.randint(2, 22)),
    )
    given = back.amount_minor if back.started_at else 0
    return replace(order, payments=(first, again), refunds=(back,), refunded_minor=given)


def _paid_in_two_parts(rng: Random, order: Order, *, deposit_minor: int) -> Order:
    """Deposit, and some days later the balance; from then on the order counts as paid."""
    deposit = replace(order.payments[0], amount_minor=deposit_minor)
    balance = Payment(
        id=f"pay-{order.id}-2",
        kind=order.payment_kind,
        amount_minor=order.total_minor - deposit_minor,
        paid_at=deposit.paid_at + timedelta(days=2, hours=rng.randint(1, 40)),
    )
    return replace(order, payments=(deposit, balance), paid_at=balance.paid_at)


def _parcel(world: World, rng: Random, order: Order, place: Place, shipped: datetime, fate: str) -> Shipment:
    return send_out(
        rng,
        world.calendar,
        place,
        parcel_id=f"par-{order.id}-1",
        shipped_at=shipped,
        is_express=order.express,
        fate=fate if fate in ("stuck", "refused") else "",
    )


def _opened(world: World, rng: Random, order: Order) -> Order:
    """Things that may not be opened are opened by most people."""
    at = (order.delivered_at or order.placed_at) + timedelta(minutes=rng.randint(20, 2400))
    is_sealed = any(item.returnable.startswith("unopened") for item in order.items)
    return replace(order, opened_at=at) if is_sealed and rng.random() < 0.6 and at <= world.calendar.now else order


def _payment_kind(rng: Random, person: Person, order: Order) -> str:
    weights: Mapping[str, int] = _KINDS[person.language]
    kinds = [kind for kind in weights if kind != "huabei" or order.total_minor >= _HUABEI_FROM]
    return rng.choices(kinds, weights=[weights[kind] for kind in kinds])[0]
