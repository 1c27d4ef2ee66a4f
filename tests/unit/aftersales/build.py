"""Orders and requests to judge: a delivered order of one item, changed as a test needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from xiaoer.aftersales.policy import Policy, read_policy
from xiaoer.aftersales.types import Request, Swap, Verdict
from xiaoer.aftersales.verdict import judge
from xiaoer.shop.types import Case, CaseKind, CaseState, Order, OrderItem, Payment, Refund

SHANGHAI = "Asia/Shanghai"
THEN = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)  # 14:00 on 1 March in Shanghai: placed, paid, sent and delivered
POLICY: Policy = read_policy((files("xiaoer.demo") / "policy.yaml").read_text("utf-8"))
_REACHED = {
    "unpaid": (),
    "paid": ("paid",),
    "packed": ("paid", "packed"),
    "shipped": ("paid", "packed", "shipped"),
    "delivered": ("paid", "packed", "shipped", "delivered"),
    "cancelled": ("paid",),
    "returned": ("paid", "packed", "shipped", "delivered"),
}


def an_item(item_id: str = "hoodie", **changes: Any) -> OrderItem:
    """A hoodie for ¥200, paid with ¥20 off."""
    item = OrderItem(
        id=item_id,
        product_id=f"product-{item_id}",
        variant_id=f"variant-{item_id}",
        names={"zh": "卫衣", "en": "hoodie"},
        options={"size": "M"},
        category="clothing",
        quantity=1,
        unit_price_minor=20000,
        unit_paid_minor=18000,
    )
    return replace(item, **changes)


def an_order(*items: OrderItem, state: str = "delivered", shipping_minor: int = 1000, **changes: Any) -> Order:
    """An order in this state, everything in it paid by WeChat at THEN."""
    bought = items or (an_item(),)
    goods = sum(item.unit_price_minor * item.quantity for item in bought)
    paid = sum(item.unit_paid_minor * item.quantity for item in bought)
    order = Order(
        id="SP1",
        customer_id="mei",
        state="paid",
        currency="CNY",
        placed_at=THEN,
        items=bought,
        goods_minor=goods,
        shipping_minor=shipping_minor,
        discount_minor=goods - paid,
        total_minor=paid + shipping_minor,
        address={"country": "CN", "city": "杭州"},
        payment_kind="wechat",
    )
    moments = {f"{name}_at": THEN for name in _REACHED[state]}
    payments = (Payment("pay-1", "wechat", order.total_minor, THEN),) if "paid_at" in moments else ()
    return replace(order, **{"state": state, "payments": payments, **moments, **changes})


def a_case(kind: CaseKind, *items: tuple[str, int], state: CaseState = "done", **changes: Any) -> Case:
    """After-sales work on the order."""
    return replace(Case(f"case-{kind}", "SP1", kind, state, items, "no_reason", THEN), **changes)


def a_refund(amount_minor: int) -> Refund:
    """Money promised for a return."""
    return Refund("ref", amount_minor, "wechat", "planned", THEN, None, None, None)


def ask(
    action: str,
    order: Order,
    at: datetime = THEN,
    *,
    level: str = "regular",
    zone: str = SHANGHAI,
    policy: Policy = POLICY,
    new_variant_id: str | None = None,
    new_price_minor: int | None = None,
    new_stock: int | None = None,
    **wanted: Any,
) -> Verdict:
    """The verdict over a request; `new_…`: every item asked about becomes this variant."""
    kind: Any = action
    if new_variant_id is not None:
        asked = [item_id for item_id, _ in wanted.get("items", ())] or [item.id for item in order.items]
        wanted["swaps"] = tuple(Swap(one, new_variant_id, new_price_minor, new_stock) for one in asked)
    return judge(policy, Request(kind, order.id, **wanted), order, level=level, now=at, time_zone=zone)


def amounts(verdict: Verdict) -> Mapping[str, int]:
    """The money of a verdict by label."""
    totals: dict[str, int] = {}
    for line in verdict.lines:
        totals[line.label] = totals.get(line.label, 0) + line.amount_minor
    return totals


def kinds(verdict: Verdict) -> Mapping[str, Any]:
    """What would have altered the verdict, by kind."""
    return {change.kind: change.value for change in verdict.changes}
