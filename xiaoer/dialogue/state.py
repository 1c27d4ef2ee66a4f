"""The dialogue state: a stack of goals with slots, what is in focus, the open question, the proposal that waits for a yes.

Everything is frozen and survives JSON (`to_json`, `from_json`). `Working` lives for one turn only and is never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from xiaoer.dialogue.effects import Part
from xiaoer.nlu.meant.types import Meant
from xiaoer.nlu.meant.types import from_json as meant_from_json
from xiaoer.nlu.types import Understanding, Wish

Source = Literal["said", "record", "inferred", "chosen"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A value and where it came from: the words (`seq`, `start`, `end`), a record, a button, or an inference."""

    value: Any
    source: Source
    text: str = ""
    seq: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """An entity that was named for a goal, with the message (`seq`) and the characters it stood in."""

    kind: str
    value: Any
    text: str
    seq: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Goal:
    """Something the customer wants done. `flow` names the flow; `words` is what they said for it last.

    `heard` (entities) and `meant` (orders, goods, what is wanted instead) are everything said for it, newest first.
    """

    id: int
    flow: str
    intent: str
    words: str
    slots: Mapping[str, Slot] = field(default_factory=dict)
    heard: tuple[Heard, ...] = ()
    acted: bool = False
    meant: tuple[Meant, ...] = ()

    def value(self, name: str) -> Any | None:
        """The slot's value, or None while it is empty."""
        slot = self.slots.get(name)
        return None if slot is None else slot.value

    def with_slot(self, name: str, slot: Slot) -> Goal:
        """The goal with this slot filled."""
        return replace(self, slots={**self.slots, name: slot})

    def without(self, *names: str) -> Goal:
        """The goal with these slots emptied."""
        return replace(self, slots={name: slot for name, slot in self.slots.items() if name not in names})


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked last. `choices` = ({"value": …, "words": [...]}, …); `asked` counts how often in a row, `digressed` how
    often the customer asked something else instead of answering.
    """

    goal_id: int
    slot: str
    asked: int = 1
    choices: tuple[Mapping[str, Any], ...] = ()
    digressed: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was read back and waits for an explicit yes. A yes counts only as an answer to the latest read-back."""

    id: str
    goal_id: int
    action: str
    request: Mapping[str, Any]
    verdict: Mapping[str, Any]
    order_version: int


@dataclass(frozen=True, slots=True)
class Focus:
    """What "it" means: the order, item and products talked about last, and the topic."""

    order_id: str | None = None
    item_id: str | None = None
    product_ids: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What an unsigned visitor has proven to own: order ids, whose they are, and that customer's level.

    `is_whole`: they proved to be that customer, so all of the customer's orders are theirs; otherwise only those listed.
    """

    customer_id: str | None = None
    order_ids: tuple[str, ...] = ()
    level: str = "regular"
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done in this conversation: what, for which order and items, and the money it moved (+ to the customer)."""

    action: str
    order_id: str | None
    item_ids: tuple[str, ...] = ()
    money_minor: int = 0
    payment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Working:
    """The working memory of one turn: what was said, what was found, what will be said. Not stored.

    `choices`: every decision between moves (choice.Choice), for the trace.
    """

    understanding: Understanding | None = None
    seq: int = 0
    choice: Mapping[str, Any] = field(default_factory=dict)
    wishes: tuple[Wish, ...] = ()
    found: Mapping[str, Any] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    done: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    steps: tuple[Mapping[str, Any], ...] = ()
    choices: tuple[Any, ...] = ()
    look_ups: int = 0
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """Everything the dialogue remembers of a conversation. `goals[-1]` is worked on first."""

    goals: tuple[Goal, ...] = ()
    focus: Focus = Focus()
    question: Question | None = None
    proposal: Proposal | None = None
    verified: Verified = Verified()
    deeds: tuple[Deed, ...] = ()
    repairs: int = 0
    next_goal_id: int = 1
    working: Working = Working()


def to_json(state: State) -> dict[str, Any]:
    """The state without its working memory, as JSON values."""
    data = asdict(replace(state, working=Working()))
    del data["working"]
    return data


def from_json(data: Mapping[str, Any]) -> State:
    """The state out of `to_json`; an empty mapping is the first state. Unknown keys of older versions are dropped."""
    if not data:
        return State()
    question, proposal = data.get("question"), data.get("proposal")
    return State(
        goals=tuple(_goal(goal) for goal in data.get("goals", ())),
        focus=_focus(data.get("focus") or {}),
        question=Question(**{**question, "choices": tuple(question["choices"])}) if question else None,
        proposal=Proposal(**proposal) if proposal else None,
        verified=_verified(data.get("verified") or {}),
        deeds=tuple(Deed(**{**deed, "item_ids": tuple(deed["item_ids"])}) for deed in data.get("deeds", ())),
        repairs=data.get("repairs", 0),
        next_goal_id=data.get("next_goal_id", 1),
    )


def _goal(data: Mapping[str, Any]) -> Goal:
    slots = {name: Slot(**slot) for name, slot in data["slots"].items()}
    heard = tuple(Heard(**one) for one in data["heard"])
    return Goal(**{**data, "slots": slots, "heard": heard, "meant": tuple(meant_from_json(one) for one in data.get("meant", ()))})


def _focus(data: Mapping[str, Any]) -> Focus:
    return Focus(**{**data, "product_ids": tuple(data.get("product_ids", ()))})


def _verified(data: Mapping[str, Any]) -> Verified:
    return Verified(**{**data, "order_ids": tuple(data.get("order_ids", ()))})
