"""What explains a turn, read from the record: the turn, who spoke, the lines, the orders it spoke of, the turns around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiaoer.conversations import store as conversations
from xiaoer.conversations import store_turns as turns
from xiaoer.conversations.types import Conversation, Message, Turn
from xiaoer.customers import store as customers
from xiaoer.customers.types import Customer
from xiaoer.db.scope import Scope
from xiaoer.shop import store_orders as orders
from xiaoer.shop.types import Order

MOST_LISTED = 30
_MOST_SAID = 40


@dataclass(frozen=True, slots=True)
class RecentTurn:
    """A turn in the list at the side."""

    turn: Turn
    customer: Customer | None


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """A turn and what stands around it. `said`: the lines that it answers; `before`, `after`: its neighbours, or None."""

    turn: Turn
    conversation: Conversation
    customer: Customer
    said: tuple[Message, ...]
    orders: Mapping[str, Order]
    before: str | None
    after: str | None


def read_recent(scope: Scope) -> tuple[RecentTurn, ...]:
    """The newest turns of the shop."""
    found = turns.list_latest_turns(scope, limit=MOST_LISTED)
    talks = {one.conversation_id: conversations.find_conversation(scope, one.conversation_id) for one in found}
    named = customers.list_named(scope, {one.customer_id for one in talks.values() if one is not None})
    owners = {name: named.get(talk.customer_id) if talk else None for name, talk in talks.items()}
    return tuple(RecentTurn(one, owners[one.conversation_id]) for one in found)


def read_turn(scope: Scope, turn_id: str) -> TurnRecord:
    """One turn, or NotFound."""
    turn = turns.get_turn(scope, turn_id)
    conversation = conversations.get_conversation(scope, turn.conversation_id)
    lines = conversations.list_messages(scope, conversation.id, after_seq=turn.first_seq - 1, limit=_MOST_SAID)
    around = [one.id for one in turns.list_turns(scope, conversation.id)]
    place = around.index(turn.id) if turn.id in around else -1
    wanted = {order_id: orders.find_order(scope, order_id) for order_id in _order_ids(turn.trace)}
    return TurnRecord(
        turn=turn,
        conversation=conversation,
        customer=customers.get_customer(scope, conversation.customer_id),
        said=tuple(line for line in lines if line.seq <= turn.last_seq and line.author == "customer"),
        orders={order_id: order for order_id, order in wanted.items() if order is not None},
        before=around[place - 1] if place > 0 else None,
        after=around[place + 1] if 0 <= place < len(around) - 1 else None,
    )


def find_newest(scope: Scope) -> Turn | None:
    """The newest turn of the shop, or None before there is any."""
    return turns.find_latest_turn(scope)


def _order_ids(trace: Mapping[str, Any]) -> set[str]:
    """The orders that the slots and the focus name."""
    remembered = trace.get("remembered", {})
    goals: Sequence[Mapping[str, Any]] = remembered.get("goals", ())
    named = [goal["slots"]["order"]["value"] for goal in goals if "order" in goal["slots"]]
    named.append(remembered.get("focus", {}).get("order_id"))
    return {one for one in named if isinstance(one, str)}
