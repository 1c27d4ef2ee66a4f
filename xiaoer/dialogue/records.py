"""What customers ask of their own orders and money, answered from the records: totals, refunds, savings, balances, addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xiaoer.aftersales.types import Request
from xiaoer.aftersales.verdict import judge
from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.goods import match, search
from xiaoer.dialogue.outcome import Become, Finished, Outcome
from xiaoer.dialogue.places_known import orders_sent_to
from xiaoer.dialogue.state import Deed, Focus
from xiaoer.dialogue.variants import Have, choose
from xiaoer.dialogue.view import View
from xiaoer.nlu.meant.types import Want
from xiaoer.shop.types import Order, OrderItem

MOST_TOLD = 3
_REFUNDING = ("cancel", "return")
_ACTIONS: Mapping[str, str] = {
    "return_request": "return",
    "exchange_request": "exchange",
    "cancel_order": "cancel",
    "change_items": "change_items",
}
Chosen = Sequence[tuple[Order, OrderItem]]


def say_records(view: View) -> Outcome:
    """The answer to the question that was asked in so many words."""
    topic = next((str(heard.value) for heard in view.newest("question")), "detail")
    if topic.startswith("may:"):
        return _may(view, topic.partition(":")[2])
    return _TOPICS.get(topic, _detail)(view)


def _orders(view: View) -> list[Order]:
    """The orders that are asked about: the one described or named by number, else the one talked about, else the newest."""
    numbers = {heard.value for heard in view.newest("order_number")}
    named = [order for order in view.orders if order.id in numbers]
    if named:
        return named
    sent = orders_sent_to(view.orders, view.words)
    found = search(view.named, sent or view.orders, focus_id=view.state.focus.order_id)
    if found.is_narrowed or sent:
        return found.pool
    focus = next((order for order in view.orders if order.id == view.state.focus.order_id), None)
    last = any(order.which == "last" for order in view.named.orders)
    return [focus] if focus is not None and not last else list(view.orders[:1])


def _goods(view: View) -> list[tuple[Order, OrderItem]]:
    """The goods that are named, in the order talked about where it holds them, else in the first order that does."""
    chosen: list[tuple[Order, OrderItem]] = []
    orders = sorted(_orders(view) or view.orders, key=lambda order: order.state != "delivered")
    for ref in view.named.refs:
        for order in (*orders, *view.orders):
            pairs = match((ref,), order.items)
            items = [item for _, item in pairs.pairs] or [item for _, pool in pairs.open for item in pool]
            if items:
                chosen += [(order, item) for item in items if (order, item) not in chosen]
                break
    return chosen


def _finished(template: str, facts: Mapping[str, Any], *, order: Order | None = None) -> Finished:
    focus = None if order is None else Focus(order_id=order.id, intent="records_query")
    return Finished((Part(template, facts),), focus)


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _refund(view: View) -> Outcome:
    """What they get back: for what was done here, or for goods that they only think of returning."""
    if view.named.refs:
        goods = _goods(view)
        if goods:
            total = sum(item.unit_paid_minor for _, item in goods)
            return _finished("refund_if", {"goods": goods, "total_minor": total}, order=goods[0][0])
    deeds = [deed for deed in view.state.deeds if deed.money_minor > 0]
    returned = [deed for deed in deeds if deed.action in _REFUNDING]
    if returned and view.says(r"\breturned\b|我退的"):
        deeds = returned
    if deeds:
        return _money("refund_total", view, deeds)
    return Become("refund_status", view.goal)


def _to_pay(view: View) -> Outcome:
    deeds = [deed for deed in view.state.deeds if deed.money_minor and deed.action not in _REFUNDING]
    return _money("pay_total", view, deeds) if deeds else _total(view)


def _money(template: str, view: View, deeds: Sequence[Deed]) -> Outcome:
    lines = [{"deed": deed, "method": view.context.customer.find_payment(deed.payment_id)} for deed in deeds]
    return _finished(template, {"lines": lines, "total_minor": sum(deed.money_minor for deed in deeds)})


def _saving(view: View) -> Outcome:
    """What another variant would cost less, for each of the goods named; nothing is changed."""
    lines: list[dict[str, Any]] = []
    for order, item in _goods(view):
        product = view.context.find_product(item.product_id)
        own = [want for ref in view.named.refs if item.product_id in ref.product_ids for want in ref.wants]
        wants = (*view.named.wants, *own) or (Want("least"),)
        found = None if product is None else choose(Have(item.options, item.variant_id), product, wants)
        if found is not None and found.outcome == "chosen":
            variant = found.variants[0]
            saved = item.unit_price_minor - variant.price_minor
            lines.append({"order": order, "item": item, "variant": variant, "saved_minor": saved})
    if not lines:
        return _detail(view)
    return _finished("saving", {"lines": lines, "total_minor": sum(one["saved_minor"] for one in lines)}, order=lines[0]["order"])


def _balance(view: View) -> Outcome:
    cards = [method for method in view.context.customer.payments if method.balance_minor is not None]
    return _finished("balance", {"cards": cards})


def _rest(view: View) -> Outcome:
    """What was paid for that of an order which did not go back."""
    orders = _orders(view)
    if not orders:
        return Finished((Part("no_orders"),))
    order = orders[0]
    gone = {item for deed in view.state.deeds if deed.order_id == order.id and deed.action == "return" for item in deed.item_ids}
    gone |= {item.id for _, item in match(view.named.excluded, order.items).pairs}
    rest = [item for item in order.items if item.id not in gone]
    total = sum(item.unit_paid_minor * item.quantity for item in rest)
    return _finished("paid_rest", {"order": order, "items": rest, "total_minor": total}, order=order)


def _goods_total(view: View) -> Outcome:
    ids = {one for ref in view.named.refs for one in ref.product_ids}
    goods = [(order, item) for order in view.orders for item in order.items if item.product_id in ids]
    if not goods:
        return _total(view)
    return _finished("goods_total", {"goods": goods, "total_minor": sum(item.unit_paid_minor * item.quantity for _, item in goods)})


def _total(view: View) -> Outcome:
    orders = _orders(view)[:MOST_TOLD]
    return _finished("order_totals", {"orders": orders}, order=orders[0]) if orders else Finished((Part("no_orders"),))


# ── what is in an order, where it went ───────────────────────────────────────────────────────────────────────────────
def _detail(view: View) -> Outcome:
    orders = _orders(view)[:MOST_TOLD]
    if not orders:
        return Finished((Part("no_orders"),))
    ids = {one for ref in view.named.refs for one in ref.product_ids}
    named = {order.id: [item for item in order.items if item.product_id in ids] for order in orders}
    told = [{"order": order, "items": named[order.id] or list(order.items)} for order in orders]
    return _finished("order_detail", {"told": told}, order=orders[0])


def _extreme(*, is_dear: bool) -> Callable[[View], Outcome]:
    def say(view: View) -> Outcome:
        orders = _orders(view)
        if not orders:
            return Finished((Part("no_orders"),))
        chosen = (max if is_dear else min)(orders[0].items, key=lambda item: item.unit_price_minor)
        focus = Focus(order_id=orders[0].id, item_id=chosen.id, intent="records_query")
        return Finished((Part("extreme_item", {"order": orders[0], "item": chosen, "is_dear": is_dear}),), focus)

    return say


def _may(view: View, intent: str) -> Outcome:
    """Whether something could be done, while nothing is to be done yet."""
    goods, action = _goods(view), _ACTIONS.get(intent, "return")
    if not goods:
        return _detail(view)
    order = goods[0][0]
    items = tuple((item.id, 1) for one, item in goods if one.id == order.id)
    request = Request(action=action, order_id=order.id, items=items)  # type: ignore[arg-type]  # one of the policy's actions
    verdict = judge(
        view.context.policy, request, order, level=view.level, now=view.context.now, time_zone=view.context.shop.time_zone
    )
    facts = {"order": order, "items": [item for _, item in goods], "verdict_of": verdict.outcome, "action": action}
    facts["texts"] = verdict.clauses[0].texts if verdict.clauses else {}
    return _finished("may_be", facts, order=order)


_TOPICS: Mapping[str, Callable[[View], Outcome]] = {
    "refund": _refund,
    "to_pay": _to_pay,
    "saving": _saving,
    "balance": _balance,
    "rest": _rest,
    "goods_total": _goods_total,
    "total": _total,
    "address": _detail,
    "detail": _detail,
    "dearest": _extreme(is_dear=True),
    "cheapest": _extreme(is_dear=False),
}
