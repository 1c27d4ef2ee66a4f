"""What the customer gets and pays: to the cent, and never more than was paid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.aftersales.build import THEN, a_case, a_refund, amounts, an_item, an_order, ask
from xiaoer.aftersales.describe import to_json
from xiaoer.aftersales.money import left_minor
from xiaoer.shop.types import Order, Payment


def test_left_is_what_was_paid_less_what_was_promised_or_given_back() -> None:
    order = an_order()
    assert left_minor(order) == 19000
    assert left_minor(replace(order, refunds=(a_refund(5000),))) == 14000
    assert left_minor(replace(order, refunded_minor=6000)) == 13000
    assert (
        left_minor(replace(order, refunds=(a_refund(5000),), refunded_minor=5000)) == 14000
    )  # the same money, not two
    assert left_minor(replace(order, refunded_minor=99999)) == 0


def test_without_payments_on_record_the_state_tells_what_was_paid() -> None:
    assert left_minor(replace(an_order(), payments=())) == 19000
    assert left_minor(an_order(state="unpaid")) == 0


def test_a_cancelled_order_is_refunded_with_its_shipping() -> None:
    verdict = ask("cancel", an_order(state="paid"))
    assert (verdict.refund_minor, amounts(verdict)) == (19000, {"goods": 18000, "shipping": 1000})


def test_a_cancelled_unpaid_order_refunds_nothing() -> None:
    verdict = ask("cancel", an_order(state="unpaid"))
    assert (verdict.refund_minor, verdict.lines) == (0, ())


def test_a_second_payment_is_in_the_cancelled_orders_refund_until_it_went_back() -> None:
    order = an_order(state="paid")
    twice = replace(order, payments=(*order.payments, Payment("pay-2", "wechat", 19000, THEN)))
    assert ask("cancel", twice).refund_minor == 38000
    assert ask("cancel", replace(twice, refunds=(a_refund(19000),))).refund_minor == 19000


@pytest.mark.parametrize(("level", "back"), [("regular", 16800), ("silver", 16800), ("gold", 18000)])
def test_the_way_back_is_taken_off_unless_it_is_free(level: str, back: int) -> None:
    assert ask("return", an_order(), level=level, condition="unopened").refund_minor == back


def test_the_way_back_is_paid_once_per_parcel() -> None:
    order = an_order(an_item("a", quantity=2), an_item("b"))
    verdict = ask("return", order, condition="unopened")
    assert amounts(verdict) == {"goods": 54000, "way_back": -1200}


def test_the_way_back_never_costs_more_than_what_comes_back() -> None:
    cheap = an_order(an_item(unit_price_minor=900, unit_paid_minor=900))
    verdict = ask("return", cheap, condition="unopened")
    assert (verdict.refund_minor, amounts(verdict)) == (0, {"goods": 900, "way_back": -900})


def test_some_of_several_pieces_bring_back_their_share() -> None:
    order = an_order(an_item(quantity=3))
    assert amounts(ask("return", order, items=(("hoodie", 2),), condition="unopened"))["goods"] == 36000


def test_what_was_promised_before_limits_what_comes_back() -> None:
    order = an_order(an_item("a"), an_item("b"), shipping_minor=0, refunds=(a_refund(30000),))
    assert ask("return", order, items=(("a", 1),), reason="quality", has_evidence=True).refund_minor == 6000


def protected(order: Order, *, price_now: int, pieces: int = 1) -> Order:
    """The order after price protection of so many hoodies."""
    verdict = ask("price_protection", order, items=(("hoodie", pieces),), price_now_minor=price_now)
    assert verdict.outcome == "allowed"
    case = a_case("price_protection", ("hoodie", pieces), amount_minor=verdict.refund_minor, verdict=to_json(verdict))
    return replace(order, cases=(*order.cases, case), refunds=(*order.refunds, a_refund(verdict.refund_minor)))


def test_price_protection_pays_what_was_paid_less_the_price_now() -> None:
    verdict = ask("price_protection", an_order(), price_now_minor=15000)
    assert amounts(verdict) == {"difference": 3000}
    whole = ask("price_protection", an_order(an_item(quantity=2)), price_now_minor=15000)
    assert whole.refund_minor == 6000


def test_a_protected_price_is_not_given_back_again_with_the_goods() -> None:
    order = protected(an_order(), price_now=15000)
    assert amounts(ask("return", order, condition="unopened"))["goods"] == 15000


def test_of_two_pieces_the_unprotected_one_goes_back_at_full_price_first() -> None:
    order = protected(an_order(an_item(quantity=2)), price_now=15000)
    assert amounts(ask("return", order, items=(("hoodie", 1),), condition="unopened"))["goods"] == 18000
    assert amounts(ask("return", order, items=(("hoodie", 2),), condition="unopened"))["goods"] == 33000
    rest = replace(
        order, items=(replace(order.items[0], returned_quantity=1),), refunds=(*order.refunds, a_refund(16800))
    )
    assert amounts(ask("return", rest, condition="unopened"))["goods"] == 15000


def test_a_withdrawn_protection_changes_nothing() -> None:
    order = protected(an_order(), price_now=15000)
    withdrawn = replace(order, cases=(replace(order.cases[0], state="withdrawn"),), refunds=())
    assert amounts(ask("return", withdrawn, condition="unopened"))["goods"] == 18000


@pytest.mark.parametrize(("new_price", "difference"), [(20000, 0), (25000, -5000), (17000, 3000), (1000, 18000)])
def test_a_changed_item_keeps_its_discount(new_price: int, difference: int) -> None:
    order = an_order(state="paid")
    verdict = ask("change_items", order, new_variant_id="v2", new_price_minor=new_price, new_stock=3)
    assert verdict.refund_minor == difference
    assert verdict.facts["difference_minor"] == difference
    assert len(verdict.lines) == (1 if difference else 0)


def test_a_line_changes_as_a_whole() -> None:
    order = an_order(an_item(quantity=3), state="paid")
    asked: dict[str, Any] = {"items": (("hoodie", 1),), "new_variant_id": "v2", "new_price_minor": 21000}
    assert ask("change_items", order, new_stock=3, **asked).refund_minor == -3000
    assert ask("change_items", order, new_stock=2, **asked).why == "sold_out"


def test_an_unpaid_order_that_gets_cheaper_gives_nothing_back() -> None:
    verdict = ask("change_items", an_order(state="unpaid"), new_variant_id="v2", new_price_minor=15000, new_stock=1)
    assert (verdict.outcome, verdict.refund_minor, verdict.facts["difference_minor"]) == ("allowed", 0, 5000)


@pytest.mark.parametrize(
    ("level", "reason", "money"),
    [
        ("regular", "size", {"difference": -1000, "way_back": -1200}),
        ("gold", "size", {"difference": -1000}),
        ("regular", "quality", {"difference": -1000}),
    ],
)
def test_an_exchange_costs_the_way_back_and_the_difference(level: str, reason: str, money: dict[str, int]) -> None:
    new: dict[str, Any] = {"new_variant_id": "v2", "new_price_minor": 21000, "new_stock": 1}
    verdict = ask("exchange", an_order(), level=level, reason=reason, condition="opened", has_evidence=True, **new)
    assert amounts(verdict) == money
    assert verdict.refund_minor == sum(money.values())


def test_what_an_exchange_gave_back_is_not_given_back_again() -> None:
    order = an_order(an_item(exchanged_quantity=1))
    new: dict[str, Any] = {"new_variant_id": "v2", "new_price_minor": 12000, "new_stock": 1}
    exchange = ask("exchange", an_order(), level="gold", condition="unopened", **new)
    assert exchange.refund_minor == 8000
    done = replace(
        order, cases=(a_case("exchange", ("hoodie", 1), verdict=to_json(exchange)),), refunds=(a_refund(8000),)
    )
    assert ask("return", done, reason="quality", has_evidence=True).refund_minor == 10000


def test_an_inspection_is_paid_for_each_item_out_of_warranty() -> None:
    order = an_order(
        an_item("kettle", warranty_months=12), an_item("pan"), delivered_at=THEN.replace(year=2025, month=12)
    )
    verdict = ask("repair", order, has_evidence=True)
    assert [(line.label, line.amount_minor, line.item_id) for line in verdict.lines] == [("inspection", -3000, "pan")]
