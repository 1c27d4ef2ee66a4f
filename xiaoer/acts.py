"""What each act on an order writes, once it was judged and said yes to: the change, the money, the case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xiaoer.aftersales.describe import to_json
from xiaoer.aftersales.types import Request, Verdict
from xiaoer.customers import store as customers
from xiaoer.customers.types import moved
from xiaoer.db.scope import Scope
from xiaoer.shop import store_changes as changes
from xiaoer.shop import store_coupons as coupons
from xiaoer.shop import store_products as products
from xiaoer.shop.store_changes import Method, methods_of
from xiaoer.shop.types import Case, Order, OrderItem, Variant


class Refused(Exception):
    """Nothing is done; `code` is that of the Failed event."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Work:
    """What an act may look at while it writes."""

    scope: Scope
    order: Order
    request: Request
    verdict: Verdict
    slots: Mapping[str, Any]
    refund_days: Mapping[str, tuple[int, int]]

    def refund_days_of(self, method: Method) -> tuple[int, int] | None:
        """Working days until money is there by this method."""
        return self.refund_days.get(method.kind)

    @property
    def base(self) -> dict[str, Any]:
        """What every result tells."""
        kind = self.request.payment_kind if self.request.payment_id is not None else self.order.payment_kind
        return {"order_id": self.order.id, "payment_kind": kind, "refund_days": self.verdict.refund_days}

    @property
    def items(self) -> tuple[tuple[OrderItem, int], ...]:
        """The items asked about with their pieces."""
        wanted = dict(self.request.items)
        return tuple((item, wanted[item.id]) for item in self.order.items if item.id in wanted)


def get_variant(scope: Scope, variant_id: str) -> Variant:
    variant = products.find_variant(scope, variant_id)
    if variant is None:
        raise Refused("changed")
    return variant


# ── changes before dispatch ──────────────────────────────────────────────────────────────────────────────────────────
def _cancel(work: Work) -> Mapping[str, Any]:
    changes.cancel(work.scope, work.order, reason=work.request.reason)
    left = work.verdict.refund_minor
    for method, held_minor in methods_of(work.order):
        amount = min(held_minor, left)
        left -= amount
        _pay_back(work, amount, method)
    if work.order.coupon_code:
        coupons.give_back(work.scope, work.order.customer_id, work.order.coupon_code)
    return {**work.base, "refund_minor": work.verdict.refund_minor, "has_coupon": bool(work.order.coupon_code)}


def _change_address(work: Work) -> Mapping[str, Any]:
    address = moved(work.order.address, work.request.address or {})
    changes.change_address(work.scope, work.order, address)
    return {**work.base, "address": address}


def _change_items(work: Work) -> Mapping[str, Any]:
    changed = []
    for item, _ in work.items:
        variant = _new_variant(work, item)
        changed.append((item, variant, max(0, variant.price_minor - (item.unit_price_minor - item.unit_paid_minor))))
    total = changes.change_variants(work.scope, work.order, changed)
    difference = -work.verdict.refund_minor
    if work.order.paid_at is not None and difference < 0:
        _pay_back(work, -difference, _method(work))
    elif work.order.paid_at is not None and difference > 0 and work.request.payment_id is not None:
        _take(work, difference, _method(work))
    return {
        **work.base,
        "difference_minor": difference,
        "options": dict(changed[0][1].options),
        "is_paid": work.order.paid_at is not None,
        "total_minor": total,
    }


def _change_payment(work: Work) -> Mapping[str, Any]:
    kind = str(work.slots.get("payment") or work.request.payment_kind)
    if work.request.payment_id is None:
        changes.change_payment(work.scope, work.order, kind)
        return {**work.base, "payment_kind": kind}
    new, held = _method(work), methods_of(work.order)
    changes.change_payment(work.scope, work.order, new.kind, payment_id=new.payment_id)
    if work.order.paid_at is not None:
        _take(work, sum(minor for _, minor in held), new)
        for method, minor in held:
            _pay_back(work, minor, method)
    return {**work.base, "payment_kind": new.kind}


def _method(work: Work) -> Method:
    """How the difference is paid or given back: as was said, or as the order was paid."""
    if work.request.payment_id is None:
        return Method(work.order.payment_kind, work.order.payment_id)
    return Method(str(work.request.payment_kind), work.request.payment_id)


def _pay_back(work: Work, amount_minor: int, method: Method) -> None:
    """Give money back now; onto a gift card at once."""
    if amount_minor <= 0:
        return
    is_card = method.payment_id is not None and method.kind == "gift_card"
    days = work.refund_days_of(method)
    changes.add_refund(work.scope, work.order, amount_minor=amount_minor, days=days, method=method, has_arrived=is_card)
    if is_card:
        customers.change_balance(work.scope, str(method.payment_id), by_minor=amount_minor)


def _take(work: Work, amount_minor: int, method: Method) -> None:
    """Have the stored method pay; Conflict where a gift card holds less."""
    if method.payment_id is not None:
        customers.change_balance(work.scope, method.payment_id, by_minor=-amount_minor)
    changes.add_payment(work.scope, work.order, amount_minor=amount_minor, method=method)


def _invoice(work: Work) -> Mapping[str, Any]:
    title = str(work.slots.get("invoice_title") or "个人")
    changes.change_order(work.scope, work.order, {})
    changes.add_invoice(work.scope, work.order, title=title)
    return {**work.base, "title": title}


# ── after-sales cases ────────────────────────────────────────────────────────────────────────────────────────────────
def _return(work: Work) -> Mapping[str, Any]:
    changes.change_order(work.scope, work.order, {})
    changes.count_returned(work.scope, work.request.items)
    case = _open_case(work, "return", "waiting_for_parcel")
    if work.verdict.refund_minor > 0:
        changes.add_refund(
            work.scope,
            work.order,
            amount_minor=work.verdict.refund_minor,
            days=work.verdict.refund_days,
            case_id=case.id,
            is_planned=True,
            method=_method(work),
        )
    has_gift = any(item.is_gift for item in work.order.items)
    return {**work.base, "case_id": case.id, "refund_minor": work.verdict.refund_minor, "has_gift": has_gift}


def _exchange(work: Work) -> Mapping[str, Any]:
    changes.change_order(work.scope, work.order, {})
    changes.count_exchanged(work.scope, work.request.items)
    new = [(_new_variant(work, item), pieces) for item, pieces in work.items]
    for variant, pieces in new:
        products.change_stock(work.scope, variant.id, by=-pieces)
    case = _open_case(work, "exchange", "waiting_for_parcel")
    if work.verdict.refund_minor > 0:  # a cheaper variant; what the customer owes for a dearer one stands in the case
        changes.add_refund(
            work.scope,
            work.order,
            amount_minor=work.verdict.refund_minor,
            days=work.verdict.refund_days,
            case_id=case.id,
            is_planned=True,
            method=_method(work),
        )
    return {**work.base, "case_id": case.id, "difference_minor": -work.verdict.refund_minor, "options": dict(new[0][0].options)}


def _missing_or_damaged(work: Work) -> Mapping[str, Any]:
    changes.change_order(work.scope, work.order, {})
    if work.slots.get("remedy") == "refund":
        changes.count_returned(work.scope, work.request.items)
        case = _open_case(work, "refund", "done")
        changes.add_refund(
            work.scope, work.order, amount_minor=work.verdict.refund_minor, days=work.verdict.refund_days, case_id=case.id
        )
        return {**work.base, "case_id": case.id, "refund_minor": work.verdict.refund_minor}
    for item, pieces in work.items:
        products.change_stock(work.scope, item.variant_id, by=-pieces)
    case = _open_case(work, "resend", "open", amount_minor=0)
    return {**work.base, "case_id": case.id, "refund_minor": 0}


def _repair(work: Work) -> Mapping[str, Any]:
    changes.change_order(work.scope, work.order, {})
    case = _open_case(work, "repair", "waiting_for_parcel")
    return {**work.base, "case_id": case.id}


def _price_protection(work: Work) -> Mapping[str, Any]:
    changes.change_order(work.scope, work.order, {})
    case = _open_case(work, "price_protection", "done")
    changes.add_refund(
        work.scope, work.order, amount_minor=work.verdict.refund_minor, days=work.verdict.refund_days, case_id=case.id
    )
    return {**work.base, "case_id": case.id, "refund_minor": work.verdict.refund_minor}


def _open_case(work: Work, kind: Any, state: Any, *, amount_minor: int | None = None) -> Case:
    case = Case(
        id=changes.new_case_number(work.scope),
        order_id=work.order.id,
        kind=kind,
        state=state,
        items=work.request.items,
        reason=work.request.reason,
        created_at=work.scope.now,
        amount_minor=work.verdict.refund_minor if amount_minor is None else amount_minor,
        swaps=tuple((one.item_id, one.variant_id) for one in work.request.swaps),
        payment_id=work.request.payment_id,
        verdict=to_json(work.verdict),
    )
    changes.add_case(work.scope, work.order, case)
    return case


def _new_variant(work: Work, item: OrderItem) -> Variant:
    swap = work.request.find_swap(item.id)
    if swap is None:
        raise Refused("changed")
    return get_variant(work.scope, swap.variant_id)


ACTS: Mapping[str, Callable[[Work], Mapping[str, Any]]] = {
    "cancel": _cancel,
    "change_address": _change_address,
    "change_items": _change_items,
    "change_payment": _change_payment,
    "invoice": _invoice,
    "return": _return,
    "exchange": _exchange,
    "missing_or_damaged": _missing_or_damaged,
    "repair": _repair,
    "price_protection": _price_protection,
}
