"""The last step of each flow: which parts are said, from which facts, and what is in focus afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xiaoer.dialogue.aspects import Row, rows_of
from xiaoer.dialogue.effects import LookUp, Part
from xiaoer.dialogue.outcome import Finished, Leave, Need, Outcome
from xiaoer.dialogue.reasoned import say_facts
from xiaoer.dialogue.records import say_records
from xiaoer.dialogue.slots.order import REFUNDING
from xiaoer.dialogue.state import Focus
from xiaoer.dialogue.stocked import say_variants
from xiaoer.dialogue.view import POINTING, View
from xiaoer.knowledge.types import Answer
from xiaoer.shop.types import Order, Product, Variant

Saying = Callable[[View], Outcome]


def say(view: View, name: str) -> Outcome:
    """The parts named `name` for this goal. A `…_done` part tells what the commit left in the record."""
    if name.endswith("_done"):
        return _done(view, name)
    return _SAYINGS.get(name, _plain(name))(view)


def find_answer(view: View) -> Answer | None:
    """What the knowledge said to this goal's words, or None when it was not asked or did not answer."""
    found: Answer | None = view.working.found.get(f"answer:{view.goal.id}")
    return found


def ask_knowledge(view: View) -> Need | None:
    """The look-up of this goal's words in the knowledge, unless it was made already."""
    key = f"answer:{view.goal.id}"
    if key in view.working.found or key in view.working.failed:
        return None
    return Need(LookUp("answer", key, {"question": view.goal.words, "language": view.context.language, "intent": view.goal.intent}))


def _plain(name: str) -> Saying:
    def saying(view: View) -> Outcome:
        return Finished((Part(name, {"customer": view.context.customer, "shop": view.context.shop}),))

    return saying


def _done(view: View, name: str) -> Outcome:
    ours = f"-{view.goal.id}"
    result: Mapping[str, Any] = next((r for key, r in view.working.done.items() if key.endswith(ours)), {})
    order = view.order
    method = view.context.customer.find_payment(view.goal.value("payment_id"))
    facts = {"result": result, "order": order, "items": view.items, "goal": view.goal, "method": method}
    if name == "change_items_done" and method is None and result.get("is_paid") and result.get("difference_minor", 0) > 0:
        return Leave("difference_to_pay", (Part(name, facts),))  # the customer owes the difference: a person collects it
    focus = Focus(order_id=order.id if order else None, intent=view.goal.intent)
    return Finished((Part(name, facts),), focus)


def _order_status(view: View) -> Outcome:
    order = view.order
    assert order is not None
    facts = {"order": order, "others": _others(view, order)}
    return Finished((Part("order_status", facts, cards=({"type": "order", "order": order},)),), _focus(view, order))


def _logistics(view: View) -> Outcome:
    order = view.order
    assert order is not None
    parcel = next((one for one in order.shipments if one.direction == "out"), None)
    facts = {"order": order, "parcel": parcel, "now": view.context.now, "others": _others(view, order)}
    return Finished((Part("logistics", facts, cards=({"type": "order", "order": order},)),), _focus(view, order))


def _refund_status(view: View) -> Outcome:
    order = view.order
    assert order is not None
    cases = tuple(case for case in order.cases if case.kind in REFUNDING)
    others = [one for one in view.orders if one.id != order.id and any(refund.state != "arrived" for refund in one.refunds)]
    facts = {"order": order, "refunds": order.refunds, "cases": cases, "others": tuple(others[:3])}
    return Finished((Part("refund_status", facts, cards=({"type": "order", "order": order},)),), _focus(view, order))


def _others(view: View, chosen: Order) -> tuple[Order, ...]:
    """Other orders that are still on their way: the customer may have meant one of them."""
    moving = ("unpaid", "paid", "packed", "shipped")
    return tuple(order for order in view.orders if order.id != chosen.id and order.state in moving)[:3]


def _focus(view: View, order: Order) -> Focus:
    only = order.items[0].id if len(order.items) == 1 else None
    return Focus(order_id=order.id, item_id=only, intent=view.goal.intent)


def _products(view: View) -> tuple[Product, ...]:
    return view.found_products("products") or ()


def _wanted_options(view: View, products: Sequence[Product]) -> dict[str, str]:
    wanted = {heard.kind: heard.value for kind in ("colour", "size") for heard in view.newest(kind)}
    if "size" not in wanted:  # "in 43?"
        offered = {variant.options.get("size") for product in products for variant in product.variants}
        wanted |= dict(zip(["size"], view.spelled(offered), strict=False))
    if not view.newest("product", "kind"):  # a follow-up keeps what was said before: "and in blue?" is still about XL
        wanted = {**view.state.focus.options, **wanted}
    return wanted


def _product(view: View) -> Outcome:
    products = _products(view)
    if not products:
        return Finished((Part("no_product"),), is_understood=False)
    rows = rows_of(view, products) if view.goal.intent == "product_info" else ()
    if rows:
        return _aspects(view, rows)
    wanted = _wanted_options(view, products)
    facts = {"intent": view.goal.intent, **_stock_facts(products, wanted)}
    listed = (facts["product"], *(facts["similar"] if not wanted else ()))
    cards = tuple({"type": "product", "product": product, "wanted": wanted} for product in listed[:3])
    # Those shown come first, in the order shown: "the second one" is the second card.
    shown = (facts["product"], *(one for one in products if one.id != facts["product"].id))
    focus = Focus(view.state.focus.order_id, None, tuple(one.id for one in shown), wanted, view.goal.intent)
    return Finished((Part("product", facts, cards=cards),), focus)


def _aspects(view: View, rows: Sequence[Row]) -> Outcome:
    products = tuple({row["product"].id: row["product"] for row in rows}.values())
    cards = tuple({"type": "product", "product": product, "wanted": {}} for product in products)
    focus = Focus(view.state.focus.order_id, None, tuple(one.id for one in products), {}, view.goal.intent)
    return Finished((Part("product_aspects", {"rows": rows}, cards=cards),), focus)


def _stock_facts(products: tuple[Product, ...], wanted: Mapping[str, str]) -> dict[str, Any]:
    """The first product that is made as wanted (else the first), its variants that fit, and those in stock."""

    def fitting(product: Product) -> list[Variant]:
        return [v for v in product.variants if all(v.options.get(key) == value for key, value in wanted.items())]

    product = next((one for one in products if fitting(one)), products[0])
    matching = fitting(product)
    return {
        "product": product,
        "similar": tuple(one for one in products if one.id != product.id)[:3],
        "wanted": dict(wanted),
        "matching": tuple(matching),
        "in_stock": tuple(one for one in matching if one.stock > 0),
        "available": tuple(one for one in product.variants if one.stock > 0),
    }


def _size(view: View) -> Outcome:
    products, answer = _products(view), find_answer(view)
    parts: list[Part] = []
    focus = None
    if products:
        cards = ({"type": "product", "product": products[0], "wanted": {}},)
        parts.append(Part("product_sizes", {"product": products[0], "body": _body(view)}, cards=cards))
        focus = Focus(view.state.focus.order_id, None, tuple(p.id for p in products), {}, view.goal.intent)
    if answer is not None and answer.outcome == "answer":
        parts.append(_article(answer))
    elif answer is not None and answer.outcome == "did_you_mean" and _body(view):
        parts.append(Part("did_you_mean", {"hits": answer.hits[:3]}, hits=answer.hits[:3]))
    if not parts:
        return Finished((Part("ask_product", {"several": False, "intent": view.goal.intent}),), is_understood=False)
    return Finished(tuple(parts), focus)


def _body(view: View) -> Mapping[str, Any]:
    return next((heard.value for heard in view.newest("body")), {})


def _compare(view: View) -> Outcome:
    products = _products(view)
    if len(products) < 2:
        return _product(view)
    focus = Focus(view.state.focus.order_id, None, tuple(p.id for p in products), {}, view.goal.intent)
    cards = ({"type": "comparison", "products": products[:3]},)
    return Finished((Part("compare", {"products": products[:3]}, cards=cards),), focus)


def _advice(view: View) -> Outcome:
    products = view.found_products("advice") or ()
    if not products:
        return Finished((Part("no_advice", {"words": view.goal.words}),))
    cards = tuple({"type": "product", "product": product, "wanted": {}} for product in products[:3])
    focus = Focus(view.state.focus.order_id, None, tuple(p.id for p in products[:3]), {}, view.goal.intent)
    return Finished((Part("advice", {"products": products[:3]}, cards=cards),), focus)


def _article(answer: Answer) -> Part:
    return Part("article", {"hit": answer.hits[0], "crossed": answer.crossed}, hits=answer.hits[:1])


def _answer(view: View) -> Outcome:
    answer = find_answer(view)
    if answer is None:
        return Finished((Part("knowledge_down"),))
    if answer.outcome == "answer":
        return Finished((_article(answer),), Focus(intent=view.goal.intent))
    if answer.outcome == "did_you_mean":
        return Finished((Part("did_you_mean", {"hits": answer.hits[:3]}, hits=answer.hits[:3]),))
    return Finished((Part("no_answer"),), is_understood=False)


_SHORT = 12  # "warranty?" asks about what was talked about


def _warranty(view: View) -> Outcome:
    products, parts = _products(view), []
    is_about_it = bool(view.newest("product", "kind")) or view.says(POINTING) or len(view.words) <= _SHORT
    if products and is_about_it:
        parts.append(Part("warranty", {"product": products[0]}))
    answer = find_answer(view)
    if answer is not None and answer.outcome == "answer":
        parts.append(_article(answer))
    return Finished(tuple(parts)) if parts else _answer(view)


def _coupons(view: View) -> Outcome:
    coupons = view.working.found.get("coupons") or ()
    if view.context.is_partial:
        return Finished((Part("records_down"),))
    parts = [Part("coupons", {"coupons": tuple(coupons)})] if view.context.is_signed_in else []
    answer = find_answer(view)
    if answer is not None and answer.outcome == "answer":
        parts.append(_article(answer))
    return Finished(tuple(parts)) if parts else _answer(view)


def _points(view: View) -> Outcome:
    if view.context.is_partial:
        return Finished((Part("records_down"),))
    parts = [Part("points", {"customer": view.context.customer})] if view.context.is_signed_in else []
    answer = find_answer(view)
    if answer is not None and answer.outcome == "answer":
        parts.append(_article(answer))
    return Finished(tuple(parts)) if parts else _answer(view)


_SURE_OUTSIDE = 0.5  # least chance of an article for words that the reader takes for lying outside: "the meaning of life"


def _unclear(view: View) -> Outcome:
    """Words outside of what the shop does: an article may know all the same; else say honestly that it was not understood."""
    answer = find_answer(view)
    least = _SURE_OUTSIDE if view.goal.intent == "oos" else 0.0
    if answer is not None and answer.outcome == "answer" and answer.probability >= least:
        return Finished((_article(answer),))
    if answer is not None and answer.outcome == "did_you_mean" and view.goal.intent != "oos":
        return Finished((Part("did_you_mean", {"hits": answer.hits[:3]}, hits=answer.hits[:3]),), is_understood=False)
    return Finished((Part("unclear"),), is_understood=False)


_SAYINGS: Mapping[str, Saying] = {
    "order_status": _order_status,
    "logistics": _logistics,
    "refund_status": _refund_status,
    "product": _product,
    "size": _size,
    "compare": _compare,
    "advice": _advice,
    "answer": _answer,
    "warranty": _warranty,
    "coupons": _coupons,
    "points": _points,
    "unclear": _unclear,
    "records": say_records,
    "facts": say_facts,
    "variants": say_variants,
}
