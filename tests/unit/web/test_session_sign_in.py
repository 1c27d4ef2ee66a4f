"""Signing in and out, the link that counts once, the wall against forged forms, the language."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import StandingClock
from tests.unit.web.shop import LIN, OTHER, SHOP
from tests.unit.web.staff import open_browser
from xiaoer.app import App
from xiaoer.db.scope import Scope
from xiaoer.desk import store as desk
from xiaoer.privacy.store import list_audit
from xiaoer.shop import store_shops
from xiaoer.web.session import COOKIE, enter_link, safe_path

PASSWORD = "a-long-password"


async def sign_in(
    client: httpx2.AsyncClient, email: str = LIN, password: str = PASSWORD, **fields: str
) -> httpx2.Response:
    return await client.post("/desk/sign-in", data={"email": email, "password": password, **fields})


async def test_the_right_password_opens_the_desk(client: httpx2.AsyncClient) -> None:
    answer = await sign_in(client, next="/explain")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/explain"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "; secure" not in cookie
    assert (await client.get("/desk")).status_code == 200


async def test_over_https_the_cookie_is_secure(web: FastAPI) -> None:
    transport = httpx2.ASGITransport(app=web)
    async with httpx2.AsyncClient(transport=transport, base_url="https://shop.test") as client:
        assert "; secure" in (await sign_in(client)).headers["set-cookie"].lower()


@pytest.mark.parametrize(("email", "password"), [(LIN, "wrong"), ("nobody@spruce.example", PASSWORD), (LIN, "")])
async def test_a_wrong_one_is_refused_without_saying_what_was_wrong(
    client: httpx2.AsyncClient, email: str, password: str
) -> None:
    answer = await sign_in(client, email, password)
    assert answer.status_code in (401, 422)
    assert "set-cookie" not in answer.headers
    if answer.status_code == 401:
        assert "邮箱或密码不正确" in answer.text
        assert f'value="{email}"' in answer.text  # nobody types it twice


async def test_ten_wrong_tries_close_the_door_for_a_while(client: httpx2.AsyncClient, clock: StandingClock) -> None:
    for _ in range(10):
        assert (await sign_in(client, password="wrong")).status_code == 401
    closed = await sign_in(client)
    assert closed.status_code == 429
    assert int(closed.headers["retry-after"]) > 0
    clock.pass_time(timedelta(minutes=16))
    assert (await sign_in(client)).status_code == 303


async def test_a_page_without_a_session_leads_to_the_sign_in_and_back(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/desk?tab=all")
    assert answer.status_code == 303
    target = urlsplit(answer.headers["location"])
    assert (target.path, parse_qs(target.query)["next"]) == ("/desk/sign-in", ["/desk?tab=all"])


async def test_a_session_ends_by_time_by_leaving_and_with_the_account(
    app: App, web: FastAPI, clock: StandingClock
) -> None:
    lin = await open_browser(app, web, LIN)
    assert (await lin.get("/desk")).status_code == 200
    clock.pass_time(timedelta(hours=app.settings.session_hours, seconds=1))
    assert (await lin.get("/desk")).status_code == 303
    again = await open_browser(app, web, LIN)
    left = await again.post("/desk/sign-out")
    assert "您已退出登录" in left.text
    assert (await again.get("/desk")).status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzdGZfMSJ9.", "é" * 10, "a" * 5000])
async def test_what_we_did_not_sign_is_nobody(client: httpx2.AsyncClient, cookie: str) -> None:
    answer = await client.get("/desk", headers={b"Cookie": f"{COOKIE}={cookie}".encode("latin-1")})
    assert answer.status_code == 303


async def test_a_link_counts_once_and_for_a_day(app: App, web: FastAPI, clock: StandingClock) -> None:
    lin = await app.database.read(SHOP, lambda scope: desk.find_staff_by_email(scope, LIN))
    assert lin is not None
    link = await enter_link(app, shop_id=SHOP, staff_id=lin.id, to="/explain")
    transport = httpx2.ASGITransport(app=web)
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as first:
        entered = await first.get(link)
        assert (entered.status_code, entered.headers["location"]) == (303, "/explain")
        assert (await first.get(link)).status_code == 303  # a second click by the same person just goes on
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as second:
        used = await second.get(link)
        assert used.status_code == 401
        assert COOKIE not in used.cookies
        late = await enter_link(app, shop_id=SHOP, staff_id=lin.id)
        clock.pass_time(timedelta(days=1, seconds=1))
        assert (await second.get(late)).status_code == 401
    written = await app.database.read(SHOP, lambda scope: [one for one in list_audit(scope) if one.what == "entered"])
    assert [one.who for one in written] == [lin.id]


async def test_the_records_know_a_link_by_its_hash_and_only_until_it_is_used(app: App, web: FastAPI, clock: StandingClock) -> None:
    def kept(scope: Scope) -> str:
        return store_shops.find_note(scope, "enter_links") or ""

    lin = await app.database.read(SHOP, lambda scope: desk.find_staff_by_email(scope, LIN))
    assert lin is not None
    old = await enter_link(app, shop_id=SHOP, staff_id=lin.id)
    token = old.partition("=")[2]
    assert len(token) == 22
    written = await app.database.read(SHOP, kept)
    assert lin.id in written
    assert token not in written
    clock.pass_time(timedelta(days=1, seconds=1))
    link = await enter_link(app, shop_id=SHOP, staff_id=lin.id)
    assert len(json.loads(await app.database.read(SHOP, kept))) == 1  # the old one is forgotten
    transport = httpx2.ASGITransport(app=web)
    browsers = [httpx2.AsyncClient(transport=transport, base_url="http://shop.test") for _ in range(4)]
    answers = await asyncio.gather(*(browser.get(link) for browser in browsers))
    assert sorted(one.status_code for one in answers) == [303, 401, 401, 401]
    assert json.loads(await app.database.read(SHOP, kept)) == {}
    for browser in browsers:
        await browser.aclose()


async def test_a_token_is_good_for_its_purpose_only(app: App, web: FastAPI) -> None:
    """A cookie is no link, a link no cookie."""
    lin = await open_browser(app, web, LIN)
    cookie = lin.client.cookies[COOKIE]
    transport = httpx2.ASGITransport(app=web)
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        assert (await client.get(f"/desk/enter?token={cookie}")).status_code == 401
        token = (await enter_link(app, shop_id=SHOP, staff_id=lin.staff.id)).partition("=")[2]
        assert (await client.get("/desk", headers={"Cookie": f"{COOKIE}={token}"})).status_code == 303


async def test_a_form_from_elsewhere_is_refused(app: App, web: FastAPI) -> None:
    lin = await open_browser(app, web, LIN)
    token = await lin.token()
    for headers, form in (
        ({"Origin": "https://evil.example"}, {"form_token": token}),
        ({"Sec-Fetch-Site": "cross-site"}, {"form_token": token}),
        ({"Origin": "http://shop.test"}, {}),
        ({"Origin": "http://shop.test"}, {"form_token": "0" * 64}),
    ):
        answer = await lin.client.post("/desk/sign-out", data=form, headers=headers)
        assert answer.status_code == 403, headers
    assert (await lin.get("/desk")).status_code == 200
    other = await open_browser(app, web, LIN)
    assert (await other.client.post("/desk/sign-out", data={"form_token": token})).status_code == 403


async def test_signing_in_from_another_site_is_refused(client: httpx2.AsyncClient) -> None:
    form = {"email": LIN, "password": PASSWORD}
    answer = await client.post("/desk/sign-in", data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_the_language_is_the_browsers_until_one_is_chosen(client: httpx2.AsyncClient) -> None:
    english = await client.get("/desk/sign-in", headers={"Accept-Language": "en-GB,en;q=0.9,zh;q=0.5"})
    assert "Sign in to the desk" in english.text
    assert 'lang="en"' in english.text
    chosen = await client.post("/desk/language", data={"to": "zh", "next": "/desk/sign-in"})
    assert chosen.headers["location"] == "/desk/sign-in"
    chinese = await client.get("/desk/sign-in", headers={"Accept-Language": "en"})
    assert "登录客服台" in chinese.text


async def test_with_several_shops_one_is_chosen(client: httpx2.AsyncClient) -> None:
    page = await client.get("/desk/sign-in")
    assert f'<option value="{OTHER}"' in page.text
    assert (await sign_in(client, shop=OTHER)).status_code == 303


@given(st.text())
def test_a_way_on_never_leaves_this_server(path: str) -> None:
    found = safe_path(path, "/desk")
    parts = urlsplit(found)
    assert found.startswith("/")
    assert not parts.netloc
    assert not parts.scheme


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\nb", None, 3]
)
def test_a_way_on_to_elsewhere_is_not_taken(path: object) -> None:
    assert safe_path(path, "/desk") == "/desk"
