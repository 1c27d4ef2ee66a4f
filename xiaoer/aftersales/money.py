"""The money of a verdict, line by line: what the customer gets (+) and pays (-). Never more than was paid and is left."""

from __future__ import annotations

from collections.abc import Sequence

from xiaoer.aftersales.pieces import worth_of_next_returned, worths_of_next
from xiaoer.aftersales.policy import Clause
from xiaoer.aftersales.types import Line, Request
from xiaoer.shop.types import Order, OrderItem

Decided = Sequence[tuple[OrderItem | None, int, Clause]]


def lines_of(request: Request, order: Order, decided: Decided, *, level: str) -> tuple[Line, ...]:
    """The lines of an allowed request; their sum is what the customer gets back (negative: pays). No line is zero."""
    match request.action:
        case "cancel":
            lines = _all_that_was_paid(order)
        case "return" | "missing_or_damaged":
            lines = _return(order, decided, level)
        case "exchange":
            lines = [*_difference(request, order, decided), *_way_back(decided, level)]
        case "change_items":
            lines = _difference(request, order, decided)
        case "price_protection":
            lines = _price_protection(request, order, decided)
        case "repair":
            lines = [
                Line("inspection", -clause.inspection_fee, item.id if item else None) for item, _, clause in decided
            ]
        case _:
            lines = []
    return tuple(line for line in lines if line.amount_minor)


def left_minor(order: Order) -> int:
    """What was paid and neither given back nor promised back. Refunds planned for returns count as given."""
    paid = sum(payment.amount_minor for payment in order.payments) if order.payments else _paid_by_state(order)
    promised = sum(refund.amount_minor for refund in order.refunds)
    return max(0, paid - max(promised, order.refunded_minor))


def paid_with(order: Order) -> tuple[str, ...]:
    """The stored methods that hold what was paid for the order: money that came back no longer counts."""
    held: dict[str, int] = {}
    for payment in order.payments:
        held[payment.payment_id or ""] = held.get(payment.payment_id or "", 0) + payment.amount_minor
    for refund in order.refunds:
        if refund.state != "planned":
            held[refund.payment_id or ""] = held.get(refund.payment_id or "", 0) - refund.amount_minor
    return tuple(method for method, minor in held.items() if method and minor > 0)


def difference_minor(request: Request, order: Order, item: OrderItem, pieces: int) -> int:
    """What a change to another variant makes the order cheaper (+) or dearer (-) by.

    The new price less the discount that the old piece had: so a discount is neither lost nor doubled.
    """
    swap = request.find_swap(item.id)
    if swap is None or swap.price_minor is None:
        return 0
    discount = item.unit_price_minor - item.unit_paid_minor
    worth = sum(worths_of_next(request.action, item, pieces, order))
    return worth - max(0, swap.price_minor - discount) * pieces


def due_minor(request: Request, order: Order) -> int:
    """What the method named in the request would have to pay now: the whole for a change of payment, else the difference."""
    if request.action == "change_payment":
        return left_minor(order)
    pieces = dict(request.items)
    asked = [(item, pieces[item.id]) for item in order.items if item.id in pieces]
    if request.action == "change_items":  # a line changes as a whole
        asked = [(item, item.quantity) for item, _ in asked]
    return max(0, -sum(difference_minor(request, order, item, count) for item, count in asked))


def cheaper_minor(price_minor: int, order: Order, item: OrderItem, pieces: int) -> int:
    """By how much so many pieces are cheaper now than what was paid for them."""
    worths = worths_of_next("price_protection", item, pieces, order)
    return sum(max(0, worth - max(0, price_minor)) for worth in worths)


def _paid_by_state(order: Order) -> int:
    return order.total_minor if order.paid_at is not None else 0


def _all_that_was_paid(order: Order) -> list[Line]:
    left = left_minor(order)
    shipping = min(order.shipping_minor, left)
    return [Line("goods", left - shipping), Line("shipping", shipping)]


def _return(order: Order, decided: Decided, level: str) -> list[Line]:
    left = left_minor(order)
    lines: list[Line] = []
    for item, pieces, _ in decided:
        if item is not None:
            amount = min(worth_of_next_returned(item, pieces, order), left)
            left -= amount
            lines.append(Line("goods", amount, item.id))
    if _is_whole(order, decided) and all(clause.returns_shipping for _, _, clause in decided):
        lines.append(Line("shipping", min(order.shipping_minor, left)))
    back = sum(line.amount_minor for line in lines)
    return [*lines, *(Line("way_back", -min(-fee.amount_minor, back)) for fee in _way_back(decided, level))]


def _is_whole(order: Order, decided: Decided) -> bool:
    asked = {item.id: pieces for item, pieces, _ in decided if item is not None}
    return all(asked.get(item.id, 0) == item.quantity for item in order.items if not item.is_gift)


def _way_back(decided: Decided, level: str) -> list[Line]:
    """The way back is paid once per parcel, not per item."""
    fees = [c.way_back_fee for _, _, c in decided if c.pays_way_back == "customer" and level not in c.free_for]
    return [Line("way_back", -max(fees))] if fees else []


def _difference(request: Request, order: Order, decided: Decided) -> list[Line]:
    left = left_minor(order)
    lines: list[Line] = []
    for item, pieces, _ in decided:
        if item is not None:
            # Nothing goes back that did not come in: an unpaid order that gets cheaper has only less to pay.
            amount = min(difference_minor(request, order, item, pieces), left)
            left -= amount
            lines.append(Line("difference", amount, item.id))
    return lines


def _price_protection(request: Request, order: Order, decided: Decided) -> list[Line]:
    item, pieces, _ = decided[0]
    if item is None or request.price_now_minor is None:
        return []
    cheaper_by = cheaper_minor(request.price_now_minor, order, item, pieces)
    return [Line("difference", min(cheaper_by, left_minor(order)), item.id)]
