"""Step 5, writing: commit the one act that was read back and said yes to.

In one transaction: done already under this key → what came of it then; the order is not as it was read back → nothing;
the policy says no by now → nothing; otherwise the change, the audit line and the key. So an act happens once or not at all,
whatever crashes when, and a failure comes back as an event.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from xiaoer.acts import ACTS, Refused, Work, get_variant
from xiaoer.aftersales.describe import request_from_json
from xiaoer.aftersales.types import Request, Swap
from xiaoer.aftersales.verdict import judge
from xiaoer.assistant import Assistant
from xiaoer.conversations import store_turns as turns
from xiaoer.conversations.types import Conversation
from xiaoer.customers import store as customers
from xiaoer.customers.types import PLACE, Address, moved
from xiaoer.db.engine import Database
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.dialogue.context import Context
from xiaoer.dialogue.effects import Act
from xiaoer.dialogue.events import Done, Failed
from xiaoer.dialogue.state import Verified
from xiaoer.errors import Conflict, TooMany, XiaoerError
from xiaoer.privacy.store import add_audit
from xiaoer.shop import store_changes as changes
from xiaoer.shop import store_orders as orders
from xiaoer.shop import store_products as products
from xiaoer.shop.types import Order

log = logging.getLogger(__name__)
_Result = tuple[str | None, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Who asks for the act, and where."""

    conversation: Conversation
    context: Context
    verified: Verified


async def act(
    database: Database,
    assistant: Assistant,
    conversation: Conversation,
    context: Context,
    verified: Verified,
    effect: Act,
) -> Done | Failed:
    """What stands in the record now, or why nothing was done. `verified`: what an unsigned visitor has proven."""
    speaker = _Speaker(conversation, context, verified)

    def commit(scope: Scope) -> Mapping[str, Any]:
        known = changes.find_commit(scope, effect.key)
        if known is not None:
            return known
        order_id, result = _do(scope, assistant, speaker, effect)
        plain: dict[str, Any] = {**result}
        who = context.customer.id
        add_audit(scope, who=who, what=effect.action, about=order_id or who, data={"key": effect.key, "result": plain})
        changes.add_commit(
            scope, effect.key, action=effect.action, order_id=order_id, customer_id=context.customer.id, result=plain
        )
        return plain

    try:
        return Done(effect.key, await database.write(assistant.shop.id, commit))
    except Refused as refused:
        return Failed(effect.key, refused.code)
    except Conflict:
        return Failed(effect.key, "changed")
    except TooMany:
        return Failed(effect.key, "too_many")
    except XiaoerError as error:
        log.warning("act %s failed: %s", effect.action, error)
        return await _after_failure(database, assistant.shop.id, effect.key)


async def _after_failure(database: Database, shop_id: str, key: str) -> Done | Failed:
    """The answer to a commit can get lost: what the record says counts, and where it can't be read, nothing is claimed."""
    try:
        known = await database.read(shop_id, lambda scope: changes.find_commit(scope, key))
    except XiaoerError:
        return Failed(key, "unsure")
    return Failed(key, "unavailable") if known is None else Done(key, known)


def _do(
    scope: Scope, assistant: Assistant, speaker: _Speaker, effect: Act
) -> _Result:
    """The act itself: the id of the order it was about, and its result."""
    if effect.action in _PLAIN:
        return _PLAIN[effect.action](scope, speaker, effect.arguments)
    order = _own_order(scope, speaker, effect.arguments["request"]["order_id"])
    if order.version != effect.arguments["order_version"]:
        raise Refused("changed")
    request = _as_of_now(scope, request_from_json(effect.arguments["request"]), order)
    level = customers.get_customer(scope, order.customer_id).level
    verdict = judge(assistant.policy, request, order, level=level, now=scope.now, time_zone=assistant.shop.time_zone)
    if verdict.outcome != "allowed":
        raise Refused("refused")
    if verdict.refund_minor != effect.arguments["verdict"]["refund_minor"]:  # a price moved since it was read back
        raise Refused("changed")
    return order.id, ACTS[effect.action](
        Work(scope, order, request, verdict, effect.arguments.get("slots", {}), assistant.policy.refund_days)
    )


def _own_order(scope: Scope, speaker: _Speaker, order_id: str | None) -> Order:
    """The order as it stands in the record, if the speaker may have it changed: their own, or one they have proven."""
    order = orders.find_order(scope, order_id) if order_id else None
    if order is None:
        raise Refused("refused")
    is_own = order.customer_id == _own_customer(speaker)
    is_proven = not speaker.context.is_signed_in and order.id in speaker.verified.order_ids
    if not (is_own or is_proven):
        raise Refused("refused")
    return order


def _own_customer(speaker: _Speaker) -> str | None:
    """The customer that the speaker is: signed in, or proven by the facts that the shop asks for. None for a stranger."""
    if speaker.context.is_signed_in:
        return speaker.context.customer.id
    return speaker.verified.customer_id if speaker.verified.is_whole else None


def _as_of_now(scope: Scope, request: Request, order: Order) -> Request:
    """The request with prices, stock and balances as the record has them at this moment."""
    request = _paid_as_of_now(scope, request, order)
    if request.action == "price_protection" and request.items:
        bought = next(item for item in order.items if item.id == request.items[0][0])
        now = products.find_variant(scope, bought.variant_id)
        return replace(request, price_now_minor=None if now is None else now.price_minor)
    return replace(request, swaps=tuple(_swap_as_of_now(scope, one) for one in request.swaps))


def _swap_as_of_now(scope: Scope, swap: Swap) -> Swap:
    variant = get_variant(scope, swap.variant_id)
    return Swap(swap.item_id, variant.id, variant.price_minor, variant.stock, variant.product_id)


def _paid_as_of_now(scope: Scope, request: Request, order: Order) -> Request:
    """The stored method must be one of the order's own customer, whoever asks."""
    if request.payment_id is None:
        return request
    method = customers.get_customer(scope, order.customer_id).find_payment(request.payment_id)
    if method is None:
        raise Refused("changed")
    return replace(request, payment_kind=method.told_as, balance_minor=method.balance_minor)


# ── the customer's own record ────────────────────────────────────────────────────────────────────────────────────────
def _change_default_address(scope: Scope, speaker: _Speaker, given: Mapping[str, Any]) -> _Result:
    """Asked for, read back and said yes to like every change; it belongs to no order."""
    customer_id = _own_customer(speaker)
    if customer_id is None:
        raise Refused("refused")
    customer = customers.get_customer(scope, customer_id)
    current = customer.default_address or Address(new_id("adr"), customer.name, customer.phone, "", "", "", "", "")
    wanted = (given.get("request") or given).get("address") or {}
    new = {key: str(value) for key, value in wanted.items() if key in PLACE or key in ("name", "phone")}
    if not new.get("line"):
        raise Refused("refused")
    address = Address(**{**asdict(current), **moved(asdict(current), new)})
    customers.save_default_address(scope, customer_id, address)
    return None, {"customer_id": customer_id, "address": {key: getattr(address, key) for key in ("name", "phone", *PLACE)}}


# ── acts that change nothing of an order's goods or money: no read-back is needed ────────────────────────────────────
def _urge(scope: Scope, speaker: _Speaker, given: Mapping[str, Any]) -> _Result:
    order = _own_order(scope, speaker, given.get("order_id"))
    changes.add_urge(scope, order.id, str(given.get("words", "")))
    return order.id, {"order_id": order.id, "state": order.state}


def _unsubscribe(scope: Scope, speaker: _Speaker, given: Mapping[str, Any]) -> _Result:
    customer_id = speaker.context.customer.id
    customers.save_wants_marketing(scope, customer_id, wants=False)
    return None, {"customer_id": customer_id}


def _feedback(scope: Scope, speaker: _Speaker, given: Mapping[str, Any]) -> _Result:
    where, who = speaker.conversation.id, speaker.context.customer.id
    kept = turns.add_feedback(scope, conversation_id=where, customer_id=who, words=str(given.get("words", "")))
    return None, {"feedback_id": kept}


_PLAIN: Mapping[str, Callable[[Scope, _Speaker, Mapping[str, Any]], _Result]] = {
    "urge": _urge,
    "unsubscribe": _unsubscribe,
    "feedback": _feedback,
    "change_default_address": _change_default_address,
}
