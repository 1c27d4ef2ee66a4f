"""Opening a session: who is it, which conversation do they come back to. One transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations import store_owner as owners
from xiaoer.conversations.types import Conversation
from xiaoer.customers import store as customers
from xiaoer.customers.types import Customer
from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound, NotSignedIn
from xiaoer.shop import store_shops as shops
from xiaoer.web.identity import (
    CUSTOMER_LIFE,
    VISITOR_LIFE,
    Identity,
    Language,
    Visit,
    make_token,
    read_identity,
    read_token,
)

CHANNEL = "web"


@dataclass(frozen=True, slots=True)
class Opened:
    """An open session."""

    visit: Visit
    token: str
    customer: Customer
    conversation: Conversation


async def open_session(
    app: App, shop_id: str, *, language: Language, identity_token: str | None, visitor_token: str | None
) -> Opened:
    """The session of a signed-in customer (by the shop's word), of a visitor who was here before, or of a new one.

    NotSignedIn when the identity is not good: a buyer must never silently become a stranger. An old visitor's token that
    is no good any more only means a new visitor.
    """
    app.assistant_of(shop_id)
    earlier = _earlier(app, shop_id, visitor_token)

    def store(scope: Scope) -> tuple[Customer, Conversation]:
        known = customers.find_customer(scope, earlier.customer_id) if earlier else None
        visitor = known if known is not None and known.is_visitor else None
        if identity_token is None:
            customer = visitor or customers.add_visitor(scope, language=language)
        else:
            identity = read_identity(_secret(scope), identity_token, shop_id=shop_id, now=scope.now)
            customer = _bring_up_to_date(scope, identity, language)
            if visitor is not None:
                owners.give_conversations(scope, from_customer_id=visitor.id, to_customer_id=customer.id)
        found = owners.find_going_on(scope, customer.id, channel=CHANNEL)
        return customer, found or conversations.add_conversation(
            scope, customer_id=customer.id, channel=CHANNEL, language=language
        )

    customer, conversation = await app.database.write(shop_id, store)
    now = app.clock()
    life = VISITOR_LIFE if customer.is_visitor else CUSTOMER_LIFE
    visit = Visit(shop_id, customer.id, conversation.id, language, customer.is_visitor, now + life)
    return Opened(visit, make_token(app.secret, visit, now=now), customer, conversation)


def session_json(app: App, opened: Opened) -> dict[str, Any]:
    """What the caller gets."""
    shop, language = app.assistant_of(opened.visit.shop_id).shop, opened.visit.language
    return {
        "token": opened.token,
        "expires_at": opened.visit.expires_at.isoformat(timespec="seconds"),
        "customer": {"id": opened.customer.id, "name": opened.customer.name, "is_visitor": opened.customer.is_visitor},
        "conversation_id": opened.conversation.id,
        "shop": {"id": shop.id, "names": dict(shop.names), "hours_from": shop.hours_from, "hours_to": shop.hours_to},
        "staff_online": app.is_staff_online(shop.id),
        "ai_label": _AI_LABEL[language],
        "hot_questions": [{"label": label, "say": say} for label, say in _HOT_QUESTIONS[language]],
        "upload_mb": app.settings.upload_mb,
    }


def _earlier(app: App, shop_id: str, token: str | None) -> Visit | None:
    if not token:
        return None
    try:
        visit = read_token(app.secret, token, now=app.clock())
    except NotSignedIn:
        return None
    return visit if visit.shop_id == shop_id and visit.is_visitor else None


def _secret(scope: Scope) -> str:
    try:
        return shops.get_identity_secret(scope)
    except NotFound as error:
        raise NotSignedIn(
            "This shop cannot sign its customers in yet; it has no identity secret.",
            "该店铺还没有设置身份密钥，无法登录。",
        ) from error


def _bring_up_to_date(scope: Scope, identity: Identity, language: Language) -> Customer:
    """The customer as the shop describes them now; somebody new is written down. What the shop leaves out stays."""
    known = customers.find_customer(scope, identity.customer_id)
    customer = known or Customer(
        id=identity.customer_id,
        name="",
        language=identity.language or language,
        is_visitor=False,
        created_at=scope.now,
        wants_marketing=False,  # nobody is asked for it here, so nobody has agreed
    )
    said = {name: getattr(identity, name) for name in ("name", "email", "phone", "language") if getattr(identity, name)}
    updated = replace(customer, is_visitor=False, **said)
    if "email" in said:
        updated = replace(updated, email=updated.email.lower())
    if updated != known:
        customers.save_customer(scope, updated)
    return updated


_AI_LABEL = {"zh": "AI 小二", "en": "Xiaoer AI"}
# What every shop is asked every day, in words that the intent model knows well.
_HOT_QUESTIONS = {
    "zh": (
        ("我的包裹到哪了", "我的包裹到哪了？"),
        ("怎么退货", "怎么退货？"),
        ("运费怎么算", "运费怎么算？"),
        ("退款多久到账", "退款多久能到账？"),
        ("有什么优惠", "现在有什么优惠活动？"),
    ),
    "en": (
        ("Where is my parcel?", "Where is my parcel?"),
        ("How do I return something?", "How do I return something?"),
        ("What does shipping cost?", "What does shipping cost?"),
        ("When will my refund arrive?", "When will my refund arrive?"),
        ("Any offers right now?", "Which promotions are running right now?"),
    ),
}
