"""What each item shall become: the variants that were wished for, one for every item that is exchanged or changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.goods import Named, match
from xiaoer.dialogue.outcome import Ask, Filled, Finished, Outcome
from xiaoer.dialogue.state import Slot
from xiaoer.dialogue.variants import Chosen, Have, choose
from xiaoer.dialogue.view import View
from xiaoer.nlu.meant.orders import states_in
from xiaoer.nlu.meant.types import Want
from xiaoer.shop.types import OrderItem, Product, Variant

MOST_OFFERED = 8
_ABOUT_ALL = ("most", "least", "exact", "like")  # wishes that can be meant for every item


def resolve(view: View, step: Step) -> Outcome:
    """Fill the slot "swaps" = [[item id, variant id], …]; items that are to stay as they are leave the slot "items"."""
    named, chosen = view.named, _pressed(view)
    swaps: list[list[str]] = []
    kept: list[str] = []
    for item, _ in view.items:
        product = _product(view, item)
        if product is None:  # taken out of the shop: there is nothing to choose from
            return Finished((Part("no_variants", {"item": item, "flow": view.goal.flow}),))
        wants = _wants(view, named, item)
        found = chosen.get(item.id) or choose(_have(view, item, wants), product, wants)
        found = _like_for_like(view, item, product, found)
        if found.outcome == "leave":
            kept.append(item.id)
        elif found.outcome == "chosen":
            swaps.append([item.id, found.variants[0].id])
        else:
            return _not_chosen(view, item, product, found)
    if not swaps:
        return Finished((Part("nothing_to_change", {"items": view.items}),))
    seq = view.goal.meant[0].seq if view.goal.meant else view.working.seq
    items = [[item.id, pieces] for item, pieces in view.items if item.id not in kept]
    goal = view.goal.with_slot("items", replace(view.goal.slots["items"], value=items))
    return Filled(goal.with_slot("swaps", Slot(swaps, "said", seq=seq)))


def _product(view: View, item: OrderItem) -> Product | None:
    found = view.found_products("item_product") or ()
    return next((one for one in found if one.id == item.product_id), None) or view.context.find_product(item.product_id)


def _pressed(view: View) -> dict[str, Chosen]:
    """Variants that were picked from a list, item by item."""
    picked = view.goal.value("picked") or {}
    products = [product for item, _ in view.items if (product := _product(view, item)) is not None]
    variants = {variant.id: variant for product in products for variant in product.variants}
    return {item: Chosen("chosen", (variants[one],)) for item, one in picked.items() if one in variants}


def _wants(view: View, named: Named, item: OrderItem) -> tuple[Want, ...]:
    """The wishes for this item: its own, and those that were said of all."""
    found = match(named.refs, [one for one, _ in view.items])
    own = [want for ref, one in found.pairs if one.id == item.id for want in ref.wants]
    refs = {ref for ref, one in found.pairs if one.id == item.id}
    if len(view.items) == 1 or not refs:
        loose = list(named.wants)
    else:
        loose = [want for want in named.wants if want.how in _ABOUT_ALL and not any(one.how in _ABOUT_ALL for one in own)]
    if not own and not loose and len(view.items) == 1:
        return _described_instead(named, item)
    return tuple((*loose, *own))


def _described_instead(named: Named, item: OrderItem) -> tuple[Want, ...]:
    """"The black one", said of something that is not black, is what is wanted."""
    like = [pairs for ref in named.refs if item.product_id in ref.product_ids for pairs in ref.like]
    other = [pairs for pairs in like if not any(item.options.get(key) == value for key, value in pairs)]
    return tuple(Want("is", pairs) for pairs in other)


def _have(view: View, item: OrderItem, wants: Sequence[Want]) -> Have:
    return Have(item.options, item.variant_id, _elsewhere(view, item, wants))


def _elsewhere(view: View, item: OrderItem, wants: Sequence[Want]) -> list[Mapping[str, str]]:
    """The same product in the customer's other orders, for "the same as …": those in the state that the words name first."""
    said = next((want.text for want in wants if want.how == "like"), None)
    if said is None:
        return []
    states = states_in(said)
    others = [
        (order, one) for order in view.orders for one in order.items if one.product_id == item.product_id and one.id != item.id
    ]
    fitting = [one for order, one in others if not states or order.state in states]
    return [one.options for one in fitting or [one for _, one in others]]


def _like_for_like(view: View, item: OrderItem, product: Product, found: Chosen) -> Chosen:
    """Where a product is made in one way only, an exchange is for a new one of the same."""
    same = next((variant for variant in product.variants if variant.id == item.variant_id), None)
    only = len(product.variants) == 1
    if view.goal.flow == "exchange" and only and same is not None and same.stock > 0 and found.outcome in ("no_wish", "not_made"):
        return Chosen("chosen", (same,))
    return found


def _not_chosen(view: View, item: OrderItem, product: Product, found: Chosen) -> Outcome:
    if found.outcome == "other_product":
        return Finished((Part("no_other_product", {"item": item, "flow": view.goal.flow}),))
    offered = found.variants or tuple(one for one in product.variants if one.stock > 0 and one.id != item.variant_id)
    if not offered:
        return Finished((Part("no_variants", {"item": item, "flow": view.goal.flow}),))
    template = {"sold_out": "variant_sold_out", "not_made": "variant_not_made"}.get(found.outcome, "ask_variant")
    wanted = dict(found.wanted or {})
    facts = {"item": item, "product": product, "variants": offered[:MOST_OFFERED], "wanted": wanted, "flow": view.goal.flow}
    return Ask(Part(template, facts), "picked", _choices(view, item, offered[:MOST_OFFERED]), "choice")


def _choices(view: View, item: OrderItem, variants: Sequence[Variant]) -> tuple[dict[str, Any], ...]:
    picked: Mapping[str, str] = view.goal.value("picked") or {}
    return tuple({"value": {**picked, item.id: one.id}, "words": list[str]()} for one in variants)

