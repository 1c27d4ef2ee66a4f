"""Which order is meant: by number, parcel, product, date, ordinal, focus, or because only one fits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.goods import Named, can_be, fits, search
from xiaoer.dialogue.outcome import Ask, Become, Filled, Finished, Outcome, Split
from xiaoer.dialogue.state import Slot
from xiaoer.dialogue.view import POINTING, View, slot_of
from xiaoer.nlu.meant.orders import states_in
from xiaoer.nlu.meant.types import ItemMeant, Meant
from xiaoer.shop.types import Order

MOST_CHOICES = 5
REFUNDING = ("return", "refund", "price_protection")  # the kinds of after-sales work that end in money
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
    described = _described(view, step, pool)
    if described is not None:
        return described
    mentioned, heard = _by_mention(view, pool)
    if heard is None:  # named, but not in a state for this: the policy says so of that very order, not of another one
        mentioned, heard = _by_mention(view, view.orders)
    if heard is not None:
        meant = mentioned[0] if len(mentioned) == 1 else _preferred(mentioned, step)
        if meant is not None:
            return _filled(view, meant, slot_of(heard, meant.id))
        pool = mentioned
    return _of_pool(view, step, _narrow_by_state(view, _narrow_by_choice(view, pool, step)))


def _described(view: View, step: Step, pool: Sequence[Order]) -> Outcome | None:
    """By what is in it and what was said of it; None where the words describe no order, and name no goods in particular."""
    named = view.named
    is_described = any(order.items or order.which or order.states for order in named.orders)
    if not (is_described or len(named.refs) > 1 or any(ref.like or ref.number or ref.rank for ref in named.refs)):
        return None
    usual = tuple(step.options.get("usual", step.options.get("states", ())))
    if any(order.which == "all" for order in named.orders) and not named.refs:
        return _each(view, _narrowed_to_states(named, [order for order in pool if not usual or order.state in usual]))
    found = search(named, view.orders, focus_id=view.state.focus.order_id, states=usual)
    apart = _apart(view, named, pool)
    if apart is not None and "items" not in found.reasons:
        return apart
    if not found.is_narrowed or not found.pool:
        return None
    if len(found.pool) == 1:
        return _filled(view, found.pool[0], Slot(found.pool[0].id, "said", text="described", seq=view.goal.meant[0].seq))
    untouched = [order for order in found.pool if not any(deed.order_id == order.id for deed in view.state.deeds)]
    return _of_pool(view, step, untouched or found.pool)


def _narrowed_to_states(named: Named, pool: Sequence[Order]) -> Sequence[Order]:
    states = {state for order in named.orders for state in order.states}
    return [order for order in pool if order.state in states] or pool


def _each(view: View, pool: Sequence[Order]) -> Outcome | None:
    """All of them: a goal for each order, one after the other."""
    if not pool:
        return None
    goals = [view.goal.with_slot("order", Slot(order.id, "said", text="each")) for order in pool]
    return Split(tuple(goals)) if len(goals) > 1 else Filled(goals[0])


def _apart(view: View, named: Named, pool: Sequence[Order]) -> Outcome | None:
    """Goods that lie in several orders: a goal for each of these orders with the goods that are in it."""
    if len(named.refs) < 2 or any(order.items for order in named.orders):
        return None
    homes = [[order for order in pool if any(can_be(ref, item) for item in order.items)] for ref in named.refs]
    holds_all = any(all(order in home for home in homes) for order in pool)
    if not all(homes) or holds_all:
        return None
    groups: dict[str, list[ItemMeant]] = {}
    for ref, home in zip(named.refs, homes, strict=True):
        shared = {order.id: sum(order in other for other in homes) for order in home}
        best = max(home, key=lambda order: (shared[order.id], max(fits(item, ref.like) for item in order.items)))
        groups.setdefault(best.id, []).append(ref)
    if len(groups) < 2:
        return None
    seq = view.goal.meant[0].seq
    alone = {number: Meant(items=tuple(refs), wants=named.wants, seq=seq) for number, refs in groups.items()}
    goals = [
        replace(view.goal, meant=(alone[number],)).with_slot("order", Slot(number, "said", text="apart"))
        for number in groups
    ]
    return Split(tuple(goals))


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
    pool = _near(heard[0].value, view.orders) or view.orders[:MOST_CHOICES]
    if len(pool) == 1 and pool[0].id != heard[0].value and len(view.orders) > 1:
        return Ask(Part("order_near", {"number": heard[0].text, "order": pool[0]}), "order", _near_choices(pool[0]), "yes_no")
    part = Part("order_not_found", {"number": heard[0].text, "orders": pool})
    return Ask(part, "order", choices_of(pool), "choice")


def _near(number: str, orders: Sequence[Order]) -> tuple[Order, ...]:
    """Orders whose number is the one that was said but for one digit, or two that changed places. Only the speaker's own."""
    digits = re.sub(r"\D", "", number)
    return tuple(order for order in orders if _is_slip(digits, re.sub(r"\D", "", order.id)))


def _is_slip(said: str, real: str) -> bool:
    if len(said) != len(real):
        return abs(len(said) - len(real)) == 1 and _is_one_short(*sorted((said, real), key=len))
    wrong = [place for place, pair in enumerate(zip(said, real, strict=True)) if pair[0] != pair[1]]
    swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and said[wrong[0]] == real[wrong[1]] and said[wrong[1]] == real[wrong[0]]
    return len(wrong) == 1 or swapped


def _is_one_short(short: str, long: str) -> bool:
    return len(long) > 6 and any(long[:place] + long[place + 1 :] == short for place in range(len(long)))


def _near_choices(order: Order) -> tuple[dict[str, Any], ...]:
    return ({"value": order.id, "words": [order.id], "is_yes": True},)


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
    states = states_in(view.words)
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
