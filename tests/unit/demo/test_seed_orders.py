"""The demo's past keeps every law of the shop, from whatever moment it is seen, and is made the same way again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import get_args

import phonenumbers
import pytest

from tests.conftest import NOW
from tests.unit.demo.conftest import history_at
from tests.unit.demo.seed_laws import (
    check_cases,
    check_customer,
    check_dispatch,
    check_money,
    check_nothing_ahead,
    check_number,
    check_parcels,
    check_payments,
    check_promotions,
    check_state,
    level_of,
    shipping_minor,
    spent_minor,
)
from xiaoer.aftersales.policy import Policy
from xiaoer.demo.seed_history import History, make_history
from xiaoer.shop.types import ORDER_STATES, CaseKind, CaseState, PaymentKind, Product

MOMENTS = (
    NOW,
    datetime(2026, 11, 28, 16, 10, tzinfo=UTC),  # ten past midnight, on a Sunday
    datetime(2027, 2, 28, 8, 1, tzinfo=UTC),  # a minute past the hour after which parcels leave tomorrow
    datetime(2028, 2, 29, 15, 59, tzinfo=UTC),  # the last minute of a leap day
)
LAWS = (
    check_money,
    check_payments,
    check_state,
    check_dispatch,
    check_parcels,
    check_number,
    check_promotions,
    check_cases,
)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_every_order_and_customer_keeps_the_laws(now: datetime) -> None:
    history = history_at(now)
    for order in history.orders:
        for law in LAWS:
            law(order)
        check_nothing_ahead(order, now)
        level = level_of(spent_minor(history, order.customer_id, order.placed_at))
        assert order.shipping_minor == shipping_minor(order, level), order.id
    for customer in history.customers:
        check_customer(customer, history, now)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_everything_that_can_be_is_there(now: datetime) -> None:
    history = history_at(now)
    orders = history.orders
    assert len(orders) >= 420
    assert len(history.customers) >= 90
    states = Counter(order.state for order in orders)
    assert set(states) == set(ORDER_STATES)
    assert min(states.values()) >= 5
    assert {payment.kind for order in orders for payment in order.payments} == set(get_args(PaymentKind))
    cases = [case for order in orders for case in order.cases]
    assert {case.kind for case in cases} == set(get_args(CaseKind))
    assert {case.state for case in cases} == set(get_args(CaseState))
    assert {refund.state for order in orders for refund in order.refunds} == {"planned", "started", "arrived"}
    partly = [one for one in orders if one.state == "delivered" and 0 < one.refunded_minor < one.total_minor]
    assert len(partly) >= 3
    parcels = {parcel.state for order in orders for parcel in order.shipments}
    assert {"waiting", "on_the_way", "delivered", "stuck", "back"} <= parcels
    assert {invoice.kind for order in orders for invoice in order.invoices} == {"ordinary", "vat"}
    assert {coupon.state for _, coupon in history.coupons} == {"open", "used", "expired"}
    assert any(item.is_gift for order in orders for item in order.items)


def test_customers_are_of_every_kind(history: History) -> None:
    levels = Counter(customer.level for customer in history.customers)
    assert min(levels["regular"], levels["silver"], levels["gold"]) >= 4
    assert {customer.language for customer in history.customers} == {"zh", "en"}
    countries = Counter(address.country for customer in history.customers for address in customer.addresses)
    assert set(countries) == {"CN", "HK", "MO", "TW"}
    remote = {
        order.address["region"] for order in history.orders if order.shipping_minor % 100_00 in (15_00, 25_00, 33_00)
    }
    assert len(remote) >= 3
    assert any(len(customer.addresses) > 1 for customer in history.customers)


def test_telephone_numbers_are_valid_and_tell_people_apart(history: History) -> None:
    numbers = [customer.phone for customer in history.customers]
    assert len({number[-4:] for number in numbers}) == len(numbers)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)
    assert len({customer.email for customer in history.customers}) == len(numbers)


def test_no_two_things_have_the_same_id(history: History) -> None:
    for name in ("items", "shipments", "payments", "refunds", "cases", "invoices"):
        ids = [child.id for order in history.orders for child in getattr(order, name)]
        assert len(set(ids)) == len(ids), name
    assert len({order.id for order in history.orders}) == len(history.orders)
    assert len({coupon.id for _, coupon in history.coupons}) == len(history.coupons)
    tracked = [parcel.tracking_number for order in history.orders for parcel in order.shipments]
    assert len(set(tracked)) == len(tracked)


def test_a_used_coupon_went_into_an_order(history: History) -> None:
    taken = {
        (one.customer_id, one.coupon_code) for one in history.orders if one.coupon_code and one.state != "cancelled"
    }
    used = {(customer_id, coupon.code) for customer_id, coupon in history.coupons if coupon.state == "used"}
    assert used == taken
    for customer_id, coupon in history.coupons:
        assert (coupon.expires_at > NOW) or coupon.state != "open", (customer_id, coupon)


def test_the_same_moment_gives_the_same_past(products: tuple[Product, ...], policy: Policy, history: History) -> None:
    assert make_history(NOW, products, policy) == history


def test_a_day_later_people_and_prices_are_the_same(
    products: tuple[Product, ...], policy: Policy, history: History
) -> None:
    later = make_history(NOW + timedelta(days=1), products, policy)
    assert [customer.phone for customer in later.customers] == [customer.phone for customer in history.customers]
    assert len(later.orders) == len(history.orders)


def test_returns_are_at_every_stage(history: History) -> None:
    stages = {case.state for order in history.orders for case in order.cases if case.kind == "return"}
    assert {"waiting_for_parcel", "checking", "done", "refused", "withdrawn"} <= stages
    stuck = [parcel for order in history.orders for parcel in order.shipments if parcel.state == "stuck"]
    assert any(parcel.expected_at and parcel.expected_at < NOW for parcel in stuck)


def test_who_paid_twice_gets_the_second_payment_back(history: History) -> None:
    twice = [one for one in history.orders if sum(pay.amount_minor for pay in one.payments) == 2 * one.total_minor]
    assert len(twice) >= 3
    for order in twice:
        (back,) = order.refunds
        assert back.amount_minor == order.total_minor
        assert (back.started_at or NOW) <= order.payments[1].paid_at + timedelta(hours=24)
