"""What becomes of a return or an exchange once the parcel is on its way back: goods received, refund started and there, refused.

A member of staff or the shop's own system says so. Each step is done once, whoever says it again: it stands in the commits under
the case's id. It is written with its audit line and what follows from it (stock, gift cards, the order's state) in one transaction.

    waiting_for_parcel ── receive_goods ──▶ checking ── start_refund ──▶ done ── finish_refund ──▶ done, the money there
            └──────────────── refuse ───────────┴───────▶ refused
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xiaoer.customers import store as customers
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, Invalid
from xiaoer.privacy.store import add_audit
from xiaoer.shop import store_changes as changes
from xiaoer.shop import store_products as products
from xiaoer.shop import store_settle as settle
from xiaoer.shop.store_changes import Method
from xiaoer.shop.types import Case, Order, Refund

Days = Mapping[str, tuple[int, int]]
_BACK = ("return", "exchange")
_OPEN = ("open", "waiting_for_parcel", "checking", "waiting_for_staff")


def carry_on(scope: Scope, case_id: str, step: str, *, by: str, refund_days: Days) -> dict[str, Any]:
    """Take the step and tell how the case stands now. `by`: a member of staff's id, or "shop" for the shop's own system.

    Taken again it changes nothing. Conflict where the case is not as far yet, or ended otherwise.
    """
    if step not in STEPS:
        known = ", ".join(STEPS)
        raise Invalid(f"There is no step {step!r}; expected {known}.", f"没有步骤“{step}”，可用：{known}。", field="step")
    key = f"case-{case_id}-{step}"
    order, case = settle.get_case(scope, case_id)
    if changes.find_commit(scope, key) is None:
        STEPS[step](scope, order, case, refund_days)
        done = {"case_id": case_id, "step": step}
        changes.add_commit(scope, key, action=step, order_id=order.id, customer_id=order.customer_id, result=done)
        add_audit(scope, who=by, what=step, about=order.id, data=done)
    return standing(*settle.get_case(scope, case_id))


def standing(order: Order, case: Case) -> dict[str, Any]:
    """How a case stands, as JSON values."""
    money = [one for one in order.refunds if one.case_id == case.id]
    return {
        "case_id": case.id,
        "order_id": order.id,
        "kind": case.kind,
        "state": case.state,
        "order_state": order.state,
        "refunds": [{"id": one.id, "amount_minor": one.amount_minor, "kind": one.kind, "state": one.state} for one in money],
    }


def next_steps(order: Order, case: Case) -> tuple[str, ...]:
    """What can be said of the case now."""
    if case.kind in _BACK and case.state == "waiting_for_parcel":
        return ("receive_goods", "refuse")
    if case.kind in _BACK and case.state == "checking":
        return ("start_refund", "refuse")
    is_waiting = any(one.case_id == case.id and one.state == "started" for one in order.refunds)
    return ("finish_refund",) if is_waiting else ()


def _receive_goods(scope: Scope, order: Order, case: Case, refund_days: Days) -> None:
    if case.state != "waiting_for_parcel" or case.kind not in _BACK:
        raise _not_now(case)
    changes.change_order(scope, order, {})
    settle.save_case_state(scope, case.id, "checking")


def _start_refund(scope: Scope, order: Order, case: Case, refund_days: Days) -> None:
    """The goods are as they should be: they go back into stock, money goes its way, and an order without goods is returned."""
    if case.state != "checking" or case.kind not in _BACK:
        raise _not_now(case)
    changes.change_order(scope, order, {"state": "returned"} if _is_all_back(order, case) else {})
    settle.save_case_state(scope, case.id, "done")
    for item in order.items:
        pieces = dict(case.items).get(item.id, 0)
        if pieces:
            products.change_stock(scope, item.variant_id, by=pieces)
    for refund in order.refunds:
        if refund.case_id == case.id and refund.state == "planned":
            _send(scope, order, refund, refund_days)
    if case.kind == "exchange" and case.amount_minor < 0 and case.payment_id is not None:
        _take(scope, order, case)


def _send(scope: Scope, order: Order, refund: Refund, refund_days: Days) -> None:
    is_card = refund.payment_id is not None and refund.kind == "gift_card"
    days = refund_days.get(refund.kind)
    due = None if days is None else changes.add_working_days(scope.now, days[1])
    settle.save_started(scope, order, refund, due_at=due, has_arrived=is_card)
    if is_card:
        customers.change_balance(scope, str(refund.payment_id), by_minor=refund.amount_minor)


def _take(scope: Scope, order: Order, case: Case) -> None:
    """A dearer variant is paid with the method that was named for it; Conflict where a gift card holds too little by now."""
    method = customers.get_customer(scope, order.customer_id).find_payment(case.payment_id)
    if method is None:
        raise Conflict(
            "The method that was to pay the difference is gone. Agree on another one with the customer.",
            "原定支付差价的付款方式已不存在，请与顾客另行约定。",
            field="payment_id",
        )
    customers.change_balance(scope, method.id, by_minor=case.amount_minor)
    changes.add_payment(scope, order, amount_minor=-case.amount_minor, method=Method(method.told_as, method.id))


def _finish_refund(scope: Scope, order: Order, case: Case, refund_days: Days) -> None:
    started = [one for one in order.refunds if one.case_id == case.id and one.state == "started"]
    if not started:
        raise _not_now(case)
    changes.change_order(scope, order, {})
    for refund in started:
        settle.save_arrived(scope, refund)


def _refuse(scope: Scope, order: Order, case: Case, refund_days: Days) -> None:
    """The parcel did not come, or not as it should: the pieces stay the customer's, and what was kept for them is free again."""
    if case.state not in _OPEN or case.kind not in _BACK:
        raise _not_now(case)
    changes.change_order(scope, order, {})
    settle.save_case_state(scope, case.id, "refused")
    settle.forget_planned(scope, case)
    settle.uncount(scope, case)
    pieces = dict(case.items)
    for item_id, variant_id in case.swaps:
        products.change_stock(scope, variant_id, by=pieces.get(item_id, 1))


def _is_all_back(order: Order, case: Case) -> bool:
    others = [one for one in order.cases if one.id != case.id and one.kind in _BACK and one.state in _OPEN]
    bought = [item for item in order.items if not item.is_gift]
    return case.kind == "return" and not others and all(item.returned_quantity >= item.quantity for item in bought)


def _not_now(case: Case) -> Conflict:
    return Conflict(
        f"Case {case.id} is {case.state}, so this step is not its next one.",
        f"售后单 {case.id} 当前状态为 {case.state}，不能进行这一步。",
        field="case_id",
    )


STEPS: Mapping[str, Callable[[Scope, Order, Case, Days], None]] = {
    "receive_goods": _receive_goods,
    "start_refund": _start_refund,
    "finish_refund": _finish_refund,
    "refuse": _refuse,
}
