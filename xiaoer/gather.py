"""Step 3: facts about the customer and their orders become one frozen Context. What does not answer is marked missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xiaoer.assistant import Assistant
from xiaoer.conversations.types import Conversation
from xiaoer.customers import store as customers
from xiaoer.customers.types import Customer
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.dialogue.context import Context
from xiaoer.dialogue.events import Said
from xiaoer.dialogue.state import State
from xiaoer.errors import UnavailableError
from xiaoer.shop import store_changes as changes
from xiaoer.shop import store_orders as orders
from xiaoer.shop.types import Order

MOST_ORDERS = 20


async def gather(
    database: Database,
    assistant: Assistant,
    conversation: Conversation,
    state: State,
    said: Said,
    *,
    now: datetime,
    online: bool,
    first_seq: int | None = None,
) -> Context:
    """The context of this turn. Orders: the customer's own, who is signed in or has proven to be that customer in this
    conversation; or those that a visitor has proven to own.

    `first_seq`: the first line that is answered; it names the turn, and stays when newer lines join it (default: the last).
    """

    def read(scope: Scope) -> tuple[Customer, tuple[Order, ...], Mapping[str, Any] | None]:
        proven = state.verified.customer_id if state.verified.is_whole else None
        customer = customers.get_customer(scope, proven or conversation.customer_id)
        committed = changes.find_commit(scope, state.proposal.id) if state.proposal else None
        if not customer.is_visitor:
            return customer, orders.list_orders_of_customer(scope, customer.id, limit=MOST_ORDERS), committed
        shown = (orders.find_order(scope, order_id) for order_id in state.verified.order_ids)
        return customer, tuple(order for order in shown if order is not None), committed

    missing: tuple[str, ...] = ()
    try:
        customer, found, committed = await database.read(assistant.shop.id, read)
    except UnavailableError:
        missing = ("orders",)
        customer, found, committed = _unknown(conversation, now), (), None
    return Context(
        now=now,
        shop=assistant.shop,
        language=said.understanding.language,
        customer=customer,
        is_signed_in=not customer.is_visitor,
        policy=assistant.policy,
        orders=found,
        staff_online=online,
        is_partial=bool(missing),
        missing=missing,
        turn_key=f"{conversation.id}-{said.seq if first_seq is None else first_seq}",
        committed=committed,
        catalogue=assistant.catalogue,
    )


def _unknown(conversation: Conversation, now: datetime) -> Customer:
    return Customer(
        id=conversation.customer_id, name="", language=conversation.language, is_visitor=True, created_at=now
    )
