"""Which items of the order, and how many pieces of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xiaoer.aftersales.pieces import pieces_left
from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.goods import match
from xiaoer.dialogue.outcome import Ask, Filled, Outcome
from xiaoer.dialogue.state import Slot
from xiaoer.dialogue.view import View, slot_of
from xiaoer.nlu.meant.types import ItemMeant
from xiaoer.shop.types import OrderItem

_ALL = r"全部|全都|都要?退|都退|整单|所有|一起退|\b(?:all|everything|both|entire|whole)\b"
_SWAPPING = ("exchange", "change_items")
_WHOLE_LINE = ("change_items", "price_protection")  # done to all pieces of a line at once
_EXCEPT = r"除了|不包括|留下|\b(?:except|but not|apart from|keep)\b"


def resolve(view: View, step: Step) -> Outcome:
    """Fill the slot "items" = [[item id, pieces], …] or ask which."""
    order = view.order
    if order is None:
        return Filled(view.goal)
    open_items = [item for item in order.items if not item.is_gift] or list(order.items)
    only_one = bool(step.options.get("one"))
    meant = None if only_one else _meant(view, open_items)
    if meant is not None:
        return meant
    named, heard = _named(view, open_items)
    if heard is not None and named and view.says(_EXCEPT) and not only_one:
        rest = [item for item in open_items if item not in named]
        return Filled(view.goal.with_slot("items", slot_of(heard, _whole(rest)))) if rest else _ask(view, open_items)
    if heard is not None and named and not (only_one and len(named) > 1):
        return _count(view, named, slot_of(heard, None), only_one=only_one)
    if view.says(_ALL) and not only_one:
        return Filled(view.goal.with_slot("items", Slot(_whole(open_items), "said", text="all")))
    if len(open_items) == 1:
        return _count(view, open_items, Slot(None, "inferred", text="only_one"), only_one=only_one)
    by_place = _by_ordinal(view, open_items)
    if by_place is not None:
        return by_place
    focus = view.state.focus.item_id
    if focus and any(item.id == focus for item in open_items) and view.state.focus.order_id == order.id:
        chosen = [item for item in open_items if item.id == focus]
        return _count(view, chosen, Slot(None, "inferred", text="focus"), only_one=only_one)
    return _ask(view, open_items)


def _meant(view: View, items: Sequence[OrderItem]) -> Outcome | None:
    """Several items, described ones, all but some: as they were meant. None where one was named, or none."""
    named = view.named
    seq = view.goal.meant[0].seq if view.goal.meant else 0
    if named.everything and not named.refs:
        left_out = {item.id for _, item in match(named.excluded, items).pairs}
        rest = [item for item in items if item.id not in left_out]
        is_meant = named.excluded or view.says(_ALL) or len(items) == 1
        return Filled(view.goal.with_slot("items", Slot(_whole(rest), "said", "all", seq))) if rest and is_meant else None
    refs = [ref for ref in named.refs if not any(_excludes(one, ref) for one in named.excluded)]
    if not refs:
        return None
    found = match(refs, items)
    if found.open:
        return _ask(view, found.open[0][1])
    chosen = [item for _, item in found.pairs]
    if named.everything and len(chosen) < len(items) and any(ref.wants for ref in refs):
        chosen = list(items)  # "all of them to the cheapest, the shoes in the same size"
    if not chosen:
        return None
    if len(chosen) == 1:  # how many pieces of it may still have to be asked
        return _count(view, chosen, Slot(None, "said", refs[0].word, seq), only_one=False)
    return Filled(view.goal.with_slot("items", Slot(_whole(chosen), "said", refs[0].word, seq)))


def _excludes(one: ItemMeant, ref: ItemMeant) -> bool:
    return bool(set(one.product_ids) & set(ref.product_ids)) and not one.like


def _named(view: View, items: Sequence[OrderItem]) -> tuple[list[OrderItem], Any]:
    """The items named by product, type or options. Colour and size narrow only where they tell items apart."""
    mentions = view.newest("product", "kind")
    chosen: list[OrderItem] = []
    for heard in mentions:
        ids = set(heard.value["product_ids"])
        chosen += [item for item in items if item.product_id in ids and item not in chosen]
    first = mentions[0] if chosen else None
    pool = chosen or list(items)
    if len(pool) > 1 and view.goal.flow not in _SWAPPING:
        for kind in ("colour", "size"):
            options = view.newest(kind)
            values = {heard.value for heard in options}
            narrowed = [item for item in pool if item.options.get(kind) in values]
            if narrowed and len(narrowed) < len(pool):
                pool, first = narrowed, first or options[0]
                chosen = pool
    return chosen, first


def _by_ordinal(view: View, items: Sequence[OrderItem]) -> Filled | None:
    ordinals = view.newest("ordinal")
    if not ordinals or not view.is_asked("items"):
        return None
    place = ordinals[0].value
    if not 0 < abs(place) <= len(items):
        return None
    item = items[place - 1 if place > 0 else -1]
    return Filled(view.goal.with_slot("items", slot_of(ordinals[0], _whole([item]))))


def _count(view: View, items: Sequence[OrderItem], slot: Slot, *, only_one: bool) -> Outcome:
    """Pieces: those named, which the policy looks at; all where nothing was said. One of several is asked about."""
    quantities = view.newest("quantity")
    only_one = only_one or view.goal.flow == "exchange"
    left = pieces_left(items[0])
    value = _whole(items)
    if len(items) == 1 and left > 1 and view.goal.flow not in _WHOLE_LINE:
        if quantities:
            value = [[items[0].id, quantities[0].value]]
        elif only_one:
            value = [[items[0].id, 1]]
        elif not view.says(_ALL):
            return _ask_pieces(view, items[0], left)
    return Filled(view.goal.with_slot("items", Slot(value, slot.source, slot.text, slot.seq, slot.start, slot.end)))


def _whole(items: Sequence[OrderItem]) -> list[list[Any]]:
    return [[item.id, max(1, pieces_left(item))] for item in items]


def _ask_pieces(view: View, item: OrderItem, left: int) -> Ask:
    choices = tuple({"value": [[item.id, pieces]], "words": [str(pieces)]} for pieces in range(1, min(left, 5) + 1))
    return Ask(Part("ask_pieces", {"item": item, "flow": view.goal.flow}), "items", choices, "choice")


def _ask(view: View, items: Sequence[OrderItem]) -> Ask:
    choices = tuple(
        {"value": _whole([item]), "words": [*item.names.values(), *item.options.values()]} for item in items
    )
    part = Part("ask_items", {"items": tuple(items), "flow": view.goal.flow, "order": view.order})
    return Ask(part, "items", choices, "choice")
