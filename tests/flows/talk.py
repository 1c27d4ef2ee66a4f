"""Customers of the flow tests: each is a copy of one of the demo's standing people, so that no story spoils another's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations import store_turns as turns
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation, Message, Turn
from xiaoer.customers import store as customers
from xiaoer.customers.types import Customer
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.demo.check import Answer, compare
from xiaoer.demo.seed import SHOP_ID
from xiaoer.shop import store_changes, store_coupons, store_orders
from xiaoer.shop.types import Order

_numbers = count(1)
_CHILDREN = ("shipments", "payments", "refunds", "cases", "invoices")
A_PHOTO = ({"id": "upl_photo", "url": "/uploads/photo.png", "type": "image/png"},)


def copy_of(scope: Scope, customer_id: str) -> Customer:
    """A new customer with the same orders and coupons, under numbers of their own."""
    number = next(_numbers)
    original = customers.get_customer(scope, customer_id)
    copy = replace(original, id=f"{customer_id}_{number}", email=f"copy{number}@example.com")
    customers.save_customer(scope, copy)
    for place, order in enumerate(store_orders.list_orders_of_customer(scope, customer_id)):
        store_orders.save_order(scope, _order_of(order, copy.id, number * 20 + place))
    for coupon in store_coupons.list_coupons(scope, customer_id):
        store_coupons.save_coupon(scope, copy.id, replace(coupon, id=new_id("cpn")))
    return copy


def _order_of(order: Order, customer_id: str, number: int) -> Order:
    items = {item.id: f"{item.id}-{number}" for item in order.items}
    changed: dict[str, Any] = {name: tuple(_child(one, number, items) for one in getattr(order, name)) for name in _CHILDREN}
    changed["items"] = tuple(replace(item, id=items[item.id]) for item in order.items)
    return replace(order, id=f"{order.id[:10]}9{number % 10_000:04d}", customer_id=customer_id, **changed)


def _child(child: Any, number: int, items: Mapping[str, str]) -> Any:
    changed: dict[str, Any] = {"id": f"{child.id}-{number}"}
    if hasattr(child, "case_id") and child.case_id:
        changed["case_id"] = f"{child.case_id}-{number}"
    if hasattr(child, "order_id"):
        changed["items"] = tuple((items[one], pieces) for one, pieces in child.items)
    return replace(child, **changed)


@dataclass
class Talk:
    """One customer and their conversation with the shop."""

    app: App
    customer: Customer
    conversation_id: str
    language: str
    last: tuple[Message, ...] = ()
    said: list[str] = field(default_factory=list)

    @classmethod
    async def begin(cls, app: App, who: str, language: str = "zh") -> Talk:
        """A visitor, or a copy of the customer `who`."""

        def open_(scope: Scope) -> tuple[Customer, Conversation]:
            customer = customers.add_visitor(scope, language=language) if who == "visitor" else copy_of(scope, who)
            return customer, conversations.add_conversation(scope, customer_id=customer.id, channel="web", language=language)

        customer, conversation = await app.database.write(SHOP_ID, open_)
        return cls(app, customer, conversation.id, language)

    async def again(self, language: str) -> Talk:
        """The same customer in a conversation of its own."""

        def open_(scope: Scope) -> Conversation:
            return conversations.add_conversation(scope, customer_id=self.customer.id, channel="web", language=language)

        conversation = await self.app.database.write(SHOP_ID, open_)
        return Talk(self.app, self.customer, conversation.id, language)

    async def say(self, text: str, *, photo: bool = False, client_id: str = "") -> tuple[Message, ...]:
        """Say it, wait for the assistant, and hear what came; nothing when a person holds the conversation."""
        return await self.send(self.line(text, photo=photo, client_id=client_id))

    async def press(self, label: str) -> tuple[Message, ...]:
        """Press a button or chip of the last answer. LookupError when there is none with this label."""
        button = self.button(label)
        return await self.send(replace(self.line(button["say"]), data={"choice": button["choice"]}))

    def button(self, label: str) -> Mapping[str, Any]:
        """A button or chip of the last answer."""
        found = next((one for one in self.buttons() if one["label"] == label), None)
        if found is None:
            raise LookupError(f"no button {label!r} among {[one['label'] for one in self.buttons()]}")
        return found

    def buttons(self) -> list[Mapping[str, Any]]:
        """Everything that could be pressed now."""
        cards = [button for one in self.last for card in one.cards for button in card.get("buttons", ())]
        return [*(chip for one in self.last for chip in one.chips), *cards]

    def line(self, text: str, *, photo: bool = False, client_id: str = "") -> NewMessage:
        """The customer's line as it is sent."""
        return NewMessage(
            "customer", text, self.language, client_id=client_id or new_id("lin"), attachments=A_PHOTO if photo else ()
        )

    async def send(self, line: NewMessage) -> tuple[Message, ...]:
        """Send a line and wait until nothing is owed."""
        self.said.append(line.text)
        stored = await self.app.turns.receive(SHOP_ID, self.conversation_id, line)
        await self.settle()
        lines = await self.lines()
        self.last = tuple(one for one in lines if one.seq > stored.seq and one.author == "assistant")
        return self.last

    async def settle(self) -> None:
        """Wait for the turns that are running."""
        async with asyncio.timeout(60):
            await self.app.turns.drain()

    async def lines(self, *, with_notes: bool = False) -> tuple[Message, ...]:
        """Everything in the record of this conversation."""

        def read(scope: Scope) -> tuple[Message, ...]:
            return conversations.list_messages(scope, self.conversation_id, with_notes=with_notes)

        return await self.app.database.read(SHOP_ID, read)

    async def conversation(self) -> Conversation:
        """As it stands in the record."""
        return await self.app.database.read(SHOP_ID, lambda scope: conversations.get_conversation(scope, self.conversation_id))

    async def turn(self) -> Turn | None:
        """The last turn, with its trace."""
        return await self.app.database.read(
            SHOP_ID, lambda scope: turns.find_latest_turn(scope, conversation_id=self.conversation_id)
        )

    async def parts(self) -> list[str]:
        """The templates that the last answer was written from."""
        turn = await self.turn()
        return [] if turn is None else list(turn.trace["decided"]["parts"])

    async def orders(self) -> tuple[Order, ...]:
        """The customer's orders as they stand in the record, newest first."""
        return await self.app.database.read(
            SHOP_ID, lambda scope: store_orders.list_orders_of_customer(scope, self.customer.id)
        )

    async def order(self, word: str) -> Order:
        """The order that holds an item whose English name has this word."""
        return next(one for one in await self.orders() if any(word.lower() in item.names["en"].lower() for item in one.items))

    async def commits(self, order_id: str | None = None) -> int:
        """How many acts were committed, in all or on one order."""
        return await self.app.database.read(SHOP_ID, lambda scope: store_changes.count_commits(scope, order_id=order_id))


def text_of(messages: tuple[Message, ...]) -> str:
    """All words of these lines."""
    return "\n".join(one.text for one in messages)


async def play(talk: Talk, lines: list[Mapping[str, Any]], facts: Mapping[str, Any]) -> None:
    """Say or press each line, and compare every answer with what the line wants of it (see xiaoer/demo/dialogues.yaml)."""
    for number, line in enumerate(lines, 1):
        before = await talk.commits()
        if "press" in line:
            answers = await talk.press(line["press"])
        else:
            answers = await talk.say(line["say"].format_map(facts), photo=line.get("photo", False))
        assert answers, f"line {number} was not answered"
        message, turn = answers[-1], await talk.turn()
        assert turn is not None
        shown = {"text": message.text, "cards": [*message.cards]}
        heard = Answer(shown, turn, (await talk.conversation()).holder, await talk.commits())
        wrong = compare(line, heard, before, facts)
        assert not wrong, f"line {number} {talk.said[-1]!r}: {wrong}\n{message.text}"
        assert message.language == talk.language
