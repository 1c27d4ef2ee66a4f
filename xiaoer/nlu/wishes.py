"""Several wishes in one message: split where both sides, read by themselves, want something of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xiaoer.nlu.features import names_of
from xiaoer.nlu.model import Prediction

_BORDER = re.compile(
    r"(?P<also>(?:[。！？!?；;，,.\s]|\band\b)*(?:\b(?:also|by the way|btw|another thing|one more thing)\b|另外|还有(?!货|吗|没|多|几)|顺便|然后|对了|以及|同时))|"
    r"(?P<end>[。！？!?；;\n]+|\.(?=\s))|(?P<comma>[，,])|(?P<and>\b(?:and|plus|then)\b|(?<=[，,])再)|(?P<gap>(?<=[一-鿿])\s+(?=[一-鿿]))"
)
# English words without which what follows "and" or a comma is no clause, just more of the same ("the red and the blue one")
_CLAUSE = re.compile(
    r"[一-鿿]|\b(?:i|i'm|i'd|i've|im|we|you|it|he|she|they|is|are|was|do|does|did|can|could|will|would|should|may|how|what|when|where|which|why|who|"
    r"please|pls|send|change|cancel|return|refund|exchange|add|remove|give|tell|check|update|ship|stop|delete|unsubscribe|track|replace|repair|fix|use|apply|"
    r"let|make|put|help|need|want|get|got)\b|n't\b"
)
_GOES_ON = re.compile(r"^\W*(?:how much|how long|(?:is|does|will) (?:it|that)\b.{0,12}(?:free|cost)|多少钱|要多少钱|多久|要多久|要钱吗|怎么收费|几天)[^,，]{0,18}$")
_SURE = {"": 0.6, "also": 0.5, "end": 0.55, "comma": 0.6, "and": 0.6, "gap": 0.6}
_SHORTEST = 2
_SMALL_TALK = frozenset({"greeting", "thanks", "goodbye", "affirm", "deny", "chitchat", "feedback"})
# What happened and what is wanted because of it are one wish.
_CAUSES = (
    frozenset({"return_request", "exchange_request", "missing_or_damaged", "repair_request", "warranty_query", "change_items"}),
    frozenset({"logistics_tracking", "urge_shipping", "order_status"}),
    frozenset({"missing_or_damaged", "urge_shipping"}),
)
_POINTS_BACK = re.compile(r"\b(?:change|correct|fix|update|edit|sort) (?:it|this|that)\b")
_MONEY_BACK = re.compile(r"^\W*(?:please )?(?:refund|give) me\b|^\W*(?:退款|退钱|把钱退)")
_LEAD_IN = re.compile(r"^\W*(?:if so|if not|if yes|in that case|then|well|so|ok|okay|那|如果是)\W*$")
_RULES_OF = frozenset({"shipping_policy", "return_policy", "repair_request", "warranty_query", "exchange_request"})
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of the message, what it wants read by itself, and how it is joined to what stands before it."""

    span: Span
    found: Prediction
    joint: str

    @property
    def intent(self) -> str:
        return self.found.intents[0][0]


def split(text: str, predict: Callable[[str], Prediction]) -> list[tuple[Span, Prediction]]:
    """Spans with their predictions. One span over everything unless two parts surely want different things.

    A part that wants nothing surely ("it is too big") belongs to the part before it, or else to the one after it.
    """
    whole = predict(text)
    pieces = [(span, joint) for span, joint in _pieces(text) if len(text[slice(*span)].strip()) >= _SHORTEST]
    if len(pieces) < 2:
        return [((0, len(text)), whole)]
    parts = [_Part(span, predict(text[slice(*span)]), joint) for span, joint in pieces]
    sure = [part for part in parts if _is_sure(part) and not _LEAD_IN.search(text[slice(*part.span)].lower())]
    if len({part.intent for part in sure}) < 2:
        return [((0, len(text)), _best_of(whole, sure))]
    return _grow(text, _merged(text, sure, whole))


def _best_of(whole: Prediction, parts: Sequence[_Part]) -> Prediction:
    """A long line may look strange as a whole although one clear part says what is wanted."""
    if whole.outcome == "answer" or not parts:
        return whole
    return max((part.found for part in parts), key=lambda found: found.intents[0][1])


def _is_sure(part: _Part) -> bool:
    found = part.found
    return found.outcome == "answer" and found.intents[0][1] >= _SURE[part.joint] and part.intent not in _SMALL_TALK


def _pieces(text: str) -> list[tuple[Span, str]]:
    """The stretches between borders, each with the border before it; what is no clause stays with what stands before it."""
    pieces: list[tuple[Span, str]] = []
    start, joint = 0, ""
    for match in (*_BORDER.finditer(text.lower() if len(text.lower()) == len(text) else text), None):
        end = match.start() if match else len(text)
        words = text[start:end].lower()
        if pieces and joint in ("and", "comma") and words.strip() and not _CLAUSE.search(words):
            pieces[-1] = ((pieces[-1][0][0], end), pieces[-1][1])
        elif words.strip():
            pieces.append(((start, end), joint))
        if match:
            start, joint = match.end(), _stronger(joint if not words.strip() else "", match.lastgroup or "")
    return pieces


def _stronger(one: str, other: str) -> str:
    order = ("", "gap", "comma", "and", "end", "also")
    return max(one, other, key=order.index)


def _merged(text: str, sure: Sequence[_Part], whole: Prediction) -> list[_Part]:
    """Neighbours that want the same thing, or a thing and its cause, are one wish."""
    merged: list[_Part] = []
    for part in sure:
        before = merged[-1] if merged else None
        found = _joined(text, before, part, whole) if before else None
        if before and found:
            merged[-1] = _Part((before.span[0], part.span[1]), found, before.joint)
        else:
            merged.append(part)
    return merged


def _joined(text: str, before: _Part, part: _Part, whole: Prediction) -> Prediction | None:
    """What two neighbours want together; None when they are two wishes."""
    if before.intent == part.intent:
        return before.found
    if part.joint == "also":
        return None
    words = text[slice(*part.span)].lower()
    if _goes_on(before, part, words):
        return before.found
    pair = {before.intent, part.intent}
    if "complaint" in pair and (part.joint != "end" or "human_request" in pair):
        return part.found if before.intent == "complaint" else before.found
    if any(pair <= causes for causes in _CAUSES) and not _name_other_goods(text, before, part):
        return whole if whole.outcome == "answer" and whole.intents[0][0] in pair else part.found
    return None


def _goes_on(before: _Part, part: _Part, words: str) -> bool:
    """Whether the words mean something only together with what stands before them."""
    if before.intent in _RULES_OF and _GOES_ON.search(words):
        return True
    if before.intent == "cancel_order" and _MONEY_BACK.search(words):
        return True
    return part.joint == "comma" and bool(_POINTS_BACK.search(words))


def _name_other_goods(text: str, before: _Part, part: _Part) -> bool:
    one, other = (
        {name for name in names_of(text[slice(*each.span)]) if name.startswith("ogoods/")} - {"ogoods/thing"} for each in (before, part)
    )
    return bool(one and other and not one & other)


def _grow(text: str, wishes: Sequence[_Part]) -> list[tuple[Span, Prediction]]:
    """Each wish reaches to where the next one begins."""
    grown: list[tuple[Span, Prediction]] = []
    for number, wish in enumerate(wishes):
        first = 0 if number == 0 else wish.span[0]
        last = wishes[number + 1].span[0] if number + 1 < len(wishes) else len(text)
        grown.append(((first, last), wish.found))
    return grown
