"""Corrections: words that name another value for a slot that is already filled."""

from __future__ import annotations

from xiaoer.dialogue.context import Context
from xiaoer.dialogue.state import Goal, Heard, State
from xiaoer.dialogue.steps import DEPENDENTS
from xiaoer.nlu.types import Entity, Understanding, Wish

# An entity of this kind speaks about this slot.
_SPEAKS_OF = {
    "order_number": "order",
    "product": "items",
    "kind": "items",
    "quantity": "items",
    "colour": "variant",
    "size": "variant",
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
    return Goal(goal.id, goal.flow, goal.intent, words or goal.words, goal.slots, (*heard, *older)[:40], goal.acted)


def correct(goal: Goal, understanding: Understanding, state: State, context: Context) -> tuple[Goal, bool]:
    """Empty the slots that the words name a new value for, with those that hang on them. True if any was emptied."""
    emptied: set[str] = set()
    for entity in understanding.entities:
        slot = _SPEAKS_OF.get(entity.kind)
        if slot == "items" and entity.kind in ("product", "kind") and not _is_in_order(goal, entity, context):
            slot = "order"
        if slot is None or slot not in goal.slots:
            continue
        if slot == "variant" and _is_what_they_have(goal, entity, context):
            continue
        if goal.slots[slot].value != entity.value:
            emptied.add(slot)
            emptied.update(DEPENDENTS.get(slot, ()))
    if not emptied:
        return goal, False
    return listen(goal, understanding, state.working.seq).without(*emptied), True


def _is_what_they_have(goal: Goal, entity: Entity, context: Context) -> bool:
    """"M is too small" tells what is to be changed, not what it is to be changed for."""
    order = context.find_order(goal.value("order"))
    chosen = {item_id for item_id, _ in goal.value("items") or ()}
    return order is not None and any(item.options.get(entity.kind) == entity.value for item in order.items if item.id in chosen)


def _is_in_order(goal: Goal, entity: Entity, context: Context) -> bool:
    order = context.find_order(goal.value("order"))
    ids = set(entity.value["product_ids"])
    return order is None or any(item.product_id in ids for item in order.items)
