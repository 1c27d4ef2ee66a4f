"""What one step of a flow can come to. The engine turns these into effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from xiaoer.dialogue.effects import Act, LookUp, Part
from xiaoer.dialogue.state import Focus, Goal, Proposal

Expects = Literal["", "choice", "yes_no", "text", "photo"]


@dataclass(frozen=True, slots=True)
class Filled:
    """The step is done; the goal may carry a new slot."""

    goal: Goal


@dataclass(frozen=True, slots=True)
class Ask:
    """The customer must say something first. `choices` as in state.Question."""

    part: Part
    slot: str
    choices: tuple[Mapping[str, Any], ...] = ()
    expects: Expects = "text"
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class Propose:
    """Everything is read back; only an explicit yes to this proposal goes on."""

    part: Part
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Need:
    """The world must be asked (LookUp) or changed (Act)."""

    effect: LookUp | Act


@dataclass(frozen=True, slots=True)
class Finished:
    """The goal is done, or cannot be done; either way these parts are said and the goal leaves the stack."""

    parts: tuple[Part, ...]
    focus: Focus | None = None
    is_understood: bool = True


@dataclass(frozen=True, slots=True)
class Leave:
    """Staff must take over."""

    reason: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Become:
    """The goal turns into another one: it is now known which intent was meant. `goal`: what it keeps of its slots."""

    intent: str
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """The goal is several: one for each order that was meant. They are worked on in this order."""

    goals: tuple[Goal, ...]


Outcome = Split | Become | Filled | Ask | Propose | Need | Finished | Leave
