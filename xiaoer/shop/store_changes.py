"""Every statement that changes an order. Each goes by the order as it was read: Conflict when it changed meanwhile.

The functions take plain values (what the verdict came to) and know no policy; `act` decides, these write.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict
from xiaoer.shop.store_orders import CHILDREN, child_row
from xiaoer.shop.store_products import change_stock
from xiaoer.shop.tables import cases, commits, order_items, orders, payments, refunds, urges
from xiaoer.shop.types import Case, Invoice, Order, OrderItem, Payment, Refund, Variant


@dataclass(frozen=True, slots=True)
class Method:
    """How money goes: its kind ("visa", "gift_card" …) and, where the customer has one stored, the method's id."""

    kind: str
    payment_id: str | None = None


def methods_of(order: Order) -> tuple[tuple[Method, int], ...]:
    """What holds the money that was paid for the order, with how much of it was not given back."""
    held: dict[Method, int] = {}
    for payment in order.payments:
        method = Method(payment.kind, payment.payment_id)
        held[method] = held.get(method, 0) + payment.amount_minor
    for refund in order.refunds:
        method = Method(refund.kind, refund.payment_id)
        held[method] = held.get(method, 0) - refund.amount_minor
    if not order.payments and order.paid_at is not None:
        own = Method(order.payment_kind, order.payment_id)
        held[own] = held.get(own, 0) + order.total_minor
    return tuple((method, minor) for method, minor in held.items() if minor > 0)


def find_commit(scope: Scope, key: str) -> Mapping[str, Any] | None:
    """What came of the act with this idempotency key, or None when it was not done yet."""
    found: Mapping[str, Any] | None = scope.scalar(scope.select(commits.c.result).where(commits.c.key == key))
    return found


def add_commit(
    scope: Scope, key: str, *, action: str, order_id: str | None, customer_id: str, result: Mapping[str, Any]
) -> None:
    """Remember that an act was done; the key is unique, so it is done once."""
    row = {"key": key, "action": action, "order_id": order_id, "customer_id": customer_id, "result": dict(result)}
    scope.execute(scope.insert(commits).values(**row, done_at=scope.now))


def count_commits(scope: Scope, *, order_id: str | None = None) -> int:
    """How many acts were done, in all or on one order."""
    query = scope.select(sa.func.count(commits.c.key))
    return int(scope.scalar(query if order_id is None else query.where(commits.c.order_id == order_id)) or 0)


def change_order(scope: Scope, order: Order, values: Mapping[str, Any]) -> None:
    """Set these columns and count the version up. Conflict when the stored version is another one."""
    same = (orders.c.id == order.id, orders.c.version == order.version)
    statement = scope.update(orders).where(*same).values(**values, version=order.version + 1)
    if scope.execute(statement).rowcount == 0:
        raise Conflict("The order changed meanwhile.", "订单刚刚发生了变化。", field="order_id")


def cancel(scope: Scope, order: Order, *, reason: str = "") -> None:
    """Close the order; its pieces go back into stock."""
    change_order(scope, order, {"state": "cancelled", "cancelled_at": scope.now, "cancel_reason": reason})
    for item in order.items:
        change_stock(scope, item.variant_id, by=item.quantity - item.returned_quantity)


def change_address(scope: Scope, order: Order, address: Mapping[str, Any]) -> None:
    """Send it there instead."""
    change_order(scope, order, {"address": dict(address)})


def change_payment(scope: Scope, order: Order, kind: str, *, payment_id: str | None = None) -> None:
    """It is paid by this kind, with this stored method, instead."""
    change_order(scope, order, {"payment_kind": kind, "payment_id": payment_id})


def change_variants(scope: Scope, order: Order, changed: Sequence[tuple[OrderItem, Variant, int]]) -> int:
    """Other variants in the places of items not yet packed: (item, variant, paid for a piece). Stock, prices and totals follow.

    Returns the order's new total.
    """
    goods, total = order.goods_minor, order.total_minor
    for item, variant, paid_minor in changed:
        change_stock(scope, variant.id, by=-item.quantity)
        values = {"variant_id": variant.id, "options": dict(variant.options)}
        prices = {"unit_price_minor": variant.price_minor, "unit_paid_minor": paid_minor}
        scope.execute(scope.update(order_items).where(order_items.c.id == item.id).values(**values, **prices))
        goods += (variant.price_minor - item.unit_price_minor) * item.quantity
        total += (paid_minor - item.unit_paid_minor) * item.quantity
    for item, _, _ in changed:  # afterwards: what is given back cannot be what another item of the request lacks
        change_stock(scope, item.variant_id, by=item.quantity)
    discount = goods + order.shipping_minor - total
    change_order(scope, order, {"items_changed": True, "goods_minor": goods, "total_minor": total, "discount_minor": discount})
    return total


def count_returned(scope: Scope, items: Sequence[tuple[str, int]]) -> None:
    """These pieces are given back or on their way back."""
    for item_id, pieces in items:
        more = {"returned_quantity": order_items.c.returned_quantity + pieces}
        scope.execute(scope.update(order_items).where(order_items.c.id == item_id).values(**more))


def count_exchanged(scope: Scope, items: Sequence[tuple[str, int]]) -> None:
    """These pieces are exchanged, once."""
    for item_id, pieces in items:
        more = {"exchanged_quantity": order_items.c.exchanged_quantity + pieces}
        scope.execute(scope.update(order_items).where(order_items.c.id == item_id).values(**more))


def add_case(scope: Scope, order: Order, case: Case) -> None:
    """Open after-sales work on the order."""
    _add_child(scope, "cases", order.id, len(order.cases), case)


def new_case_number(scope: Scope) -> str:
    """A number that a customer can read out: AS, the day, six digits."""
    while True:
        number = f"AS{scope.now:%Y%m%d}{secrets.randbelow(1_000_000):06d}"
        if scope.first(scope.select(cases.c.id).where(cases.c.id == number)) is None:
            return number


def add_invoice(scope: Scope, order: Order, *, title: str) -> Invoice:
    """Ask for an electronic ordinary invoice."""
    invoice = Invoice(new_id("inv"), "ordinary", title, "", "asked", scope.now, None)
    _add_child(scope, "invoices", order.id, len(order.invoices), invoice)
    return invoice


def add_payment(scope: Scope, order: Order, *, amount_minor: int, method: Method) -> Payment:
    """Money that came in by a method."""
    entry = _next_entry(scope, order.id)
    payment = Payment(new_id("pay"), method.kind, amount_minor, scope.now, method.payment_id, entry)
    _add_child(scope, "payments", order.id, entry, payment)
    return payment


def add_refund(
    scope: Scope,
    order: Order,
    *,
    amount_minor: int,
    days: tuple[int, int] | None,
    case_id: str | None = None,
    is_planned: bool = False,
    has_arrived: bool = False,
    method: Method | None = None,
) -> Refund:
    """Money on its way back, to the original payment or to `method`; planned ones wait for the parcel to be checked.

    `refunded_minor` counts what was started or has arrived, so a planned refund is added to it when it starts.
    """
    started = None if is_planned else scope.now
    to, entry = method or Method(order.payment_kind, order.payment_id), _next_entry(scope, order.id)
    refund = Refund(
        id=new_id("ref"),
        amount_minor=amount_minor,
        kind=to.kind,
        state="planned" if is_planned else "arrived" if has_arrived else "started",
        created_at=scope.now,
        started_at=started,
        due_at=None if started is None or days is None else add_working_days(started, days[1]),
        arrived_at=scope.now if has_arrived and not is_planned else None,
        case_id=case_id,
        payment_id=to.payment_id,
        entry=entry,
    )
    _add_child(scope, "refunds", order.id, entry, refund)
    if not is_planned:
        more = {"refunded_minor": orders.c.refunded_minor + amount_minor}
        scope.execute(scope.update(orders).where(orders.c.id == order.id).values(**more))
    return refund


def add_urge(scope: Scope, order_id: str, words: str) -> None:
    """The customer asks to hurry."""
    row = {"id": new_id("urg"), "order_id": order_id, "asked_at": scope.now, "words": words[:500]}
    scope.execute(scope.insert(urges).values(**row))


def add_working_days(moment: datetime, days: int) -> datetime:
    """So many Mondays to Fridays later (public holidays are not known here)."""
    while days > 0:
        moment += timedelta(days=1)
        days -= moment.weekday() < 5
    return moment


def _next_entry(scope: Scope, order_id: str) -> int:
    """The next place among the order's payments and refunds."""
    last = [scope.scalar(scope.select(sa.func.max(one.c.entry)).where(one.c.order_id == order_id)) for one in (payments, refunds)]
    return max((one for one in last if one is not None), default=-1) + 1


def _add_child(scope: Scope, name: str, order_id: str, place: int, child: Any) -> None:
    scope.execute(scope.insert(CHILDREN[name][0]).values(**child_row(order_id, place, child)))
