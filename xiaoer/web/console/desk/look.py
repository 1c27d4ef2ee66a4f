"""How the desk's values look: names, waiting times, marks, days. Pure: records in, values for the templates out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from babel.units import format_unit

from xiaoer.conversations.types import Conversation, Message
from xiaoer.customers.types import Customer
from xiaoer.desk.types import Staff
from xiaoer.web.console.desk.read import InboxRecord, ThreadRecord
from xiaoer.web.console.reader import Reader, clock_of, day_of, is_same_day, name_of, short_moment, slot_text
from xiaoer.web.templates import Catalogue

WAIT_S, STOP_S = 120, 300  # from here on a waiting time turns to the wait and to the stop colour
_TOGETHER_S = 120
_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
Level = Literal["", "wait", "stop"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long somebody waits for a person: the text, and how urgent it is by now."""

    since: datetime
    text: str
    level: Level


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the inbox."""

    id: str
    name: str
    channel: str
    last: str
    when: str
    waiting: Waiting | None
    holder: str
    holder_name: str
    unread: int
    mood: str
    is_vip: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the conversation and what this reader may do about it.

    `kind`: assistant, queue, me, colleague, closed. `may_take`: take it over; `may_give`: hand it back, pass it on, end it.
    """

    kind: str
    name: str
    may_take: bool
    may_give: bool
    may_reply: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it is drawn. `day` is set on the first one of a day; `follows`: the same author's line before it is
    just above, so who and when need not be said again; `pictures` are its attachments with links.
    """

    message: Message
    name: str
    clock: str
    moment: str
    day: str
    is_mine: bool
    follows: bool = False
    pictures: tuple[Mapping[str, Any], ...] = ()


def rows_of(record: InboxRecord, reader: Reader) -> tuple[Row, ...]:
    """The rows of a tab."""
    return tuple(_row(one, record, reader) for one in record.conversations)


def _row(conversation: Conversation, record: InboxRecord, reader: Reader) -> Row:
    customer = record.customers.get(conversation.customer_id)
    unanswered = _unanswered(record.tails.get(conversation.id, ()))
    since = conversation.waiting_since if conversation.holder == "queue" else None
    if since is None and unanswered:
        since = unanswered[0].created_at
    holder = holder_of(conversation, record.staff, reader)
    return Row(
        id=conversation.id,
        name=name_of(customer, reader.t),
        channel=reader.t.code("desk.channel", conversation.channel),
        last=" ".join(conversation.last_text.split()),
        when=short_moment(conversation.updated_at, reader),
        waiting=None if since is None else waiting_of(since, reader),
        holder=holder.kind,
        holder_name=holder.name,
        unread=len(unanswered),
        mood=conversation.mood if conversation.mood in ("upset", "angry") else "",
        is_vip=customer is not None and customer.level == "gold",
    )


def _unanswered(tail: tuple[Message, ...]) -> tuple[Message, ...]:
    """The customer's lines after the last answer of the machine or a person."""
    lines = [line for line in tail if line.author != "system"]
    last = max((place for place, line in enumerate(lines) if line.author != "customer"), default=-1)
    return tuple(lines[last + 1 :])


def waiting_of(since: datetime, reader: Reader) -> Waiting:
    """How long it has been, in one unit, and whether that is too long."""
    seconds = max(0, int((reader.now - since).total_seconds()))
    level: Level = "stop" if seconds >= STOP_S else "wait" if seconds >= WAIT_S else ""
    return Waiting(since, span_of(seconds, reader.t.language), level)


def span_of(seconds: int, language: str) -> str:
    """Seconds as a person says them: 3分钟, 2 hrs, <1 min. The same rule as in ui/elapsed-time.js."""
    for unit, length in (("day", 86400), ("hour", 3600)):
        if seconds >= length:
            return _unit(seconds // length, unit, language)
    return _unit(seconds // 60, "minute", language) if seconds >= 60 else "<" + _unit(1, "minute", language)


def _unit(count: int, unit: str, language: str) -> str:
    return format_unit(count, f"duration-{unit}", "short", locale=_LOCALES[language])


def holder_of(conversation: Conversation, members: Mapping[str, Staff], reader: Reader) -> Holder:
    """Who holds it. A lead may act on a colleague's; nobody else may."""
    kind: str = conversation.holder
    if kind == "staff":
        kind = "me" if conversation.staff_id == reader.staff.id else "colleague"
    member = members.get(conversation.staff_id or "")
    is_lead = reader.staff.role == "lead"
    return Holder(
        kind=kind,
        name=member.name if member else "",
        may_take=kind in ("assistant", "queue", "closed") or (kind == "colleague" and is_lead),
        may_give=kind == "me" or (kind == "colleague" and is_lead),
        may_reply=kind == "me",
    )


def lines_of(record: ThreadRecord, reader: Reader) -> tuple[Line, ...]:
    """The messages of a thread."""
    lines = []
    previous = record.previous
    for message in record.messages:
        begins = previous is None or not is_same_day(previous.created_at, message.created_at, reader)
        member = record.staff.get(message.staff_id or "")
        lines.append(
            Line(
                message=message,
                name=_author(message, record.customer, member, reader.t),
                clock=clock_of(message.created_at, reader),
                moment=reader.words.moment(message.created_at),
                day=_day(message.created_at, reader) if begins else "",
                is_mine=member is not None and member.id == reader.staff.id,
                follows=not begins and previous is not None and _follows(previous, message),
            )
        )
        previous = message
    return tuple(lines)


def _follows(previous: Message, message: Message) -> bool:
    is_same = (previous.author, previous.staff_id, previous.kind) == (message.author, message.staff_id, message.kind)
    soon = (message.created_at - previous.created_at).total_seconds() < _TOGETHER_S
    return is_same and soon and message.kind == "text"


def _author(message: Message, customer: Customer, member: Staff | None, t: Catalogue) -> str:
    if message.author == "customer":
        return name_of(customer, t)
    if message.author == "staff":
        return member.name if member else t("desk.former_staff")
    return t("desk.assistant")


def _day(moment: datetime, reader: Reader) -> str:
    return reader.t("desk.today") if is_same_day(moment, reader.now, reader) else day_of(moment, reader)


def summary_slots(goal: Mapping[str, Any], t: Catalogue) -> list[tuple[str, str]]:
    """What was known for a goal at hand-over, for the note: name of the slot and its value in words."""
    shown = []
    for name, value in goal.get("slots", {}).items():
        text = slot_text(name, value, t)
        if text:
            shown.append((t.code("slot", name), text))
    return shown
