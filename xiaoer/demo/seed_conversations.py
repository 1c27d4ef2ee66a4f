"""The demo's past conversations, out of `conversations.yaml`, told about orders that are really there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from xiaoer.conversations import store as conversations
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation
from xiaoer.customers import store as customers
from xiaoer.customers.types import Customer
from xiaoer.db.scope import Scope
from xiaoer.demo.read_yaml import read_yaml
from xiaoer.demo.seed_history import History
from xiaoer.demo.seed_standing import BO, MEI
from xiaoer.desk import hold, speak
from xiaoer.desk.types import Staff
from xiaoer.dialogue.flow import Flows, read_flows
from xiaoer.shop.types import Order

CHANNEL = "web"
_BETWEEN_LINES = timedelta(seconds=38)
_JUST_DAYS = 2.9  # damage is reported within 72 hours


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation to be stored. `lines` = ((who or what, words), …) with everything filled in."""

    customer_id: str | None
    language: Literal["zh", "en"]
    begun_at: datetime
    lines: tuple[tuple[str, str], ...]
    order: Order | None
    wants: str
    mood: str


def read_talks(history: History, now: datetime) -> tuple[Talk, ...]:
    """Every conversation for which there is a fitting order, each of another customer."""
    people = {customer.id: customer for customer in history.customers}
    used, found = {MEI, BO}, []
    for data in read_yaml("conversations.yaml"):
        begun_at = now - timedelta(**data["ago"])
        order = _find_order(history.orders, people, data, begun_at, used)
        if order is None and data.get("about"):
            continue
        if order is not None:
            used.add(order.customer_id)
        found.append(_talk(data, order, begun_at))
    return tuple(found)


def add_talks(scope: Scope, talks: Sequence[Talk], staff: Mapping[str, Staff]) -> None:
    """Store them, every line at its own moment. `staff` by short name."""
    flows = read_flows()
    for talk in talks:
        _add_talk(scope, talk, staff, flows)


def _talk(data: Mapping[str, Any], order: Order | None, begun_at: datetime) -> Talk:
    language = data["language"]
    words = _words_of(order, language)
    lines = tuple((kind, str(text).format(**words)) for line in data["lines"] for kind, text in line.items())
    return Talk(
        customer_id=order.customer_id if order else None,
        language=language,
        begun_at=begun_at,
        lines=lines,
        order=order,
        wants=data.get("wants", ""),
        mood=data.get("mood", "calm"),
    )


def _words_of(order: Order | None, language: str) -> dict[str, str]:
    if order is None:
        return {}
    parcel = order.shipments[0] if order.shipments else None
    return {
        "order": order.id,
        "item": order.items[0].names[language],
        "total": f"¥{order.total_minor / 100:g}",
        "courier": parcel.courier.split()[0] if parcel else "",
        "parcel": parcel.tracking_number if parcel else "",
    }


def _find_order(
    orders: Iterable[Order], people: Mapping[str, Customer], data: Mapping[str, Any], at: datetime, used: set[str]
) -> Order | None:
    """The newest order of the kind that the conversation is about, as it stood when it began."""
    if not data.get("about"):
        return None
    is_about, categories = _ABOUT[data["about"]], data.get("categories")
    for order in sorted(orders, key=lambda one: one.placed_at, reverse=True):
        is_right_person = people[order.customer_id].language == data["language"] and order.customer_id not in used
        is_right_thing = categories is None or order.items[0].category in categories
        if is_right_person and is_right_thing and is_about(order, at):
            return order
    return None


def _before(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment <= at


def _within(moment: datetime | None, at: datetime, *, days: float) -> bool:
    return moment is not None and at - timedelta(days=days) <= moment <= at


def _has_case(order: Order, at: datetime, kind: str) -> bool:
    return any(case.kind == kind and case.state != "done" and case.created_at <= at for case in order.cases)


_ABOUT: Mapping[str, Callable[[Order, datetime], bool]] = {
    "unpaid": lambda order, at: order.state == "unpaid" and order.placed_at <= at,
    "paid": lambda order, at: order.state == "paid" and _before(order.paid_at, at),
    "packed": lambda order, at: order.state == "packed" and _before(order.packed_at, at),
    "shipped": lambda order, at: order.state == "shipped" and _before(order.shipped_at, at),
    "stuck": lambda order, at: any(one.state == "stuck" for one in order.shipments),
    "delivered": lambda order, at: not order.cases and _before(order.delivered_at, at),
    "just_delivered": lambda order, at: not order.cases and _within(order.delivered_at, at, days=_JUST_DAYS),
    "returned": lambda order, at: (
        any(case.kind == "return" for case in order.cases)
        and any(_within(one.started_at, at, days=20) for one in order.refunds)
    ),
    "cancelled": lambda order, at: order.coupon_code is not None and _before(order.cancelled_at, at),
    "closed_unpaid": lambda order, at: order.paid_at is None and _before(order.cancelled_at, at),
    "paid_twice": lambda order, at: (
        len(order.payments) > 1
        and order.payments[0].amount_minor == order.total_minor
        and _within(order.payments[1].paid_at, at, days=3)
    ),
    "exchange": lambda order, at: _has_case(order, at, "exchange"),
    "repair": lambda order, at: _has_case(order, at, "repair"),
}


def _add_talk(scope: Scope, talk: Talk, staff: Mapping[str, Staff], flows: Flows) -> None:
    moment = talk.begun_at
    past = _at(scope, moment)
    customer_id = talk.customer_id or customers.add_visitor(past, language=talk.language).id
    conversation = conversations.add_conversation(
        past, customer_id=customer_id, channel=CHANNEL, language=talk.language
    )
    holder: Staff | None = None
    for kind, words in talk.lines:
        past, moment = _at(scope, moment), moment + _BETWEEN_LINES
        if kind in ("take", "end"):
            holder = staff[words]
            (hold.take_over if kind == "take" else hold.end)(past, conversation.id, holder)
        elif kind == "handoff":
            _hand_off(past, talk, conversation, words, flows)
        elif kind in ("s", "note") and holder is not None:
            _staff_line(past, conversation.id, holder, kind, words)
        else:
            _line(past, talk, conversation, kind, words)


def _line(past: Scope, talk: Talk, conversation: Conversation, kind: str, words: str) -> None:
    """The customer's words, or the assistant's, with which everything so far is answered."""
    author: Literal["customer", "assistant"] = "customer" if kind == "c" else "assistant"
    conversations.add_message(past, conversation.id, NewMessage(author=author, text=words, language=talk.language))
    if kind == "a":
        current = conversations.get_conversation(past, conversation.id)
        conversations.save_answered(past, current, answered_seq=current.customer_seq, state={}, mood=talk.mood)


def _staff_line(past: Scope, conversation_id: str, member: Staff, kind: str, words: str) -> None:
    if kind == "note":
        speak.add_note(past, conversation_id, member, words)
    else:
        speak.reply(past, conversation_id, member, words, client_id="")


def _hand_off(past: Scope, talk: Talk, conversation: Conversation, reason: str, flows: Flows) -> None:
    """Into the queue, with the summary that staff read."""
    current = conversations.get_conversation(past, conversation.id)
    current = conversations.save_answered(past, current, answered_seq=current.customer_seq, state={}, mood=talk.mood)
    conversations.save_holder(past, current, holder="queue", waiting_since=past.now)
    said = conversations.list_recent(past, conversation.id)
    summary = {
        "reason": reason,
        "goals": [{"flow": talk.wants, "titles": dict(flows.by_id[talk.wants].titles), "slots": _slots(talk)}],
        "order_id": talk.order.id if talk.order else None,
        "product_ids": [],
        "mood": talk.mood,
        "last_words": next((one.text for one in reversed(said) if one.author == "customer"), ""),
        "is_verified": talk.order is not None,
    }
    note = NewMessage(
        author="system",
        kind="note",
        text="",
        language=talk.language,
        data={"event": "handed_off", "summary": summary},
    )
    conversations.add_message(past, conversation.id, note)


def _slots(talk: Talk) -> dict[str, Any]:
    return {"order": talk.order.id} if talk.order else {}


def _at(scope: Scope, moment: datetime) -> Scope:
    """The same transaction, as if it were then."""
    return Scope(scope.connection, scope.shop_id, moment)


def waiting(talks: Iterable[Talk]) -> Iterator[Talk]:
    """Those that end in the queue."""
    for talk in talks:
        kinds = [kind for kind, _ in talk.lines]
        if "handoff" in kinds and "take" not in kinds:
            yield talk
