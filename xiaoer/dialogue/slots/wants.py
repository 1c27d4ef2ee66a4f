"""What the customer wants instead: another variant, another address, another payment, a title on the invoice, a remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from xiaoer.customers.types import Address
from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.outcome import Ask, Filled, Outcome
from xiaoer.dialogue.state import Slot
from xiaoer.dialogue.view import View, slot_of
from xiaoer.nlu.types import Understanding
from xiaoer.shop.types import OrderItem, Product, Variant

SIZES = ("XS", "S", "M", "L", "XL", "XXL", "XXXL")
_BIGGER = r"大一(?:号|码)|大点|大些|\b(?:one size up|a size up|size larger|bigger|larger)\b"
_SMALLER = r"小一(?:号|码)|小点|小些|\b(?:one size down|a size down|smaller)\b"
_PERSONAL = r"个人|\b(?:personal|individual|myself)\b"
_RESEND = r"补发|重发|补寄|换新|再寄|\b(?:resend|replace|replacement|send (?:it|another|me))\b"
_REFUND = r"退款|退钱|赔|\b(?:refund|money back)\b"
_OTHER_ADDRESS = r"另一个地址|其他地址|别的地址|公司地址|家里地址|\bother address\b"
PAYMENTS = ("wechat", "alipay", "unionpay", "visa", "mastercard", "huabei", "gift_card")


def resolve_variant(view: View, step: Step) -> Outcome:
    """Fill the slot "variant" with a variant of the same product that is in stock, or ask which."""
    items, products = view.items, view.found_products("item_product")
    if not items or not products:
        return Filled(view.goal)
    item, product = items[0][0], products[0]
    wanted = _wanted_options(view, item, product)
    matching = [
        v for v in product.variants if v.id != item.variant_id and all(v.options.get(k) == w for k, w in wanted.items())
    ]
    if wanted:
        closest = _closest(matching, item)
        matching = matching if closest is None else [closest]
    in_stock = [variant for variant in matching if variant.stock > 0]
    if wanted and len(in_stock) == 1:
        first = view.newest("colour", "size")
        slot = slot_of(first[0], in_stock[0].id) if first else Slot(in_stock[0].id, "said", text="one size on")
        return Filled(view.goal.with_slot("variant", slot))
    return _ask_variant(view, item, product, wanted, matching, in_stock)


def _wanted_options(view: View, item: OrderItem, product: Product) -> dict[str, str]:
    """Option values named in the words and offered by this product; "one size up" counts from the item's own size."""
    wanted: dict[str, str] = {}
    for kind in product.variants[0].options:
        offered = {variant.options.get(kind) for variant in product.variants}
        named = [heard.value for heard in view.newest(kind) if heard.value in offered] or view.spelled(offered)
        different = [value for value in named if value != item.options.get(kind)]
        if different:
            wanted[kind] = different[-1]
    step = 1 if view.says(_BIGGER) else -1 if view.says(_SMALLER) else 0
    if step and "size" not in wanted and "size" in item.options:
        sizes = sorted({v.options["size"] for v in product.variants if "size" in v.options}, key=_size_order)
        place = sizes.index(item.options["size"]) + step if item.options["size"] in sizes else -1
        if 0 <= place < len(sizes):
            wanted["size"] = sizes[place]
    return wanted


def _size_order(size: str) -> tuple[int, float, str]:
    if size in SIZES:
        return (0, SIZES.index(size), size)
    digits = "".join(letter for letter in size if letter.isdigit() or letter == ".")
    return (1, float(digits) if digits.strip(".") else 0.0, size)


def _closest(variants: Sequence[Variant], item: OrderItem) -> Variant | None:
    """The variant that keeps every option which the customer didn't name, or None."""
    if len(variants) == 1:
        return variants[0]
    same = [v for v in variants if sum(v.options.get(k) != w for k, w in item.options.items()) == 1]
    return same[0] if len(same) == 1 else None


def _ask_variant(
    view: View,
    item: OrderItem,
    product: Product,
    wanted: Mapping[str, str],
    matching: Sequence[Variant],
    in_stock: Sequence[Variant],
) -> Ask:
    others = [variant for variant in product.variants if variant.id != item.variant_id and variant.stock > 0]
    offered = tuple(in_stock or others)[:8]
    template = "ask_variant"
    if wanted and not in_stock:
        template = "variant_sold_out" if matching else "variant_not_made"
    choices = tuple({"value": v.id, "words": list(v.options.values())} for v in offered)
    facts = {"item": item, "product": product, "variants": offered, "wanted": dict(wanted), "flow": view.goal.flow}
    return Ask(Part(template, facts), "variant", choices, "choice")


def resolve_address(view: View, step: Step) -> Outcome:
    """Fill the slot "address" with a whole address: a new one, or one that the customer has on file."""
    order = view.order
    current = dict(order.address) if order else {}
    for heard in view.newest("address"):
        new = {key: value for key, value in heard.value.items() if value}
        if new.get("line"):
            phone = next((one.value for one in view.newest("phone")), None)
            kept = {key: current.get(key, "") for key in ("name", "phone", "country", "region", "city", "district")}
            if new.get("region") or new.get("city"):
                kept = {**kept, "region": "", "city": "", "district": ""}
            value = {**kept, **new} | ({"phone": phone} if phone else {})
            return Filled(view.goal.with_slot("address", slot_of(heard, value)))
    saved = [address for address in view.context.customer.addresses if not _is_same(address, current)]
    if len(saved) == 1 and view.says(_OTHER_ADDRESS):
        value = _plain(saved[0])
        return Filled(view.goal.with_slot("address", Slot(value, "record", text=saved[0].line)))
    listed = saved if view.context.is_signed_in else []
    choices = tuple({"value": _plain(one), "words": [one.line, one.city, one.district]} for one in listed[:4])
    part = Part("ask_address", {"addresses": tuple(listed[:4]), "order": order})
    return Ask(part, "address", choices, "text")


def _plain(address: Address) -> dict[str, Any]:
    data = asdict(address)
    return {key: data[key] for key in ("name", "phone", "country", "region", "city", "district", "line", "postcode")}


def _is_same(address: Address, current: Mapping[str, Any]) -> bool:
    return address.line == current.get("line") and address.city == current.get("city")


def resolve_payment(view: View, step: Step) -> Outcome:
    """Fill the slot "payment" with a kind of payment, or ask which."""
    for heard in view.newest("payment"):
        kind = "visa" if heard.value == "card" else heard.value
        if kind in PAYMENTS:
            return Filled(view.goal.with_slot("payment", slot_of(heard, kind)))
    choices = tuple({"value": kind, "words": [kind]} for kind in PAYMENTS)
    return Ask(Part("ask_payment", {"kinds": PAYMENTS}), "payment", choices, "choice")


def resolve_invoice_title(view: View, step: Step) -> Outcome:
    """Fill the slot "invoice_title": "个人", or a company's name; a bare answer to the question is the title itself."""
    if view.says(_PERSONAL):
        return Filled(view.goal.with_slot("invoice_title", Slot("个人", "said", seq=view.working.seq)))
    for heard in view.newest("company"):
        return Filled(view.goal.with_slot("invoice_title", slot_of(heard, heard.value)))
    understanding = view.working.understanding
    if view.is_asked("invoice_title") and understanding is not None and _may_be_title(understanding):
        slot = Slot(understanding.text.strip(), "said", text=understanding.text, seq=view.working.seq)
        return Filled(view.goal.with_slot("invoice_title", slot))
    choices = ({"value": "个人", "words": ["个人", "personal"]},)
    return Ask(Part("ask_invoice_title", {"order": view.order}), "invoice_title", choices, "text")


def _may_be_title(understanding: Understanding) -> bool:
    """A name and nothing else: no yes or no, no question, nothing that names an order or its goods."""
    text = understanding.text.strip()
    names_other = any(understanding.has(kind) for kind in ("product", "kind", "order_number", "ordinal", "date", "yes", "no"))
    is_line = 1 < len(text) <= 100 and "\n" not in text
    return is_line and not names_other and not text.endswith(("?", "？", "吗", "呢", "吧"))


def resolve_remedy(view: View, step: Step) -> Outcome:
    """Fill the slot "remedy": resend or refund."""
    for value, pattern in (("resend", _RESEND), ("refund", _REFUND)):
        if view.says(pattern):
            return Filled(view.goal.with_slot("remedy", Slot(value, "said", seq=view.working.seq)))
    choices = ({"value": "resend", "words": ["补发", "resend"]}, {"value": "refund", "words": ["退款", "refund"]})
    return Ask(Part("ask_remedy", {"items": view.items}), "remedy", choices, "choice")
