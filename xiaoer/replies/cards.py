"""Cards and chips as JSON for the screen: every label already in the customer's language, so that a screen only draws.

A button is {"label": …, "say": the words that it sends, "choice": what it means}; see dialogue.events.Said for choices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from xiaoer.aftersales.types import Verdict
from xiaoer.dialogue.effects import Part
from xiaoer.replies.words import Words
from xiaoer.shop.types import Order, Product, Variant

_STEPS = ("paid", "packed", "shipped", "delivered")
_STEP_LABELS = {
    "zh": {"paid": "已付款", "packed": "已打包", "shipped": "已发出", "delivered": "已签收"},
    "en": {"paid": "Paid", "packed": "Packed", "shipped": "Shipped", "delivered": "Delivered"},
}
_BUTTONS = {
    "track": {"zh": "查物流", "en": "Track"},
    "return": {"zh": "退货", "en": "Return"},
    "cancel": {"zh": "取消订单", "en": "Cancel"},
    "urge": {"zh": "催发货", "en": "Hurry up"},
    "choose": {"zh": "选这个", "en": "This one"},
    "stock": {"zh": "有货吗", "en": "In stock?"},
    "yes": {"zh": "确认办理", "en": "Yes, do it"},
    "no": {"zh": "先不办", "en": "Not now"},
}


def card_of(card: Mapping[str, Any], words: Words) -> Mapping[str, Any]:
    """A card as raw facts ({"type": "order", "order": Order, …}) becomes a card as JSON."""
    return _CARDS[card["type"]](card, words)


def _order(card: Mapping[str, Any], words: Words) -> Mapping[str, Any]:
    order: Order = card["order"]
    parcel = next((one for one in order.shipments if one.direction == "out"), None)
    last = parcel.events[-1] if parcel is not None and parcel.events else None
    return {
        "type": "order",
        "id": order.id,
        "state": order.state,
        "state_label": words.label("order_state", order.state),
        "total": words.money(order.total_minor),
        "placed": words.day(order.placed_at),
        "steps": [_step(order, name, words) for name in _STEPS],
        "items": [
            {
                "name": words.name(item.names),
                "options": words.options(item.options),
                "quantity": item.quantity,
                "price": words.money(item.unit_paid_minor),
                "picture": picture_of(item.picture, item.options),
            }
            for item in order.items
        ],
        "parcel": None
        if parcel is None
        else {"courier": words.label("courier", parcel.courier), "number": parcel.tracking_number, "state": parcel.state},
        "last_event": None
        if last is None
        else {"at": words.moment(last.at), "text": words.name(last.text), "place": words.name(last.place)},
        "buttons": _order_buttons(order, words, is_choice=bool(card.get("is_choice"))),
    }


def _step(order: Order, name: str, words: Words) -> Mapping[str, Any]:
    moment = getattr(order, f"{name}_at")
    return {
        "label": _STEP_LABELS[words.language][name],
        "done": moment is not None,
        "at": "" if moment is None else words.moment(moment),
    }


def _order_buttons(order: Order, words: Words, *, is_choice: bool) -> list[Mapping[str, Any]]:
    if is_choice:
        return [_button("choose", words, order.id, {"slot": "order", "value": order.id})]
    named = {"zh": f"订单 {order.id}：", "en": f"Order {order.id}: "}[words.language]
    offered = {
        "unpaid": ("cancel",),
        "paid": ("urge", "cancel"),
        "packed": ("urge",),
        "shipped": ("track",),
        "delivered": ("track", "return"),
    }.get(order.state, ())
    intents = {"track": "logistics_tracking", "return": "return_request", "cancel": "cancel_order", "urge": "urge_shipping"}
    return [
        _button(one, words, named + _BUTTONS[one][words.language], {"intent": intents[one]}) for one in offered
    ]


def _button(name: str, words: Words, say: str, choice: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"label": _BUTTONS[name][words.language], "say": say, "choice": dict(choice), "name": name}


def _product(card: Mapping[str, Any], words: Words) -> Mapping[str, Any]:
    product: Product = card["product"]
    variant = best_variant(product, card.get("wanted") or {})
    stock = sum(one.stock for one in product.variants)
    return {
        "type": "product",
        "id": product.id,
        "name": words.name(product.names),
        "variant": "" if variant is None else words.options(variant.options),
        "price": price_of(product, variant, words),
        "was_price": ""
        if variant is None or not variant.was_price_minor
        else words.money(variant.was_price_minor),
        "stock": stock if variant is None else variant.stock,
        "picture": picture_of(product.picture, {} if variant is None else variant.options),
        "url": f"/shop/products/{product.id}",
    }


def best_variant(product: Product, wanted: Mapping[str, str]) -> Variant | None:
    """The variant with the wanted options (in stock first); None where nothing was wanted or nothing fits."""
    usable = {k: v for k, v in wanted.items() if any(one.options.get(k) == v for one in product.variants)}
    if not usable:
        return product.variants[0] if len(product.variants) == 1 else None
    fitting = [one for one in product.variants if all(one.options.get(k) == v for k, v in usable.items())]
    return max(fitting, key=lambda one: one.stock > 0) if fitting else None


def price_of(product: Product, variant: Variant | None, words: Words) -> str:
    """One price, or from … to … where variants differ."""
    prices = sorted({one.price_minor for one in product.variants})
    if variant is not None:
        return words.money(variant.price_minor)
    return words.money(prices[0]) if len(prices) == 1 else f"{words.money(prices[0])}–{words.money(prices[-1])}"


def picture_of(picture: str, options: Mapping[str, str]) -> str:
    """Where the screen finds the picture."""
    colour = options.get("colour")
    return f"/pictures/{picture}.svg" + (f"?colour={colour}" if colour else "")


def _comparison(card: Mapping[str, Any], words: Words) -> Mapping[str, Any]:
    products: Sequence[Product] = card["products"]
    keys = [key for key in products[0].attributes if any(key in one.attributes for one in products[1:])]
    rows = [{"label": {"zh": "价格", "en": "Price"}[words.language], "values": [price_of(p, None, words) for p in products]}]
    for key in keys[:12]:
        values = [words.attribute(key, p.attributes[key]) if key in p.attributes else "–" for p in products]
        rows.append({"label": words.option(key), "values": values})
    return {
        "type": "comparison",
        "products": [{"id": p.id, "name": words.name(p.names), "picture": picture_of(p.picture, {})} for p in products],
        "rows": rows,
    }


def _verdict(card: Mapping[str, Any], words: Words) -> Mapping[str, Any]:
    verdict: Verdict = card["verdict"]
    proposal, order = card.get("proposal"), card.get("order")
    names = {} if order is None else {item.id: item.names for item in order.items}
    buttons = []
    if proposal:
        for answer in ("yes", "no"):
            say = _BUTTONS[answer][words.language]
            buttons.append(_button(answer, words, say, {"answer": answer, "proposal": proposal}))
    return {
        "type": "verdict",
        "outcome": verdict.outcome,
        "outcome_label": words.label("outcome", verdict.outcome),
        "order_id": verdict.request.order_id,
        "clauses": [{"id": c.id, "version": c.version, "text": words.name(c.texts)} for c in verdict.clauses],
        "lines": [{"label": words.label("line", one.label), "amount": words.money(one.amount_minor)} for one in verdict.lines],
        "total": words.money(verdict.refund_minor) if verdict.lines else "",
        "until": "" if verdict.until is None else words.moment(verdict.until),
        "changes": changes_of(verdict, words, names)[:2],
        "buttons": buttons,
    }


_CHANGES = {
    "earlier": {"zh": "如果在 {value} 之前提出，就可以办理", "en": "Asked for before {value}, it would have been possible"},
    "condition": {"zh": "如果商品是“{value}”的状态，就可以办理", "en": "If the goods were “{value}”, it would be possible"},
    "reason": {"zh": "如果原因是“{value}”，就可以办理", "en": "With the reason “{value}”, it would be possible"},
    "evidence": {"zh": "如果能提供照片凭证，就可以办理", "en": "With a photo as evidence, it would be possible"},
    "level": {"zh": "如果是{value}，就可以办理", "en": "For a {value}, it would be possible"},
    "state": {"zh": "如果订单还是“{value}”的状态，就可以办理", "en": "While the order was still “{value}”, it was possible"},
    "items": {"zh": "如果只办理{value}，就可以办理", "en": "For {value} alone, it would be possible"},
    "quantity": {"zh": "如果数量不超过 {value} 件，就可以办理", "en": "For at most {value} pieces, it would be possible"},
    "price": {"zh": "如果现在的价格低于 {value}，就可以办理", "en": "If the price now were below {value}, it would be possible"},
}


def changes_of(verdict: Verdict, words: Words, names: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What would have altered the verdict, as sentences. `names`: those of the order's items by their id."""
    texts = (change_text(one.kind, one.value, words, names) for one in verdict.changes)
    return [text for text in texts if text]


def change_text(kind: str, value: Any, words: Words, names: Mapping[str, Mapping[str, str]]) -> str:
    """One of them; empty where nothing can be said (items whose names are not known)."""
    shown = str(value)
    if kind == "earlier":
        shown = words.moment(datetime.fromisoformat(value))
    elif kind == "items":
        shown = words.join([words.name(names[item_id]) for item_id, _ in value if item_id in names])
        if not shown:
            return ""
    elif kind == "price" and isinstance(value, int):
        shown = words.money(value)
    elif kind in ("condition", "reason", "level"):
        shown = words.label(kind, shown)
    elif kind == "state":
        shown = words.label("order_state", shown)
    return _CHANGES[kind][words.language].format(value=shown) if kind in _CHANGES else ""


_CARDS: Mapping[str, Callable[[Mapping[str, Any], Words], Mapping[str, Any]]] = {
    "order": _order,
    "product": _product,
    "comparison": _comparison,
    "verdict": _verdict,
}


def chips_of(part: Part, words: Words) -> list[Mapping[str, Any]]:
    """The choices of a question as buttons, and what to ask next after an answer."""
    makers: Mapping[str, Callable[[Any], str]] = {
        "ask_reason": lambda value: words.label("reason", value),
        "ask_fault": lambda value: words.label("reason", value),
        "ask_condition": lambda value: words.label("condition", value),
        "ask_payment": lambda value: words.label("payment", value),
        "ask_remedy": lambda value: words.label("remedy", value),
        "ask_invoice_title": lambda value: str(value) if words.language == "zh" else "Personal",
    }
    slots = {"ask_reason": "reason", "ask_fault": "fault", "ask_condition": "condition", "ask_payment": "payment",
             "ask_remedy": "remedy", "ask_invoice_title": "invoice_title"}  # fmt: skip
    choices = part.facts.get("choices", ())
    if part.facts.get("proposal") and part.facts.get("verdict") is None:  # with a verdict, its card has the buttons
        proposal = part.facts["proposal"]
        return [_chip(_BUTTONS[one][words.language], {"answer": one, "proposal": proposal}) for one in ("yes", "no")]
    if part.template in makers:
        make, slot = makers[part.template], slots[part.template]
        return [_chip(make(one["value"]), {"slot": slot, "value": one["value"]}) for one in choices]
    if part.template == "ask_items":
        labels = [f"{words.name(item.names)} {words.options(item.options)}" for item in part.facts["items"]]
        return [_chip(text, {"slot": "items", "value": one["value"]}) for text, one in zip(labels, choices, strict=False)]
    if part.template == "ask_pieces":
        return [_chip(one["words"][0], {"slot": "items", "value": one["value"]}) for one in choices]
    if part.template in ("ask_variant", "variant_sold_out", "variant_not_made"):
        variants = part.facts["variants"]
        return [_chip(words.options(v.options), {"slot": "picked", "value": one["value"]})
                for v, one in zip(variants, choices, strict=False)]  # fmt: skip
    if part.template == "ask_address":
        return [_chip(words.address(one["value"]), {"slot": "address", "value": one["value"]}) for one in choices]
    if part.template in ("ask_payment_id", "payment_not_known"):
        return [_chip(words.method(method), {"slot": "payment_id", "value": one["value"]})
                for method, one in zip(part.facts["methods"], choices, strict=False)]  # fmt: skip
    if part.template == "clarify":
        return [_chip(words.name(one["titles"]), {"slot": "intent", "value": one["intent"]})
                for one in part.facts["candidates"]]  # fmt: skip
    if part.template == "did_you_mean":
        return [_chip(hit.title, {}) for hit in part.facts["hits"]]
    return []


def _chip(text: str, choice: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"label": text, "say": text, "choice": dict(choice)}
