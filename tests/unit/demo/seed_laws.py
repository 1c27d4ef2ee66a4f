"""What must hold of every order, customer and coupon of the demo, whatever moment it is seen from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from xiaoer.customers.types import Customer
from xiaoer.demo.seed_history import History
from xiaoer.nlu.entities.numbers import find
from xiaoer.nlu.normalise import normalise
from xiaoer.shop.types import Order, Shipment

ZONE = ZoneInfo("Asia/Shanghai")
REMOTE = ("新疆维吾尔自治区", "西藏自治区", "青海省", "内蒙古自治区", "Xinjiang", "Tibet", "Qinghai", "Inner Mongolia")


def check_money(order: Order) -> None:
    """Goods, shipping and discount make the total; what the pieces bring back together is never more than was paid."""
    bought = [item for item in order.items if not item.is_gift]
    assert order.goods_minor == sum(item.unit_price_minor * item.quantity for item in bought)
    assert order.total_minor == order.goods_minor + order.shipping_minor - order.discount_minor
    paid_for_goods = order.total_minor - order.shipping_minor
    back = sum(item.unit_paid_minor * item.quantity for item in order.items)
    assert paid_for_goods - sum(item.quantity for item in bought) < back <= paid_for_goods
    assert all(0 <= item.unit_paid_minor <= item.unit_price_minor for item in order.items)
    assert all(item.unit_paid_minor == 0 for item in order.items if item.is_gift)


def check_payments(order: Order) -> None:
    """Paid once, or in two parts, or by mistake twice; never more given back than came in."""
    paid = sum(payment.amount_minor for payment in order.payments)
    assert paid == (0 if order.paid_at is None else order.total_minor) or paid == 2 * order.total_minor
    assert {payment.kind for payment in order.payments} <= {order.payment_kind}
    assert sum(refund.amount_minor for refund in order.refunds) <= paid
    assert order.refunded_minor == sum(refund.amount_minor for refund in order.refunds if refund.state != "planned")
    assert order.payment_kind != "huabei" or order.total_minor >= 300_00
    for refund in order.refunds:
        assert refund.amount_minor > 0
        assert refund.kind == order.payment_kind
        assert (refund.started_at is None) == (refund.state == "planned")
        assert (refund.arrived_at is not None) == (refund.state == "arrived")
        if refund.arrived_at and refund.started_at and refund.due_at:
            assert refund.created_at <= refund.started_at <= refund.arrived_at <= refund.due_at


def check_state(order: Order) -> None:
    """The state is what the moments say, and they follow each other."""
    moments = [order.placed_at, order.paid_at, order.packed_at, order.shipped_at, order.delivered_at, order.opened_at]
    reached = [moment for moment in moments if moment is not None]
    assert reached == sorted(reached)
    last = {
        "unpaid": None,
        "paid": order.paid_at,
        "packed": order.packed_at,
        "shipped": order.shipped_at,
        "delivered": order.delivered_at,
        "returned": order.delivered_at,
        "cancelled": order.cancelled_at,
    }[order.state]
    assert (last is None) == (order.state == "unpaid")
    following = {
        "unpaid": order.paid_at,
        "paid": order.packed_at,
        "packed": order.shipped_at,
        "shipped": order.delivered_at,
    }
    assert following.get(order.state) is None
    assert (order.cancelled_at is not None) == (order.state == "cancelled")
    is_whole = all(item.returned_quantity == item.quantity for item in order.items if not item.is_gift)
    assert order.state != "returned" or is_whole


def check_dispatch(order: Order) -> None:
    """Paid before 16:00 leaves the same day, later the next; presale goods on their own date."""
    if order.shipped_at is None or order.paid_at is None:
        return
    if any(item.promotion == "presale" for item in order.items):
        return
    paid = order.paid_at.astimezone(ZONE)
    assert (order.shipped_at.astimezone(ZONE).date() - paid.date()).days == (0 if paid.hour < 16 else 1)


def check_nothing_ahead(order: Order, now: datetime) -> None:
    """Only what is expected or due lies ahead of now."""
    for name, moment in moments_of(order):
        assert moment <= now, (order.id, name, moment)


def moments_of(order: Order) -> Iterator[tuple[str, datetime]]:
    """Every moment that has been, with its name."""
    things: list[Any] = [order, *order.shipments, *order.payments, *order.refunds, *order.cases, *order.invoices]
    things += [event for parcel in order.shipments for event in parcel.events]
    for thing in things:
        for field in fields(thing):
            value = getattr(thing, field.name)
            if isinstance(value, datetime) and field.name not in ("expected_at", "due_at"):
                yield f"{type(thing).__name__}.{field.name}", value


def check_parcels(order: Order) -> None:
    """Tracks go forward in both languages, begin with the courier and end in the parcel's state."""
    out = [parcel for parcel in order.shipments if parcel.direction == "out"]
    assert bool(out) == (order.packed_at is not None)
    for parcel in order.shipments:
        _check_parcel(parcel)
    if order.delivered_at is not None:
        assert out[0].delivered_at == order.delivered_at
    if order.address["country"] != "CN":
        assert all(parcel.courier == "sf" for parcel in order.shipments)


def _check_parcel(parcel: Shipment) -> None:
    heard = [one.value for one in find(f"单号 {parcel.tracking_number} ", normalise(f"单号 {parcel.tracking_number} "))]
    assert heard == [parcel.tracking_number]
    assert parcel.tracking_number.startswith("SF") == (parcel.courier == "sf")
    at = [event.at for event in parcel.events]
    assert at == sorted(at)
    assert all(
        event.text["zh"] and event.text["en"] and event.place["zh"] and event.place["en"] for event in parcel.events
    )
    assert not any("{" in event.text["zh"] + event.text["en"] for event in parcel.events)
    assert (parcel.state == "waiting") == (not parcel.events)
    assert (parcel.state == "delivered") == (parcel.delivered_at is not None)


def check_number(order: Order) -> None:
    """The number is one that Xiaoer hears, and tells the day of the order."""
    assert [one.value for one in find(order.id, normalise(order.id))] == [order.id]
    assert order.id[2:10] == f"{order.placed_at.astimezone(ZONE):%Y%m%d}"


def check_promotions(order: Order) -> None:
    """Flash goods only during the flash sale, at most two pieces, never with a coupon; gifts and presale as told."""
    flash = [item for item in order.items if item.promotion == "flash" and not item.is_gift]
    if flash:
        assert order.coupon_code is None
        assert order.placed_at.astimezone(ZONE).hour in (10, 20)
        assert all(item.quantity <= 2 for item in flash)
    season = sum(
        item.unit_price_minor * item.quantity for item in order.items if item.promotion == "season" and not item.is_gift
    )
    off_by_coupon = order.discount_minor - season // 300_00 * 40_00
    assert (off_by_coupon > 0) == (order.coupon_code is not None)


def check_cases(order: Order) -> None:
    """Every case was allowed by the policy when it was asked for, and its money is that of the verdict."""
    ids = {item.id: item for item in order.items}
    returned = dict.fromkeys(ids, 0)
    for case in order.cases:
        assert case.order_id == order.id
        assert case.verdict["outcome"] == "allowed"
        assert case.amount_minor in (case.verdict["refund_minor"], 0)
        assert order.delivered_at is not None
        assert case.created_at >= order.delivered_at or case.kind == "price_protection"
        for item_id, pieces in case.items:
            assert 0 < pieces <= ids[item_id].quantity
            if case.kind in ("return", "refund") and case.state not in ("refused", "withdrawn"):
                returned[item_id] += pieces
    assert returned == {item.id: item.returned_quantity for item in order.items}
    assert {refund.case_id for refund in order.refunds if refund.case_id} <= {case.id for case in order.cases}


def spent_minor(history: History, customer_id: str, at: datetime) -> int:
    """What the shop kept of orders paid in the year before the midnight before that moment."""
    midnight = at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    total = 0
    for order in history.orders:
        if (
            order.customer_id == customer_id
            and order.paid_at
            and midnight - timedelta(days=365) < order.paid_at <= midnight
        ):
            total += sum(payment.amount_minor for payment in order.payments)
            total -= sum(refund.amount_minor for refund in order.refunds if refund.state != "planned")
    return total


def level_of(spent: int) -> str:
    """The level by the README."""
    return "gold" if spent >= 5_000_00 else "silver" if spent >= 1_000_00 else "regular"


def shipping_minor(order: Order, level: str) -> int:
    """The shipping fee by the README."""
    if order.address["country"] != "CN":
        return 45_00
    remote = 15_00 if order.address["region"] in REMOTE else 0
    if order.express:
        return (8_00 if level == "gold" else 18_00) + remote
    goods = order.goods_minor - order.discount_minor
    free = goods >= {"regular": 99_00, "silver": 49_00, "gold": 0}[level]
    return (0 if free else 10_00) + remote


def check_customer(customer: Customer, history: History, now: datetime) -> None:
    """Level, spending and points follow from the orders; nobody's telephone or e-mail is a real person's."""
    assert customer.spent_12_months_minor == spent_minor(history, customer.id, now)
    assert customer.level == level_of(customer.spent_12_months_minor)
    assert customer.points >= 0
    assert 1 <= len(customer.addresses) <= 3
    assert [address.is_default for address in customer.addresses].count(True) == 1
    assert customer.email.rpartition("@")[2] in ("example.com", "example.org", "example.net")
    mine = [order for order in history.orders if order.customer_id == customer.id]
    assert all(customer.created_at <= order.placed_at for order in mine)
    assert customer.created_at <= now
