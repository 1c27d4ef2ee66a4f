"""Which order is meant: by number, parcel, product, date, ordinal, focus, or because only one fits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.outcome import Ask, Become, Filled, Finished, Outcome
from xiaoer.dialogue.state import Slot
from xiaoer.dialogue.view import POINTING, View, slot_of
from xiaoer.shop.types import Order

MOST_CHOICES = 5
REFUNDING = ("return", "refund", "price_protection")  # the kinds of after-sales work that end in money
# The first that matches counts: "not shipped yet" before "shipped".
_STATE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"[没未待]付款|还没付|\bunpaid\b|\bnot (?:yet )?paid\b|\bhaven'?t paid\b", ("unpaid",)),
    (
        r"[没未待]发(?:货|出)?|还没发|\bunshipped\b|"
        r"\b(?:not|hasn'?t|haven'?t)(?: yet)?(?: been)?(?: yet)? (?:shipped|sent|dispatched)\b",
        ("paid", "packed"),
    ),
    (
        r"[没未](?:有)?(?:收到|签收|到货|送到|到)|"
        r"\b(?:not|hasn'?t|haven'?t|isn'?t|didn'?t)(?: yet)?(?: been)? (?:delivered|arrived?|received?|get|got|come)\b",
        ("shipped", "paid", "packed"),
    ),
    (r"在路上|运输中|已发货|派送中|\bon (?:its|the) way\b|\bin transit\b|\bshipped\b", ("shipped",)),
    (r"已?签收|收到的|到货的|\bdelivered\b|\barrived\b|\breceived\b", ("delivered",)),
)
_PREFERRED = {"open": ("unpaid", "paid", "packed")}
_THE_LAST = r"最近|最新|上一个|上个订单|刚(?:刚|才)?(?:下|买|拍)|last order|latest|most recent|just (?:ordered|bought)"


def resolve(view: View, step: Step) -> Outcome:
    """Fill the slot "order", ask which one, or end because there is none."""
    named = _by_number(view)
    if isinstance(named, Filled | Ask):
        return named
    if not view.orders:
        return Finished((Part("no_orders"),))
    pool: Sequence[Order] = _eligible(view.orders, step)
    mentioned, heard = _by_mention(view, pool)
    if heard is None:  # named, but not in a state for this: the policy says so of that very order, not of another one
        mentioned, heard = _by_mention(view, view.orders)
    if heard is not None:
        meant = mentioned[0] if len(mentioned) == 1 else _preferred(mentioned, step)
        if meant is not None:
            return _filled(view, meant, slot_of(heard, meant.id))
        pool = mentioned
    return _of_pool(view, step, _narrow_by_state(view, _narrow_by_choice(view, pool, step)))


def _of_pool(view: View, step: Step, pool: Sequence[Order]) -> Outcome:
    """One of the orders that come into question."""
    if not pool and "else" in step.options:  # nothing of the customer's own to tell: the shop's rule answers
        return Become(str(step.options["else"]))
    if not pool:
        return Finished((Part("no_such_orders", {"flow": view.goal.flow, "orders": view.orders[:3]}),))
    if len(pool) == 1:
        return _filled(view, pool[0], Slot(pool[0].id, "inferred", text="only_one"))
    chosen = _by_place(view, pool, step)
    if chosen is not None:
        return chosen
    preferred = _preferred(pool, step)
    if preferred is not None:
        return _filled(view, preferred, Slot(preferred.id, "inferred", text="preferred"))
    return _ask(view, sorted(pool, key=lambda order: not _is_preferred(order, step)))


def choices_of(orders: Sequence[Order]) -> tuple[dict[str, Any], ...]:
    """Orders as choices of a question: the value is the number, the words are what one may call it."""
    return tuple(
        {"value": order.id, "words": [order.id, *[name for item in order.items for name in item.names.values()]]}
        for order in orders
    )


def _by_number(view: View) -> Outcome | None:
    heard = view.newest("order_number", "tracking_number")
    if not heard:
        return None
    for one in heard:
        for order in view.orders:
            if one.value == order.id or any(one.value == parcel.tracking_number for parcel in order.shipments):
                return _filled(view, order, slot_of(one, order.id))
    pool = view.orders[:MOST_CHOICES]
    part = Part("order_not_found", {"number": heard[0].text, "orders": pool})
    return Ask(part, "order", choices_of(pool), "choice")


def _eligible(orders: tuple[Order, ...], step: Step) -> tuple[Order, ...]:
    states = step.options.get("states")
    pool = tuple(order for order in orders if not states or order.state in states)
    if step.options.get("having") == "refunds":
        pool = tuple(order for order in pool if order.refunds or any(case.kind in REFUNDING for case in order.cases))
    return pool


def _by_mention(view: View, pool: Sequence[Order]) -> tuple[tuple[Order, ...], Any]:
    """The orders that hold a product named in the words, or were placed on a day named; and what was heard."""
    mentions = view.newest("product", "kind")
    ids = {one for heard in mentions for one in heard.value["product_ids"]}
    matching = tuple(order for order in pool if any(item.product_id in ids for item in order.items))
    if matching:
        return _narrow_by_option(view, matching), mentions[0]
    for heard in view.newest("date"):
        zone = ZoneInfo(view.context.shop.time_zone)
        first, last = date.fromisoformat(heard.value["from"]), date.fromisoformat(heard.value["to"])
        matching = tuple(order for order in pool if first <= order.placed_at.astimezone(zone).date() <= last)
        if matching:
            return matching, heard
    return (), None


def _narrow_by_state(view: View, pool: Sequence[Order]) -> Sequence[Order]:
    """Those that are as the words say ("the one that has not been sent yet"); all of them where that says nothing."""
    states = next((states for pattern, states in _STATE_WORDS if view.says(pattern)), ())
    return [order for order in pool if order.state in states] or pool


def _narrow_by_choice(view: View, pool: Sequence[Order], step: Step) -> Sequence[Order]:
    """Where a size or colour is wanted instead, those orders that hold something made in sizes or colours."""
    kinds = {heard.kind for heard in view.newest("colour", "size")} if step.options.get("variants") else set()
    return [order for order in pool if any(kinds & set(item.options) for item in order.items)] or pool


def _narrow_by_option(view: View, orders: tuple[Order, ...]) -> tuple[Order, ...]:
    colours = {heard.value for heard in view.newest("colour")}
    narrowed = tuple(o for o in orders if any(item.options.get("colour") in colours for item in o.items))
    return narrowed or orders


def _by_place(view: View, pool: Sequence[Order], step: Step) -> Outcome | None:
    """By ordinal, by "the last one", or by what was talked about just now."""
    ordinals = view.newest("ordinal")
    if ordinals and view.is_asked("order"):
        place = ordinals[0].value
        listed = [choice["value"] for choice in view.state.question.choices] if view.state.question else []
        number = listed[place - 1 if place > 0 else -1] if 0 < abs(place) <= len(listed) else None
        order = next((one for one in view.orders if one.id == number), None)
        if order is not None:
            return _filled(view, order, slot_of(ordinals[0], order.id))
    if view.says(_THE_LAST) or (ordinals and ordinals[0].value == -1):
        return _filled(view, pool[0], Slot(pool[0].id, "said", text="last"))
    focus = next((order for order in pool if order.id == view.state.focus.order_id), None)
    if focus is None:
        return None
    understanding = view.working.understanding
    is_pointed_at = view.says(POINTING) or (understanding is not None and understanding.is_follow_up)
    likeliest = _preferred(pool, step)
    question = view.state.question
    is_same_message = bool(view.working.parts) and (question is None or question.goal_id != view.goal.id)
    if is_pointed_at or is_same_message or likeliest is None or _is_preferred(focus, step):
        return _filled(view, focus, Slot(focus.id, "inferred", text="focus"))
    return None


def _preferred(pool: Sequence[Order], step: Step) -> Order | None:
    """The likeliest order, or None where the customer must say.

    Where something is only told ("recent", "shipped"), a guess does no harm. Where something will be done, the only order
    in the state that fits is taken (and read back before anything happens); of several, none is.
    """
    prefer = str(step.options.get("prefer", ""))
    if prefer == "recent":
        return pool[0]
    if prefer == "shipped":
        return next((order for order in pool if order.state == "shipped"), pool[0])
    fitting = [order for order in pool if _is_preferred(order, step)]
    return fitting[0] if len(fitting) == 1 else None


def _is_preferred(order: Order, step: Step) -> bool:
    prefer = str(step.options.get("prefer", ""))
    return prefer == "recent" or order.state in _PREFERRED.get(prefer, (prefer,))


def _filled(view: View, order: Order, slot: Slot) -> Filled:
    return Filled(view.goal.with_slot("order", slot))


def _ask(view: View, pool: Sequence[Order]) -> Ask:
    listed = tuple(pool[:MOST_CHOICES])
    return Ask(Part("ask_order", {"orders": listed, "flow": view.goal.flow}), "order", choices_of(listed), "choice")
