"""What the decision can ask for: one effect at a time. The two endings close the turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find something. `key` names the answer in the working memory; the same key is not looked up twice in a turn.

    what (arguments → value)
        answer      question, language → knowledge Answer
        products    ids → tuple[Product]
        advice      kind ids, filters, order → tuple[Product] (best first)
        facts       the fields of shop.facts.question.Question → Finding or None
        verify      order_number, proof → {"customer_id": …, "order": Order, "level": …} or None
        coupons     → tuple[Coupon]
        queue       → {"is_open": bool, "waiting": int, "position": int}
    """

    what: str
    key: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """Change something, once. `key` is the idempotency key (the proposal's id); `arguments` hold the request as read back."""

    action: str
    key: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a reply: the template that words it and every fact it may use; cards, sources and chips beside it."""

    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    cards: tuple[Mapping[str, Any], ...] = ()
    hits: tuple[Any, ...] = ()
    chips: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Say:
    """Ending: say these parts and wait for the customer. `expects` tells the screen what would be an answer."""

    parts: tuple[Part, ...]
    expects: Literal["", "choice", "yes_no", "text", "photo"] = ""


@dataclass(frozen=True, slots=True)
class HandOff:
    """Ending: say these parts and give the conversation to staff, with a summary for whoever takes it."""

    parts: tuple[Part, ...]
    reason: str
    summary: Mapping[str, Any]


Effect = LookUp | Act | Say | HandOff
Ending = Say | HandOff
