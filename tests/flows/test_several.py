"""Several items of one order in one action, goods of several orders in one message, wishes by part of their options, stored
ways to pay, and changes of mind at the confirmation: told on the demo shop with baskets of its own, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from tests.flows.conftest import Begin
from tests.flows.talk import Talk, text_of
from xiaoer.customers import store as customers
from xiaoer.customers.types import PaymentMethod
from xiaoer.db.scope import Scope
from xiaoer.demo.seed import SHOP_ID
from xiaoer.shop import store_orders, store_products
from xiaoer.shop.types import Order, OrderItem, Payment, Product, Variant

pytestmark = pytest.mark.asyncio(loop_scope="module")
_numbers = count(1)


@pytest.fixture(scope="module", params=["sqlite"])
def records(request: pytest.FixtureRequest) -> str:
    """What is decided has nothing to do with the engine."""
    return str(request.param)


def _variant(products: Sequence[Product], word: str, options: Mapping[str, str]) -> tuple[Product, Variant]:
    product = next(one for one in products if word in one.names["en"].lower())
    fitting = [one for one in product.variants if all(one.options.get(key) == value for key, value in options.items())]
    return product, fitting[0]


async def basket(talk: Talk, *goods: tuple[str, dict[str, str]], like: str = "hoodie", **changes: Any) -> Order:
    """A new order of this customer with these goods, otherwise as the one that holds `like`."""
    model = await talk.order(like)

    def save(scope: Scope) -> Order:
        products = store_products.list_products(scope)
        number = f"SP20261118{next(_numbers):05d}"
        items = []
        for place, (word, options) in enumerate(goods):
            product, variant = _variant(products, word, options)
            items.append(
                OrderItem(
                    f"{number}-{place}", product.id, variant.id, product.names, variant.options, product.category, 1,
                    variant.price_minor, variant.price_minor, product.returnable, product.warranty_months,
                )
            )
        total = sum(item.unit_paid_minor for item in items)
        payments = (Payment(f"pay-{number}", model.payment_kind, total, model.placed_at),)
        order = replace(
            model, id=number, items=tuple(items), goods_minor=total, shipping_minor=0, discount_minor=0, total_minor=total,
            coupon_code=None, shipments=(), payments=payments, refunds=(), cases=(), invoices=(), **changes,
        )
        store_orders.save_order(scope, order)
        return order

    return await talk.app.database.write(SHOP_ID, save)


async def _now(talk: Talk, order: Order) -> Order:
    return next(one for one in await talk.orders() if one.id == order.id)


TWO: tuple[tuple[str, dict[str, str]], ...] = (("hoodie", {"colour": "grey", "size": "M"}), ("kettle", {}), ("earbuds", {}))


@pytest.mark.parametrize(
    ("language", "asks", "yes"),
    [
        ("en", "I'd like to send back everything in order {id} except the earbuds, never opened", "yes please"),
        ("zh", "订单 {id} 里除了耳机都退掉，没拆过", "确认"),
    ],
)
async def test_everything_but_one_goes_back_in_one_case(begin: Begin, language: str, asks: str, yes: str) -> None:
    talk = await begin("cus_mei", language)
    order = await basket(talk, *TWO)
    answer = text_of(await talk.say(asks.format(id=order.id)))
    while (await talk.parts())[-1] in ("ask_reason", "ask_condition"):
        answer = text_of(await talk.say("I don't like them, unopened" if language == "en" else "不喜欢，没有拆封"))
    assert (await talk.parts())[-1] == "confirm_return", answer
    assert order.items[2].names[language] not in answer
    await talk.say(yes)
    case = (await _now(talk, order)).cases[0]
    assert [item for item, _ in case.items] == [order.items[0].id, order.items[1].id]


@pytest.mark.parametrize(
    ("language", "asks", "yes"),
    [
        ("en", "In order {id} I picked the wrong options: the hoodie to black, the joggers to size L", "go ahead"),
        ("zh", "订单 {id} 里，卫衣改成黑色，运动裤改成L码", "好的"),
    ],
)
async def test_two_items_change_in_one_act(begin: Begin, language: str, asks: str, yes: str) -> None:
    talk = await begin("cus_mei", language)
    goods = (("hoodie", {"colour": "grey", "size": "M"}), ("joggers", {"colour": "grey", "size": "M"}))
    order = await basket(talk, *goods, like="joggers")
    answer = text_of(await talk.say(asks.format(id=order.id)))
    assert (await talk.parts())[-1] == "confirm_change_items", answer
    await talk.say(yes)
    changed = await _now(talk, order)
    assert [dict(item.options) for item in changed.items] == [{"colour": "black", "size": "M"}, {"colour": "grey", "size": "L"}]
    assert await talk.commits(order.id) == 1


@pytest.mark.parametrize(
    ("language", "asks", "narrows"),
    [
        ("en", "Please return the hoodie and the earbuds from order {id}, unopened, don't like them", "only the earbuds, please"),
        ("zh", "订单 {id} 里的卫衣和耳机都退，没拆封，不喜欢", "等等，只退耳机"),
    ],
)
async def test_an_item_is_left_out_at_the_confirmation(begin: Begin, language: str, asks: str, narrows: str) -> None:
    talk = await begin("cus_mei", language)
    order = await basket(talk, *TWO)
    first = text_of(await talk.say(asks.format(id=order.id)))
    assert (await talk.parts())[-1] == "confirm_return", first
    second = text_of(await talk.say(narrows))
    assert (await talk.parts())[-1] == "confirm_return", second
    assert order.items[0].names[language] in first
    assert order.items[0].names[language] not in second
    assert await talk.commits(order.id) == 0


@pytest.mark.parametrize(
    ("language", "says", "parts"),
    [
        ("en", "Can you take back the hoodie and the earbuds? Both unopened, I just don't like them", "confirm_return"),
        ("zh", "卫衣和耳机都想退，没拆封，不喜欢", "confirm_return"),
    ],
)
async def test_goods_of_two_orders_are_two_returns(begin: Begin, language: str, says: str, parts: str) -> None:
    talk = await begin("cus_mei", language)
    yes = "yes" if language == "en" else "确认"
    done = 0
    answer = text_of(await talk.say(says))
    for _ in range(6):
        last = (await talk.parts())[-1]
        if last in ("ask_reason", "ask_condition"):
            answer = text_of(await talk.say("unopened, don't like it" if language == "en" else "没拆封，不喜欢"))
        elif last == parts:
            done += 1
            answer = text_of(await talk.say(yes))
    cases = [case for order in await talk.orders() for case in order.cases if case.kind == "return" and case.state != "done"]
    assert done == 2, answer
    assert len({case.order_id for case in cases}) == 2


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_refund_goes_where_the_customer_says(begin: Begin, language: str) -> None:
    talk = await begin("cus_mei", language)
    card = PaymentMethod(f"card_{language}", "credit_card", "visa", "4321")
    methods = (card, PaymentMethod(f"gift_{language}", "gift_card", balance_minor=5_000))

    def keep(scope: Scope) -> None:
        customer = customers.get_customer(scope, talk.customer.id)
        customers.save_customer(scope, replace(customer, payments=methods))

    await talk.app.database.write(SHOP_ID, keep)
    order = await basket(talk, *TWO)
    asks = "Return the kettle of order {id}, unopened, don't like it" if language == "en" else "退订单 {id} 的水壶，没拆封，不喜欢"
    await talk.say(asks.format(id=order.id))
    assert (await talk.parts())[-1] == "ask_payment_id"
    answer = text_of(await talk.say("to the card ending in 4321" if language == "en" else "退到尾号4321的卡"))
    assert (await talk.parts())[-1] == "confirm_return", answer
    assert "4321" in answer


@pytest.mark.parametrize(
    ("language", "asks"),
    [
        ("en", "What do I get back in total?"),
        ("zh", "一共能退我多少钱？"),
    ],
)
async def test_money_is_told_from_what_was_done_here(begin: Begin, language: str, asks: str) -> None:
    talk = await begin("cus_mei", language)
    order = await basket(talk, *TWO, like="joggers")
    await talk.say(f"cancel order {order.id}" if language == "en" else f"取消订单 {order.id}")
    await talk.say("yes" if language == "en" else "确认")
    answer = text_of(await talk.say(asks))
    assert (await talk.parts())[-1] == "refund_total", answer
    assert f"{order.total_minor / 100:,.0f}" in answer


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_choice_of_the_next_move_stands_in_the_trace(begin: Begin, language: str) -> None:
    talk = await begin("cus_mei", language)
    await talk.say("I want to return something" if language == "en" else "我要退货")
    turn = await talk.turn()
    assert turn is not None
    choice = turn.trace["decided"]["choices"][-1]
    assert choice["move"] in choice["allowed"]
    assert sum(choice["probabilities"].values()) == pytest.approx(1.0)
    assert choice["version"]
    assert "asked" in choice["context"]
