"""Known by e-mail address, or by name and postcode: only whole facts of one customer, and a limited number of tries."""

from __future__ import annotations

import json

import pytest

from tests.conftest import NOW
from tests.unit.formats.small_store import store
from xiaoer.customers.verify import MOST_PER_CONVERSATION, identify
from xiaoer.db.engine import Database
from xiaoer.errors import TooMany
from xiaoer.formats.tau2.read import records_of
from xiaoer.formats.tau2.shapes import parse
from xiaoer.formats.tau2.store import save_records
from xiaoer.shop.dictionary import common_words

SHOP = "tau2"


@pytest.fixture
async def shop(database: Database) -> Database:
    records = records_of(parse(json.dumps(store())), common_words(), now=NOW)
    await database.write(SHOP, lambda scope: save_records(scope, records, common_words()))
    return database


async def known(shop: Database, *, conversation: str = "c", **facts: str) -> str | None:
    return await shop.write(SHOP, lambda scope: identify(scope, conversation_id=conversation, **facts))


@pytest.mark.parametrize(
    ("facts", "customer"),
    [
        ({"email": "ada.stone@shop.example"}, "ada_stone_1"),
        ({"email": " ADA.Stone@Shop.example "}, "ada_stone_1"),
        ({"name": "ada mae  STONE", "postcode": "97403"}, "ada_stone_1"),
        ({"name": "Bo Li", "postcode": "m5v2t6"}, "bo_li_2"),
        ({"name": "Ada Mae Stone", "postcode": "97404"}, None),
        ({"name": "Ada Stone", "postcode": "97403"}, None),
        ({"name": "Ada Mae Stone", "postcode": ""}, None),
        ({"name": "", "postcode": "97403"}, None),
        ({"email": "ada@shop.example"}, None),
        ({"email": "%@shop.example"}, None),
        ({}, None),
    ],
)
async def test_whole_facts_name_a_customer(shop: Database, facts: dict[str, str], customer: str | None) -> None:
    assert await known(shop, **facts) == customer


async def test_facts_of_two_customers_name_neither(database: Database) -> None:
    values = store()
    values["users"]["bo_li_2"]["name"] = {"first_name": "Cy", "last_name": "Ott"}
    values["users"]["bo_li_2"]["address"] = values["users"]["cy_no_orders_3"]["address"]
    records = records_of(parse(json.dumps(values)), common_words(), now=NOW)
    await database.write(SHOP, lambda scope: save_records(scope, records, common_words()))
    assert await known(database, name="Cy Ott", postcode="97403") is None


async def test_tries_are_limited_for_those_who_exist_and_those_who_do_not_alike(shop: Database) -> None:
    for email in ("ada.stone@shop.example", "nobody@shop.example"):
        for _ in range(MOST_PER_CONVERSATION):
            await known(shop, conversation=email, email=email)
        with pytest.raises(TooMany):
            await known(shop, conversation=email, email=email)
