"""What the desk shows, read from the record in one snapshot. Only values come out; `look` words them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xiaoer.conversations import store as conversations
from xiaoer.conversations import store_inbox as inbox
from xiaoer.conversations import store_turns as turns
from xiaoer.conversations.store_inbox import QueuePlace
from xiaoer.conversations.types import Conversation, Message
from xiaoer.customers import store as customers
from xiaoer.customers.types import Customer
from xiaoer.db.scope import Scope
from xiaoer.desk import store as desk
from xiaoer.desk.types import Staff
from xiaoer.errors import NotFound
from xiaoer.shop import store_orders as orders
from xiaoer.shop.types import Order

MOST_ROWS = 50
MOST_LINES = 80  # shown at once; older ones on demand
_MOST_WHOLE = 400
_TAIL = 12  # unread lines are counted up to this
_MOST_ORDERS = 20
_MOST_EARLIER = 10
_TAB_ORDER = ("queue", "mine", "assistant", "all")


@dataclass(frozen=True, slots=True)
class InboxRecord:
    """One tab of the inbox. `tails`: the newest lines of each conversation that waits for a person."""

    tab: str
    counts: Mapping[str, int]
    conversations: tuple[Conversation, ...]
    customers: Mapping[str, Customer]
    staff: Mapping[str, Staff]
    tails: Mapping[str, tuple[Message, ...]]


@dataclass(frozen=True, slots=True)
class ThreadRecord:
    """An open conversation. `previous` is the line before the first of `messages`, if there is one."""

    conversation: Conversation
    customer: Customer
    messages: tuple[Message, ...]
    previous: Message | None
    staff: Mapping[str, Staff]
    place: QueuePlace | None


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """Who this is. `verdict` is the policy's newest in this conversation, as JSON; `verified`: a visitor proved an order."""

    customer: Customer
    orders: tuple[Order, ...]
    earlier: tuple[Conversation, ...]
    verdict: Mapping[str, Any] | None
    verified: bool


@dataclass(frozen=True, slots=True)
class DeskRecord:
    """Everything on the screen."""

    inbox: InboxRecord
    thread: ThreadRecord | None
    customer: CustomerRecord | None


def read_desk(scope: Scope, *, staff: Staff, tab: str, conversation_id: str | None, whole: bool = False) -> DeskRecord:
    """The whole desk. NotFound for a conversation that is not there. `whole`: with all its lines, not only the newest."""
    members = {one.id: one for one in desk.list_staff(scope)}
    shown = _read_inbox(scope, staff=staff, tab=tab, members=members)
    if conversation_id is None:
        return DeskRecord(shown, None, None)
    conversation = conversations.get_conversation(scope, conversation_id)
    after = max(0, conversation.last_seq - (_MOST_WHOLE if whole else MOST_LINES))
    thread = _read_thread(scope, conversation, members, after_seq=after)
    return DeskRecord(shown, thread, read_customer(scope, conversation))


def read_inbox(scope: Scope, *, staff: Staff, tab: str) -> InboxRecord:
    """One tab of the inbox; an empty `tab` is the first that has something in it."""
    return _read_inbox(scope, staff=staff, tab=tab, members={one.id: one for one in desk.list_staff(scope)})


def read_thread(scope: Scope, conversation_id: str, *, after_seq: int) -> ThreadRecord:
    """The conversation with its lines after a sequence number."""
    conversation = conversations.get_conversation(scope, conversation_id)
    members = {one.id: one for one in desk.list_staff(scope)}
    return _read_thread(scope, conversation, members, after_seq=after_seq)


def read_earlier(scope: Scope, conversation_id: str, *, before_seq: int) -> ThreadRecord:
    """The conversation with the lines just before a sequence number."""
    found = read_thread(scope, conversation_id, after_seq=max(0, before_seq - 1 - MOST_LINES))
    older = tuple(line for line in found.messages if line.seq < before_seq)
    return ThreadRecord(found.conversation, found.customer, older, found.previous, found.staff, found.place)


def read_customer(scope: Scope, conversation: Conversation) -> CustomerRecord:
    """The customer's column. Of a visitor, the orders that they proved to own in this conversation."""
    customer = customers.get_customer(scope, conversation.customer_id)
    proven = tuple((conversation.state.get("verified") or {}).get("order_ids", ()))
    if customer.is_visitor:
        found = (orders.find_order(scope, order_id) for order_id in proven[:_MOST_ORDERS])
        owned = tuple(order for order in found if order is not None)
    else:
        owned = orders.list_orders_of_customer(scope, customer.id, limit=_MOST_ORDERS)
    earlier = conversations.list_of_customer(scope, customer.id, limit=_MOST_EARLIER + 1)
    return CustomerRecord(
        customer=customer,
        orders=owned,
        earlier=tuple(one for one in earlier if one.id != conversation.id)[:_MOST_EARLIER],
        verdict=_find_verdict(scope, conversation.id),
        verified=bool(proven),
    )


def find_anything(scope: Scope, wanted: str, *, limit: int = 8) -> tuple[tuple[Customer, Conversation], ...]:
    """Conversations of the customers and orders that these words name: a name, address, phone or order number."""
    found = {one.id: one for one in customers.list_customers(scope, search=wanted, limit=limit)} if wanted else {}
    order = orders.find_order(scope, wanted.strip().upper()) if wanted else None
    owner = customers.find_customer(scope, order.customer_id) if order else None
    if owner is not None:
        found[owner.id] = owner
    pairs = ((one, conversations.find_latest(scope, one.id)) for one in found.values())
    return tuple((customer, conversation) for customer, conversation in pairs if conversation is not None)


def _read_inbox(scope: Scope, *, staff: Staff, tab: str, members: Mapping[str, Staff]) -> InboxRecord:
    counts = inbox.count_inbox(scope, staff_id=staff.id)
    chosen = tab or next((name for name in _TAB_ORDER if counts[name]), "queue")
    if chosen not in inbox.TABS:
        raise NotFound("There is no such tab.", "没有这个分类。", field="tab")
    rows = inbox.list_inbox(scope, chosen, staff_id=staff.id, limit=MOST_ROWS)
    waiting = [one for one in rows if one.holder in ("queue", "staff")]
    return InboxRecord(
        tab=chosen,
        counts=counts,
        conversations=rows,
        customers=customers.list_named(scope, {one.customer_id for one in rows}),
        staff=members,
        tails={one.id: conversations.list_recent(scope, one.id, limit=_TAIL) for one in waiting},
    )


def _read_thread(
    scope: Scope, conversation: Conversation, members: Mapping[str, Staff], *, after_seq: int
) -> ThreadRecord:
    first = max(0, after_seq - 1)  # one line more, to know whether a new day begins
    lines = conversations.list_messages(scope, conversation.id, after_seq=first, with_notes=True)
    previous = lines[0] if lines and lines[0].seq <= after_seq else None
    return ThreadRecord(
        conversation=conversation,
        customer=customers.get_customer(scope, conversation.customer_id),
        messages=tuple(line for line in lines if line.seq > after_seq),
        previous=previous,
        staff=members,
        place=inbox.find_queue_place(scope, conversation),
    )


def _find_verdict(scope: Scope, conversation_id: str) -> Mapping[str, Any] | None:
    """Out of the trace of the newest answer that showed a verdict, so that it can be worded in the reader's language."""
    lines = conversations.list_recent(scope, conversation_id, limit=MOST_LINES)
    shown = (line for line in reversed(lines) if any(card.get("type") == "verdict" for card in line.cards))
    turn_id = next((line.turn_id for line in shown if line.turn_id), None)
    verdicts = turns.get_turn(scope, turn_id).trace["decided"]["verdicts"] if turn_id else ()
    return verdicts[-1] if verdicts else None
