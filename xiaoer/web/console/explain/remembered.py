"""What the dialogue remembered after a turn: slots with their sources, the focus, what is open. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xiaoer.assistant import Assistant
from xiaoer.replies.words import Words
from xiaoer.shop.types import OrderItem
from xiaoer.web.console.explain.read import TurnRecord
from xiaoer.web.console.reader import slot_text
from xiaoer.web.templates import Catalogue


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A slot: what, which value, and where it came from (`source` a code, `said` the words)."""

    name: str
    value: str
    source: str
    said: str
    seq: int


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal that is still open, with its slots."""

    title: str
    slots: tuple[SlotLine, ...]


@dataclass(frozen=True, slots=True)
class Remembered:
    """The state after the turn. `focus`: what "it" means now; `question`: what was asked; `proposal`: what waits for a yes."""

    goals: tuple[GoalLine, ...]
    focus: tuple[tuple[str, str], ...]
    question: str
    proposal: str
    is_verified: bool

    @property
    def is_empty(self) -> bool:
        """Nothing is open and nothing in focus."""
        return not (self.goals or self.focus or self.question or self.proposal)


def remembered_of(
    data: Mapping[str, Any], record: TurnRecord, assistant: Assistant, t: Catalogue, words: Words
) -> Remembered:
    """The trace's memory in the reader's words."""
    names = _Names(record, assistant, words)
    goals = tuple(
        GoalLine(
            title=_flow_title(goal["flow"], assistant, t),
            slots=tuple(_slot(name, slot, names, t) for name, slot in goal["slots"].items() if name != "candidates"),
        )
        for goal in data["goals"]
    )
    question, proposal = data.get("question") or {}, data.get("proposal") or {}
    return Remembered(
        goals=goals,
        focus=tuple(_focus(data["focus"], names, t)),
        question=t.code("slot", question["slot"]) if question else "",
        proposal=t.code("explain.action", proposal["action"]) if proposal else "",
        is_verified=data["verified"],
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """Ids as names."""

    record: TurnRecord
    assistant: Assistant
    words: Words

    def product(self, product_id: str) -> str:
        found = self.assistant.catalogue.products.get(product_id)
        return self.words.name(found.names) if found else product_id

    def variant(self, variant_id: str) -> str:
        for product in self.assistant.catalogue.products.values():
            for one in product.variants:
                if one.id == variant_id:
                    return f"{self.words.name(product.names)} {self.words.options(one.options)}".strip()
        return variant_id

    def item(self, item_id: str) -> OrderItem | None:
        items = (item for order in self.record.orders.values() for item in order.items)
        return next((item for item in items if item.id == item_id), None)


def _slot(name: str, slot: Mapping[str, Any], names: _Names, t: Catalogue) -> SlotLine:
    return SlotLine(
        t.code("slot", name), _value(name, slot["value"], names, t), slot["source"], slot["text"], slot["seq"]
    )


def _value(name: str, value: Any, names: _Names, t: Catalogue) -> str:
    join = names.words.join
    if name == "items":
        pairs = [(names.item(item_id), item_id, pieces) for item_id, pieces in value]
        return join(
            [f"{names.words.name(item.names) if item else item_id} × {pieces}" for item, item_id, pieces in pairs]
        )
    if name == "products":
        return join([names.product(one) for one in value]) or "–"
    if name == "variant":
        return names.variant(str(value))
    if isinstance(value, Mapping):
        return " ".join(str(value[key]) for key in ("region", "city", "district", "line", "name") if value.get(key))
    return slot_text(name, value, t) or str(value)


def _focus(focus: Mapping[str, Any], names: _Names, t: Catalogue) -> list[tuple[str, str]]:
    lines = []
    if focus.get("order_id"):
        lines.append((t("slot.order"), str(focus["order_id"])))
    if focus.get("product_ids"):
        lines.append((t("slot.products"), names.words.join([names.product(one) for one in focus["product_ids"]])))
    if focus.get("options"):
        lines.append((t("slot.variant"), names.words.options(focus["options"])))
    return lines


def _flow_title(flow_id: str, assistant: Assistant, t: Catalogue) -> str:
    flow = assistant.engine.flows.by_id.get(flow_id)
    return flow.titles[t.language] if flow else flow_id
