"""Which of the customer's stored ways to pay gets the refund or pays the difference; and how an order is to be paid instead."""

from __future__ import annotations

from collections.abc import Sequence

from xiaoer.customers.types import PaymentMethod
from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.outcome import Ask, Filled, Outcome
from xiaoer.dialogue.state import Slot
from xiaoer.dialogue.view import View
from xiaoer.nlu.methods import method_in


def resolve(view: View, step: Step) -> Outcome:
    """Fill the slot "payment_id"; a shop that keeps no ways to pay for its customers needs none."""
    methods = view.context.customer.payments
    if not methods or view.order is None:
        return Filled(view.goal)
    named = _said(view, methods)
    if named is not None:
        text, fitting = named
        if len(fitting) == 1:
            return _filled(view, fitting[0], Slot(fitting[0].id, "said", text=text, seq=view.working.seq))
        if not fitting:
            return _ask(view, methods, "payment_not_known")
        methods = tuple(fitting)
    if len(methods) == 1 and view.goal.flow != "change_payment":
        return _filled(view, methods[0], Slot(methods[0].id, "inferred", text="only_one"))
    return _ask(view, methods, "ask_payment_id")


def _said(view: View, methods: Sequence[PaymentMethod]) -> tuple[str, list[PaymentMethod]] | None:
    """The newest words that name a way to pay, and the methods that they fit; None where none was named."""
    for text in view.lines:
        fitting = fitting_methods(text, methods, original_id=view.order.payment_id if view.order else None)
        if fitting is not None:
            return text, fitting
    return None


def fitting_methods(text: str, methods: Sequence[PaymentMethod], *, original_id: str | None) -> list[PaymentMethod] | None:
    """Those of the methods that a line names, by last digits, brand, kind or "the original one"; None where it names none."""
    said = method_in(text)
    if said is None:
        return None
    if said.last4:
        return [method for method in methods if method.last4 == said.last4]
    if said.kinds:
        return [method for method in methods if method.told_as in said.kinds or method.kind in said.kinds]
    return [method for method in methods if method.id == original_id] or None


def _filled(view: View, method: PaymentMethod, slot: Slot) -> Filled:
    return Filled(view.goal.with_slot("payment_id", slot))


def _ask(view: View, methods: Sequence[PaymentMethod], template: str) -> Ask:
    if view.goal.flow == "change_payment" and view.order is not None:  # another one than before
        methods = [one for one in methods if one.id != view.order.payment_id] or list(methods)
    choices = tuple({"value": one.id, "words": [one.last4, one.brand, one.kind.replace("_", " ")]} for one in methods)
    facts = {"methods": tuple(methods), "order": view.order, "flow": view.goal.flow}
    return Ask(Part(template, facts), "payment_id", choices, "choice")
