"""Returns and exchanges carried on to their end: what each step writes, once, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import NOW
from tests.unit.formats.small_store import store
from xiaoer.customers import store as customers
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.desk.settle import carry_on, next_steps
from xiaoer.errors import Conflict, Invalid, NotFound
from xiaoer.formats.tau2.read import records_of
from xiaoer.formats.tau2.shapes import parse
from xiaoer.formats.tau2.store import save_records
from xiaoer.privacy.store import list_audit
from xiaoer.shop import store_orders, store_settle
from xiaoer.shop.dictionary import common_words
from xiaoer.shop.types import Order

SHOP = "tau2"
DAYS = {"gift_card": (0, 0), "visa": (5, 7), "paypal": (5, 7)}
RETURN, EXCHANGE = "#W0000005-return", "#W0000006-exchange"


@pytest.fixture
async def shop(database: Database) -> Database:
    """A shop with a return (to a gift card) and an exchange (dearer, by PayPal) under way."""
    records = records_of(parse(json.dumps(store())), common_words(), now=NOW)
    await database.write(SHOP, lambda scope: save_records(scope, records, common_words()))
    return database


async def step(shop: Database, case_id: str, name: str) -> dict[str, Any]:
    return await shop.write(SHOP, lambda scope: carry_on(scope, case_id, name, by="lin", refund_days=DAYS))


async def order_of(shop: Database, order_id: str) -> Order:
    return await shop.read(SHOP, lambda scope: store_orders.get_order(scope, order_id))


async def change(shop: Database, **values: Any) -> None:
    """The return is another one from the beginning."""
    given = store()
    given["orders"]["#W0000005"].update(values)
    records = records_of(parse(json.dumps(given)), common_words(), now=NOW)
    order = next(one for one in records.orders if one.id == "#W0000005")
    await shop.write(SHOP, lambda scope: store_orders.save_order(scope, order))


async def balance_of(shop: Database) -> int | None:
    def read(scope: Scope) -> int | None:
        method = customers.get_customer(scope, "ada_stone_1").find_payment("gift_card_1")
        return None if method is None else method.balance_minor

    return await shop.read(SHOP, read)


async def test_a_return_to_a_gift_card(shop: Database) -> None:
    before = await balance_of(shop)
    received = await step(shop, RETURN, "receive_goods")
    assert (received["state"], [one["state"] for one in received["refunds"]]) == ("checking", ["planned"])
    done = await step(shop, RETURN, "start_refund")
    assert (done["state"], done["order_state"]) == ("done", "delivered")  # one of two pieces stays with the customer
    assert [(one["state"], one["amount_minor"]) for one in done["refunds"]] == [("arrived", 2000)]
    assert await balance_of(shop) == (before or 0) + 2000
    assert (await order_of(shop, "#W0000005")).refunded_minor == 2000


async def test_every_step_is_taken_once(shop: Database) -> None:
    for name in ("receive_goods", "receive_goods", "start_refund", "start_refund", "receive_goods"):
        last = await step(shop, RETURN, name)
    assert last["state"] == "done"
    assert await balance_of(shop) == 6025 + 2000
    lines = await shop.read(SHOP, lambda scope: list_audit(scope, about="#W0000005"))
    assert [(one.who, one.what) for one in lines] == [("lin", "receive_goods"), ("lin", "start_refund")]


async def test_an_order_of_which_everything_came_back_is_returned(shop: Database) -> None:
    await change(shop, return_items=["2001", "2001"])
    await step(shop, RETURN, "receive_goods")
    assert (await step(shop, RETURN, "start_refund"))["order_state"] == "returned"


async def test_a_dearer_exchange_is_paid_when_the_goods_are_there(shop: Database) -> None:
    await step(shop, EXCHANGE, "receive_goods")
    assert len((await order_of(shop, "#W0000006")).payments) == 1
    done = await step(shop, EXCHANGE, "start_refund")
    assert (done["state"], done["order_state"], done["refunds"]) == ("done", "delivered", [])
    paid = (await order_of(shop, "#W0000006")).payments[-1]
    assert (paid.amount_minor, paid.payment_id, paid.kind) == (4989, "paypal_2", "paypal")


async def test_money_on_its_way_arrives(shop: Database) -> None:
    await change(shop, return_payment_method_id="credit_card_1")
    await step(shop, RETURN, "receive_goods")
    started = await step(shop, RETURN, "start_refund")
    assert [one["state"] for one in started["refunds"]] == ["started"]
    order = await order_of(shop, "#W0000005")
    assert order.refunds[0].due_at is not None
    assert next_steps(order, order.cases[0]) == ("finish_refund",)
    arrived = await step(shop, RETURN, "finish_refund")
    assert [one["state"] for one in arrived["refunds"]] == ["arrived"]
    assert (await step(shop, RETURN, "finish_refund")) == arrived


async def test_what_is_not_accepted_stays_the_customers(shop: Database) -> None:
    await step(shop, RETURN, "receive_goods")
    refused = await step(shop, RETURN, "refuse")
    assert (refused["state"], refused["refunds"]) == ("refused", [])
    assert [item.returned_quantity for item in (await order_of(shop, "#W0000005")).items] == [0, 0]
    assert await balance_of(shop) == 6025
    with pytest.raises(Conflict):
        await step(shop, RETURN, "start_refund")


@pytest.mark.parametrize(
    ("case_id", "name", "error"),
    [
        (RETURN, "start_refund", Conflict),  # nothing was received yet
        (RETURN, "finish_refund", Conflict),
        (EXCHANGE, "finish_refund", Conflict),
        (RETURN, "burn", Invalid),
        ("nothing", "receive_goods", NotFound),
    ],
)
async def test_steps_come_in_their_order(shop: Database, case_id: str, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await step(shop, case_id, name)


async def test_the_case_and_its_next_steps_are_told_together(shop: Database) -> None:
    order, case = await shop.read(SHOP, lambda scope: store_settle.get_case(scope, RETURN))
    assert next_steps(order, case) == ("receive_goods", "refuse")
