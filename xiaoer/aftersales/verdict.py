"""The verdict over a request: which clause decides, what it costs whom, and what would have changed it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from xiaoer.aftersales.case import Case, applies, end_of
from xiaoer.aftersales.changes import SEVERITY, Situation, nearest_changes
from xiaoer.aftersales.money import difference_minor, lines_of
from xiaoer.aftersales.pieces import pieces_left
from xiaoer.aftersales.policy import Clause, Policy
from xiaoer.aftersales.types import Outcome, Request, Verdict
from xiaoer.aftersales.windows import window_end
from xiaoer.shop.types import Order, OrderItem

_OUTCOMES: dict[str, Outcome] = {
    "allow": "allowed",
    "refuse": "refused",
    "ask": "needs_evidence",
    "evidence": "needs_evidence",
    "person": "needs_person",
}
_WHOLE_ORDER = ("cancel", "change_address", "change_payment", "invoice")
_ONE_ITEM = ("price_protection",)  # a request names one price
Decided = Sequence[tuple[Case, Clause]]


def judge(
    policy: Policy,
    request: Request,
    order: Order,
    *,
    level: str,
    now: datetime,
    time_zone: str,
    is_explained: bool = True,
) -> Verdict:
    """What the policy says to this request at this moment. Never raises for values of the declared types.

    With several items the worst outcome is the verdict's; `changes` then tells which items could go on without the others.
    Without `is_explained` no `changes` are looked for, which takes most of the time.
    """

    def judge_as(it: Situation) -> Verdict:
        return _judge_once(policy, it.request, it.order, level=it.level, now=it.now, time_zone=time_zone)

    situation = Situation(request, order, level, now)
    verdict = judge_as(situation)
    if is_explained and verdict.outcome in ("refused", "needs_person"):
        ends = _passed_ends(policy, situation, time_zone)
        return replace(verdict, changes=nearest_changes(verdict, situation, judge=judge_as, ends=ends))
    return verdict


def _judge_once(
    policy: Policy, request: Request, order: Order, *, level: str, now: datetime, time_zone: str
) -> Verdict:
    items = _items(request, order)
    if items is None:
        return Verdict("refused", "not_in_order", request, (), facts={"refused_items": []})
    if request.action in _ONE_ITEM and len(items) > 1:
        return Verdict("needs_person", "one_at_a_time", request, (), facts={"refused_items": []})
    cases = [Case(request, order, item, pieces, level, now, time_zone) for item, pieces in items]
    decided = [(case, _decide(policy, case)) for case in cases]
    decided.sort(key=lambda pair: SEVERITY.index(_OUTCOMES[pair[1].then]))
    return _verdict(policy, request, order, decided, level)


def _verdict(policy: Policy, request: Request, order: Order, decided: Decided, level: str) -> Verdict:
    worst_case, worst = decided[0]
    outcome = _OUTCOMES[worst.then]
    deciding = [(case, clause) for case, clause in decided if _OUTCOMES[clause.then] == outcome]
    ends = [end for case, clause in deciding if (end := end_of(clause, case)) is not None]
    verdict = Verdict(
        outcome=outcome,
        why=worst.why,
        request=request,
        clauses=tuple({clause.id: policy.ref(clause) for _, clause in deciding}.values()),
        until=min(ends) if ends and outcome in ("allowed", "needs_evidence") else None,
        way_back=_way_back(decided, level) if outcome == "allowed" else "none",
        needs=_needs(deciding) if outcome == "needs_evidence" else (),
        refund_days=policy.refund_days.get((request.payment_id and request.payment_kind) or order.payment_kind),
        facts=_facts(request, order, decided, worst_case),
    )
    if outcome != "allowed":
        return verdict
    lines = lines_of(request, order, [(case.item, case.pieces, clause) for case, clause in decided], level=level)
    return replace(verdict, lines=lines, refund_minor=sum(line.amount_minor for line in lines))


def _facts(request: Request, order: Order, decided: Decided, worst: Case) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "refused_items": [case.item.id for case, clause in decided if case.item and clause.then == "refuse"],
        "item_id": worst.item.id if worst.item else None,
        "has_gift": any(item.is_gift and pieces_left(item) for item in order.items),
    }
    asked = [case for case, _ in decided if case.item is not None and request.find_swap(case.item.id) is not None]
    if asked:
        differences = (difference_minor(request, order, case.item, case.pieces) for case in asked if case.item is not None)
        facts["difference_minor"] = sum(differences)
    return facts


def _items(request: Request, order: Order) -> list[tuple[OrderItem | None, int]] | None:
    """The items asked about and how many pieces of each; None when one of them isn't in the order.

    One case without an item for whole-order actions. Free gifts go back with what they came with, so they aren't judged beside it.
    """
    if request.action in _WHOLE_ORDER:
        return [(None, 0)]
    bought = [item for item in order.items if not item.is_gift] or list(order.items)
    if not request.items:
        there = [(item, pieces_left(item)) for item in bought if pieces_left(item)]
        return [*there] or [(item, item.quantity) for item in bought] or None
    wanted: dict[str, int] = {}
    for item_id, pieces in request.items:
        wanted[item_id] = wanted.get(item_id, 0) + pieces
    if min(wanted.values()) < 1 or not wanted.keys() <= {item.id for item in order.items}:
        return None
    asked = [(item, wanted[item.id]) for item in order.items if item.id in wanted]
    if request.action == "change_items":  # a line of an order becomes another variant as a whole
        return [(item, item.quantity) for item, _ in asked]
    if request.action == "return":
        asked = [(item, pieces) for item, pieces in asked if not item.is_gift] or asked
    return [*asked]


def _decide(policy: Policy, case: Case) -> Clause:
    """The first clause that applies. `read_policy` made sure that the last one always does."""
    return next(c for c in policy.clauses if case.request.action in c.actions and applies(c, case))


def _needs(decided: Decided) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clause.ask if clause.then == "ask" else "photo" for _, clause in decided))


def _way_back(decided: Decided, level: str) -> Literal["none", "customer", "shop"]:
    payers = {clause.pays_way_back for _, clause in decided}
    if "customer" in payers:
        free = all(level in c.free_for for _, c in decided if c.pays_way_back == "customer")
        return "shop" if free else "customer"
    return "shop" if "shop" in payers else "none"


def _passed_ends(policy: Policy, it: Situation, time_zone: str) -> list[datetime]:
    """The ends of windows that have passed, latest first: the moments at which the answer may have been another."""
    ends = set()
    for clause in policy.clauses:
        if it.request.action in clause.actions and clause.within is not None:
            end = window_end(clause.within, it.order, level=it.level, time_zone=time_zone)
            if end is not None and end < it.now:
                ends.add(end.astimezone(UTC))
    return sorted(ends, reverse=True)
