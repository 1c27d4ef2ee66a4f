"""Pieces of an item are counted once, and each keeps the worth that its price, protection and exchange left it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.aftersales.build import a_case, an_item, an_order
from xiaoer.aftersales.pieces import (
    pieces_busy,
    pieces_handled,
    pieces_left,
    pieces_open,
    worth_of_next_returned,
    worths_of_next,
)
from xiaoer.shop.types import Case, CaseKind, Order


def given_back(kind: CaseKind, pieces: int, amount_minor: int, **changes: Any) -> Case:
    """Work that gave the customer a difference."""
    line = {"label": "difference", "amount_minor": amount_minor, "item_id": "hoodie"}
    return a_case(kind, ("hoodie", pieces), verdict={"lines": [line]}, **changes)


def of(quantity: int, *cases: Case, **changes: Any) -> Order:
    """So many hoodies at ¥180, and what was done about them."""
    return an_order(an_item(quantity=quantity, **changes), cases=cases)


def test_pieces_on_their_way_back_are_not_left() -> None:
    assert pieces_left(an_item(quantity=3, returned_quantity=1)) == 2
    assert pieces_left(an_item(quantity=1, returned_quantity=2)) == 0


@pytest.mark.parametrize(
    ("action", "kind", "state", "handled"),
    [
        ("exchange", "exchange", "done", 2),
        ("exchange", "exchange", "open", 2),
        ("exchange", "exchange", "refused", 0),
        ("exchange", "exchange", "withdrawn", 0),
        ("exchange", "resend", "done", 0),
        ("missing_or_damaged", "resend", "done", 2),
        ("missing_or_damaged", "refund", "done", 0),  # those pieces count as returned
        ("price_protection", "price_protection", "done", 2),
        ("repair", "repair", "checking", 2),
        ("repair", "repair", "done", 0),
        ("return", "return", "open", 0),
    ],
)
def test_what_counts_as_dealt_with(action: str, kind: Any, state: Any, handled: int) -> None:
    order = of(3, a_case(kind, ("hoodie", 2), ("shirt", 1), state=state))
    assert pieces_handled(action, order.items[0], order) == handled
    assert pieces_open(action, order.items[0], order) == 3 - handled


def test_pieces_that_went_back_do_not_open_others_again() -> None:
    """Of four, two were returned and two protected: the two that are left are the protected ones."""
    order = of(4, a_case("price_protection", ("hoodie", 2)), returned_quantity=2)
    assert pieces_open("price_protection", order.items[0], order) == 0


@pytest.mark.parametrize(
    ("action", "kind", "state", "busy"),
    [
        ("return", "exchange", "waiting_for_parcel", 1),
        ("return", "repair", "checking", 1),
        ("return", "resend", "open", 1),
        ("return", "repair", "done", 0),
        ("return", "price_protection", "open", 0),
        ("repair", "repair", "open", 0),
        ("price_protection", "repair", "open", 1),
    ],
)
def test_what_ties_pieces_up(action: str, kind: Any, state: Any, busy: int) -> None:
    order = of(3, a_case(kind, ("hoodie", 1), state=state))
    assert pieces_busy(action, order.items[0], order) == busy


@pytest.mark.parametrize(
    ("cases", "worths"),
    [
        ((), [18000, 18000, 18000]),
        ((given_back("price_protection", 1, 3000),), [18000, 18000, 15000]),
        ((given_back("price_protection", 3, 9000),), [15000, 15000, 15000]),
        ((given_back("price_protection", 3, 100),), [17967, 17967, 17966]),
        ((given_back("price_protection", 1, 3000), given_back("price_protection", 1, 8000)), [18000, 10000, 15000]),
        ((given_back("price_protection", 1, 3000), given_back("exchange", 2, 11000)), [18000, 11000, 11000]),
        ((given_back("exchange", 1, -5000),), [18000, 18000, 18000]),
        ((given_back("price_protection", 1, 99999),), [18000, 18000, 0]),
        ((given_back("price_protection", 2, 3000, state="withdrawn"),), [18000, 18000, 18000]),
    ],
)
def test_what_each_piece_is_worth(cases: tuple[Case, ...], worths: list[int]) -> None:
    order = of(3, *cases)
    assert [worth_of_next_returned(order.items[0], n, order) for n in (1, 2, 3)] == [sum(worths[:n]) for n in (1, 2, 3)]


def test_what_comes_next_lies_before_what_was_done() -> None:
    order = of(3, given_back("price_protection", 1, 3000))
    assert list(worths_of_next("price_protection", order.items[0], 2, order)) == [18000, 18000]
    assert list(worths_of_next("exchange", order.items[0], 2, order)) == [18000, 15000]
    assert list(worths_of_next("price_protection", order.items[0], 9, order)) == [18000, 18000]


@given(
    quantity=st.integers(1, 6),
    done=st.lists(
        st.tuples(st.sampled_from(("price_protection", "exchange")), st.integers(1, 6), st.integers(0, 60000)),
        max_size=4,
    ),
)
def test_all_that_was_given_is_taken_off_and_no_piece_is_worth_less_than_nothing(
    quantity: int, done: list[tuple[Any, int, int]]
) -> None:
    cases: list[Case] = []
    given_minor = 0
    for kind, wanted, amount in done:
        order = of(quantity, *cases)
        pieces = min(wanted, pieces_open(kind, order.items[0], order))
        amount = min(amount, sum(worths_of_next(kind, order.items[0], pieces, order)))
        if pieces:
            cases.append(given_back(kind, pieces, amount))
            given_minor += amount
    order = of(quantity, *cases)
    worths = [worth_of_next_returned(order.items[0], n, order) for n in range(quantity + 1)]
    assert worths == sorted(worths)
    assert worths[-1] == 18000 * quantity - given_minor
