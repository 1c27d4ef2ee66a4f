"""Mei and Bo have the orders that the demonstrations talk about, and the policy says to them what the README promises."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.conftest import NOW
from tests.unit.demo.conftest import history_at
from xiaoer.aftersales.policy import Policy
from xiaoer.aftersales.types import Request, Swap, Verdict
from xiaoer.aftersales.verdict import judge
from xiaoer.customers.types import Customer
from xiaoer.demo.seed_history import History
from xiaoer.shop.types import Order, Product


def _customer(history: History, customer_id: str) -> Customer:
    return next(customer for customer in history.customers if customer.id == customer_id)


def _order(history: History, customer_id: str, product_id: str) -> Order:
    found = [one for one in history.orders if one.customer_id == customer_id and one.items[0].product_id == product_id]
    assert len(found) == 1
    return found[0]


def _judge(policy: Policy, history: History, request: Request, now: datetime = NOW) -> Verdict:
    order = next(order for order in history.orders if order.id == request.order_id)
    level = _customer(history, order.customer_id).level
    return judge(policy, request, order, level=level, now=now, time_zone="Asia/Shanghai")


def test_mei_is_a_silver_member_with_everything_to_ask_about(history: History) -> None:
    mei = _customer(history, "cus_mei")
    assert (mei.name, mei.language, mei.level, mei.phone[-4:]) == ("陈美", "zh", "silver", "6608")
    assert mei.points > 1000
    assert len(mei.addresses) == 2
    mine = [order for order in history.orders if order.customer_id == "cus_mei"]
    assert {order.state for order in mine} == {"unpaid", "paid", "shipped", "delivered", "returned", "cancelled"}
    assert len(mine) <= 20  # what a turn looks at
    assert sum(coupon.state == "open" for customer_id, coupon in history.coupons if customer_id == "cus_mei") == 2
    assert [invoice.state for order in mine for invoice in order.invoices] == ["issued"]


def test_mei_may_return_the_hoodie_and_pays_the_way_back(history: History, policy: Policy) -> None:
    order = _order(history, "cus_mei", "clothing-cloud-hoodie")
    assert order.delivered_at is not None
    assert timedelta(days=2) < NOW - order.delivered_at < timedelta(days=4)
    assert order.items[0].options == {"colour": "grey", "size": "M"}
    verdict = _judge(policy, history, Request("return", order.id, condition="unopened"))
    assert (verdict.outcome, verdict.refund_minor) == ("allowed", 199_00 - 12_00)


def test_mei_may_exchange_the_hoodie_for_l_while_xl_is_sold_out(
    history: History, policy: Policy, products: tuple[Product, ...]
) -> None:
    order = _order(history, "cus_mei", "clothing-cloud-hoodie")
    hoodie = next(product for product in products if product.id == "clothing-cloud-hoodie")
    stock = {variant.options["size"]: variant for variant in hoodie.variants if variant.options["colour"] == "grey"}
    assert stock["XL"].stock == 0
    larger = stock["L"]
    request = Request(
        "exchange",
        order.id,
        ((order.items[0].id, 1),),
        reason="size",
        condition="unopened",
        swaps=(Swap(order.items[0].id, larger.id, larger.price_minor, larger.stock, larger.product_id),),
    )
    assert _judge(policy, history, request).outcome == "allowed"


def test_the_trousers_are_out_of_time(history: History, policy: Policy) -> None:
    order = _order(history, "cus_mei", "clothing-wide-trousers")
    verdict = _judge(policy, history, Request("return", order.id, condition="unopened"))
    assert (verdict.outcome, verdict.why) == ("refused", "window_passed")


def test_the_earbuds_were_opened_and_would_have_been_taken_back_unopened(history: History, policy: Policy) -> None:
    order = _order(history, "cus_mei", "electronics-quiet-buds-pro")
    assert order.opened_at is not None
    verdict = _judge(policy, history, Request("return", order.id, condition="opened"))
    assert (verdict.outcome, verdict.why) == ("refused", "opened")
    assert {change.kind for change in verdict.changes} & {"condition", "reason"}


def test_the_joggers_can_be_cancelled_or_sent_elsewhere(history: History, policy: Policy) -> None:
    order = _order(history, "cus_mei", "clothing-jogger")
    assert order.state == "paid"
    assert _judge(policy, history, Request("cancel", order.id)).refund_minor == order.total_minor
    address = {"country": "CN", "line": "文三路 259 号"}
    assert _judge(policy, history, Request("change_address", order.id, address=address)).outcome == "allowed"


def test_the_teapot_waits_to_be_paid(history: History, policy: Policy) -> None:
    order = _order(history, "cus_mei", "kitchen-glass-teapot")
    assert order.state == "unpaid"
    assert NOW - order.placed_at < timedelta(minutes=30)
    assert _judge(policy, history, Request("change_payment", order.id, payment_kind="alipay")).outcome == "allowed"


def test_the_backpack_is_on_its_way_and_has_become_cheaper(
    history: History, policy: Policy, products: tuple[Product, ...]
) -> None:
    order = _order(history, "cus_mei", "bags-city-backpack")
    (parcel,) = order.shipments
    assert (order.state, parcel.state) == ("shipped", "on_the_way")
    assert len(parcel.events) >= 1
    assert parcel.expected_at is not None
    assert parcel.expected_at > NOW
    backpack = next(product for product in products if product.id == "bags-city-backpack")
    price = next(one.price_minor for one in backpack.variants if one.id == order.items[0].variant_id)
    request = Request("price_protection", order.id, ((order.items[0].id, 1),), price_now_minor=price)
    assert _judge(policy, history, request).refund_minor == 20_00


def test_the_sneakers_money_is_on_its_way(history: History) -> None:
    order = _order(history, "cus_mei", "shoes-white-sneaker")
    (refund,), (case,) = order.refunds, order.cases
    assert (order.state, case.state, refund.state) == ("returned", "done", "started")
    assert refund.due_at is not None
    assert refund.due_at > NOW
    assert refund.amount_minor == case.amount_minor == 239_00 - 12_00
    assert [parcel.direction for parcel in order.shipments] == ["out", "back"]


def test_the_suitcase_and_the_dryer_are_in_warranty(history: History, policy: Policy) -> None:
    for product_id in ("bags-shell-suitcase", "appliances-ion-dryer"):
        order = _order(history, "cus_mei", product_id)
        request = Request("repair", order.id, ((order.items[0].id, 1),), reason="quality", has_evidence=True)
        verdict = _judge(policy, history, request)
        assert (verdict.outcome, verdict.why) == ("allowed", "in_warranty")


def test_bo_is_new_with_one_order_there_and_one_on_its_way(history: History, policy: Policy) -> None:
    bo = _customer(history, "cus_bo")
    assert (bo.name, bo.language, bo.level, bo.phone[-4:]) == ("Bo Larsen", "en", "regular", "5521")
    runners = _order(history, "cus_bo", "shoes-feather-runner")
    assert (runners.state, runners.coupon_code, runners.total_minor) == ("delivered", "NEW20", 329_00 - 40_00 - 20_00)
    verdict = _judge(policy, history, Request("return", runners.id, condition="unopened"))
    assert (verdict.outcome, verdict.refund_minor) == ("allowed", 269_00 - 12_00)
    charger = _order(history, "cus_bo", "electronics-gan-charger-65")
    assert charger.state == "shipped"
    assert charger.shipments[0].courier == "sf"


@pytest.mark.parametrize("hours", [0, 6, 9, 14, 19])
def test_the_stories_are_the_same_at_every_hour(hours: int) -> None:
    history = history_at(NOW + timedelta(hours=hours))
    states = [order.state for order in history.orders if order.customer_id == "cus_mei"]
    assert states == [
        *["delivered"] * 3,
        "cancelled",
        "delivered",
        "returned",
        *["delivered"] * 2,
        "shipped",
        "paid",
        "unpaid",
    ]
    assert [order.state for order in history.orders if order.customer_id == "cus_bo"] == ["delivered", "shipped"]
