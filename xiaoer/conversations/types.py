"""Who said what, when: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Author = Literal["customer", "assistant", "staff", "system"]
Holder = Literal["assistant", "queue", "staff", "closed"]
MessageKind = Literal["text", "note", "event"]


@dataclass(frozen=True, slots=True)
class Message:
    """A line of a conversation. `seq` counts from 1 within the conversation and is what readers resume by.

    `client_id` is the sender's own id: sent twice, stored once. `kind` "note" is for staff only; "event" is a system
    line (hand-off, take-over …) whose `data` says what happened. `cards` and `sources` are JSON values for the screen.
    """

    conversation_id: str
    seq: int
    client_id: str
    author: Author
    kind: MessageKind
    text: str
    language: Literal["zh", "en"]
    created_at: datetime
    staff_id: str | None = None
    turn_id: str | None = None
    cards: tuple[Mapping[str, Any], ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()
    chips: tuple[Mapping[str, Any], ...] = ()
    attachments: tuple[Mapping[str, Any], ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    useful: bool | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation and who holds it. `customer_seq`: the customer's newest line; `answered_seq`: the newest
    that has been answered (lower: an answer is owed).

    `holder` assistant: the machine answers; queue: waiting for staff (the machine is silent except for a holding line);
    staff: `staff_id` answers; closed: ended (a new customer line reopens it with the assistant).
    `version` grows with every change of holder or state; a writer that read an older one is refused.
    """

    id: str
    customer_id: str
    channel: str
    language: Literal["zh", "en"]
    holder: Holder
    staff_id: str | None
    created_at: datetime
    updated_at: datetime
    last_seq: int
    answered_seq: int
    customer_seq: int
    version: int
    state: Mapping[str, Any] = field(default_factory=dict)
    waiting_since: datetime | None = None
    last_text: str = ""
    mood: str = "calm"


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered turn and why it came out as it did. `first_seq..last_seq` are the customer lines it answers."""

    id: str
    conversation_id: str
    first_seq: int
    last_seq: int
    reply_seq: int | None
    ending: str
    created_at: datetime
    trace: Mapping[str, Any] = field(default_factory=dict)
