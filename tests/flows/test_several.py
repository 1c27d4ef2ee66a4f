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
