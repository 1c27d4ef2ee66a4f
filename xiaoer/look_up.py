"""Step 5, reading: do the one look-up that was asked for. What fails comes back as an event, never as an exception."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from xiaoer.assistant import Assistant
from xiaoer.conversations import store_inbox as inbox
from xiaoer.conversations.types import Conversation
from xiaoer.customers import store as customers
from xiaoer.customers.types import Customer
from xiaoer.customers.verify import OrderFacts, identify, verify_two_facts
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.dialogue.context import Context
from xiaoer.dialogue.effects import LookUp
from xiaoer.dialogue.events import Failed, Found
from xiaoer.errors import TooMany, XiaoerError
from xiaoer.gather import MOST_ORDERS
from xiaoer.knowledge.knowledge import Knowledge
from xiaoer.knowledge.knowledge import Question as Asked
from xiaoer.shop import store_coupons as coupons
from xiaoer.shop import store_orders as orders
from xiaoer.shop import store_products as products
from xiaoer.shop.facts.question import Question
from xiaoer.shop.facts.reason import reason
from xiaoer.shop.types import Product

MOST_KIN = 24  # others of the same type, among which a word may name one
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a look-up is made."""

    database: Database
    knowledge: Knowledge
    assistant: Assistant
    conversation: Conversation
    context: Context


async def look_up(
    database: Database,
    knowledge: Knowledge,
    assistant: Assistant,
    conversation: Conversation,
    context: Context,
    effect: LookUp,
) -> Found | Failed:
    """What was found under the effect's key, or why nothing could be."""
    place = _Place(database, knowledge, assistant, conversation, context)
    try:
        return Found(effect.key, await _LOOK_UPS[effect.what](place, effect.arguments))
    except TooMany:
        return Failed(effect.key, "too_many")
    except XiaoerError as error:
        log.warning("look-up %s failed: %s", effect.what, error)
        return Failed(effect.key, "unavailable")
    except Exception:
        log.exception("look-up %s failed", effect.what)
        return Failed(effect.key, "unknown")


def audience_of(customer: Customer) -> str:
    """What of the knowledge the customer may see: see knowledge.types.AUDIENCE_SEES."""
    return "visitor" if customer.is_visitor else "customer" if customer.level == "regular" else "member"


async def _answer(place: _Place, arguments: Mapping[str, Any]) -> Any:
    question = Asked(
        text=arguments["question"],
        language=arguments["language"],
        audience=audience_of(place.context.customer),
        today=place.context.now.astimezone(ZoneInfo(place.context.shop.time_zone)),
        intent=arguments.get("intent", ""),
    )
    return await place.knowledge.ask(place.database, place.assistant.shop.id, question)


async def _products(place: _Place, arguments: Mapping[str, Any]) -> Any:
    """From the record, not from the catalogue in memory: prices and stock must be those of this moment."""
    ids = tuple(arguments["ids"])
    return await place.database.read(place.assistant.shop.id, lambda scope: products.list_products(scope, ids))


async def _advice(place: _Place, arguments: Mapping[str, Any]) -> Any:
    chosen = tuple(product.id for product in place.assistant.catalogue.advise(arguments))
    return await place.database.read(place.assistant.shop.id, lambda scope: products.list_products(scope, chosen))


async def _facts(place: _Place, arguments: Mapping[str, Any]) -> Any:
    """What the catalogue's facts answer (shop.facts), or None. Prices and stock are those of this moment."""
    question = Question(**arguments)
    catalogue = place.assistant.catalogue
    types = {one.kind.get("en") for one in catalogue.list_products(question.named)}
    kin = tuple(one.id for one in catalogue.products.values() if one.kind.get("en") in types)
    ids = tuple(dict.fromkeys((*question.named, *question.kinds, *question.focus, *kin[:MOST_KIN])))
    found: tuple[Product, ...] = ()
    if ids:
        found = await place.database.read(place.assistant.shop.id, lambda scope: products.list_products(scope, ids))
    return reason(question, {product.id: product for product in found}, catalogue.words)


async def _verify(place: _Place, arguments: Mapping[str, Any]) -> Any:
    """Tries are counted, so this look-up writes; the answer is the order, or None without a hint why."""
    number, proof = arguments["order_number"], arguments["proof"]

    def check(scope: Scope) -> Any:
        order = orders.find_order(scope, number)
        owner = customers.find_customer(scope, order.customer_id) if order is not None else None
        facts = None
        if order is not None and owner is not None:
            facts = OrderFacts(
                customer_id=owner.id, phones=(owner.phone, str(order.address.get("phone", ""))), email=owner.email
            )
        customer_id = verify_two_facts(
            scope, conversation_id=place.conversation.id, order_number=number, proof=proof, facts=facts
        )
        if customer_id is None or owner is None:
            return None
        return {"customer_id": customer_id, "order": order, "level": owner.level}

    return await place.database.write(place.assistant.shop.id, check)


async def _identify(place: _Place, arguments: Mapping[str, Any]) -> Any:
    """Who says so, by the facts that the shop's policy lets suffice: the customer with their orders, or None without a hint why."""
    given = {name: str(arguments.get(name) or "") for name in ("email", "name", "postcode")}
    facts = ("email",) if given["email"] else ("name", "postcode")
    if facts not in place.assistant.policy.identify or not all(given[fact] for fact in facts):
        return None

    def check(scope: Scope) -> Any:
        customer_id = identify(scope, conversation_id=place.conversation.id, **{fact: given[fact] for fact in facts})
        if customer_id is None:
            return None
        owned = orders.list_orders_of_customer(scope, customer_id, limit=MOST_ORDERS)
        return {"customer": customers.get_customer(scope, customer_id), "orders": owned}

    return await place.database.write(place.assistant.shop.id, check)


async def _coupons(place: _Place, arguments: Mapping[str, Any]) -> Any:
    customer_id = place.context.customer.id
    return await place.database.read(
        place.assistant.shop.id, lambda scope: coupons.list_coupons(scope, customer_id)
    )


async def _queue(place: _Place, arguments: Mapping[str, Any]) -> Any:
    """How long the queue is, and where this conversation would stand if it joined now."""

    def read(scope: Scope) -> dict[str, Any]:
        waiting = inbox.count_inbox(scope, staff_id="")["queue"]
        return {"is_open": place.context.staff_online, "waiting": waiting, "position": waiting + 1}

    return await place.database.read(place.assistant.shop.id, read)


_LOOK_UPS: Mapping[str, Callable[[_Place, Mapping[str, Any]], Awaitable[Any]]] = {
    "answer": _answer,
    "products": _products,
    "advice": _advice,
    "facts": _facts,
    "verify": _verify,
    "identify": _identify,
    "coupons": _coupons,
    "queue": _queue,
}
