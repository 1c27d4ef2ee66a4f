"""Corrections: words that name another value for a slot that is already filled."""

from __future__ import annotations

from dataclasses import replace

from xiaoer.dialogue.context import Context
from xiaoer.dialogue.state import Goal, Heard, State
from xiaoer.dialogue.steps import DEPENDENTS
from xiaoer.nlu.meant.orders import states_in
from xiaoer.nlu.meant.types import OrderMeant
from xiaoer.nlu.methods import method_in
from xiaoer.nlu.places import places_in
from xiaoer.nlu.types import Entity, Understanding, Wish

_ABOUT_PLACES = ("change_address", "change_default_address")
MOST_HEARD, MOST_MEANT = 80, 12  # of one goal, newest first

# An entity of this kind speaks about this slot.
_SPEAKS_OF = {
    "order_number": "order",
    "product": "items",
    "kind": "items",
    "quantity": "items",
    "colour": "swaps",
    "size": "swaps",
    "address": "address",
    "payment": "payment",
    "reason": "reason",
    "condition": "condition",
    "company": "invoice_title",
}


def listen(goal: Goal, understanding: Understanding, seq: int, *, wish: Wish | None = None) -> Goal:
    """The goal with the words and entities of this message (or of one wish in it) put in front of what it heard."""
    entities: tuple[Entity, ...] = understanding.entities if wish is None else wish.entities
    heard = tuple(Heard(one.kind, one.value, one.text, seq, one.start, one.end) for one in entities)
    words = understanding.text if wish is None else understanding.text[wish.start : wish.end]
    older = tuple(one for one in goal.heard if one not in heard)
    said = (understanding.meant if wish is None else wish.meant).at(seq)
    meant = goal.meant if not said.text or said in goal.meant else (said, *goal.meant)
    return replace(goal, words=words or goal.words, heard=(*heard, *older)[:MOST_HEARD], meant=meant[:MOST_MEANT])


def as_contents(goal: Goal, understanding: Understanding) -> Understanding:
    """Goods named in answer to "which order?" say what is in it, unless they are the first that were named."""
    meant = understanding.meant
    if not meant.items or meant.orders or not any(one.items for one in goal.meant):
        return understanding
    described = OrderMeant(meant.items, states_in(meant.text))
    return replace(understanding, meant=replace(meant, orders=(described,), items=()))


def correct(goal: Goal, understanding: Understanding, state: State, context: Context) -> tuple[Goal, bool]:
    """Empty the slots that the words name a new value for, with those that hang on them. True if any was emptied."""
    emptied: set[str] = set()
    for entity in understanding.entities:
        slot = _SPEAKS_OF.get(entity.kind)
        if slot == "items" and entity.kind in ("product", "kind") and not _is_in_order(goal, entity, context):
            slot = "order"
        if slot is None or slot not in goal.slots:
            continue
        if slot == "swaps" and _is_what_they_have(goal, entity, context):
            continue
        if goal.slots[slot].value != entity.value:
            emptied.add(slot)
            emptied.update(DEPENDENTS.get(slot, ()))
    emptied |= {slot for slot in _restated(goal, understanding, context) if slot in goal.slots}
    if not emptied:
        return goal, False
    return listen(goal, understanding, state.working.seq).without(*emptied), True


def _restated(goal: Goal, understanding: Understanding, context: Context) -> set[str]:
    """Slots that must be read anew: more goods were named, another wish, another order, another way to pay, another place."""
    meant = understanding.meant
    slots: set[str] = set()
    options = [one for one in understanding.entities if one.kind in ("colour", "size")]
    is_told = bool(options) and understanding.has("reason") and all(_is_what_they_have(goal, one, context) for one in options)
    if meant.items or (not is_told and any(want.how != "leave" for want in meant.wants)):
        slots |= {"items", *DEPENDENTS["items"]}
    if any(order.items or order.which for order in meant.orders) and goal.flow not in _ABOUT_PLACES:
        slots |= {"order", *DEPENDENTS["order"]}
    if method_in(understanding.text) is not None:
        slots.add("payment_id")
    if goal.flow in _ABOUT_PLACES and (meant.orders or places_in(understanding.text)):
        slots.add("address")
    return slots


def _is_what_they_have(goal: Goal, entity: Entity, context: Context) -> bool:
    """"M is too small" tells what is to be changed, not what it is to be changed for."""
    order = context.find_order(goal.value("order"))
    chosen = {item_id for item_id, _ in goal.value("items") or ()}
    return order is not None and any(item.options.get(entity.kind) == entity.value for item in order.items if item.id in chosen)


def _is_in_order(goal: Goal, entity: Entity, context: Context) -> bool:
    order = context.find_order(goal.value("order"))
    ids = set(entity.value["product_ids"])
    return order is None or any(item.product_id in ids for item in order.items)
