"""The people at the desk in tests: a member of staff and a lead, each in a browser of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx2
from fastapi import FastAPI

from tests.unit.web.shop import SHOP
from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation, Message
from xiaoer.customers import store as customers
from xiaoer.db.scope import Scope
from xiaoer.desk import store as desk
from xiaoer.desk.sign_in import add_staff
from xiaoer.desk.types import Staff
from xiaoer.web.session import enter_link

WU, PASSWORD = "wu@spruce.example", "another-long-password"


@dataclass
class Browser:
    """A browser in which somebody is signed in."""

    client: httpx2.AsyncClient
    staff: Staff

    async def get(self, path: str, *, language: str = "zh", **headers: str) -> httpx2.Response:
        """A page, as a browser asks for it."""
        return await self.client.get(path, headers={"Accept-Language": language, **headers})

    async def token(self) -> str:
        """What this session's forms carry."""
        page = await self.get("/desk")
        found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
        assert found, page.text
        return found.group(1)

    async def post(self, path: str, *, language: str = "zh", **fields: str) -> httpx2.Response:
        """A form of ours, sent without scripts; answers with the page after it."""
        form = {"form_token": await self.token(), **fields}
        return await self.client.post(path, data=form, headers={"Accept-Language": language}, follow_redirects=True)


async def open_browser(app: App, web: FastAPI, email: str) -> Browser:
    """Sign in by a link that counts once."""
    staff = await app.database.read(SHOP, lambda scope: desk.find_staff_by_email(scope, email))
    assert staff is not None
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=web), base_url="http://shop.test")
    entered = await client.get(await enter_link(app, shop_id=SHOP, staff_id=staff.id))
    assert entered.status_code == 303, entered.text
    return Browser(client, staff)


async def add_lead(app: App) -> Staff:
    """Wu, the lead."""
    return await app.database.write(
        SHOP, lambda scope: add_staff(scope, email=WU, name="Wu 吴", role="lead", password=PASSWORD)
    )


async def talk(app: App, customer_id: str, *lines: str, language: str = "zh") -> Conversation:
    """A conversation in which the customer said these lines and the machine answered each."""

    def begin(scope: Scope) -> Conversation:
        customers.get_customer(scope, customer_id)
        return conversations.add_conversation(scope, customer_id=customer_id, channel="web", language=language)

    conversation = await app.database.write(SHOP, begin)
    for text in lines:
        await app.turns.receive(SHOP, conversation.id, NewMessage(author="customer", text=text, language=language))
        await app.turns.drain()
    return await app.database.read(SHOP, lambda scope: conversations.get_conversation(scope, conversation.id))


async def lines_of(app: App, conversation: Conversation) -> tuple[Message, ...]:
    """Every line, notes too."""
    return await app.database.read(
        SHOP, lambda scope: conversations.list_messages(scope, conversation.id, with_notes=True)
    )
