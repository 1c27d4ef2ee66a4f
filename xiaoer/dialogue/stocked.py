"""Questions about the variants that the shop has: how many, which, the cheapest."""

from __future__ import annotations

from collections.abc import Sequence

from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.outcome import Finished, Outcome
from xiaoer.dialogue.state import Focus
from xiaoer.dialogue.view import View
from xiaoer.nlu.meant.types import Pair, Want
from xiaoer.shop.types import Product, Variant

MOST_LISTED = 12


def say_variants(view: View) -> Outcome:
    """How many variants can be had, which ones fit what was said, or the cheapest or dearest of them."""
    products = view.found_products("products") or ()
    if not products:
        return Finished((Part("no_product"),), is_understood=False)
    product = products[0]
    topic = next((str(heard.value) for heard in view.newest("question")), "list")
    fitting = _fitting(product, [pairs for ref in view.named.refs for pairs in ref.like] + [want.pairs for want in _wishes(view)])
    stocked = sorted((one for one in fitting if one.stock > 0), key=lambda one: one.price_minor)
    facts = {"product": product, "made": len(product.variants), "count": len(stocked), "topic": topic}
    facts["variants"] = tuple(stocked[:MOST_LISTED])
    if topic == "superlative" and stocked:
        is_dear = view.says(r"most expensive|priciest|highest|最贵")
        facts |= {"variants": (stocked[-1] if is_dear else stocked[0],), "is_dear": is_dear}
    focus = Focus(view.state.focus.order_id, None, (product.id,), {}, "catalogue_query")
    return Finished((Part("variants", {"is_dear": False, **facts}),), focus)


def _wishes(view: View) -> list[Want]:
    return [want for want in (*view.named.wants, *(want for ref in view.named.refs for want in ref.wants)) if want.how == "is"]


def _fitting(product: Product, said: Sequence[Sequence[Pair]]) -> list[Variant]:
    """The variants of which every word is true that can be true of the product at all."""
    fitting = list(product.variants)
    for pairs in said:
        narrowed = [one for one in fitting if any(one.options.get(key) == value for key, value in pairs)]
        fitting = narrowed or fitting
    return fitting
