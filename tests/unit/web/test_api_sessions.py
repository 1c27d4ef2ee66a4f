"""Opening a session: visitors, signed identities, and the change from one to the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.conftest import StandingClock
from tests.unit.web.conftest import OpenSession
from tests.unit.web.shop import BO, MEI, OTHER, SECRETS, SHOP
from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.customers import store as customers
from xiaoer.web.api.answers import SessionOut
from xiaoer.web.identity import read_token

MakeIdentity = Callable[..., str]


async def test_a_new_visitor_gets_a_conversation_and_hot_questions(open_session: OpenSession) -> None:
    session = await open_session(language="zh")
    assert SessionOut.model_validate({k: v for k, v in session.items() if k != "headers"})
    assert session["customer"]["is_visitor"]
    assert session["shop"] == {
        "id": SHOP,
        "names": {"zh": "云杉优选", "en": "Spruce Market"},
        "hours_from": "09:00",
        "hours_to": "22:00",
    }
    assert session["staff_online"]  # it is ten in the morning
    assert "AI" in session["ai_label"]
    assert all(one["label"] and one["say"] for one in session["hot_questions"])


async def test_the_language_is_the_pages_then_the_browsers(client: httpx2.AsyncClient) -> None:
    path, english = "/api/v1/chat/sessions", {"Accept-Language": "fr, en-GB;q=0.8"}
    by_page = await client.post(path, json={"language": "zh-Hans-CN"}, headers=english)
    by_browser = await client.post(path, json={}, headers=english)
    by_setting = await client.post(path, json={})
    found = [answer.json()["ai_label"] for answer in (by_page, by_browser, by_setting)]
    assert found == ["AI 小二", "Xiaoer AI", "AI 小二"]


async def test_a_visitor_who_comes_back_finds_the_conversation(open_session: OpenSession) -> None:
    first = await open_session()
    again = await open_session(visitor=first["token"])
    assert again["conversation_id"] == first["conversation_id"]
    assert again["customer"]["id"] == first["customer"]["id"]


@pytest.mark.parametrize("spoil", [lambda t: "nonsense", lambda t: t[:-3], lambda t: ""])
async def test_a_visitors_token_that_is_no_good_makes_a_new_visitor(
    open_session: OpenSession, spoil: Callable[[str], str]
) -> None:
    first = await open_session()
    again = await open_session(visitor=spoil(first["token"]))
    assert again["conversation_id"] != first["conversation_id"]


async def test_another_shops_visitor_is_a_stranger_here(open_session: OpenSession) -> None:
    first = await open_session(shop=OTHER)
    again = await open_session(shop=SHOP, visitor=first["token"])
    assert again["customer"]["id"] != first["customer"]["id"]


async def test_a_signed_identity_is_the_customer(open_session: OpenSession, identity: MakeIdentity) -> None:
    session = await open_session(identity=identity(MEI))
    assert session["customer"] == {"id": MEI, "name": "陈美", "is_visitor": False}
    again = await open_session(identity=identity(MEI))
    assert again["conversation_id"] == session["conversation_id"]


async def test_an_unknown_subject_is_written_down(app: App, open_session: OpenSession, identity: MakeIdentity) -> None:
    token = identity("cus_new", name="李雷", email="Li@Example.com", phone="+8613800000001", language="zh")
    await open_session(identity=token, language="en")
    stored = await app.database.read(SHOP, lambda scope: customers.get_customer(scope, "cus_new"))
    assert (stored.name, stored.email, stored.phone, stored.language) == (
        "李雷",
        "li@example.com",
        "+8613800000001",
        "zh",
    )
    assert not stored.is_visitor
    assert not stored.wants_marketing


async def test_claims_update_what_they_say_and_leave_the_rest(
    app: App, open_session: OpenSession, identity: MakeIdentity
) -> None:
    await open_session(identity=identity(BO, name="Bo L."))
    stored = await app.database.read(SHOP, lambda scope: customers.get_customer(scope, BO))
    assert stored.name == "Bo L."
    assert stored.email == "bo@x.example"


async def test_a_visitor_who_signs_in_keeps_the_conversation(open_session: OpenSession, identity: MakeIdentity) -> None:
    visitor = await open_session()
    session = await open_session(identity=identity(BO), visitor=visitor["token"])
    assert session["conversation_id"] == visitor["conversation_id"]
    assert session["customer"]["id"] == BO


async def test_after_signing_in_the_visitors_token_reaches_nothing(
    client: httpx2.AsyncClient, open_session: OpenSession, identity: MakeIdentity
) -> None:
    visitor = await open_session()
    await open_session(identity=identity(BO), visitor=visitor["token"])
    answer = await client.get("/api/v1/chat/messages", headers=visitor["headers"])
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    stranger = await open_session(visitor=visitor["token"])
    assert stranger["conversation_id"] != visitor["conversation_id"]


async def test_who_waits_for_staff_comes_back_to_that_conversation(
    app: App, open_session: OpenSession, identity: MakeIdentity, clock: StandingClock
) -> None:
    waiting = await open_session(identity=identity(BO))

    def queue(scope: Any) -> None:
        conversation = conversations.get_conversation(scope, waiting["conversation_id"])
        conversations.save_holder(scope, conversation, holder="queue", waiting_since=scope.now)

    await app.database.write(SHOP, queue)
    clock.pass_time(timedelta(minutes=5))
    visitor = await open_session()
    session = await open_session(identity=identity(BO), visitor=visitor["token"])
    assert session["conversation_id"] == waiting["conversation_id"]


def _signed(claims: dict[str, Any], *, alg: str = "HS256", key: Any = None) -> str:
    return jwt.encode({"alg": alg}, claims, key or OctKey.import_key(SECRETS[SHOP]), algorithms=[alg])


BAD: dict[str, Callable[[int], str]] = {
    "another secret": lambda now: _signed({"sub": MEI, "exp": now + 60}, key=OctKey.import_key(SECRETS[OTHER])),
    "out of date": lambda now: _signed({"sub": MEI, "exp": now - 120}),
    "without an end": lambda now: _signed({"sub": MEI}),
    "an end that is no number": lambda now: _signed({"sub": MEI, "exp": "tomorrow"}),
    "without a subject": lambda now: _signed({"exp": now + 60}),
    "an empty subject": lambda now: _signed({"sub": "", "exp": now + 60}),
    "a subject with a line break": lambda now: _signed({"sub": "a\nb", "exp": now + 60}),
    "a subject that is no text": lambda now: _signed({"sub": 7, "exp": now + 60}),
    "a subject that is too long": lambda now: _signed({"sub": "x" * 200, "exp": now + 60}),
    "for another shop": lambda now: _signed({"sub": MEI, "exp": now + 60, "aud": OTHER}),
    "not yet": lambda now: _signed({"sub": MEI, "exp": now + 600, "nbf": now + 300}),
    "another algorithm": lambda now: _signed({"sub": MEI, "exp": now + 60}, alg="HS512"),
    "a public key": lambda now: _signed({"sub": MEI, "exp": now + 60}, alg="RS256", key=RSAKey.generate_key(2048)),
    "no algorithm": lambda now: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjdXNfbWVpIn0.",
    "three dots": lambda now: "..",
    "words": lambda now: "let me in",
    "other letters": lambda now: "é.é.é",
}


@pytest.mark.parametrize("how", BAD)
async def test_an_identity_that_is_no_good_lets_nobody_in(
    client: httpx2.AsyncClient, clock: StandingClock, how: str
) -> None:
    token = BAD[how](int(clock().timestamp()))
    answer = await client.post("/api/v1/chat/sessions", json={"identity": token, "language": "zh"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_chat_token_is_no_identity_and_an_identity_no_chat_token(
    client: httpx2.AsyncClient, open_session: OpenSession, identity: MakeIdentity
) -> None:
    session = await open_session(identity=identity(MEI))
    as_identity = await client.post("/api/v1/chat/sessions", json={"identity": session["token"]})
    as_token = await client.get("/api/v1/chat/messages", headers={"Authorization": f"Bearer {identity(MEI)}"})
    assert (as_identity.status_code, as_token.status_code) == (401, 401)


async def test_a_buyers_session_ends_and_a_visitors_lasts(
    app: App, client: httpx2.AsyncClient, open_session: OpenSession, identity: MakeIdentity, clock: StandingClock
) -> None:
    buyer, visitor = await open_session(identity=identity(MEI)), await open_session()
    assert read_token(app.secret, visitor["token"], now=clock()).is_visitor
    clock.pass_time(timedelta(hours=13))
    assert (await client.get("/api/v1/chat/messages", headers=buyer["headers"])).status_code == 401
    assert (await client.get("/api/v1/chat/messages", headers=visitor["headers"])).status_code == 200


async def test_a_shop_that_is_not_served_is_not_found(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/v1/chat/sessions", json={"shop": "nowhere"})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (404, "not_found", "shop")
