"""What was asked of an order after it was delivered: an open case, the pieces it is about, and the money that is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from xiaoer.customers.types import PaymentMethod
from xiaoer.formats.tau2.shapes import EXCHANGE, RETURN, OrderShape, wrong
from xiaoer.shop.types import Case, OrderItem, Refund


@dataclass(frozen=True, slots=True)
class After:
    """An order's items, refunds and cases with what was asked of it."""

    items: tuple[OrderItem, ...]
    refunds: tuple[Refund, ...]
    cases: tuple[Case, ...] = ()


def after_of(
    order: OrderShape,
    items: tuple[OrderItem, ...],
    methods: Mapping[str, PaymentMethod],
    refunds: tuple[Refund, ...],
    begun: datetime,
) -> After:
    """Out of the order's optional parts. Invalid where they do not fit its status."""
    if order.status == RETURN:
        return _returned(order, items, methods, refunds, begun)
    if order.status == EXCHANGE:
        return _exchanged(order, items, methods, refunds, begun)
    given = [name for name in ("exchange_items", "return_items") if getattr(order, name) is not None]
    if given:
        raise wrong(f"orders.{order.order_id}.{given[0]}: not for an order that is {order.status}")
    return After(items, refunds)


def minor_of(amount: float) -> int:
    """An amount in cents: the file's own arithmetic leaves dust behind the second place."""
    return round(amount * 100)


def _returned(
    order: OrderShape,
    items: tuple[OrderItem, ...],
    methods: Mapping[str, PaymentMethod],
    refunds: tuple[Refund, ...],
    begun: datetime,
) -> After:
    back = _find(order, items, order.return_items, "return_items")
    method = _named(order, methods, order.return_payment_method_id, "return_payment_method_id")
    minor = sum(item.unit_paid_minor for item in back)
    case = _case(order, "return", back, begun, minor, method)
    planned = Refund(
        id=f"{order.order_id}-planned",
        amount_minor=minor,
        kind=method.told_as,
        state="planned",
        created_at=begun,
        started_at=None,
        due_at=None,
        arrived_at=None,
        case_id=case.id,
        payment_id=method.id,
        entry=len(order.payment_history),
    )
    ids = {item.id for item in back}
    counted = tuple(replace(item, returned_quantity=1) if item.id in ids else item for item in items)
    return After(counted, (*refunds, planned), (case,))


def _exchanged(
    order: OrderShape,
    items: tuple[OrderItem, ...],
    methods: Mapping[str, PaymentMethod],
    refunds: tuple[Refund, ...],
    begun: datetime,
) -> After:
    back = _find(order, items, order.exchange_items, "exchange_items")
    method = _named(order, methods, order.exchange_payment_method_id, "exchange_payment_method_id")
    new = order.exchange_new_items or []
    if len(new) != len(back):
        raise wrong(f"orders.{order.order_id}.exchange_new_items: as many as exchange_items")
    difference = -minor_of(order.exchange_price_difference or 0.0)
    verdict = {"lines": [{"label": "difference", "amount_minor": difference, "item_id": back[0].id}]}
    swaps = tuple((item.id, variant_id) for item, variant_id in zip(back, new, strict=True))
    case = _case(order, "exchange", back, begun, difference, method, swaps=swaps, verdict=verdict)
    ids = {item.id for item in back}
    counted = tuple(replace(item, exchanged_quantity=1) if item.id in ids else item for item in items)
    return After(counted, refunds, (case,))


def _case(
    order: OrderShape, kind: Any, back: Sequence[OrderItem], begun: datetime, minor: int, method: PaymentMethod, **more: Any
) -> Case:
    return Case(
        id=f"{order.order_id}-{kind}",
        order_id=order.order_id,
        kind=kind,
        state="waiting_for_parcel",
        items=tuple((item.id, 1) for item in back),
        reason="no_reason",
        created_at=begun,
        amount_minor=minor,
        payment_id=method.id,
        **more,
    )


def _find(order: OrderShape, items: Sequence[OrderItem], wanted: Sequence[str] | None, key: str) -> list[OrderItem]:
    left, found = list(items), []
    for item_id in wanted or ():
        item = next((one for one in left if one.variant_id == item_id), None)
        if item is None:
            raise wrong(f"orders.{order.order_id}.{key}: {item_id} is not in the order")
        left.remove(item)
        found.append(item)
    if not found:
        raise wrong(f"orders.{order.order_id}.{key}: needed while it is {order.status}")
    return found


def _named(order: OrderShape, methods: Mapping[str, PaymentMethod], name: str | None, key: str) -> PaymentMethod:
    method = methods.get(name or "")
    if method is None:
        raise wrong(f"orders.{order.order_id}.{key}: {name} is no payment method of {order.user_id}")
    return method
