"""Step 5, writing: commit the one act that was read back and said yes to.

In one transaction: done already under this key → what came of it then; the order is not as it was read back → nothing;
the policy says no by now → nothing; otherwise the change, the audit line and the key. So an act happens once or not at all,
whatever crashes when, and a failure comes back as an event.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from xiaoer.aftersales.describe import request_from_json, to_json
from xiaoer.aftersales.types import Request, Verdict
from xiaoer.aftersales.verdict import judge
from xiaoer.assistant import Assistant
from xiaoer.conversations import store_turns as turns
from xiaoer.conversations.types import Conversation
from xiaoer.customers import store as customers
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.dialogue.context import Context
from xiaoer.dialogue.effects import Act
from xiaoer.dialogue.events import Done, Failed
from xiaoer.errors import Conflict, TooMany, XiaoerError
from xiaoer.privacy.store import add_audit
from xiaoer.shop import store_changes as changes
from xiaoer.shop import store_coupons as coupons
from xiaoer.shop import store_orders as orders
from xiaoer.shop import store_products as products
from xiaoer.shop.types import Case, Order, OrderItem, Variant

log = logging.getLogger(__name__)
_Result = tuple[str | None, Mapping[str, Any]]


class _Refused(Exception):
    """Nothing is done; `code` is that of the Failed event."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Who asks for the act, and where."""

    conversation: Conversation
    context: Context
    verified: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Work:
    """What an act may look at while it writes."""

    scope: Scope
    order: Order
    request: Request
    verdict: Verdict
    slots: Mapping[str, Any]

    @property
    def base(self) -> dict[str, Any]:
        """What every result tells."""
        return {"order_id": self.order.id, "payment_kind": self.order.payment_kind, "refund_days": self.verdict.refund_days}

    @property
    def items(self) -> tuple[tuple[OrderItem, int], ...]:
        """The items asked about with their pieces."""
        wanted = dict(self.request.items)
        return tuple((item, wanted[item.id]) for item in self.order.items if item.id in wanted)


async def act(
    database: Database,
    assistant: Assistant,
    conversation: Conversation,
    context: Context,
    verified: tuple[str, ...],
    effect: Act,
) -> Done | Failed:
    """What stands in the record now, or why nothing was done. `verified`: the orders that an unsigned visitor has proven."""
    speaker = _Speaker(conversation, context, verified)

    def commit(scope: Scope) -> Mapping[str, Any]:
        known = changes.find_commit(scope, effect.key)
        if known is not None:
            return known
        order_id, result = _do(scope, assistant, speaker, effect)
        plain: dict[str, Any] = {**result}
        who = context.customer.id
        add_audit(scope, who=who, what=effect.action, about=order_id or who, data={"key": effect.key, "result": plain})
        changes.add_commit(
            scope, effect.key, action=effect.action, order_id=order_id, customer_id=context.customer.id, result=plain
        )
        return plain

    try:
        return Done(effect.key, await database.write(assistant.shop.id, commit))
    except _Refused as refused:
        return Failed(effect.key, refused.code)
    except Conflict:
        return Failed(effect.key, "changed")
    except TooMany:
        return Failed(effect.key, "too_many")
    except XiaoerError as error:
        log.warning("act %s failed: %s", effect.action, error)
        return await _after_failure(database, assistant.shop.id, effect.key)


async def _after_failure(database: Database, shop_id: str, key: str) -> Done | Failed:
    """The answer to a commit can get lost: what the record says counts, and where it can't be read, nothing is claimed."""
    try:
        known = await database.read(shop_id, lambda scope: changes.find_commit(scope, key))
    except XiaoerError:
        return Failed(key, "unsure")
    return Failed(key, "unavailable") if known is None else Done(key, known)


def _do(
    scope: Scope, assistant: Assistant, speaker: _Speaker, effect: Act
) -> _Result:
    """The act itself: the id of the order it was about, and its result."""
    if effect.action in _PLAIN:
        return _PLAIN[effect.action](scope, speaker, effect.arguments)
    order = _own_order(scope, speaker, effect.arguments["request"]["order_id"])
    if order.version != effect.arguments["order_version"]:
        raise _Refused("changed")
    request = _as_of_now(scope, request_from_json(effect.arguments["request"]), order)
    level = customers.get_customer(scope, order.customer_id).level
    verdict = judge(assistant.policy, request, order, level=level, now=scope.now, time_zone=assistant.shop.time_zone)
    if verdict.outcome != "allowed":
        raise _Refused("refused")
    if verdict.refund_minor != effect.arguments["verdict"]["refund_minor"]:  # a price moved since it was read back
        raise _Refused("changed")
    return order.id, _ACTS[effect.action](_Work(scope, order, request, verdict, effect.arguments.get("slots", {})))


def _own_order(scope: Scope, speaker: _Speaker, order_id: str | None) -> Order:
    """The order as it stands in the record, if the speaker may have it changed: their own, or one they have proven."""
    order = orders.find_order(scope, order_id) if order_id else None
    if order is None:
        raise _Refused("refused")
    is_own = speaker.context.is_signed_in and order.customer_id == speaker.context.customer.id
    is_proven = not speaker.context.is_signed_in and order.id in speaker.verified
    if not (is_own or is_proven):
        raise _Refused("refused")
    return order


def _as_of_now(scope: Scope, request: Request, order: Order) -> Request:
    """The request with prices and stock as the record has them at this moment."""
    if request.action == "price_protection" and request.items:
        bought = next(item for item in order.items if item.id == request.items[0][0])
        now = products.find_variant(scope, bought.variant_id)
        return replace(request, price_now_minor=None if now is None else now.price_minor)
    if request.new_variant_id is None:
        return request
    variant = products.find_variant(scope, request.new_variant_id)
    if variant is None:
        raise _Refused("changed")
    return replace(request, new_price_minor=variant.price_minor, new_stock=variant.stock)


# ── changes before dispatch ──────────────────────────────────────────────────────────────────────────────────────────
def _cancel(work: _Work) -> Mapping[str, Any]:
    changes.cancel(work.scope, work.order)
    if work.verdict.refund_minor > 0:
        changes.add_refund(work.scope, work.order, amount_minor=work.verdict.refund_minor, days=work.verdict.refund_days)
    if work.order.coupon_code:
        coupons.give_back(work.scope, work.order.customer_id, work.order.coupon_code)
    return {**work.base, "refund_minor": work.verdict.refund_minor, "has_coupon": bool(work.order.coupon_code)}


def _change_address(work: _Work) -> Mapping[str, Any]:
    address = {**work.order.address, **(work.request.address or {})}
    changes.change_address(work.scope, work.order, address)
    return {**work.base, "address": address}


def _change_items(work: _Work) -> Mapping[str, Any]:
    (item, _), variant = work.items[0], _new_variant(work)
    discount = item.unit_price_minor - item.unit_paid_minor
    paid = max(0, variant.price_minor - discount)
    changes.change_variant(
        work.scope, work.order, item.id, variant.id, variant.options, price_minor=variant.price_minor, paid_minor=paid
    )
    if work.verdict.refund_minor > 0 and work.order.paid_at is not None:
        changes.add_refund(work.scope, work.order, amount_minor=work.verdict.refund_minor, days=work.verdict.refund_days)
    return {
        **work.base,
        "difference_minor": -work.verdict.refund_minor,
        "options": dict(variant.options),
        "is_paid": work.order.paid_at is not None,
        "total_minor": work.order.total_minor + (paid - item.unit_paid_minor) * item.quantity,
    }


def _change_payment(work: _Work) -> Mapping[str, Any]:
    kind = str(work.slots.get("payment") or work.request.payment_kind)
    changes.change_payment(work.scope, work.order, kind)
    return {**work.base, "payment_kind": kind}


def _invoice(work: _Work) -> Mapping[str, Any]:
    title = str(work.slots.get("invoice_title") or "个人")
    changes.change_order(work.scope, work.order, {})
    changes.add_invoice(work.scope, work.order, title=title)
    return {**work.base, "title": title}


# ── after-sales cases ────────────────────────────────────────────────────────────────────────────────────────────────
def _return(work: _Work) -> Mapping[str, Any]:
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
        )
    has_gift = any(item.is_gift for item in work.order.items)
    return {**work.base, "case_id": case.id, "refund_minor": work.verdict.refund_minor, "has_gift": has_gift}


def _exchange(work: _Work) -> Mapping[str, Any]:
    changes.change_order(work.scope, work.order, {})
    changes.count_exchanged(work.scope, work.request.items)
    variant = _new_variant(work)
    products.change_stock(work.scope, variant.id, by=-sum(pieces for _, pieces in work.items))
    case = _open_case(work, "exchange", "waiting_for_parcel")
    if work.verdict.refund_minor > 0:  # a cheaper variant; what the customer owes for a dearer one stands in the case
        changes.add_refund(
            work.scope,
            work.order,
            amount_minor=work.verdict.refund_minor,
            days=work.verdict.refund_days,
            case_id=case.id,
            is_planned=True,
        )
    return {**work.base, "case_id": case.id, "difference_minor": -work.verdict.refund_minor, "options": dict(variant.options)}


def _missing_or_damaged(work: _Work) -> Mapping[str, Any]:
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


def _repair(work: _Work) -> Mapping[str, Any]:
    changes.change_order(work.scope, work.order, {})
    case = _open_case(work, "repair", "waiting_for_parcel")
    return {**work.base, "case_id": case.id}


def _price_protection(work: _Work) -> Mapping[str, Any]:
    changes.change_order(work.scope, work.order, {})
    case = _open_case(work, "price_protection", "done")
    changes.add_refund(
        work.scope, work.order, amount_minor=work.verdict.refund_minor, days=work.verdict.refund_days, case_id=case.id
    )
    return {**work.base, "case_id": case.id, "refund_minor": work.verdict.refund_minor}


def _open_case(work: _Work, kind: Any, state: Any, *, amount_minor: int | None = None) -> Case:
    case = Case(
        id=changes.new_case_number(work.scope),
        order_id=work.order.id,
        kind=kind,
        state=state,
        items=work.request.items,
        reason=work.request.reason,
        created_at=work.scope.now,
        amount_minor=work.verdict.refund_minor if amount_minor is None else amount_minor,
        new_variant_id=work.request.new_variant_id,
        verdict=to_json(work.verdict),
    )
    changes.add_case(work.scope, work.order, case)
    return case


def _new_variant(work: _Work) -> Variant:
    variant = products.find_variant(work.scope, work.request.new_variant_id or "")
    if variant is None:
        raise _Refused("changed")
    return variant


# ── acts that change nothing of an order's goods or money: no read-back is needed ────────────────────────────────────
def _urge(scope: Scope, speaker: _Speaker, given: Mapping[str, Any]) -> _Result:
    order = _own_order(scope, speaker, given.get("order_id"))
    changes.add_urge(scope, order.id, str(given.get("words", "")))
    return order.id, {"order_id": order.id, "state": order.state}


def _unsubscribe(scope: Scope, speaker: _Speaker, given: Mapping[str, Any]) -> _Result:
    customer_id = speaker.context.customer.id
    customers.save_wants_marketing(scope, customer_id, wants=False)
    return None, {"customer_id": customer_id}


def _feedback(scope: Scope, speaker: _Speaker, given: Mapping[str, Any]) -> _Result:
    where, who = speaker.conversation.id, speaker.context.customer.id
    kept = turns.add_feedback(scope, conversation_id=where, customer_id=who, words=str(given.get("words", "")))
    return None, {"feedback_id": kept}


_ACTS: Mapping[str, Callable[[_Work], Mapping[str, Any]]] = {
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
_PLAIN: Mapping[str, Callable[[Scope, _Speaker, Mapping[str, Any]], _Result]] = {
    "urge": _urge,
    "unsubscribe": _unsubscribe,
    "feedback": _feedback,
}
