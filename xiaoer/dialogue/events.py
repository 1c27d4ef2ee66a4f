"""What the decision can be told. Frozen values; the failures of the world are events like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xiaoer.nlu.types import Understanding


@dataclass(frozen=True, slots=True)
class Said:
    """The customer spoke.

    `choice` is what a pressed button carries: {"slot": …, "value": …}, {"intent": …} or {"answer": "yes"|"no", "proposal": id}.
    """

    understanding: Understanding
    seq: int
    choice: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A look-up came back. `key` is the effect's key, `value` what was found (None: there is no such thing)."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Done:
    """An act is committed. `result` says what stands in the record now (JSON)."""

    key: str
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """A look-up or an act did not come about. `code` is one of
    unavailable (worth retrying), changed (the order is not what was read back), refused (the policy says no by now),
    too_many (verification tries used up), unsure (whether it was done can't be told), unknown.
    """

    key: str
    code: str


Event = Said | Found | Done | Failed
