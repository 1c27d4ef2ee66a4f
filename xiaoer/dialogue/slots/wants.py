"""What the customer wants instead: another kind of payment, a title on the invoice, a remedy."""

from __future__ import annotations

from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.outcome import Ask, Filled, Outcome
from xiaoer.dialogue.state import Slot
from xiaoer.dialogue.view import View, slot_of
from xiaoer.nlu.types import Understanding

_PERSONAL = r"个人|\b(?:personal|individual|myself)\b"
_RESEND = r"补发|重发|补寄|换新|再寄|\b(?:resend|replace|replacement|send (?:it|another|me))\b"
_REFUND = r"退款|退钱|赔|\b(?:refund|money back)\b"
PAYMENTS = ("wechat", "alipay", "unionpay", "visa", "mastercard", "huabei", "gift_card")


def resolve_payment(view: View, step: Step) -> Outcome:
    """Fill the slot "payment" with a kind of payment, or ask; where ways to pay are stored, one of those is chosen instead."""
    if view.context.customer.payments:
        return Filled(view.goal)
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
