"""What was understood from a customer's words: frozen values, JSON-ready, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from xiaoer.nlu.meant.types import Meant

Language = Literal["zh", "en"]
Outcome = Literal["answer", "ask", "outside"]
Mood = Literal["calm", "happy", "upset", "angry"]


@dataclass(frozen=True, slots=True)
class Entity:
    """Something named in the message. `text == message[start:end]` (characters of the original message).

    kind and value (normalised; always a plain JSON value):
        order_number     "SP2026110300017"
        tracking_number  "SF1234567890123"
        product          {"product_ids": [...], "score": 0..1}         products of this shop by name or nickname, best first
        kind             {"product_ids": [...], "word": "hoodie"}      a product type ("卫衣", "kettle") or category
        colour           "red" (slug)       size  "XL" | "42"           material  "cotton" (slug)
        attribute        {"key": "waterproof", "op": "is|min|max", "value": true|number}
        aspect           {"keys": ["power_w"]}                         an attribute of a product that is asked about
        company          "杭州云杉科技有限公司"                          a name for an invoice
        quantity         3                  ordinal  1..n, or -1 for the last one
        money            {"minor": 30000, "currency": "CNY", "op": "is|min|max|about"}
        date             {"from": "2026-11-20", "to": "2026-11-20"}    inclusive days in the shop's time zone
        phone            "+8613800138000"   email  "mei@spruce.example"
        address          {"region": "浙江省", "city": "杭州市", "district": "余杭区", "line": "...", "name": None, "phone": None}
        payment          "wechat" | "alipay" | "card" | "unionpay" | "huabei" | "gift_card"
        reason           "no_reason|size|quality|not_as_described|wrong_item|damaged|missing|late|changed_mind|cheaper|other"
        condition        "unopened" | "opened" | "used"
        code             "483920"   one-time code       last_digits "8000"
        laptop           {"inches": 15.6}
        body             {"height_cm": 170, "weight_kg": 60, "foot_mm": 245}
        yes / no         "plain" | "conditional"
        question         what is asked in so many words: "refund", "saving", "may:return_request" … (see nlu/questions.py)
        person_name      "Yusuf Rossi", said as one's own    postcode "19122"
    """

    kind: str
    text: str
    start: int
    end: int
    value: Any


@dataclass(frozen=True, slots=True)
class IntentScore:
    """An intent with its calibrated probability (0..1)."""

    intent: str
    probability: float


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing wanted; a message may hold several. `start`, `end` are characters of the original message.

    `meant`: what these words say of orders, goods and what is wanted instead.
    """

    start: int
    end: int
    intents: tuple[IntentScore, ...]
    outcome: Outcome
    oos_score: float
    entities: tuple[Entity, ...] = ()
    meant: Meant = field(default_factory=Meant)

    @property
    def intent(self) -> str:
        """The likeliest intent, or "oos" when the words are outside of what the shop does."""
        return "oos" if self.outcome == "outside" or not self.intents else self.intents[0].intent


@dataclass(frozen=True, slots=True)
class Understanding:
    """A message, understood. `wishes` is never empty; `partial` is set when a reader failed and a lesser one stood in."""

    text: str
    language: Language
    wishes: tuple[Wish, ...]
    entities: tuple[Entity, ...] = ()
    mood: Mood = "calm"
    is_urgent: bool = False
    is_follow_up: bool = False
    is_correction: bool = False
    model_version: str = ""
    is_partial: bool = False
    attachments: tuple[Mapping[str, Any], ...] = field(default=())
    meant: Meant = field(default_factory=Meant)

    def has(self, kind: str) -> bool:
        """Whether an entity of this kind was named."""
        return any(entity.kind == kind for entity in self.entities)

    def list_entities(self, kind: str) -> tuple[Entity, ...]:
        """The entities of one kind, in the order of the words."""
        return tuple(entity for entity in self.entities if entity.kind == kind)

    def find_value(self, kind: str) -> Any | None:
        """The first value of a kind, or None."""
        return next((entity.value for entity in self.entities if entity.kind == kind), None)

    def with_attachments(self, attachments: tuple[Mapping[str, Any], ...]) -> Understanding:
        """The same understanding with the pictures that came along."""
        return replace(self, attachments=attachments) if attachments else self

    def in_language(self, language: Language) -> Understanding:
        """The same understanding, answered in this language (a pressed button has no language of its own)."""
        return replace(self, language=language)
