"""From the wishes in a message to goals on the stack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from xiaoer.dialogue.context import Context
from xiaoer.dialogue.correct import listen
from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Flow, Flows
from xiaoer.dialogue.state import Goal, Slot, State
from xiaoer.nlu.types import Understanding, Wish
from xiaoer.shop.types import Order

MOST_GOALS = 6
_POLITE = ("greeting", "thanks", "goodbye", "affirm", "deny", "chitchat")
ABOUT_PRODUCTS = ("product_info", "stock_check", "price_promotion", "size_advice", "product_compare", "purchase_advice")
_ALSO = re.compile(r"另外|还要|还有|顺便|再帮|同时|\balso\b|\bas well\b|\banother one\b|\bin addition\b", re.IGNORECASE)
_TELLING = (
    "condition", "reason", "product", "kind", "order_number", "colour", "size", "address", "payment", "last_digits",
    "email", "person_name", "postcode", "phone",
)  # fmt: skip
_LOOKS_FOR = re.compile(r"有没有|有什么|有哪|哪款|找|\b(?:do (?:you|u) have|any|looking for|need a)\b", re.IGNORECASE)
_ON_ITS_WAY = ("logistics_tracking", "order_status", "urge_shipping", "records_query")
_ARRIVES = re.compile(
    r"\bwhen\b.{0,20}\b(?:arrive|come|get here|delivered)\b|^[^,，。]{0,6}(?:什么时候|几时|多久|哪天)[^,，。]{0,6}[到收]",
    re.IGNORECASE,
)
_LIKELY = 0.5
_SURE_YES = 0.9
_SURE_TALK = 0.6
_SERIOUS_TALK = ("human", "complaint", "feedback")
_HAVE_REASONS = {"aftersales", "change", "price_protection"}  # families of tasks that are asked for with a reason
# The same wish before and after the goods have arrived.
_TWINS = {
    "change_items": "exchange_request",
    "exchange_request": "change_items",
    "cancel_order": "return_request",
    "return_request": "cancel_order",
}
_CARRIED = ("order", "items", "reason", "condition", "photo")


def are_twins(one: str, other: str) -> bool:
    """Whether two flows are the same wish before and after the goods have arrived: a change of items and an exchange."""
    return {one, other} == {"change_items", "exchange"}


# Asked, or supposed to be done already ("你已经办好了吧"): that is no leave to do it.
_UNSURE = re.compile(r"[?？吗呢\d]|已经|了吧|\balready\b", re.I)


def is_yes(understanding: Understanding) -> bool:
    """A plain yes: nothing conditional, nothing denied."""
    says_yes = any(e.kind == "yes" and e.value == "plain" for e in understanding.entities)
    affirmed = len(understanding.wishes) == 1 and _affirms(understanding.wishes[0], understanding.text)
    conditional = any(e.kind == "yes" and e.value != "plain" for e in understanding.entities)
    return (says_yes or affirmed) and not conditional and not understanding.has("no")


def _affirms(wish: Wish, text: str) -> bool:
    """What the model takes for a yes without one of the plain words: surely, in words, and not as a question or a guess."""
    surely = wish.intent == "affirm" and wish.outcome == "answer" and wish.intents[0].probability >= _SURE_YES
    return surely and any(letter.isalpha() for letter in text) and not re.search(_UNSURE, text)


def is_no(understanding: Understanding) -> bool:
    """A no in any form. Words that tell something ("not worn", 不喜欢) are no refusal, however negative they sound."""
    tells = any(understanding.has(kind) for kind in _TELLING)
    denies = any(wish.intent == "deny" and wish.outcome == "answer" for wish in understanding.wishes)
    return understanding.has("no") or (denies and not tells)


def follows_up(state: State, understanding: Understanding) -> bool:
    """Whether the words go on with a product that was talked about ("and in blue?")."""
    names_option = any(understanding.has(kind) for kind in ("colour", "size", "product", "kind"))
    return understanding.is_follow_up and names_option and state.focus.intent in ABOUT_PRODUCTS


def goals_of(
    state: State, understanding: Understanding, context: Context, flows: Flows, *, only_real: bool = False
) -> tuple[Goal, ...]:
    """A goal for each wish. `only_real` leaves out politeness, doubt and what was not understood."""
    real = [wish for wish in understanding.wishes if wish.intent not in _POLITE and wish.outcome == "answer"]
    real = _without_echoes(real, flows)
    polite = [] if only_real or real else list(understanding.wishes[:1])
    goals: list[Goal] = []
    for wish in real or polite:
        number = state.next_goal_id + len(goals)
        goal = _goal_of(state, wish, understanding, context, flows, number=number, is_only=len(real or polite) == 1)
        if goal is not None and all(goal.flow != other.flow or goal.words != other.words for other in goals):
            goals.append(goal)
    return tuple(goals)


def _without_echoes(wishes: Sequence[Wish], flows: Flows) -> list[Wish]:
    """Parts of a message that say more of what another part wants are no wishes of their own.

    "Is it there in black, and how much is it?" is one question about a product; "I want to return it, it's too small" is a
    return with its reason, although the second half alone could ask for an exchange.
    """
    kept: list[Wish] = []
    for wish in wishes:
        flow = flows.find_for(wish.intent)
        earlier = [one for one in (flows.find_for(other.intent) for other in kept) if one is not None and flow is not None]
        names_something = any(one.kind in ("product", "kind", "order_number") for one in wish.entities)
        about_products = wish.intent in ABOUT_PRODUCTS and any(other.intent in ABOUT_PRODUCTS for other in kept)
        is_more = about_products or any(one is flow and flow.group == "information" for one in earlier)
        asks_more = is_more and not names_something
        if not (asks_more or _only_tells_why(wish, wishes, flows)):
            kept.append(wish)
    return _without_halves(kept)


def _only_tells_why(wish: Wish, wishes: Sequence[Wish], flows: Flows) -> bool:
    """"I don't want it any more" beside "take it back": the reason of what another part says without one."""
    if not any(one.kind == "reason" for one in wish.entities):
        return False
    others = [other for other in wishes if other is not wish and not any(one.kind == "reason" for one in other.entities)]
    kin = {flow.family for flow in (flows.find_for(other.intent) for other in others) if flow is not None}
    flow = flows.find_for(wish.intent)
    if flow is None or flow.group == "information":  # "M is too small" beside "L instead"
        return flow is not None and bool(kin & _HAVE_REASONS)
    return "aftersales" in kin and flow.family in ("aftersales", "change")


def _without_halves(wishes: list[Wish]) -> list[Wish]:
    """"How do the rapid kettle and the quiet kettle differ?" is one comparison, although each half asks about a product."""
    if not any(wish.intent == "product_compare" for wish in wishes):
        return wishes
    return [wish for wish in wishes if wish.intent == "product_compare" or wish.intent not in ABOUT_PRODUCTS]


def _goal_of(
    state: State,
    wish: Wish,
    understanding: Understanding,
    context: Context,
    flows: Flows,
    *,
    number: int,
    is_only: bool,
) -> Goal | None:
    intent = _intent_of(state, wish, understanding, flows)
    whole = is_only
    if wish.outcome == "ask" and intent == wish.intent and len(wish.intents) > 1:
        return _doubtful(wish, understanding, flows, state.working.seq, number)
    started = flows.find_for(intent)
    if started is not None and intent == wish.intent and wish.intents[0].probability < started.sure:
        return _doubtful(replace(wish, outcome="ask"), understanding, flows, state.working.seq, number, always_asks=True)
    intent = _as_the_order_is(state, intent, understanding, context, flows)
    flow = flows.find_for(intent) or flows.find_for("oos")
    if flow is None or intent in ("affirm", "deny"):
        return None
    if intent == "oos" and wish.intents and wish.intents[0].probability >= _LIKELY:
        likeliest = flows.find_for(wish.intents[0].intent)
        if likeliest is not None and likeliest.id == "knowledge":
            intent = wish.intents[0].intent  # what it sounds like helps the articles to be found
    goal = Goal(number, flow.id, intent, understanding.text if whole else understanding.text[wish.start : wish.end])
    return listen(goal, understanding, state.working.seq, wish=None if whole else wish)


def _only_names(wish: Wish, understanding: Understanding) -> bool:
    """"The backpack one": a product and hardly anything else, so that what is wanted of it is what was wanted before."""
    named = [one for one in wish.entities if one.kind in ("product", "kind")]
    text = understanding.text[wish.start : wish.end]
    rest = sum(letter.isalnum() for letter in text) - sum(one.end - one.start for one in named)
    is_doubtful = wish.outcome != "answer" or not wish.intents or wish.intents[0].probability < _SURE_TALK
    return bool(named) and rest <= (3 if re.search("[㐀-鿿]", text) else 8) and is_doubtful


def _intent_of(state: State, wish: Wish, understanding: Understanding, flows: Flows) -> str:
    """The wish's own intent; a follow-up about a product goes on with what was asked before ("and in blue?")."""
    focus, sure = state.focus, wish.outcome == "answer" and wish.intents and wish.intents[0].probability >= 0.8
    goes_on = follows_up(state, understanding) or focus.intent not in ABOUT_PRODUCTS
    if understanding.is_follow_up and focus.intent and not sure and goes_on:
        return focus.intent
    if focus.order_id and focus.intent in _ON_ITS_WAY and _ARRIVES.search(understanding.text):
        return "logistics_tracking"  # "when will it arrive?", said right after an order was talked about
    if wish.outcome == "outside" and any(understanding.has(kind) for kind in ("product", "kind")):
        return "product_info"
    if _asks_of_product(state, wish, understanding):
        return "product_info"
    if _only_names(wish, understanding):
        going_on = flows.find_for(focus.intent or "")
        return str(focus.intent) if going_on is not None and _states_of(going_on) else "product_info"
    if wish.intent == "chitchat" and wish.intents[0].probability < _SURE_TALK:
        return "oos"  # an article may know; else it was not understood
    if wish.outcome != "answer" and understanding.has("ordinal") and state.focus.product_ids:
        return "product_info"  # "tell me about the second one"
    is_limited = any(one.kind == "money" and one.value["op"] != "is" for one in wish.entities)
    looks_for = is_limited or (understanding.has("attribute") and _LOOKS_FOR.search(understanding.text))
    if wish.intent in ("stock_check", "product_info") and looks_for and understanding.has("kind"):
        return "purchase_advice"  # "earbuds for about 200?" looks for some, it asks about none
    return wish.intent


def _as_the_order_is(state: State, intent: str, understanding: Understanding, context: Context, flows: Flows) -> str:
    """"In L instead" is an exchange once the order at hand has arrived, a change while it has not been sent."""
    twin, flow = flows.find_for(_TWINS.get(intent, "")), flows.find_for(intent)
    orders = _orders_meant(state, understanding, context)
    if twin is None or flow is None or not orders:
        return intent
    fits = any(order.state in _states_of(flow) for order in orders)
    return _TWINS[intent] if not fits and any(order.state in _states_of(twin) for order in orders) else intent


def _orders_meant(state: State, understanding: Understanding, context: Context) -> list[Order]:
    """The orders that the words name by number or by what is in them; where they name nothing, the one at hand."""
    numbers = {one.value for one in understanding.list_entities("order_number")}
    mentions = [*understanding.list_entities("product"), *understanding.list_entities("kind")]
    ids = {one for mention in mentions for one in mention.value["product_ids"]}
    if numbers:
        return [order for order in context.orders if order.id in numbers]
    if ids:
        return [order for order in context.orders if any(item.product_id in ids for item in order.items)]
    at_hand = context.find_order(_order_at_hand(state))
    return [] if at_hand is None or understanding.has("date") else [at_hand]


def _order_at_hand(state: State) -> str | None:
    """The order of the goal that a question or a read-back is open for, or None."""
    waiting = state.proposal.goal_id if state.proposal else state.question.goal_id if state.question else None
    goal = next((one for one in state.goals if one.id == waiting), None)
    return None if goal is None else goal.value("order")


def _states_of(flow: Flow) -> tuple[str, ...]:
    """The states of an order in which this flow is the likely one."""
    step = next((step for step in flow.steps if step.kind == "collect" and step.name == "order"), None)
    return () if step is None else tuple(step.options.get("usual", step.options.get("states", ())))


def _asks_of_product(state: State, wish: Wish, understanding: Understanding) -> bool:
    """Words that name an attribute ("保温吗") ask about the product at hand, whatever else they sound like."""
    named = [one for one in wish.entities if one.kind in ("aspect", "material", "laptop")]
    is_at_hand = any(understanding.has(kind) for kind in ("product", "kind")) or state.focus.product_ids or state.focus.order_id
    if not named or not is_at_hand or understanding.has("body"):
        return False
    letters = sum(letter.isalnum() for letter in understanding.text[wish.start : wish.end])
    is_most = 2 * sum(one.end - one.start for one in named) >= letters
    return is_most or wish.outcome != "answer" or wish.intent == "size_advice"


def _doubtful(
    wish: Wish, understanding: Understanding, flows: Flows, seq: int, number: int, *, always_asks: bool = False
) -> Goal:
    """A goal that first asks which of the two likeliest wishes it is (one, if both lead the same way)."""
    candidates: list[dict[str, Any]] = []
    leads = [(score, flow) for score in wish.intents[:3] if (flow := flows.find_for(score.intent)) is not None]
    serious = [(score, flow) for score, flow in leads if flow.group != "talk" or flow.id in _SERIOUS_TALK]
    if not serious:
        return listen(Goal(number, "unclear", "oos", understanding.text), understanding, seq)
    for score, flow in serious:
        if all(flow.id != one["flow"] for one in candidates):
            candidates.append({"intent": score.intent, "flow": flow.id, "titles": dict(flow.titles)})
    candidates = candidates[:2]
    if len(candidates) == 1 and len(serious) == len(leads) and not always_asks:  # of what may be mere talk, nothing is done unasked
        flow_id, intent = candidates[0]["flow"], candidates[0]["intent"]
        return listen(Goal(number, str(flow_id), str(intent), understanding.text), understanding, seq)
    slots = {"candidates": Slot(candidates, "inferred")}
    return listen(Goal(number, "clarify", "oos", understanding.text, slots), understanding, seq)


def push(
    state: State, goals: Sequence[Goal], flows: Flows, *, below: bool = False, replaces: Goal | None = None
) -> State:
    """Put new goals on the stack: what can be told at once before what needs questions, a person before all.

    A task of the same family as one that is still open takes its place and keeps its order, items and reason, unless
    the words say that it comes on top ("also …").
    """
    if not goals:
        return _empty_handed(state)
    stack = list(state.goals)
    new: list[Goal] = []
    for goal in goals:
        old = replaces if replaces is not None else _replaced(stack, goal, flows)
        if old is not None and flows.by_id[old.flow].family == flows.by_id[goal.flow].family != "":
            stack = [one for one in stack if one.id != old.id]
            carried = {name: slot for name, slot in old.slots.items() if name in _CARRIED}
            goal = replace(goal, slots={**carried, **goal.slots}, heard=(*goal.heard, *old.heard)[:40])
        new.append(goal)
    rank = {"task": 0, "information": 1, "talk": 2}
    new = sorted(reversed(new), key=lambda one: rank[flows.by_id[one.flow].group])
    stack = [*stack[:-1], *new, stack[-1]] if below and stack else [*stack, *new]
    return replace(state, goals=tuple(stack[-MOST_GOALS:]), next_goal_id=state.next_goal_id + len(goals))


def _replaced(stack: Sequence[Goal], goal: Goal, flows: Flows) -> Goal | None:
    family = flows.by_id[goal.flow].family
    if not family or _ALSO.search(goal.words):
        return None
    return next((old for old in reversed(stack) if flows.by_id[old.flow].family == family and not old.acted), None)


def _empty_handed(state: State) -> State:
    """No wish at all: a yes or no to nothing, when no goal is waiting either."""
    understanding = state.working.understanding
    if state.goals or state.working.parts or understanding is None:
        return state
    template = "nothing_open_no" if is_no(understanding) else "nothing_open"
    return replace(state, working=replace(state.working, parts=(*state.working.parts, Part(template))))
