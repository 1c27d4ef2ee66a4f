"""What the customer's words do to the state: press a button, answer a question, say yes or no, correct, change, wish.

Order matters: what was asked or proposed last is what words are understood against first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xiaoer.dialogue.context import Context
from xiaoer.dialogue.correct import as_contents, correct, listen
from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.events import Said
from xiaoer.dialogue.flow import Flow, Flows, Step
from xiaoer.dialogue.outcome import Filled
from xiaoer.dialogue.slots.circumstances import NO_PHOTO
from xiaoer.dialogue.state import Goal, Slot, State, Working
from xiaoer.dialogue.steps import RESOLVERS
from xiaoer.dialogue.view import View
from xiaoer.dialogue.wishes import ABOUT_PRODUCTS, are_twins, follows_up, goals_of, is_no, is_yes, push
from xiaoer.nlu.types import Understanding

# "It's too small" is said of returns and exchanges alike: while one of them is open, it takes words like these to leave it.
_CHANGE_OF_MIND = re.compile(
    r"换|改成|还是|不退|算了|取消|维修|修|"
    r"\b(?:exchange|swap|instead|rather|actually|cancel|refund|repair|fix|change)\b",
    re.IGNORECASE,
)
# What answers a question about a slot: words that hold it speak of the task at hand, however much they sound like its siblings.
_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "condition": ("condition",),
    "order": ("order_number", "tracking_number"),
    "items": ("product", "kind", "ordinal"),
    "variant": ("colour", "size"),
    "address": ("address",),
    "payment": ("payment",),
    "payment_id": ("payment", "last_digits"),
    "picked": ("colour", "size", "product", "kind"),
}
_TOLD_IN_PASSING = ("condition", "reason", "fault", "remedy", "items", "variant")
_ASKS = re.compile(
    r"[?？吗呢]|怎么|多少|什么|哪|几|\b(?:what|how|why|who|which|when|where)\b|^(?:can|could|do|does|is|are|will|would)\b",
    re.IGNORECASE,
)
_PROOFS = ("order_number", "last_digits", "phone", "email", "person_name", "postcode")  # need not be said again for another wish
_SURE_DIGRESSION = 0.8
_SURE = 0.55  # a wish below this does not interrupt what was asked


def hear(state: State, said: Said, context: Context, flows: Flows) -> State:
    """The state after the customer's words, before anything is done about them."""
    understanding = said.understanding
    state = replace(state, working=Working(understanding=understanding, seq=said.seq, choice=said.choice))
    pressed = _press(state, said, flows)
    if pressed is not None:
        return pressed
    if state.proposal is not None:
        return _reply(state, understanding, context, flows)
    if state.question is not None:
        return _answer(state, understanding, context, flows)
    return push(state, goals_of(state, understanding, context, flows), flows)


def _press(state: State, said: Said, flows: Flows) -> State | None:
    """A button: it counts only for the question or the proposal that is open now."""
    choice = said.choice
    if "answer" in choice:
        if state.proposal is None or choice.get("proposal") != state.proposal.id:
            return add_part(replace(state, question=None), Part("stale_proposal"))
        return _confirm(state) if choice["answer"] == "yes" else _drop_goal(state, state.proposal.goal_id)
    question = state.question
    if question is not None and choice.get("slot") == question.slot:
        for offered in question.choices:
            if offered["value"] == choice.get("value"):
                slot = Slot(offered["value"], "chosen", text=said.understanding.text, seq=said.seq)
                return _fill(state, question.goal_id, question.slot, slot)
    intent = choice.get("intent")
    flow = flows.find_for(intent) if isinstance(intent, str) else None
    if flow is not None and isinstance(intent, str):
        goal = Goal(state.next_goal_id, flow.id, intent, said.understanding.text)
        goal = listen(goal, said.understanding, said.seq)
        return push(replace(state, question=None, proposal=None), (goal,), flows)
    return None


def _reply(state: State, understanding: Understanding, context: Context, flows: Flows) -> State:
    """Words after a read-back: yes, no, a correction, another wish; anything else leaves the proposal unanswered."""
    assert state.proposal is not None
    goal = find_goal(state, state.proposal.goal_id)
    if goal is None:
        return push(replace(state, proposal=None), goals_of(state, understanding, context, flows), flows)
    wishes = _other_goals(state, goal, understanding, context, flows)
    corrected, is_changed = correct(goal, understanding, state, context)
    if is_yes(understanding) and not is_changed:
        return push(_confirm(state), wishes, flows, below=True)
    if is_no(understanding) and not is_changed:
        dropped = _drop_goal(state, goal.id, quietly=bool(wishes))
        return push(dropped, wishes, flows, replaces=goal)
    if wishes:
        return push(replace(state, proposal=None), wishes, flows)
    if is_changed:
        return replace(put_goal(state, corrected), proposal=None, question=None)
    return replace(state, proposal=None)


def _answer(state: State, understanding: Understanding, context: Context, flows: Flows) -> State:
    """Words after a question: the answer, a correction, another wish, or giving up."""
    question = state.question
    goal = find_goal(state, question.goal_id) if question is not None else None
    if question is None or goal is None:
        return push(replace(state, question=None), goals_of(state, understanding, context, flows), flows)
    if question.slot == "order":
        understanding = as_contents(goal, understanding)
    wishes = _other_goals(state, goal, understanding, context, flows)
    answers = understanding.has("reason") or any(understanding.has(kind) for kind in _ANSWERS.get(question.slot, ()))
    if answers and not _CHANGE_OF_MIND.search(understanding.text):
        wishes = tuple(one for one in wishes if not _is_rival(flows.by_id[one.flow], flows.by_id[goal.flow]))
    if question.slot == "photo" and understanding.attachments and not _is_sure(understanding):
        wishes = ()  # the picture is the answer, whatever the words beside it sound like
    is_switch = any(_is_switch(one, goal, understanding, flows) for one in wishes)
    digresses = _is_digression(question.slot, understanding, wishes, flows) and _ASKS.search(understanding.text)
    filled = None if is_switch or digresses else _try_to_fill(state, goal, understanding, context, flows)
    if filled is not None:
        return filled
    corrected, is_changed = correct(goal, understanding, state, context)
    if is_changed and wishes and not _is_sure(understanding) and all(one.intent in ABOUT_PRODUCTS for one in wishes):
        return replace(put_goal(state, corrected), question=None)  # "the hoodie, I mean" asks nothing about hoodies
    if wishes:  # the question stays open below them, unless its goal was replaced
        said = tuple(one for one in goal.heard if one.kind in _PROOFS) if question.slot == "verify" else ()
        return push(state, tuple(replace(one, heard=(*one.heard, *said)) for one in wishes), flows)
    is_refusal = is_no(understanding) and not (question.slot == "verify" and _gives_proof(state, understanding))
    if is_refusal and question.slot not in ("photo", "condition") and not NO_PHOTO.search(understanding.text.lower()):
        return _drop_goal(state, goal.id)
    if is_changed:
        return replace(put_goal(state, corrected), question=None)
    return put_goal(state, listen(goal, understanding, state.working.seq))


def _other_goals(
    state: State, goal: Goal, understanding: Understanding, context: Context, flows: Flows
) -> tuple[Goal, ...]:
    """The wishes in the words that are surely something else than the goal at hand.

    "M is too small", "never worn, tags still on": said of a task at hand, it tells circumstances and asks nothing.
    """
    sure = tuple(
        wish
        for wish in understanding.wishes
        if wish.outcome == "answer" and wish.intents and wish.intents[0].probability >= _SURE
    )
    if not sure and follows_up(state, understanding):
        sure = (replace(understanding.wishes[0], outcome="answer"),)
    if not sure:
        return ()
    found = goals_of(state, replace(understanding, wishes=sure), context, flows, only_real=True)
    others = tuple(one for one in found if one.flow != goal.flow and not are_twins(one.flow, goal.flow))
    is_told = all(flows.by_id[one.flow].group != "task" for one in others)
    if _gives_proof(state, understanding) and (is_told or not _is_sure(understanding)):
        return ()
    if flows.by_id[goal.flow].group != "task":
        return others
    if _is_told(state, understanding):
        return tuple(one for one in others if flows.by_id[one.flow].group != "information")
    if understanding.meant.scope == "only" and _names_what_is_at_hand(goal, understanding, context):
        return tuple(one for one in others if one.intent not in ABOUT_PRODUCTS)  # "only the earbuds" asks nothing about earbuds
    if _is_sure(understanding):
        return others
    if understanding.has("reason") or understanding.has("condition"):
        return tuple(one for one in others if flows.by_id[one.flow].group != "information")
    if _names_what_is_at_hand(goal, understanding, context):
        return tuple(one for one in others if one.intent not in ABOUT_PRODUCTS)
    return others


def _gives_proof(state: State, understanding: Understanding) -> bool:
    """An order number or a telephone number after the question who asks: it goes on with what was wanted."""
    is_asked = state.question is not None and state.question.slot == "verify"
    return is_asked and any(understanding.has(kind) for kind in _PROOFS)


def _is_told(state: State, understanding: Understanding) -> bool:
    """"Too big" to the question why: the very answer, and no question of its own, whatever it sounds like."""
    slot = state.question.slot if state.question else ""
    return slot in ("reason", "condition", "fault") and not _ASKS.search(understanding.text) and (
        understanding.has("reason" if slot == "fault" else slot)
    )


def _names_what_is_at_hand(goal: Goal, understanding: Understanding, context: Context) -> bool:
    """"The joggers" as an answer to what is asked about them is no question about joggers."""
    order = context.find_order(goal.value("order"))
    mentions = [*understanding.list_entities("product"), *understanding.list_entities("kind")]
    named = {one for mention in mentions for one in mention.value["product_ids"]}
    return order is not None and any(item.product_id in named for item in order.items)


def _is_digression(slot: str, understanding: Understanding, wishes: tuple[Goal, ...], flows: Flows) -> bool:
    """Whether the whole message surely asks something else: "what is the rule for opened goods?" tells no condition."""
    if len(understanding.wishes) != 1 or not wishes:
        return False
    if slot not in _TOLD_IN_PASSING and (slot != "order" or wishes[0].intent in ABOUT_PRODUCTS):  # "the trousers" names an order
        return False
    surely = understanding.wishes[0].intents[0].probability >= _SURE_DIGRESSION
    return surely and flows.by_id[wishes[0].flow].group == "information"


def _is_switch(wish: Goal, goal: Goal, understanding: Understanding, flows: Flows) -> bool:
    """Whether the new wish takes the place of the old one, or is surely a call for a person ("personal" is none)."""
    calls = wish.flow in ("human", "complaint") and _is_sure(understanding)
    return calls or _is_rival(flows.by_id[wish.flow], flows.by_id[goal.flow])


def _is_sure(understanding: Understanding) -> bool:
    return any(one.intents and one.intents[0].probability >= _SURE_DIGRESSION for one in understanding.wishes)


def _is_rival(new: Flow, old: Flow) -> bool:
    return bool(new.family) and new.family == old.family


def _try_to_fill(
    state: State, goal: Goal, understanding: Understanding, context: Context, flows: Flows
) -> State | None:
    """The answer to the open question, by the words of a choice or by the slot's own resolver."""
    question = state.question
    assert question is not None
    heard = listen(goal, understanding, state.working.seq)
    chosen = _choice_in_words(question.choices, understanding)
    if chosen is None and is_yes(understanding):
        chosen = next((one for one in question.choices if one.get("is_yes")), None)
    if chosen is not None:
        slot = Slot(chosen["value"], "said", text=understanding.text, seq=state.working.seq)
        return _fill(put_goal(state, heard), goal.id, question.slot, slot)
    resolver = RESOLVERS.get(question.slot)
    step = next((one for one in flows.by_id[goal.flow].steps if one.name == question.slot), None)
    if resolver is None:
        return None
    view = View(state, context, heard.without(question.slot))
    outcome = resolver(view, step or Step("collect", question.slot))
    if not isinstance(outcome, Filled):
        return None
    slot_now = outcome.goal.slots.get(question.slot)
    if slot_now is None or slot_now.source not in ("said", "record", "chosen"):
        return None
    return replace(put_goal(state, outcome.goal), question=None)


def _choice_in_words(choices: tuple[Mapping[str, Any], ...], understanding: Understanding) -> Mapping[str, Any] | None:
    """The one choice whose words stand in the text, or the n-th when a place was named."""
    text = understanding.text.lower()
    ordinals = understanding.list_entities("ordinal")
    if ordinals and len(ordinals) == 1 and 0 < abs(ordinals[0].value) <= len(choices):
        place = ordinals[0].value
        return choices[place - 1 if place > 0 else -1]
    if text.strip().isdecimal() and 0 < int(text.strip()) <= len(choices) and len(choices) < 10:
        return choices[int(text.strip()) - 1]
    scores = [max((len(w) for w in choice["words"] if w and w.lower() in text), default=0) for choice in choices]
    best = max(scores, default=0)
    return choices[scores.index(best)] if best > 1 and scores.count(best) == 1 else None


def _fill(state: State, goal_id: int, name: str, slot: Slot) -> State:
    goal = find_goal(state, goal_id)
    if goal is None:
        return replace(state, question=None)
    return replace(put_goal(state, goal.with_slot(name, slot)), question=None)


def _confirm(state: State) -> State:
    return replace(state, question=None, working=replace(state.working, is_confirmed=True))


def _drop_goal(state: State, goal_id: int, *, quietly: bool = False) -> State:
    """The customer wants it no more."""
    goal = find_goal(state, goal_id)
    kept = tuple(one for one in state.goals if one.id != goal_id)
    state = replace(state, goals=kept, question=None, proposal=None)
    return state if quietly or goal is None else add_part(state, Part("dropped", {"flow": goal.flow}))


def find_goal(state: State, goal_id: int) -> Goal | None:
    """The goal on the stack, or None."""
    return next((goal for goal in state.goals if goal.id == goal_id), None)


def put_goal(state: State, goal: Goal) -> State:
    """The state with this goal in the place of the one with its id."""
    return replace(state, goals=tuple(goal if one.id == goal.id else one for one in state.goals))


def add_part(state: State, part: Part) -> State:
    """The state with one more part to say."""
    return replace(state, working=replace(state.working, parts=(*state.working.parts, part)))
