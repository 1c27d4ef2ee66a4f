"""What holds for every order and every request."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.aftersales.build import POLICY, THEN, a_case, a_refund, an_item, an_order, ask
from xiaoer.aftersales.describe import from_json, to_json
from xiaoer.aftersales.policy import ACTIONS
from xiaoer.aftersales.types import Request, Swap, Verdict
from xiaoer.aftersales.verdict import judge
from xiaoer.shop.types import ORDER_STATES, Order

CASE_OF = {
    "return": "return",
    "missing_or_damaged": "refund",
    "price_protection": "price_protection",
    "exchange": "exchange",
}
levels = st.sampled_from(("regular", "silver", "gold"))
zones = st.sampled_from(sorted(available_timezones()))
reasons = st.sampled_from(("no_reason", "size", "quality", "not_as_described", "wrong_item", "missing", "damaged"))
conditions = st.sampled_from(("unknown", "unopened", "opened", "used"))


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """An order of up to three items with discounts, gifts and pieces given back before."""
    items = []
    for place in range(draw(st.integers(1, 3))):
        price, quantity = draw(st.integers(0, 50000)), draw(st.integers(1, 4))
        item = an_item(
            f"item-{place}",
            quantity=quantity,
            unit_price_minor=price,
            unit_paid_minor=draw(st.integers(0, price)),
            returned_quantity=draw(st.integers(0, quantity)),
            exchanged_quantity=draw(st.integers(0, quantity)),
            returnable=draw(st.sampled_from(("normal", "never", "unopened_only", "unopened_beauty"))),
            promotion=draw(st.sampled_from((None, "season", "flash", "clearance", "presale"))),
            warranty_months=draw(st.sampled_from((0, 3, 12, 24))),
            is_gift=draw(st.booleans()),
        )
        items.append(item)
    state = draw(st.sampled_from(ORDER_STATES))
    return an_order(*items, state=state, shipping_minor=draw(st.sampled_from((0, 1000))))


swaps = st.builds(
    Swap,
    item_id=st.sampled_from(("item-0", "item-1", "item-2", "nothing")),
    variant_id=st.sampled_from(("v1", "v2")),
    price_minor=st.none() | st.integers(-1, 60000),
    stock=st.none() | st.integers(0, 5),
)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Any request, sensible or not."""
    whole = st.integers(-1, 60000)
    item = st.tuples(st.sampled_from(("item-0", "item-1", "item-2", "nothing")), st.integers(-1, 5))
    action: Any = draw(st.sampled_from(ACTIONS))
    return Request(
        action,
        "SP1",
        items=tuple(draw(st.lists(item, max_size=3))),
        reason=draw(reasons),
        condition=draw(conditions),
        has_evidence=draw(st.booleans()),
        swaps=tuple(draw(st.lists(swaps, max_size=3))),
        payment_id=draw(st.sampled_from((None, "card"))),
        balance_minor=draw(st.none() | whole),
        address=draw(st.none() | st.fixed_dictionaries({"country": st.sampled_from(("CN", "TW", "JP"))})),
        payment_kind=draw(st.sampled_from((None, "alipay", "huabei"))),
        price_now_minor=draw(st.none() | whole),
    )


moments = st.timedeltas(timedelta(days=-1), timedelta(days=800)).map(lambda after: THEN + after)


@given(request=requests(), order=orders(), level=levels, now=moments, zone=zones)
def test_every_request_gets_one_verdict_that_adds_up(
    request: Request, order: Order, level: str, now: datetime, zone: str
) -> None:
    verdict = judge(POLICY, request, order, level=level, now=now, time_zone=zone)
    assert verdict.refund_minor == sum(line.amount_minor for line in verdict.lines)
    assert all(line.amount_minor for line in verdict.lines)
    assert verdict.refund_minor <= sum(payment.amount_minor for payment in order.payments)
    assert bool(verdict.needs) is (verdict.outcome == "needs_evidence")
    assert verdict.clauses or verdict.why in ("not_in_order", "one_at_a_time")
    assert verdict.until is None or now <= verdict.until
    for change in verdict.changes:
        assert change.outcome in ("allowed", "needs_evidence")
    assert len({change.kind for change in verdict.changes}) == len(verdict.changes)


@given(request=requests(), order=orders(), level=levels, now=moments)
def test_a_verdict_survives_json(request: Request, order: Order, level: str, now: datetime) -> None:
    verdict = judge(POLICY, request, order, level=level, now=now, time_zone="Asia/Shanghai")
    assert from_json(json.loads(json.dumps(to_json(verdict)))) == verdict


@given(
    action=st.sampled_from(("return", "exchange", "price_protection", "invoice")),
    level=levels,
    zone=zones,
    delivered=st.datetimes(datetime(1995, 1, 1), datetime(2050, 1, 1)),
)
def test_no_window_is_off_by_one_in_any_zone(action: str, level: str, zone: str, delivered: datetime) -> None:
    begun = delivered.replace(tzinfo=UTC)
    order = an_order(paid_at=begun, delivered_at=begun)
    wanted: dict[str, Any] = {"condition": "opened", "price_now_minor": 1}
    verdict = ask(action, order, begun, level=level, zone=zone, **wanted)
    assert verdict.outcome == "allowed"
    assert verdict.until is not None
    tick = timedelta(microseconds=1)
    at_the_end = ask(action, order, verdict.until, level=level, zone=zone, **wanted)
    assert (at_the_end.outcome, at_the_end.until) == ("allowed", verdict.until)
    just_after = ask(action, order, verdict.until + tick, level=level, zone=zone, **wanted)
    assert just_after.why == "window_passed"
    assert ("earlier", verdict.until.isoformat()) in [(one.kind, one.value) for one in just_after.changes]


def settled(order: Order, request: Request, verdict: Verdict) -> Order:
    """The order after the request was carried out."""
    counted = {
        "exchange": "exchanged_quantity",
        "return": "returned_quantity",
        "missing_or_damaged": "returned_quantity",
    }
    name, pieces = counted.get(request.action), dict(request.items)
    items = order.items
    if name is not None:
        items = tuple(replace(one, **{name: getattr(one, name) + pieces.get(one.id, 0)}) for one in items)
    kind: Any = CASE_OF[request.action]
    case = a_case(kind, *request.items, amount_minor=verdict.refund_minor, verdict=to_json(verdict))
    refunds = (*order.refunds, a_refund(verdict.refund_minor)) if verdict.refund_minor > 0 else order.refunds
    return replace(order, items=items, cases=(*order.cases, case), refunds=refunds)


@st.composite
def steps(draw: st.DrawFn) -> Request:
    """A request that may well be allowed."""
    item_id = draw(st.sampled_from(("item-0", "item-1")))
    action: Any = draw(st.sampled_from(tuple(CASE_OF)))
    return Request(
        action,
        "SP1",
        items=((item_id, draw(st.integers(1, 4))),),
        reason=draw(st.sampled_from(("no_reason", "quality", "damaged"))),
        condition=draw(st.sampled_from(("unopened", "opened"))),
        has_evidence=True,
        swaps=(draw(st.integers(0, 60000).map(lambda price: Swap(item_id, "v2", price, 9))),),
        price_now_minor=draw(st.integers(0, 50000)),
    )


@given(
    prices=st.lists(st.tuples(st.integers(0, 50000), st.integers(0, 50000), st.integers(1, 4)), min_size=2, max_size=2),
    todo=st.lists(steps(), max_size=12),
    level=levels,
)
def test_money_is_never_created(prices: list[tuple[int, int, int]], todo: list[Request], level: str) -> None:
    items = [
        an_item(f"item-{place}", quantity=quantity, unit_price_minor=max(a, b), unit_paid_minor=min(a, b))
        for place, (a, b, quantity) in enumerate(prices)
    ]
    order = an_order(*items)
    given_for = dict.fromkeys((item.id for item in items), 0)
    for request in todo:
        verdict = judge(POLICY, request, order, level=level, now=THEN, time_zone="Asia/Shanghai")
        if verdict.outcome == "allowed":
            order = settled(order, request, verdict)
            for line in verdict.lines:
                if line.item_id is not None and line.amount_minor > 0:
                    given_for[line.item_id] += line.amount_minor
        assert sum(refund.amount_minor for refund in order.refunds) <= order.total_minor
        assert all(item.returned_quantity <= item.quantity for item in order.items)
        assert all(given_for[item.id] <= item.unit_paid_minor * item.quantity for item in order.items)


@given(quantity=st.integers(1, 6), paid=st.integers(0, 50000), data=st.data())
def test_returning_in_parts_brings_back_what_returning_at_once_does(
    quantity: int, paid: int, data: st.DataObject
) -> None:
    order = an_order(an_item("item-0", quantity=quantity, unit_price_minor=50000, unit_paid_minor=paid))
    fault: dict[str, Any] = {"reason": "quality", "has_evidence": True}
    price_now = data.draw(st.integers(0, 50000))
    protected = data.draw(st.integers(1, quantity))
    request = Request("price_protection", "SP1", items=(("item-0", protected),), price_now_minor=price_now)
    verdict = judge(POLICY, request, order, level="regular", now=THEN, time_zone="Asia/Shanghai")
    if verdict.outcome == "allowed":
        order = settled(order, request, verdict)
    at_once = ask("return", order, items=(("item-0", quantity),), **fault).refund_minor
    total, left = 0, quantity
    while left:
        pieces = data.draw(st.integers(1, left))
        request = Request("return", "SP1", items=(("item-0", pieces),), reason="quality", has_evidence=True)
        verdict = judge(POLICY, request, order, level="regular", now=THEN, time_zone="Asia/Shanghai")
        assert verdict.outcome == "allowed"
        order, total, left = settled(order, request, verdict), total + verdict.refund_minor, left - pieces
    assert total == at_once == paid * quantity - sum(case.amount_minor for case in order.cases if case.kind != "return")
