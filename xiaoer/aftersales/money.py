"""The money of a verdict, line by line: what the customer gets (+) and pays (-). Never more than was paid and is left."""

from __future__ import annotations

from collections.abc import Sequence

from xiaoer.aftersales.policy import Clause
from xiaoer.aftersales.types import Line, Request
from xiaoer.shop.types import Order, OrderItem

Decided = Sequence[tuple[OrderItem | None, int, Clause]]


def lines_of(request: Request, order: Order, decided: Decided, *, level: str) -> tuple[Line, ...]:
    """The lines of an allowed request; their sum is what the customer gets back (negative: pays)."""
    match request.action:
        case "cancel":
            return _all_that_was_paid(order)
        case "return" | "missing_or_damaged":
            return _return(order, decided, level)
        case "exchange":
            return (*_difference(request, decided), *_way_back(decided, level))
        case "change_items":
            return _difference(request, decided)
        case "price_protection":
            return _price_protection(request, order, decided)
        case "repair":
            fee = decided[0][2].way_back_fee
            return (Line("inspection", -fee),) if fee else ()
        case _:
            return ()


def left_minor(order: Order) -> int:
    """What was paid and neither given back nor promised back. Refunds planned for returns count as given."""
    paid = sum(payment.amount_minor for payment in order.payments) if order.payments else _paid_by_state(order)
    promised = sum(refund.amount_minor for refund in order.refunds)
    return max(0, paid - max(promised, order.refunded_minor))


def _paid_by_state(order: Order) -> int:
    return order.total_minor if order.paid_at is not None else 0


def _all_that_was_paid(order: Order) -> tuple[Line, ...]:
    left = left_minor(order)
    if not left:
        return ()
    shipping = min(order.shipping_minor, left)
    lines = [Line("goods", left - shipping)] if left > shipping else []
    return tuple([*lines, Line("shipping", shipping)] if shipping else lines)


def _return(order: Order, decided: Decided, level: str) -> tuple[Line, ...]:
    left = left_minor(order)
    lines: list[Line] = []
    for item, pieces, _ in decided:
        if item is not None:
            amount = min(item.unit_paid_minor * pieces, left)
            left -= amount
            lines.append(Line("goods", amount, item.id))
    if _is_whole(order, decided) and all(clause.returns_shipping for _, _, clause in decided):
        shipping = min(order.shipping_minor, left)
        lines += [Line("shipping", shipping)] if shipping else []
    goods = sum(line.amount_minor for line in lines)
    way_back = _way_back(decided, level)
    return (*lines, *(Line("way_back", -min(-line.amount_minor, goods)) for line in way_back))


def _is_whole(order: Order, decided: Decided) -> bool:
    asked = {item.id: pieces for item, pieces, _ in decided if item is not None}
    return all(asked.get(item.id, 0) == item.quantity for item in order.items if not item.is_gift)


def _way_back(decided: Decided, level: str) -> tuple[Line, ...]:
    """The way back is paid once per parcel, not per item."""
    fees = [c.way_back_fee for _, _, c in decided if c.pays_way_back == "customer" and level not in c.free_for]
    return (Line("way_back", -max(fees)),) if fees and max(fees) else ()


def _difference(request: Request, decided: Decided) -> tuple[Line, ...]:
    item, pieces, _ = decided[0]
    if item is None or request.new_price_minor is None:
        return ()
    # What the customer paid for a piece is set against the new price, less the discount the old piece had.
    discount = item.unit_price_minor - item.unit_paid_minor
    amount = (item.unit_paid_minor - max(0, request.new_price_minor - discount)) * pieces
    return (Line("difference", amount, item.id),) if amount else ()


def _price_protection(request: Request, order: Order, decided: Decided) -> tuple[Line, ...]:
    item, pieces, _ = decided[0]
    if item is None or request.price_now_minor is None:
        return ()
    amount = min((item.unit_price_minor - request.price_now_minor) * pieces, item.unit_paid_minor * pieces, left_minor(order))
    return (Line("difference", max(0, amount), item.id),)
