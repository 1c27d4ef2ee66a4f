"""A store in τ²'s format comes in and goes out without loss; what does not fit is named.

With XIAOER_TAU2_DB set to a whole db.json, the round trip is made with that one, too.
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.formats.small_store import store
from xiaoer.db.engine import Database
from xiaoer.errors import Conflict, Invalid
from xiaoer.formats.tau2.read import Records, records_of
from xiaoer.formats.tau2.shapes import parse
from xiaoer.formats.tau2.store import dump_records, save_records
from xiaoer.formats.tau2.write import write_store
from xiaoer.shop.dictionary import common_words
from xiaoer.shop.types import Order

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
WHOLE = os.environ.get("XIAOER_TAU2_DB", "")


def read(values: Any) -> Records:
    return records_of(parse(json.dumps(values)), common_words(), now=NOW)


def order_of(records: Records, number: str) -> Order:
    return next(one for one in records.orders if one.id == number)


async def _round_trip(database: Database, text: str) -> Any:
    records, words = records_of(parse(text), common_words(), now=NOW), common_words()
    await database.write("tau2", lambda scope: save_records(scope, records, words))
    return await database.read("tau2", dump_records)


async def test_what_came_in_goes_out(database: Database) -> None:
    assert await _round_trip(database, json.dumps(store())) == store()


@pytest.mark.skipif(not WHOLE, reason="XIAOER_TAU2_DB names no db.json")
async def test_a_whole_store_goes_out_as_it_came_in(database: Database) -> None:
    text = await asyncio.to_thread(Path(WHOLE).read_text, "utf-8")
    out, given = await _round_trip(database, text), json.loads(text)
    assert {key: len(out[key]) for key in out} == {key: len(given[key]) for key in given}
    assert out == given


def test_orders_are_what_a_shop_calls_them() -> None:
    records = read(store())
    states = {one.id[-1]: one.state for one in records.orders}
    assert states == {
        "1": "paid", "2": "cancelled", "3": "delivered", "4": "paid", "5": "delivered", "6": "delivered", "9": "shipped",
    }  # fmt: skip
    assert [one.id for one in records.orders if one.items_changed] == ["#W0000004"]
    assert not any(one.is_dated for one in records.orders)
    ada = [one.id for one in sorted(records.orders, key=lambda one: one.placed_at) if one.customer_id == "ada_stone_1"]
    assert ada == store()["users"]["ada_stone_1"]["orders"]
    cancelled = order_of(records, "#W0000002")
    assert (cancelled.cancel_reason, cancelled.refunded_minor) == ("ordered_by_mistake", 2000)


def test_parcels_keep_what_was_in_them() -> None:
    order = order_of(read(store()), "#W0000003")
    found = [(one.tracking_number, one.item_ids, one.fulfilment) for one in order.shipments]
    assert found == [
        ("800100", ("#W0000003-1",), "#W0000003-0"),
        ("800101", ("#W0000003-1",), "#W0000003-0"),
        ("800102", ("#W0000003-2",), "#W0000003-1"),
    ]


def test_what_is_under_way_is_a_case() -> None:
    records = read(store())
    back, other = order_of(records, "#W0000005"), order_of(records, "#W0000006")
    assert [(one.kind, one.items, one.payment_id, one.amount_minor) for one in back.cases] == [
        ("return", (("#W0000005-1", 1),), "gift_card_1", 2000)
    ]
    assert [one.returned_quantity for one in back.items] == [1, 0]
    assert [(one.state, one.payment_id, one.amount_minor) for one in back.refunds] == [("planned", "gift_card_1", 2000)]
    assert [(one.kind, one.swaps, one.amount_minor) for one in other.cases] == [
        ("exchange", (("#W0000006-1", "1002"),), -4989)
    ]


def test_customers_keep_their_ways_to_pay() -> None:
    ada, bo, _ = read(store()).customers
    assert (ada.name, ada.family_name) == ("Ada Mae Stone", "Stone")
    assert [(one.kind, one.told_as, one.last4, one.balance_minor) for one in ada.payments] == [
        ("credit_card", "visa", "4242", None), ("gift_card", "gift_card", "", 6025),
    ]  # fmt: skip
    assert ada.default_address is not None
    assert (ada.default_address.line2, ada.default_address.country) == ("Flat 3", "US")
    assert bo.default_address is not None
    assert bo.default_address.country == "CA"


def _broken(**changes: Any) -> Any:
    values = store()
    for path, value in changes.items():
        *way, last = path.split("__")
        place: Any = values
        for step in way:
            place = place[int(step) if isinstance(place, list) else step.replace("W", "#W")]
        place[last] = value
    return values


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"users__bo_li_2__loyalty": 3}, "users.bo_li_2.loyalty"),
        ({"orders__W0000001__status": "lost"}, "orders.#W0000001.status"),
        ({"orders__W0000001__user_id": "nobody"}, "#W0000001"),
        ({"orders__W0000001__items__0__price": -1}, "price"),
        ({"users__bo_li_2__orders": ["#W0000002"]}, "#W0000006"),
        ({"users__bo_li_2__orders": ["#W0000002", "#W0000006", "#W0000001"]}, "twice"),
        ({"users__bo_li_2__email": "Bo@shop.example"}, "small letters"),
        ({"users__bo_li_2__address__country": "US"}, "USA"),
        ({"orders__W0000002__cancel_reason": "bored"}, "cancel_reason"),
        ({"orders__W0000005__return_items": ["1001"]}, "return_items"),
        ({"orders__W0000005__return_payment_method_id": "paypal_2"}, "return_payment_method_id"),
        ({"orders__W0000006__exchange_new_items": []}, "exchange_new_items"),
        ({"orders__W0000001__return_items": ["1001"]}, "return_items"),
        ({"orders__W0000001__payment_history__0__payment_method_id": "paypal_2"}, "payment_history"),
        ({"orders__W0000003__fulfillments__0__item_ids": ["2002"]}, "fulfillments"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(Invalid, match="τ²") as error:
        read(_broken(**changes))
    assert named in str(error.value)


def test_what_is_not_json_is_named() -> None:
    with pytest.raises(Invalid, match="not JSON"):
        parse("{")
    with pytest.raises(Invalid, match="products"):
        parse("{}")


def test_options_are_understood_in_both_languages() -> None:
    records = read(store())
    words = common_words().words_of(records.products)
    assert words["options"]["capacity"]["labels"] == {"zh": "容量", "en": "capacity"}
    assert words["values"]["4 cups"]["labels"] == {"zh": "4杯", "en": "4 cups"}
    assert "四杯" in words["values"]["4 cups"]["synonyms"]["zh"]
    assert words["colours"]["black"]["labels"]["zh"] == "黑色"
    names = {one.names["en"]: one.names["zh"] for one in records.products}
    assert names == {"Coffee Maker": "咖啡机", "T-Shirt": "T恤"}


def test_the_file_has_no_place_for_two_pieces_on_a_line() -> None:
    order = order_of(read(store()), "#W0000001")
    two = replace(order, items=(replace(order.items[0], quantity=2),))
    with pytest.raises(Conflict, match="several pieces"):
        write_store((), (), (two,))
