"""What acts write where a shop keeps its customers' ways to pay: the end of each act in the file that the shop came from."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import NOW
from tests.unit.formats.small_store import item, store
from xiaoer.act import act
from xiaoer.aftersales.describe import to_json
from xiaoer.aftersales.policy import read_policy
from xiaoer.aftersales.types import Request, Swap
from xiaoer.aftersales.verdict import judge
from xiaoer.cli.shop_files import policy_text
from xiaoer.customers import store as customers
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.dialogue.effects import Act
from xiaoer.dialogue.events import Done, Failed
from xiaoer.dialogue.state import Verified
from xiaoer.formats.tau2.read import records_of
from xiaoer.formats.tau2.shapes import parse
from xiaoer.formats.tau2.store import dump_records, save_records
from xiaoer.shop import store_orders, store_products
from xiaoer.shop.dictionary import common_words

SHOP, POLICY = "tau2", read_policy(policy_text())
ADA, BO = Verified("ada_stone_1", (), "regular", is_whole=True), Verified("bo_li_2", (), "regular", is_whole=True)
ELSEWHERE = {"line": "1 New Road", "city": "Salem", "region": "OR", "country": "US", "postcode": "97301"}
AS_FILE = {"address1": "1 New Road", "address2": "", "city": "Salem", "country": "USA", "state": "OR", "zip": "97301"}
_CONVERSATION: Any = SimpleNamespace(id="cnv")
_ASSISTANT: Any = SimpleNamespace(policy=POLICY, shop=SimpleNamespace(id=SHOP, time_zone="America/New_York"))
_CONTEXT: Any = SimpleNamespace(is_signed_in=False, customer=SimpleNamespace(id="vis"))


@pytest.fixture
async def shop(database: Database) -> Database:
    records = records_of(parse(json.dumps(store())), common_words(), now=NOW)
    await database.write(SHOP, lambda scope: save_records(scope, records, common_words()))
    return database


async def ask(shop: Database, action: Any, order_id: str, *, pay: str | None = None, swaps: Any = (), **wanted: Any) -> Act:
    """The act as it would be confirmed; `swaps`: (place in the order, new variant)."""

    def build(scope: Scope) -> Act:
        order = store_orders.get_order(scope, order_id)
        method = customers.get_customer(scope, order.customer_id).find_payment(pay)
        made = []
        for place, variant_id in swaps:
            variant = store_products.find_variant(scope, variant_id)
            assert variant is not None
            made.append(Swap(order.items[place].id, variant.id, variant.price_minor, variant.stock, variant.product_id))
        items = tuple((order.items[place].id, 1) for place in wanted.pop("places", [place for place, _ in swaps]))
        request = Request(
            action, order_id, items, swaps=tuple(made), payment_id=pay,
            payment_kind=method.told_as if method else None, balance_minor=method.balance_minor if method else None, **wanted,
        )  # fmt: skip
        verdict = judge(POLICY, request, order, level="regular", now=scope.now, time_zone="America/New_York")
        data = to_json(verdict)
        return Act(action, f"key-{action}", {"request": data["request"], "verdict": data, "order_version": order.version})

    return await shop.read(SHOP, build)


async def do(shop: Database, effect: Act, who: Verified = ADA) -> Done | Failed:
    return await act(shop, _ASSISTANT, _CONVERSATION, _CONTEXT, who, effect)


async def changed(shop: Database) -> dict[str, Any]:
    """The orders and customers that are not as they were, in the file's words."""
    now, before = await shop.read(SHOP, dump_records), store()
    assert now["products"] == before["products"]
    return {key: value for kind in ("orders", "users") for key, value in now[kind].items() if value != before[kind][key]}


async def test_a_cancelled_order_is_paid_back_the_way_it_came(shop: Database) -> None:
    effect = await ask(shop, "cancel", "#W0000001", reason="no_longer_needed")
    assert isinstance(await do(shop, effect), Done)
    assert isinstance(await do(shop, effect), Done)  # said again, done once
    order = (await changed(shop))["#W0000001"]
    assert (order["status"], order["cancel_reason"]) == ("cancelled", "no longer needed")
    assert [(one["transaction_type"], one["amount"]) for one in order["payment_history"]] == [("payment", 120.1), ("refund", 120.1)]


async def test_changed_items_cost_or_bring_their_difference(shop: Database) -> None:
    effect = await ask(shop, "change_items", "#W0000001", pay="gift_card_1", swaps=((0, "1002"), (1, "2002")))
    assert isinstance(await do(shop, effect), Done)
    found = await changed(shop)
    order = found["#W0000001"]
    assert (order["status"], [one["item_id"] for one in order["items"]]) == ("pending (item modified)", ["1002", "2002", "2001"])
    assert order["payment_history"][1:] == [{"transaction_type": "payment", "amount": 52.39, "payment_method_id": "gift_card_1"}]
    assert found["ada_stone_1"]["payment_methods"]["gift_card_1"]["balance"] == 7.86


async def test_a_gift_card_pays_no_more_than_it_holds(shop: Database) -> None:
    effect = await ask(shop, "change_payment", "#W0000001", pay="gift_card_1")
    assert effect.arguments["verdict"]["why"] == "not_covered"
    assert isinstance(await do(shop, effect), Failed)
    assert await changed(shop) == {}


async def test_another_payment_takes_the_place_of_the_first(shop: Database) -> None:
    effect = await ask(shop, "change_payment", "#W0000004", pay="credit_card_1")
    assert effect.arguments["verdict"]["outcome"] == "refused"  # a part of it was paid with that card already


async def test_a_return_and_an_exchange_move_no_money_yet(shop: Database) -> None:
    back = await ask(shop, "return", "#W0000003", pay="gift_card_1", places=(1,))
    assert isinstance(await do(shop, back), Done)
    order = (await changed(shop))["#W0000003"]
    assert (order["status"], order["return_items"]) == ("return requested", ["2001"])
    assert order["return_payment_method_id"] == "gift_card_1"
    assert len(order["payment_history"]) == 1
    other = await ask(shop, "exchange", "#W0000003", pay="credit_card_1", swaps=((0, "1001"),))
    assert (other.arguments["verdict"]["outcome"], other.arguments["verdict"]["why"]) == ("refused", "handled_before")


async def test_an_exchange_keeps_its_difference(shop: Database) -> None:
    effect = await ask(shop, "exchange", "#W0000003", pay="credit_card_1", swaps=((0, "1001"), (1, "2002")))
    assert isinstance(await do(shop, effect), Done)
    order = (await changed(shop))["#W0000003"]
    assert (order["exchange_items"], order["exchange_new_items"]) == (["1002", "2001"], ["1001", "2002"])
    assert order["exchange_price_difference"] == round(item("1001")["price"] + 22.5 - item("1002")["price"] - 20.0, 2)


async def test_addresses_are_replaced_as_a_whole(shop: Database) -> None:
    assert isinstance(await do(shop, await ask(shop, "change_address", "#W0000001", address=ELSEWHERE)), Done)
    assert isinstance(await do(shop, Act("change_default_address", "key-home", {"address": ELSEWHERE})), Done)
    found = await changed(shop)
    assert (found["#W0000001"]["address"], found["ada_stone_1"]["address"]) == (AS_FILE, AS_FILE)


async def test_nothing_is_done_for_somebody_else(shop: Database) -> None:
    cancel = await ask(shop, "cancel", "#W0000001", reason="no_longer_needed")
    for who in (BO, Verified(), Verified("ada_stone_1", ("#W0000009",), "regular")):
        assert isinstance(await do(shop, cancel, who), Failed)
    home = Act("change_default_address", "key-home", {"address": ELSEWHERE})
    assert isinstance(await do(shop, home, Verified("ada_stone_1", ("#W0000001",), "regular")), Failed)
    assert isinstance(await do(shop, Act("change_default_address", "key-none", {"address": {"line": ""}})), Failed)
    assert await changed(shop) == {}


async def test_another_customers_card_pays_nothing(shop: Database) -> None:
    effect = await ask(shop, "change_items", "#W0000001", pay="credit_card_1", swaps=((1, "2002"),))
    stolen = {**effect.arguments["request"], "payment_id": "paypal_2"}
    assert isinstance(await do(shop, Act(effect.action, effect.key, {**effect.arguments, "request": stolen})), Failed)
    assert await changed(shop) == {}
