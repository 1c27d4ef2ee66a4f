"""The demo shop's pages: who is signed in there, what they show, and that they are only there in the demo."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from tests.conftest import StandingClock
from tests.unit.web.shop import BO, MEI, OTHER, SECRETS, SHOP
from xiaoer.app import App
from xiaoer.replies.words import Words
from xiaoer.shop import store_products as products
from xiaoer.shop.types import Product, Variant
from xiaoer.web.console.storefront import shelf
from xiaoer.web.identity import read_identity

ENGLISH = {"Accept-Language": "en"}


def identity_in(page: str) -> str:
    """The buyer's identity that the page hands to the widget; empty for a visitor."""
    found = re.search(r'data-identity="([^"]*)"', page)
    return found.group(1) if found else ""


async def test_mei_is_signed_in_with_an_identity_that_the_api_takes(
    client: httpx2.AsyncClient, clock: StandingClock
) -> None:
    page = (await client.get("/shop")).text
    said = read_identity(SECRETS[SHOP], identity_in(page), shop_id=SHOP, now=clock())
    assert (said.customer_id, said.name) == (MEI, "陈美")
    assert "我的订单" in page
    assert "卫衣" in page  # her order
    session = await client.post("/api/v1/chat/sessions", json={"identity": identity_in(page)})
    assert session.json()["customer"]["id"] == MEI


async def test_the_buyer_is_switched_and_remembered(client: httpx2.AsyncClient, clock: StandingClock) -> None:
    answer = await client.get("/shop?as=bo&category=bags")
    assert (answer.status_code, answer.headers["location"]) == (303, "/shop?category=bags")
    said = read_identity(SECRETS[SHOP], identity_in((await client.get("/shop")).text), shop_id=SHOP, now=clock())
    assert said.customer_id == BO
    await client.get("/shop?as=visitor")
    page = (await client.get("/shop", headers=ENGLISH)).text
    assert identity_in(page) == ""
    assert "My orders" not in page
    assert "Visitor" in page


@pytest.mark.parametrize("wanted", ["root", "", "cus_mei", "%00"])
async def test_other_buyers_are_nobody(client: httpx2.AsyncClient, wanted: str) -> None:
    answer = await client.get(f"/shop?as={wanted}")
    assert answer.status_code == 200
    client.cookies.set("xiaoer_demo_buyer", "somebody")
    assert (await client.get("/shop")).status_code == 200


async def test_a_product_shows_prices_stock_and_facts(app: App, client: httpx2.AsyncClient) -> None:
    product = (await app.database.read(SHOP, products.list_products))[0]
    page = (await client.get(f"/shop/products/{product.id}", headers=ENGLISH)).text
    assert product.names["en"] in page
    assert product.description["en"].split(",")[0] in page
    assert f"¥{product.variants[0].price_minor // 100}" in page
    for variant in product.variants:
        chosen = await client.get(f"/shop/products/{product.id}", params={"variant": variant.id})
        assert chosen.status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/shop?category=clothing", 200), ("/shop?category=nothing", 404), ("/shop?q=卫衣", 200), ("/shop/products/nothing", 404),
        ("/shop/products/%2e%2e", 404), (f"/shop?q={'x' * 81}", 422),
    ],
)  # fmt: skip
async def test_what_is_there_and_what_is_not(client: httpx2.AsyncClient, path: str, status: int) -> None:
    assert (await client.get(path)).status_code == status


async def test_what_is_searched_for_is_shown_as_text(client: httpx2.AsyncClient) -> None:
    page = (await client.get("/shop", params={"q": '"><script>alert(1)</script>'})).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("overrides", [{"shop": OTHER}])
async def test_it_is_only_there_in_the_demo(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/shop")).status_code == 404
    assert (await client.get("/", headers=ENGLISH)).headers["location"] == "/desk"


async def test_the_start_leads_to_the_demo_shop(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/shop")


async def test_a_picture_comes_in_the_colour_asked_for(app: App, client: httpx2.AsyncClient) -> None:
    shade = app.assistant_of(SHOP).catalogue.words["colours"]["navy"]["hex"]
    navy = await client.get("/pictures/hoodie.svg?colour=navy")
    assert navy.headers["content-type"] == "image/svg+xml"
    assert shade in navy.text
    odd = await client.get("/pictures/hoodie.svg?colour=%22%2F%3E%3Cscript%3E")
    plain = await client.get("/pictures/hoodie.svg")
    assert "#c0ffee" not in navy.text + odd.text
    assert odd.content == plain.content != navy.content
    again = await client.get("/pictures/hoodie.svg?colour=navy", headers={"If-None-Match": navy.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["nothing", "..%2Fpolicy", "Hoodie", "x" * 50])
async def test_other_pictures_are_none(client: httpx2.AsyncClient, name: str) -> None:
    assert (await client.get(f"/pictures/{name}.svg")).status_code in (404, 422)


def a_product(*variants: tuple[dict[str, str], int, int], **changes: Any) -> Product:
    """A mug in these variants: options, price, stock."""
    names = {"zh": "杯子", "en": "Mug"}
    made = tuple(Variant(str(i), "mug", options, price, stock) for i, (options, price, stock) in enumerate(variants))
    return Product(
        id="mug",
        category="kitchen",
        names=names,
        kind=names,
        description=names,
        attributes={},
        variants=made,
        **changes,
    )


def test_a_picker_keeps_what_else_was_chosen_where_it_can() -> None:
    mug = a_product(
        ({"colour": "red", "size": "S"}, 100, 1),
        ({"colour": "red", "size": "L"}, 200, 0),
        ({"colour": "blue", "size": "L"}, 300, 9),
    )
    chosen = shelf.chosen_variant(mug, "1")
    assert chosen.options == {"colour": "red", "size": "L"}
    by_colour, by_size = shelf.pickers_of(mug, chosen, Words("en"))
    assert [(one["variant"], one["is_chosen"], one["is_sold_out"]) for one in by_colour["choices"]] == [
        ("1", True, True),
        ("2", False, False),
    ]
    assert [one["variant"] for one in by_size["choices"]] == ["0", "1"]
    assert shelf.chosen_variant(mug, "unknown").id == "0"  # the first in stock


def test_a_tile_tells_the_lowest_price_and_what_is_left() -> None:
    mug = a_product(({"size": "S"}, 10000, 2), ({"size": "L"}, 20000, 1))
    tile = shelf.tile_of(mug, Words("zh"))
    assert (tile["price"], tile["is_from"], tile["stock"], tile["is_few"]) == ("¥100", True, 3, True)
    sold_out = shelf.tile_of(a_product(({}, 100, 0)), Words("zh"))
    assert (sold_out["stock"], sold_out["is_few"], sold_out["is_from"]) == (0, False, False)
