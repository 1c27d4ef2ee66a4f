"""Which products are talked about: named in the words, or in focus from before; else an article may answer without one."""

from __future__ import annotations

from xiaoer.dialogue.answers import ask_knowledge, find_answer
from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.outcome import Ask, Filled, Finished, Outcome
from xiaoer.dialogue.state import Slot
from xiaoer.dialogue.view import View, slot_of

MOST_PRODUCTS = 4


def resolve(view: View, step: Step) -> Outcome:
    """Fill the slot "products" with product ids, best first; "several" wants at least two."""
    several = bool(step.options.get("several"))
    named: list[str] = []
    mentions = [*view.newest("product"), *view.newest("kind")]
    mentions = [m for m in mentions if m.kind == "product"] or mentions
    for heard in mentions:
        per_mention = 1 if several and len(mentions) > 1 else MOST_PRODUCTS
        named += [one for one in heard.value["product_ids"][:per_mention] if one not in named]
    focus = list(view.state.focus.product_ids)
    if mentions and several and len(named) < 2:
        named += [one for one in focus if one not in named]
    if mentions:
        return Filled(view.goal.with_slot("products", slot_of(mentions[0], named[: MOST_PRODUCTS + 1])))
    if focus:
        return Filled(view.goal.with_slot("products", Slot(focus[:MOST_PRODUCTS], "inferred", text="focus")))
    order = next((one for one in view.orders if one.id == view.state.focus.order_id), None)
    if order is not None:
        ids = [item.product_id for item in order.items][:MOST_PRODUCTS]
        return Filled(view.goal.with_slot("products", Slot(ids, "inferred", text="order")))
    if step.options.get("optional"):
        return Filled(view.goal.with_slot("products", Slot([], "inferred", text="none")))
    return _without_product(view, several=several)


def _without_product(view: View, *, several: bool) -> Outcome:
    """"How do I wash wool?" names no product and needs none, if an article answers it."""
    need = ask_knowledge(view)
    if need is not None:
        return need
    answer = find_answer(view)
    if answer is not None and answer.outcome == "answer":
        facts = {"hit": answer.hits[0], "crossed": answer.crossed}
        return Finished((Part("article", facts, hits=answer.hits[:1]),))
    return Ask(Part("ask_product", {"several": several, "intent": view.goal.intent}), "products", (), "text")
