"""Who asks? A visitor must prove an order by two facts before a word is said about it.

Whether an order exists, whose it is, or which fact was wrong is never told; tries are counted where the facts are checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from xiaoer.aftersales.policy import BY_ORDER
from xiaoer.dialogue.effects import LookUp, Part
from xiaoer.dialogue.outcome import Ask, Filled, Finished, Leave, Need, Outcome
from xiaoer.dialogue.view import View

_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")


def verify(view: View) -> Outcome:
    """Go on for a signed-in customer or a proven order; otherwise ask for the number and one fact, and check them."""
    if view.context.is_signed_in:
        return Filled(view.goal)
    number, proof, is_new = _number(view), *_proof(view)
    by_order = BY_ORDER[0] in view.context.policy.identify
    if not by_order or (len(view.context.policy.identify) > 1 and number is None):
        return _by_person(view)
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


def _by_person(view: View) -> Outcome:
    """Ask for the facts by which this shop knows its customers, and check the newest complete set of them."""
    ways = _person_facts(view)
    untried = [one for one in ways if _key_of(one) not in view.working.found]
    facts = next(iter([*untried, *ways]), None)
    if facts is None:
        part = Part("identify_ask", {"ways": view.context.policy.identify, "has_name": bool(view.newest("person_name"))})
        return Ask(part, "verify", (), "text")
    key = _key_of(facts)
    failed = view.working.failed.get(key)
    if failed == "too_many":
        return Leave("verify_tries", (Part("verify_locked"),))
    if failed is not None:
        return Finished((Part("records_down"),))
    if key in view.working.found or not _is_new(view, "email", "person_name", "postcode"):
        return Ask(Part("identify_failed", {"ways": view.context.policy.identify}), "verify", (), "text")
    return Need(LookUp("identify", key, facts))


def _key_of(facts: Mapping[str, str]) -> str:
    return "identify:" + ":".join(facts.values())


def _person_facts(view: View) -> list[dict[str, str]]:
    """The e-mail address, and the name with the postcode, as far as they were said; what was said last comes first."""
    emails, names, codes = view.newest("email"), view.newest("person_name"), view.newest("postcode")
    known = view.context.policy.identify
    ways: list[tuple[int, dict[str, str]]] = []
    if emails and ("email",) in known:
        ways.append((emails[0].seq, {"email": str(emails[0].value)}))
    if names and codes and ("name", "postcode") in known:
        ways.append((codes[0].seq, {"name": str(names[0].value), "postcode": str(codes[0].value)}))
    return [facts for _, facts in sorted(ways, key=lambda way: -way[0])]


def _is_new(view: View, *kinds: str) -> bool:
    return any(heard.seq == view.working.seq for kind in kinds for heard in view.newest(kind))


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
