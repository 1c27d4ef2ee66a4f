"""Returns carried on: by the shop's own system over the API, and by staff with the buttons at the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI

from tests.conftest import StandingClock
from tests.unit.aftersales.build import a_case, a_refund, an_item, an_order
from tests.unit.web.shop import LIN, MEI, OTHER, SECRETS, SHOP
from tests.unit.web.staff import open_browser, talk
from xiaoer.app import App
from xiaoer.privacy.store import list_audit
from xiaoer.shop import store_orders
from xiaoer.web.identity import Identity, make_identity, make_shop_token

PATH = f"/api/v1/shops/{SHOP}/cases/case-return"


@pytest.fixture(autouse=True)
async def _a_return_is_under_way(app: App) -> None:
    case = a_case("return", ("hoodie", 1), state="waiting_for_parcel", amount_minor=18000)
    refund = replace(a_refund(18000), case_id=case.id)
    order = an_order(an_item(returned_quantity=1), customer_id=MEI, cases=(case,), refunds=(refund,))
    await app.database.write(SHOP, lambda scope: store_orders.save_order(scope, order))


def as_shop(clock: StandingClock, **changes: str) -> dict[str, str]:
    said = {"secret": SECRETS[SHOP], "shop_id": SHOP, "scope": "aftersales", **changes}
    token = make_shop_token(
        said["secret"], shop_id=said["shop_id"], scope=said["scope"], expires_at=clock() + timedelta(minutes=5)
    )
    return {"Authorization": f"Bearer {token}"}


async def test_the_shops_own_system_carries_a_return_on(client: httpx2.AsyncClient, clock: StandingClock, app: App) -> None:
    mine = as_shop(clock)
    assert (await client.get(PATH, headers=mine)).json()["state"] == "waiting_for_parcel"
    too_early = await client.post(f"{PATH}/start_refund", headers=mine)
    assert (too_early.status_code, too_early.json()["code"]) == (409, "conflict")
    assert (await client.post(f"{PATH}/receive_goods", headers=mine)).json()["state"] == "checking"
    started = (await client.post(f"{PATH}/start_refund", headers=mine)).json()
    assert (started["state"], started["order_state"]) == ("done", "returned")
    assert started["refunds"] == [{"id": "ref", "amount_minor": 18000, "kind": "wechat", "state": "started"}]
    assert (await client.post(f"{PATH}/start_refund", headers=mine)).json() == started
    assert (await client.post(f"{PATH}/finish_refund", headers=mine)).json()["refunds"][0]["state"] == "arrived"
    lines = await app.database.read(SHOP, lambda scope: list_audit(scope, about="SP1"))
    assert {one.who for one in lines} == {"shop"}
    assert [one.what for one in lines] == ["receive_goods", "start_refund", "finish_refund"]


async def test_nobody_else_does(client: httpx2.AsyncClient, clock: StandingClock) -> None:
    identity = make_identity(
        SECRETS[SHOP], Identity(MEI), shop_id=SHOP, expires_at=clock() + timedelta(minutes=5)
    )
    strangers = [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": f"Bearer {identity}"},
        as_shop(clock, secret=SECRETS[OTHER]),
        as_shop(clock, shop_id=OTHER),
        as_shop(clock, scope="everything"),
    ]
    for headers in strangers:
        assert (await client.post(f"{PATH}/receive_goods", headers=headers)).status_code == 401, headers
    gone = PATH.replace(SHOP, "nowhere")
    assert (await client.get(gone, headers=as_shop(clock))).status_code == 401
    late = as_shop(clock)
    clock.pass_time(timedelta(hours=1))
    assert (await client.get(PATH, headers=late)).status_code == 401
    assert (await client.get(PATH, headers=as_shop(clock))).json()["state"] == "waiting_for_parcel"


async def test_what_is_not_there_is_said(client: httpx2.AsyncClient, clock: StandingClock) -> None:
    mine = as_shop(clock)
    assert (await client.get(f"/api/v1/shops/{SHOP}/cases/nothing", headers=mine)).status_code == 404
    assert (await client.post(f"{PATH}/burn", headers=mine)).status_code == 422


@pytest.mark.parametrize(("language", "words"), [("zh", ("已收到退件", "验收通过")), ("en", ("Goods received", "Goods are fine"))])
async def test_staff_do_it_at_the_desk(app: App, web: FastAPI, language: str, words: tuple[str, str]) -> None:
    conversation = await talk(app, MEI, "你好")
    lin = await open_browser(app, web, LIN)
    path = f"/desk/conversations/{conversation.id}"
    page = await lin.get(path, language=language)
    assert words[0] in page.text
    page = await lin.post(f"{path}/cases/case-return", language=language, step="receive_goods")
    assert words[1] in page.text
    assert words[0] not in page.text
    page = await lin.post(f"{path}/cases/case-return", language=language, step="receive_goods")
    assert words[1] in page.text
    page = await lin.post(f"{path}/cases/case-return", language=language, step="finish_refund")
    assert page.status_code == 409
    await lin.post(f"{path}/cases/case-return", language=language, step="start_refund")
    order = await app.database.read(SHOP, lambda scope: store_orders.get_order(scope, "SP1"))
    assert (order.state, order.refunds[0].state) == ("returned", "started")
