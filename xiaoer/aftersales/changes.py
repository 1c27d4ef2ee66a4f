"""What would have altered a verdict: altered requests are judged again, one alteration at a time, nearest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from xiaoer.aftersales.pieces import pieces_left, pieces_open
from xiaoer.aftersales.types import Change, Outcome, Request, Verdict
from xiaoer.shop.types import Order, OrderState

# From worst to best: one refused item spoils the request; what is missing is asked before a person is called.
SEVERITY: tuple[Outcome, ...] = ("refused", "needs_evidence", "needs_person", "allowed")
_LEVELS = ("regular", "silver", "gold")
_STATES: tuple[OrderState, ...] = ("unpaid", "paid", "packed", "shipped")
_CONDITIONS = {"used": ("opened", "unopened"), "opened": ("unopened",)}


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that a verdict depends on and that could have been otherwise."""

    request: Request
    order: Order
    level: str
    now: datetime


Judge = Callable[[Situation], Verdict]
Alteration = tuple[str, Any, Situation]


def nearest_changes(
    verdict: Verdict, situation: Situation, *, judge: Judge, ends: Sequence[datetime]
) -> tuple[Change, ...]:
    """For each kind of change the nearest one with a better outcome. `ends`: moments at which a window closed, latest first."""
    found: dict[str, Change] = {}
    for kind, value, altered in _alterations(verdict, situation, ends):
        if kind not in found:
            outcome = judge(altered).outcome
            if outcome in ("allowed", "needs_evidence") and SEVERITY.index(outcome) > SEVERITY.index(verdict.outcome):
                found[kind] = Change(kind, value, outcome)
    return tuple(found.values())


def _alterations(verdict: Verdict, now: Situation, ends: Sequence[datetime]) -> Iterator[Alteration]:
    request = now.request
    yield from _fewer(verdict, now)
    for end in ends:
        yield "earlier", end.isoformat(), replace(now, now=end)
    for condition in _CONDITIONS.get(request.condition, ()):
        yield "condition", condition, replace(now, request=replace(request, condition=condition))
    if request.reason != "quality":
        with_fault = replace(request, reason="quality", has_evidence=True)
        yield "reason", "quality", replace(now, request=with_fault)
    if not request.has_evidence:
        yield "evidence", "photo", replace(now, request=replace(request, has_evidence=True))
    if now.level in _LEVELS:
        for level in _LEVELS[_LEVELS.index(now.level) + 1 :]:
            yield "level", level, replace(now, level=level)
    yield from _earlier_states(now)
    yield from _lower_price(now)


def _fewer(verdict: Verdict, now: Situation) -> Iterator[Alteration]:
    """Without the items that were refused; or, of one item, only the pieces that are still open."""
    refused = set(verdict.facts.get("refused_items", ()))
    rest = [(item_id, pieces) for item_id, pieces in _asked(now) if item_id not in refused]
    if refused and rest:
        yield "items", [list(pair) for pair in rest], replace(now, request=replace(now.request, items=tuple(rest)))
    if len(now.request.items) == 1:
        item_id, pieces = now.request.items[0]
        item = next((one for one in now.order.items if one.id == item_id), None)
        fewer = pieces_open(now.request.action, item, now.order) if item is not None else 0
        if 0 < fewer < pieces:
            yield "quantity", fewer, replace(now, request=replace(now.request, items=((item_id, fewer),)))


def _asked(now: Situation) -> tuple[tuple[str, int], ...]:
    whole = tuple((item.id, pieces_left(item)) for item in now.order.items if not item.is_gift and pieces_left(item))
    return now.request.items or whole


def _earlier_states(now: Situation) -> Iterator[Alteration]:
    """The states that the order has been in, latest first."""
    passed = _STATES if now.order.state == "delivered" else _STATES[: _place(now.order)]
    for state in reversed(passed):
        yield "state", state, replace(now, order=replace(now.order, state=state))


def _place(order: Order) -> int:
    return _STATES.index(order.state) if order.state in _STATES else 0


def _lower_price(now: Situation) -> Iterator[Alteration]:
    """The price below which price protection would pay."""
    if now.request.action == "price_protection" and now.request.price_now_minor is not None and len(_asked(now)) == 1:
        item = next((one for one in now.order.items if one.id == _asked(now)[0][0]), None)
        if item is not None and item.unit_paid_minor:
            lower = replace(now.request, price_now_minor=item.unit_paid_minor - 1)
            yield "price", item.unit_paid_minor, replace(now, request=lower)
