"""Which products are talked about: named in the words, or in focus from before; else an article may answer without one."""

from __future__ import annotations

from collections.abc import Sequence

from xiaoer.dialogue.answers import ask_knowledge, find_answer
from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.outcome import Ask, Filled, Finished, Outcome
from xiaoer.dialogue.state import Heard, Slot
from xiaoer.dialogue.view import POINTING, View, slot_of

MOST_PRODUCTS = 4
_THEIRS = rf"{POINTING}|我的|我买|买的|\b(?:my|mine|bought|ordered)\b"


_HOW_TO = (  # how something is used or looked after stands in an article, whatever product it is said of
    r"怎么(?:洗|清洗|清洁|保养|打理|护理|存放|收纳|除垢|消毒|擦|晾|收|养护|开锅)|如何(?:清洗|清洁|保养|护理|收纳|除垢)|水垢|发霉|起球|"
    r"\bhow (?:do|should|can|would|to) (?:i |you |we )?(?:best )?"
    r"(?:clean|wash|care|store|descale|look after|disinfect|sterili[sz]e|dry|season|polish|remove)\b|"
    r"\b(?:limescale|descal|mould|mildew|pilling)"
)


def resolve(view: View, step: Step) -> Outcome:
    """Fill the slot "products" with product ids, best first; "several" wants at least two."""
    several = bool(step.options.get("several"))
    if view.goal.intent == "product_info" and view.says(_HOW_TO):
        told = _by_article(view)
        if told is not None:
            return told
    mentions = [*view.newest("product"), *view.newest("kind")]
    mentions = [one for one in mentions if one.kind == "product"] or mentions
    if mentions:
        named = _named(view, mentions, several=several)
        return Filled(view.goal.with_slot("products", slot_of(mentions[0], named)))
    if not _points(view) and view.goal.intent in step.options.get("articles_first", ()):
        told = _by_article(view)
        if told is not None:
            return told
    focus = _in_focus(view)
    if focus is not None:
        return Filled(view.goal.with_slot("products", focus))
    if step.options.get("optional"):
        return Filled(view.goal.with_slot("products", Slot([], "inferred", text="none")))
    return _by_article(view) or Ask(Part("ask_product", {"several": several, "intent": view.goal.intent}), "products", (), "text")


def _named(view: View, mentions: Sequence[Heard], *, several: bool) -> list[str]:
    """Product ids of what was named. "The backpack" is the one talked about, where that is a backpack."""
    focus = (*view.state.focus.product_ids, *_ordered(view))
    named: list[str] = []
    for heard in mentions:
        ids = list(heard.value["product_ids"])
        if heard.kind == "kind" and not several:
            theirs = _bought(view) if view.says(_THEIRS) else []
            ids = [one for one in dict.fromkeys((*focus, *theirs)) if one in ids] or ids
        per_mention = 1 if several and len(mentions) > 1 else MOST_PRODUCTS
        named += [one for one in ids[:per_mention] if one not in named]
    if several and len(named) < 2:
        named += [one for one in view.state.focus.product_ids if one not in named]
    return named[: MOST_PRODUCTS + 1]


def _in_focus(view: View) -> Slot | None:
    """What was talked about: by its place in the list last shown, all of it, or what the order in focus holds."""
    focus = list(view.state.focus.product_ids)
    places = [heard.value for heard in view.newest("ordinal")]
    chosen = [focus[place - 1 if place > 0 else -1] for place in places if 0 < abs(place) <= len(focus)]
    if chosen:
        return Slot(list(dict.fromkeys(chosen)), "said", text="ordinal")
    if focus:
        return Slot(focus[:MOST_PRODUCTS], "inferred", text="focus")
    ids = _ordered(view)
    asks = _points(view) or bool(view.newest("aspect", "material", "laptop", "colour", "size", "body"))
    return Slot(ids, "inferred", text="order") if ids and asks else None


def _points(view: View) -> bool:
    understanding = view.working.understanding
    return view.says(POINTING) or (understanding is not None and understanding.is_follow_up) or bool(view.newest("ordinal"))


def _ordered(view: View) -> list[str]:
    order = next((one for one in view.orders if one.id == view.state.focus.order_id), None)
    return [] if order is None else [item.product_id for item in order.items][:MOST_PRODUCTS]


def _bought(view: View) -> list[str]:
    return [item.product_id for order in view.orders for item in order.items]


def _by_article(view: View) -> Outcome | None:
    """"How do I wash wool?" names no product and needs none, if an article answers it."""
    need = ask_knowledge(view)
    if need is not None:
        return need
    answer = find_answer(view)
    if answer is None or answer.outcome != "answer":
        return None
    return Finished((Part("article", {"hit": answer.hits[0], "crossed": answer.crossed}, hits=answer.hits[:1]),))
