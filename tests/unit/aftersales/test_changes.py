"""What would have altered a verdict: the nearest change of each kind, and each of them true."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.aftersales.build import THEN, a_case, an_item, an_order, ask, kinds

LATER = THEN + timedelta(days=9)
SOCKS = an_item("socks", returnable="never")
KETTLE = an_item("kettle", returnable="unopened_only")


@pytest.mark.parametrize(
    ("action", "state", "change"),
    [
        ("cancel", "packed", "paid"),
        ("cancel", "shipped", "paid"),
        ("cancel", "delivered", "paid"),
        ("change_address", "delivered", "paid"),
        ("change_items", "shipped", "paid"),
        ("change_payment", "paid", "unpaid"),
        ("change_payment", "delivered", "unpaid"),
    ],
)
def test_the_latest_state_in_which_it_was_possible(action: str, state: str, change: str) -> None:
    assert kinds(ask(action, an_order(state=state)))["state"] == change


def test_the_last_moment_at_which_it_was_possible() -> None:
    """On day 40 of a fault: the end of the 15 days, not of the 7."""
    verdict = ask("return", an_order(), THEN + timedelta(days=40), reason="quality", has_evidence=True)
    assert kinds(verdict) == {"earlier": datetime(2026, 3, 16, 15, 59, 59, 999999, tzinfo=UTC).isoformat()}


def test_the_moment_counts_for_the_customers_level() -> None:
    verdict = ask("return", an_order(), THEN + timedelta(days=20), level="gold", condition="opened")
    assert kinds(verdict) == {"earlier": datetime(2026, 3, 16, 15, 59, 59, 999999, tzinfo=UTC).isoformat()}


def test_only_a_higher_level_is_named() -> None:
    assert kinds(ask("return", an_order(), LATER, level="silver", condition="opened"))["level"] == "gold"
    assert "level" not in kinds(ask("return", an_order(), THEN + timedelta(days=20), condition="opened"))


@pytest.mark.parametrize(
    ("item", "condition", "nearest"),
    [(an_item(), "used", "opened"), (KETTLE, "used", "unopened"), (KETTLE, "opened", "unopened")],
)
def test_the_nearest_condition(item: Any, condition: str, nearest: str) -> None:
    assert kinds(ask("return", an_order(item), condition=condition))["condition"] == nearest


def test_the_items_that_could_go_on_without_the_others() -> None:
    verdict = ask("return", an_order(an_item(quantity=2), SOCKS, an_item("shirt")), condition="opened")
    assert verdict.changes[0].kind == "items"
    assert verdict.changes[0].value == [["hoodie", 2], ["shirt", 1]]
    assert verdict.changes[0].outcome == "allowed"


def test_items_are_not_offered_where_none_is_left() -> None:
    assert "items" not in kinds(ask("return", an_order(SOCKS), condition="opened"))


@pytest.mark.parametrize(
    ("action", "item", "cases", "most"),
    [
        ("return", an_item(quantity=3, returned_quantity=1), (), 2),
        ("exchange", an_item(quantity=3, exchanged_quantity=2), (), 1),
        ("missing_or_damaged", an_item(quantity=3), (a_case("resend", ("hoodie", 1)),), 2),
        ("price_protection", an_item(quantity=3), (a_case("price_protection", ("hoodie", 2)),), 1),
    ],
)
def test_the_most_pieces(action: str, item: Any, cases: Any, most: int) -> None:
    wanted: dict[str, Any] = {"condition": "opened", "has_evidence": True, "price_now_minor": 100}
    verdict = ask(action, an_order(item, cases=cases), items=(("hoodie", 3),), **wanted)
    assert verdict.outcome == "refused"
    assert kinds(verdict)["quantity"] == most


def test_the_price_below_which_it_would_be_possible() -> None:
    verdict = ask("price_protection", an_order(), price_now_minor=19000)
    assert kinds(verdict) == {"price": 18000}
    assert ask("price_protection", an_order(), price_now_minor=17999).outcome == "allowed"


def test_a_fault_would_alter_it() -> None:
    verdict = ask("return", an_order(SOCKS), condition="unopened")
    assert [(change.kind, change.value, change.outcome) for change in verdict.changes] == [
        ("reason", "quality", "allowed")
    ]


def test_evidence_is_named_where_it_is_all_that_lacks() -> None:
    """A person is called because of an open case; nothing that the customer could add alters it."""
    order = an_order(cases=(a_case("repair", ("hoodie", 1), state="open"),))
    assert ask("return", order, condition="opened").changes == ()


def test_what_is_allowed_or_can_still_be_asked_needs_no_change() -> None:
    assert ask("return", an_order(), condition="opened").changes == ()
    assert ask("return", an_order(), condition="unknown").changes == ()


def test_an_order_never_paid_was_in_no_earlier_state() -> None:
    order = replace(an_order(state="unpaid"), state="cancelled")
    assert "state" not in kinds(ask("change_payment", order))
