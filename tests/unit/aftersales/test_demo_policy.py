"""The demo shop's policy says what the page of facts says: row by row, and to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.aftersales.build import POLICY, THEN, a_case, amounts, an_item, an_order, ask, kinds
from tests.unit.aftersales.facts import EDGES, FAULTY, NEW, OPENED, ROWS, SECOND, Edge, Row
from xiaoer.aftersales.policy import ACTIONS


@pytest.mark.parametrize("edge", EDGES.values(), ids=EDGES.keys())
def test_a_window_closes_to_the_second(edge: Edge) -> None:
    order = an_order(an_item(**edge.item))
    inside = ask(edge.action, order, edge.last, level=edge.level, **edge.wanted)
    assert inside.why == edge.then
    assert ask(edge.action, order, edge.last + SECOND, level=edge.level, **edge.wanted).why == edge.after
    if inside.outcome in ("allowed", "needs_evidence"):
        assert inside.until is not None
        assert edge.last <= inside.until < edge.last + SECOND


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_the_page_of_facts(row: Row) -> None:
    order = an_order(an_item(**row.item), state=row.state, **row.order)
    verdict = ask(row.action, order, THEN + timedelta(days=1), **row.wanted)
    assert (verdict.outcome, verdict.why) == (row.outcome, row.why)
    assert verdict.clauses
    assert verdict.outcome == "allowed" or (verdict.lines, verdict.refund_minor, verdict.way_back) == ((), 0, "none")
    assert bool(verdict.needs) is (verdict.outcome == "needs_evidence")


def test_every_action_is_tried_and_comes_out_in_two_ways() -> None:
    tried = {(row.action, row.outcome) for row in ROWS.values()}
    assert {action for action, _ in tried} == set(ACTIONS)
    assert all({"allowed", "refused"} <= {outcome for one, outcome in tried if one == action} for action in ACTIONS)


def test_every_clause_is_reached() -> None:
    reached: set[str] = set()
    for row in ROWS.values():
        order = an_order(an_item(**row.item), state=row.state, **row.order)
        reached |= {one.id for one in ask(row.action, order, THEN + timedelta(days=1), **row.wanted).clauses}
    for edge in EDGES.values():
        for moment in (edge.last, edge.last + SECOND):
            verdict = ask(edge.action, an_order(an_item(**edge.item)), moment, level=edge.level, **edge.wanted)
            reached |= {one.id for one in verdict.clauses}
    later = THEN + timedelta(days=20)
    more = [
        ask("return", an_order(an_item(warranty_months=12)), later, **FAULTY),
        ask("exchange", an_order(), reason="quality"),
        ask("missing_or_damaged", an_order(state="cancelled"), **FAULTY),
        ask("missing_or_damaged", an_order(an_item(returned_quantity=1)), **FAULTY),
        ask("missing_or_damaged", an_order(cases=(a_case("repair", ("hoodie", 1), state="open"),)), **FAULTY),
        ask("repair", an_order(cases=(a_case("exchange", ("hoodie", 1), state="open"),)), **FAULTY),
        ask("repair", an_order(an_item(returned_quantity=1)), **FAULTY),
        ask("price_protection", an_order(an_item(returned_quantity=1)), price_now_minor=1),
        ask("change_items", an_order(an_item(is_gift=True), state="paid"), **NEW),
        *[
            ask(action, an_order(), items=(("hoodie", 2),))
            for action in ("return", "missing_or_damaged", "price_protection")
        ],
        ask("repair", an_order(), items=(("hoodie", 2),)),
    ]
    reached |= {one.id for verdict in more for one in verdict.clauses}
    assert {clause.id for clause in POLICY.clauses} == reached


@pytest.mark.parametrize(
    ("action", "wanted", "level", "payer"),
    [
        ("return", OPENED, "regular", "customer"),
        ("return", OPENED, "gold", "shop"),
        ("return", FAULTY, "regular", "shop"),
        ("exchange", OPENED, "silver", "customer"),
        ("exchange", OPENED, "gold", "shop"),
        ("exchange", FAULTY, "regular", "shop"),
        ("missing_or_damaged", FAULTY, "regular", "shop"),
    ],
)
def test_who_pays_the_way_back(action: str, wanted: dict[str, Any], level: str, payer: str) -> None:
    verdict = ask(action, an_order(), level=level, **wanted)
    assert verdict.way_back == payer
    assert amounts(verdict).get("way_back", 0) == (-1200 if payer == "customer" else 0)


def test_a_repair_out_of_warranty_costs_the_inspection() -> None:
    shoes = an_order(an_item(warranty_months=3))
    verdict = ask("repair", shoes, THEN + timedelta(days=100), **FAULTY)
    assert (verdict.refund_minor, amounts(verdict), verdict.way_back) == (-3000, {"inspection": -3000}, "customer")
    assert ask("repair", shoes, THEN + timedelta(days=80), **FAULTY).way_back == "shop"


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        ("wechat", (1, 3)),
        ("alipay", (1, 3)),
        ("huabei", (1, 3)),
        ("unionpay", (3, 7)),
        ("visa", (3, 7)),
        ("mastercard", (3, 7)),
        ("gift_card", (0, 0)),
    ],
)
def test_how_long_a_refund_takes(kind: str, days: tuple[int, int]) -> None:
    assert ask("cancel", an_order(state="paid", payment_kind=kind)).refund_days == days


def test_what_a_late_customer_is_told() -> None:
    """Nine days on: it was possible until the 8th, it would be with a fault, and gold members still can."""
    verdict = ask("return", an_order(), THEN + timedelta(days=9), condition="opened")
    until = datetime(2026, 3, 8, 15, 59, 59, 999999, tzinfo=UTC).isoformat()
    assert kinds(verdict) == {"earlier": until, "reason": "quality", "level": "gold"}


def test_every_sentence_is_there_in_both_languages() -> None:
    for clause in POLICY.clauses:
        zh, en = clause.texts["zh"], clause.texts["en"]
        assert zh.endswith("。"), clause.id
        assert en.endswith("."), clause.id
        assert zh.isascii() is False, clause.id
        assert en.replace("¥", "").replace("–", "").isascii(), clause.id
