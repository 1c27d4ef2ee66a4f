"""Who asks? A visitor must prove an order by two facts before a word is said about it.

Whether an order exists, whose it is, or which fact was wrong is never told; tries are counted where the facts are checked.
"""

from __future__ import annotations

import re

from xiaoer.dialogue.effects import LookUp, Part
from xiaoer.dialogue.outcome import Ask, Filled, Finished, Leave, Need, Outcome
from xiaoer.dialogue.view import View

_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")


def verify(view: View) -> Outcome:
    """Go on for a signed-in customer or a proven order; otherwise ask for the number and one fact, and check them."""
    if view.context.is_signed_in:
        return Filled(view.goal)
    number, proof, is_new = _number(view), *_proof(view)
    if view.orders and (number is None or any(order.id == number for order in view.orders)):
        return Filled(view.goal)
    if number is None or proof is None:
        part = Part("verify_ask", {"has_number": number is not None, "has_proof": proof is not None})
        return Ask(part, "verify", (), "text")
    key = f"verify:{number}:{proof}"
    if view.working.failed.get(key) not in (None, "too_many"):
        return Finished((Part("records_down"),))
    if key in view.working.failed:
        return Leave("verify_tries", (Part("verify_locked"),))
    if key in view.working.found:
        return Ask(Part("verify_failed"), "verify", (), "text")
    if not is_new and not _is_just_said(view, number):
        return Ask(Part("verify_ask", {"has_number": True, "has_proof": False}), "verify", (), "text")
    return Need(LookUp("verify", key, {"order_number": number, "proof": proof}))


def _number(view: View) -> str | None:
    heard = view.newest("order_number")
    return heard[0].value if heard else None


def _is_just_said(view: View, number: str) -> bool:
    return any(heard.value == number and heard.seq == view.working.seq for heard in view.newest("order_number"))


def _proof(view: View) -> tuple[str | None, bool]:
    """The second fact (last digits, phone or e-mail) and whether it was said in this very message."""
    heard = view.newest("last_digits", "phone", "email")
    if heard:
        return str(heard[0].value), heard[0].seq == view.working.seq
    understanding = view.working.understanding
    numbers = [] if understanding is None else understanding.list_entities("order_number")
    if understanding is not None and (numbers or view.is_asked("verify")):
        text = understanding.text
        for number in numbers:  # "SP2026112277703 6608": the digits beside the number
            text = text.replace(number.text, " ")
        digits = _FOUR_DIGITS.search(text)
        if digits:
            return digits.group(), True
    return None, False
