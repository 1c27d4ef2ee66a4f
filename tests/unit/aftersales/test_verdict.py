"""How clauses become one verdict: several items, pieces, gifts, and requests that make no sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.aftersales.build import THEN, a_case, amounts, an_item, an_order, ask
from xiaoer.aftersales.policy import ACTIONS
from xiaoer.aftersales.types import Swap

SOCKS = an_item("socks", returnable="never")
KETTLE = an_item("kettle", returnable="unopened_only", category="appliances", warranty_months=12)


def test_the_first_clause_that_applies_decides() -> None:
    """Opened electronics are refused as opened, although the clause for everything would allow them."""
    assert ask("return", an_order(KETTLE), condition="opened").clauses[0].id == "return-opened-electronics"
    assert ask("return", an_order(), condition="opened").clauses[0].id == "return-no-reason"


def test_one_refused_item_spoils_the_request() -> None:
    verdict = ask("return", an_order(an_item(), SOCKS), condition="unopened")
    assert (verdict.outcome, verdict.why) == ("refused", "not_returnable")
    assert verdict.facts["refused_items"] == ["socks"]
    assert verdict.facts["item_id"] == "socks"
    assert [clause.id for clause in verdict.clauses] == ["return-never"]


def test_every_refusing_clause_is_quoted_once() -> None:
    order = an_order(SOCKS, replace(SOCKS, id="briefs"), KETTLE)
    verdict = ask("return", order, condition="opened")
    assert {clause.id for clause in verdict.clauses} == {"return-never", "return-opened-electronics"}
    assert sorted(verdict.facts["refused_items"]) == ["briefs", "kettle", "socks"]


def test_what_is_missing_is_asked_before_a_person_is_called() -> None:
    busy = a_case("exchange", ("hoodie", 1), state="open")
    order = an_order(an_item(), an_item("shirt"), cases=(busy,))
    assert ask("return", order, condition="unknown").needs == ("condition",)
    assert ask("return", order, condition="opened").outcome == "needs_person"


def test_needs_are_those_of_the_items_that_lack_something() -> None:
    order = an_order(KETTLE, an_item("pan"), delivered_at=THEN - timedelta(days=30))
    verdict = ask("repair", order)
    assert (verdict.outcome, verdict.needs) == ("needs_evidence", ("photo",))


def test_until_is_the_first_end_among_the_items() -> None:
    shoes = an_item("shoes", warranty_months=3)
    verdict = ask("repair", an_order(KETTLE, shoes), has_evidence=True)
    assert verdict.until is not None
    assert (verdict.until - THEN).days == 90


def test_no_items_means_all_that_the_customer_still_has() -> None:
    order = an_order(an_item(returned_quantity=1), an_item("shirt", quantity=2, returned_quantity=1))
    assert [(one.item_id, one.amount_minor) for one in ask("return", order, condition="opened").lines] == [
        ("shirt", 18000),
        (None, -1200),
    ]


def test_gifts_go_back_with_the_goods_and_are_not_judged_beside_them() -> None:
    gift = replace(SOCKS, is_gift=True, unit_paid_minor=0)
    for items in ((), (("hoodie", 1), ("socks", 1))):
        verdict = ask("return", an_order(an_item(), gift), items=items, condition="opened")
        assert (verdict.outcome, amounts(verdict)["goods"]) == ("allowed", 18000)
        assert verdict.facts["has_gift"] is True
    assert (
        ask("return", an_order(an_item(), replace(gift, returned_quantity=1)), condition="opened").facts["has_gift"]
        is False
    )


@pytest.mark.parametrize("items", [(("scarf", 1),), (("hoodie", 1), ("scarf", 1)), (("hoodie", 0),), (("hoodie", -1),)])
@pytest.mark.parametrize(
    "action", ["return", "exchange", "missing_or_damaged", "price_protection", "repair", "change_items"]
)
def test_what_is_not_in_the_order_is_refused(action: str, items: tuple[tuple[str, int], ...]) -> None:
    verdict = ask(action, an_order(), items=items)
    assert (verdict.outcome, verdict.why, verdict.clauses, verdict.changes) == ("refused", "not_in_order", (), ())


def test_the_same_item_named_twice_is_counted_together() -> None:
    order = an_order(an_item(quantity=2))
    assert amounts(ask("return", order, items=(("hoodie", 1), ("hoodie", 1)), condition="opened"))["goods"] == 36000
    assert ask("return", order, items=(("hoodie", 2), ("hoodie", 1)), condition="opened").why == "too_many"


def test_one_price_is_for_one_item() -> None:
    order = an_order(an_item(), an_item("shirt"))
    assert ask("price_protection", order, price_now_minor=1).why == "one_at_a_time"
    assert ask("price_protection", order, items=(("shirt", 1),), price_now_minor=1).outcome == "allowed"


@pytest.mark.parametrize("action", ["exchange", "change_items"])
def test_several_items_become_others_at_once(action: str) -> None:
    """Each by its own price; and there must be enough for all that shall become the same variant."""
    order = an_order(an_item(), an_item("shirt"), state="paid" if action == "change_items" else "delivered")
    wanted: dict[str, Any] = {"items": (("hoodie", 1), ("shirt", 1)), "condition": "unopened"}
    swaps = (Swap("hoodie", "v2", 21000, 1), Swap("shirt", "v3", 15000, 1))
    verdict = ask(action, order, swaps=swaps, **wanted)
    assert (verdict.outcome, amounts(verdict)["difference"]) == ("allowed", 4000)
    assert [(line.item_id, line.amount_minor) for line in verdict.lines if line.label == "difference"] == [
        ("hoodie", -1000), ("shirt", 5000),
    ]  # fmt: skip
    same = (Swap("hoodie", "v2", 21000, 1), Swap("shirt", "v2", 21000, 1))
    assert ask(action, order, swaps=same, **wanted).why == "sold_out"
    both = tuple(replace(one, stock=2) for one in same)
    assert ask(action, order, swaps=both, **wanted).outcome == "allowed"


def test_pieces_are_dealt_with_once() -> None:
    """Of three pieces one was sent again: for the other two it can still be asked."""
    order = an_order(an_item(quantity=3), cases=(a_case("resend", ("hoodie", 1)),))
    wanted: dict[str, Any] = {"reason": "damaged", "has_evidence": True}
    assert ask("missing_or_damaged", order, items=(("hoodie", 2),), **wanted).outcome == "allowed"
    assert ask("missing_or_damaged", order, items=(("hoodie", 3),), **wanted).why == "handled_before"


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_what_came_to_nothing_can_be_asked_again(state: Any) -> None:
    order = an_order(cases=(a_case("price_protection", ("hoodie", 1), state=state),))
    assert ask("price_protection", order, price_now_minor=1).outcome == "allowed"


def test_an_exchange_is_counted_from_the_item_or_from_its_case() -> None:
    order = an_order(an_item(quantity=2), cases=(a_case("exchange", ("hoodie", 1)),))
    for one in (order, replace(order, cases=(), items=(an_item(quantity=2, exchanged_quantity=1),))):
        assert ask("exchange", one, items=(("hoodie", 1),), condition="opened").outcome == "allowed"
        assert ask("exchange", one, items=(("hoodie", 2),), condition="opened").why == "exchanged_before"


def test_stock_must_do_for_all_pieces() -> None:
    order = an_order(an_item(quantity=2))
    new: dict[str, Any] = {"new_variant_id": "v2", "new_price_minor": 20000, "condition": "opened"}
    assert ask("exchange", order, new_stock=2, **new).outcome == "allowed"
    assert ask("exchange", order, new_stock=1, **new).why == "sold_out"
    assert ask("exchange", order, new_stock=None, **new).why == "sold_out"


@pytest.mark.parametrize("action", ACTIONS)
def test_a_refusal_costs_nothing_and_gives_nothing(action: str) -> None:
    verdict = ask(action, an_order(state="cancelled"))
    assert verdict.outcome == "refused"
    assert (verdict.refund_minor, verdict.lines, verdict.way_back, verdict.until, verdict.needs) == (
        0,
        (),
        "none",
        None,
        (),
    )
