"""The circumstances that the policy asks about: why, in what condition, and the photo that shows it."""

from __future__ import annotations

import re

from xiaoer.aftersales.policy import Policy
from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.outcome import Ask, Filled, Leave, Outcome
from xiaoer.dialogue.state import Slot
from xiaoer.dialogue.view import View, slot_of

REASONS = ("no_reason", "size", "quality", "not_as_described", "wrong_item")
FAULTS = ("missing", "damaged", "wrong_item")
_WHY_CANCELLED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ordered_by_mistake", re.compile(
        r"\bmistakes?\b|\bmistakenly\b|\baccident(?:ally)?\b|\bwrong (?:item|one|thing|order)\b|误|[下拍买]错|手滑"
    )),
    ("no_longer_needed", re.compile(
        r"\bno(?:t)? (?:longer|any ?more)\b|\bdo(?:n'?t| not) (?:want|need)\b|\bchanged my mind\b|\bnot needed\b|"
        r"不再?需要|不[想需]?要了|用不[着上]|改(?:变)?主意"
    )),
    ("cheaper", re.compile(r"\bcheaper\b|\bbetter (?:price|deal)\b|便宜|降价")),
    ("late", re.compile(r"\btoo (?:late|slow|long)\b|太慢|太久|来不及")),
)  # fmt: skip
# "I don't want order 7 any more, cancel it" says that it shall be cancelled, and not yet why.
_UNSAID = re.compile(r"不[想需]?要了|\bdo(?:n'?t| not) want\b|\bno longer want\b")
NO_PHOTO = re.compile(
    r"[没无]有?(?:照片|图|拍)|拍不了|发不了|传不了|上传不|\b(?:no photos?|no pictures?|can'?t (?:send|take|upload)|"
    r"(?:don'?t|do not) have (?:a |any )?(?:photo|picture)s?|without (?:a )?(?:photo|picture))"
)


def resolve_reason(view: View, step: Step) -> Outcome:
    """Fill the slot "reason" with one of aftersales' reasons, or ask. Where the policy makes nothing of it, none is needed."""
    if view.goal.flow == "cancel":
        return _resolve_why_cancelled(view)
    if step.kind == "collect" and not asks_reason(view.context.policy, view.goal.flow):
        return Filled(view.goal)
    for heard in view.newest("reason"):
        value = {"changed_mind": "no_reason", "cheaper": "no_reason", "late": "no_reason", "other": "no_reason"}.get(
            heard.value, heard.value
        )
        return Filled(view.goal.with_slot("reason", slot_of(heard, value)))
    choices = tuple({"value": reason, "words": []} for reason in REASONS)
    return Ask(Part("ask_reason", {"flow": view.goal.flow, "items": view.items}), "reason", choices, "choice")


def asks_reason(policy: Policy, action: str) -> bool:
    """Whether any clause for this action looks at the reason."""
    return any(action in clause.actions and ("reasons" in clause.when or clause.ask == "reason") for clause in policy.clauses)


def _resolve_why_cancelled(view: View) -> Outcome:
    """Why an order is cancelled, as far as a policy asks: no longer needed, ordered by mistake, or something else."""
    for code, pattern in _WHY_CANCELLED:
        answers = view.lines[:1] if view.is_asked("reason") else ()
        line = next((line for line in (*answers, *(_UNSAID.sub("", one) for one in view.lines)) if pattern.search(line)), None)
        if line is not None:
            return Filled(view.goal.with_slot("reason", Slot(code, "said", text=line, seq=view.working.seq)))
    choices = tuple({"value": code, "words": list[str]()} for code in ("no_longer_needed", "ordered_by_mistake"))
    return Ask(Part("ask_why_cancelled", {"order": view.order}), "reason", choices, "choice")


def resolve_fault(view: View, step: Step) -> Outcome:
    """Fill the slot "reason" for a parcel that is not as it should be: missing, damaged or the wrong thing."""
    for heard in view.newest("reason"):
        value = {"quality": "damaged", "not_as_described": "wrong_item"}.get(heard.value, heard.value)
        if value in FAULTS:
            return Filled(view.goal.with_slot("fault", slot_of(heard, value)))
    choices = tuple({"value": fault, "words": []} for fault in FAULTS)
    return Ask(Part("ask_fault", {"items": view.items}), "fault", choices, "choice")


def resolve_condition(view: View, step: Step) -> Outcome:
    """Fill the slot "condition": unopened, opened or used."""
    for heard in view.newest("condition"):
        return Filled(view.goal.with_slot("condition", slot_of(heard, heard.value)))
    choices = tuple({"value": value, "words": list[str]()} for value in ("unopened", "opened", "used"))
    return Ask(Part("ask_condition", {"items": view.items}), "condition", choices, "choice")


def resolve_photo(view: View, step: Step) -> Outcome:
    """Fill the slot "photo" from an attachment; without one, people must look at it."""
    understanding = view.working.understanding
    if understanding is not None and understanding.attachments:
        ids = [attachment.get("id", "") for attachment in understanding.attachments]
        return Filled(view.goal.with_slot("photo", Slot(ids, "said", seq=view.working.seq)))
    if NO_PHOTO.search(view.words):
        return Leave("no_photo", (Part("no_photo"),))
    return Ask(Part("ask_photo", {"items": view.items}), "photo", (), "photo")
