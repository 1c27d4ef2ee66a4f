"""One item of one request against one clause: what a clause's `when` and `within` mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiaoer.aftersales.money import cheaper_minor, due_minor, paid_with
from xiaoer.aftersales.pieces import has_open_case, pieces_busy, pieces_handled, pieces_left, pieces_open
from xiaoer.aftersales.policy import Clause
from xiaoer.aftersales.types import Request
from xiaoer.aftersales.windows import months_end, window_end
from xiaoer.shop.types import Order, OrderItem


@dataclass(frozen=True, slots=True)
class Case:
    """One item of one request, with everything a clause may ask about. Whole-order actions have one case without an item."""

    request: Request
    order: Order
    item: OrderItem | None
    pieces: int
    level: str
    now: datetime
    time_zone: str


def applies(clause: Clause, case: Case) -> bool:
    """Whether every condition of the clause holds for this item."""
    if not all(_holds(key, value, case) for key, value in clause.when.items()):
        return False
    if clause.within is None:
        return True
    end = window_end(clause.within, case.order, level=case.level, time_zone=case.time_zone)
    return end is not None and case.now <= end


def end_of(clause: Clause, case: Case) -> datetime | None:
    """Until when the clause goes on to apply to this item, or None where it is not a matter of time."""
    if clause.within is not None:
        return window_end(clause.within, case.order, level=case.level, time_zone=case.time_zone)
    return _warranty_end(case) if clause.when.get("in_warranty") is True else None


def _holds(key: str, value: Any, case: Case) -> bool:
    if key in _LISTED:
        return _LISTED[key](case) in value
    if key in _FLAGGED:
        return _FLAGGED[key](case) is value
    return _NUMBERED[key](case, value)


def _warranty_end(case: Case) -> datetime | None:
    if case.item is None or not case.item.warranty_months or case.order.delivered_at is None:
        return None
    return months_end(case.order.delivered_at, case.item.warranty_months, time_zone=case.time_zone)


def _in_warranty(case: Case) -> bool:
    end = _warranty_end(case)
    return end is not None and case.now <= end


def _cheaper(case: Case) -> bool:
    item, price = case.item, case.request.price_now_minor
    return item is not None and price is not None and cheaper_minor(price, case.order, item, case.pieces) > 0


def _handled(case: Case, action: str) -> bool:
    """Whether fewer pieces than asked about are open, because some were dealt with before."""
    item = case.item
    if item is None or not pieces_handled(action, item, case.order):
        return False
    return case.pieces > pieces_open(action, item, case.order)


def _busy(case: Case) -> bool:
    item = case.item
    busy = 0 if item is None else pieces_busy(case.request.action, item, case.order)
    return item is not None and busy > 0 and case.pieces > pieces_left(item) - busy


def _in_stock(case: Case) -> bool:
    """Whether there are enough pieces for all items of the request that shall become this variant."""
    swap = case.item and case.request.find_swap(case.item.id)
    if not swap:
        return True
    pieces = dict(case.request.items)
    needed = case.pieces
    for other in case.request.swaps:
        if other.variant_id == swap.variant_id and other.item_id != swap.item_id:
            needed += pieces.get(other.item_id, 1)
    return (swap.stock or 0) >= max(1, needed)


def _same_product(case: Case) -> bool:
    swap = case.item and case.request.find_swap(case.item.id)
    return not swap or case.item is None or swap.product_id in ("", case.item.product_id)


def _same_variant(case: Case) -> bool:
    swap = case.item and case.request.find_swap(case.item.id)
    return bool(swap) and case.item is not None and swap is not None and swap.variant_id == case.item.variant_id


def _covered(case: Case) -> bool:
    """A gift card must hold what it shall pay; of other methods that is not known before they are charged."""
    balance = case.request.balance_minor
    return balance is None or balance >= due_minor(case.request, case.order)


_LISTED: Mapping[str, Callable[[Case], Any]] = {
    "states": lambda case: case.order.state,
    "reasons": lambda case: case.request.reason,
    "conditions": lambda case: case.request.condition,
    "levels": lambda case: case.level,
    "categories": lambda case: case.item.category if case.item else None,
    "returnable": lambda case: case.item.returnable if case.item else None,
    "promotions": lambda case: case.item.promotion if case.item else None,
    "warranty_months": lambda case: case.item.warranty_months if case.item else None,
    "payments": lambda case: case.order.payment_kind,
    "new_payments": lambda case: case.request.payment_kind,
    "countries": lambda case: (case.request.address or {}).get("country", ""),
}
_FLAGGED: Mapping[str, Callable[[Case], bool]] = {
    "evidence": lambda case: case.request.has_evidence,
    "gift": lambda case: case.item is not None and case.item.is_gift,
    "left": lambda case: case.item is None or pieces_left(case.item) > 0,
    "enough": lambda case: case.item is None or case.pieces <= pieces_left(case.item),
    "handled": lambda case: _handled(case, case.request.action),
    "busy": _busy,
    "exchanged": lambda case: _handled(case, "exchange"),
    "changed": lambda case: case.order.items_changed,
    "in_warranty": _in_warranty,
    "in_stock": lambda case: _in_stock(case),
    "same_product": lambda case: _same_product(case),
    "same_variant": lambda case: _same_variant(case),
    "in_case": lambda case: has_open_case(case.order),
    "payment_named": lambda case: case.request.payment_id is not None,
    "same_payment": lambda case: case.request.payment_id in paid_with(case.order),
    "covered": lambda case: _covered(case),
    "price_known": lambda case: case.request.price_now_minor is not None,
    "cheaper": _cheaper,
    "paid": lambda case: case.order.paid_at is not None,
    "invoiced": lambda case: bool(case.order.invoices),
}
_NUMBERED: Mapping[str, Callable[[Case, int], bool]] = {
    "total_below": lambda case, value: case.order.total_minor < value
}
