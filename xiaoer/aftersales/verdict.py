"""The verdict over a request: which clause decides, what it costs whom, and what would have changed it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from xiaoer.aftersales.money import lines_of
from xiaoer.aftersales.policy import Clause, Policy
from xiaoer.aftersales.types import Change, Outcome, Request, Verdict
from xiaoer.aftersales.windows import window_end
from xiaoer.shop.types import Order, OrderItem

_OUTCOMES: dict[str, Outcome] = {
    "allow": "allowed",
    "refuse": "refused",
    "ask": "needs_evidence",
    "evidence": "needs_evidence",
    "person": "needs_person",
}
_SEVERITY = ("refused", "needs_person", "needs_evidence", "allowed")
_STATE_CLOCKS = {"delivered": "delivered_at", "shipped": "shipped_at", "packed": "packed_at"}
_DAYS_PER_MONTH = 30.4375  # a warranty in months ends on the day of the month; see _warranty_end


@dataclass(frozen=True, slots=True)
class Case:
    """One item of one request, with everything a clause may ask about."""

    request: Request
    order: Order
    item: OrderItem | None
    pieces: int
    level: str
    now: datetime
    time_zone: str


def judge(policy: Policy, request: Request, order: Order, *, level: str, now: datetime, time_zone: str) -> Verdict:
    """What the policy says to this request at this moment. Never raises for values of the declared types."""
    verdict = _judge_once(policy, request, order, level=level, now=now, time_zone=time_zone)
    if verdict.outcome in ("refused", "needs_evidence") and not verdict.needs:
        changes = _nearest_changes(policy, request, order, verdict, level=level, now=now, time_zone=time_zone)
        return replace(verdict, changes=changes)
    return verdict


def _judge_once(
    policy: Policy, request: Request, order: Order, *, level: str, now: datetime, time_zone: str
) -> Verdict:
    cases = [Case(request, order, item, pieces, level, now, time_zone) for item, pieces in _items(request, order)]
    if not cases:
        return _nothing_left(policy, request)
    decided = [(case, _decide(policy, case)) for case in cases]
    decided.sort(key=lambda pair: _SEVERITY.index(_OUTCOMES[pair[1].then]))
    worst_case, worst = decided[0]
    outcome = _OUTCOMES[worst.then]
    clauses = tuple(dict.fromkeys(clause.id for _, clause in decided if _OUTCOMES[clause.then] == outcome))
    by_id = {clause.id: clause for clause in policy.clauses}
    ends = [end for case, clause in decided if (end := _end(clause, case)) is not None]
    verdict = Verdict(
        outcome=outcome,
        why=worst.why,
        request=request,
        clauses=tuple(policy.ref(by_id[one]) for one in clauses),
        until=min(ends) if ends and outcome == "allowed" else None,
        way_back=_way_back(decided, level) if outcome == "allowed" else "none",
        needs=_needs(decided) if outcome == "needs_evidence" else (),
        refund_days=policy.refund_days.get(order.payment_kind),
        facts={
            "refused_items": [c.item.id for c, clause in decided if c.item and clause.then == "refuse"],
            "item_id": worst_case.item.id if worst_case.item else None,
            "has_gift": any(item.is_gift for item in order.items),
        },
    )
    if outcome != "allowed":
        return verdict
    lines = lines_of(request, order, [(case.item, case.pieces, clause) for case, clause in decided], level=level)
    return replace(verdict, lines=lines, refund_minor=sum(line.amount_minor for line in lines))


def _items(request: Request, order: Order) -> list[tuple[OrderItem | None, int]]:
    """The items asked about, with the pieces that are still there; for whole-order actions, one case without an item."""
    if request.action in ("cancel", "change_address", "change_payment", "invoice"):
        return [(None, 0)]
    wanted = dict(request.items) if request.items else {item.id: item.quantity for item in order.items}
    found: list[tuple[OrderItem | None, int]] = []
    for item in order.items:
        left = item.quantity - item.returned_quantity
        if item.id in wanted and left > 0 and wanted[item.id] > 0:
            found.append((item, min(wanted[item.id], left)))
    return found


def _nothing_left(policy: Policy, request: Request) -> Verdict:
    """Every piece asked about was given back already (or isn't in the order): nothing is decided twice."""
    last = [clause for clause in policy.clauses if request.action in clause.actions][-1]
    return Verdict("refused", "nothing_left", request, (policy.ref(last),), facts={"refused_items": []})


def _decide(policy: Policy, case: Case) -> Clause:
    """The first clause that applies. `read_policy` made sure that the last one always does."""
    return next(c for c in policy.clauses if case.request.action in c.actions and applies(c, case))


def applies(clause: Clause, case: Case) -> bool:
    """Whether every condition of the clause holds for this item."""
    if not all(_holds(key, value, case) for key, value in clause.when.items()):
        return False
    if clause.within is None:
        return True
    end = window_end(clause.within, case.order, level=case.level, time_zone=case.time_zone)
    return end is not None and case.now <= end


def _holds(key: str, value: object, case: Case) -> bool:
    actual = _LISTED[key](case) if key in _LISTED else None
    if isinstance(value, list):
        return actual in value
    return _FLAGGED[key](case) is value


def _warranty_end(case: Case) -> datetime | None:
    if case.item is None or not case.item.warranty_months or case.order.delivered_at is None:
        return None
    return case.order.delivered_at + timedelta(days=round(case.item.warranty_months * _DAYS_PER_MONTH) + 1)


def _in_warranty(case: Case) -> bool:
    end = _warranty_end(case)
    return end is not None and case.now <= end


def _cheaper(case: Case) -> bool:
    now_minor = case.request.price_now_minor
    return case.item is not None and now_minor is not None and now_minor < case.item.unit_price_minor


_LISTED = {
    "states": lambda case: case.order.state,
    "reasons": lambda case: case.request.reason,
    "conditions": lambda case: case.request.condition,
    "levels": lambda case: case.level,
    "categories": lambda case: case.item.category if case.item else None,
    "returnable": lambda case: case.item.returnable if case.item else None,
    "promotions": lambda case: case.item.promotion if case.item else None,
    "payments": lambda case: case.order.payment_kind,
}
_FLAGGED = {
    "evidence": lambda case: case.request.has_evidence,
    "exchanged": lambda case: case.item is not None and case.item.exchanged_quantity >= case.item.quantity,
    "changed": lambda case: case.order.items_changed,
    "in_warranty": _in_warranty,
    "cheaper": _cheaper,
    "in_stock": lambda case: case.request.new_variant_id is None or (case.request.new_stock or 0) > 0,
    "paid": lambda case: case.order.paid_at is not None,
    "gift": lambda case: case.item is not None and case.item.is_gift,
}


def _end(clause: Clause, case: Case) -> datetime | None:
    if clause.within is None:
        return None
    return window_end(clause.within, case.order, level=case.level, time_zone=case.time_zone)


def _needs(decided: Sequence[tuple[Case, Clause]]) -> tuple[str, ...]:
    needs = [clause.ask if clause.then == "ask" else "photo" for _, clause in decided if clause.then in ("ask", "evidence")]
    return tuple(dict.fromkeys(needs))


def _way_back(decided: Sequence[tuple[Case, Clause]], level: str) -> str:
    payers = {clause.pays_way_back for _, clause in decided}
    if "customer" in payers:
        free = all(level in c.free_for for _, c in decided if c.pays_way_back == "customer")
        return "shop" if free else "customer"
    return "shop" if "shop" in payers else "none"


def _nearest_changes(
    policy: Policy,
    request: Request,
    order: Order,
    verdict: Verdict,
    *,
    level: str,
    now: datetime,
    time_zone: str,
) -> tuple[Change, ...]:
    """Judge altered requests again, one alteration at a time, and keep those that come out better."""
    found: list[Change] = []
    for end in _past_ends(policy, request, order, level=level, now=now, time_zone=time_zone):
        earlier = _judge_once(policy, request, order, level=level, now=end, time_zone=time_zone)
        if _better(earlier, verdict):
            found.append(Change("earlier", end.isoformat(), earlier.outcome))
            break
    for kind, value, altered, other_level, other_order in _alterations(request, order, level):
        again = _judge_once(policy, altered, other_order, level=other_level, now=now, time_zone=time_zone)
        if _better(again, verdict):
            found.append(Change(kind, value, again.outcome))
    return tuple(found)


def _better(new: Verdict, old: Verdict) -> bool:
    good = ("allowed", "needs_evidence")
    return new.outcome in good and _SEVERITY.index(new.outcome) > _SEVERITY.index(old.outcome)


def _past_ends(
    policy: Policy, request: Request, order: Order, *, level: str, now: datetime, time_zone: str
) -> list[datetime]:
    """The ends of windows that have passed, latest first: the moments at which the answer may have been another."""
    ends = set()
    for clause in policy.clauses:
        if request.action in clause.actions and clause.within is not None:
            end = window_end(clause.within, order, level=level, time_zone=time_zone)
            if end is not None and end < now:
                ends.add(end.astimezone(UTC))
    return sorted(ends, reverse=True)


def _alterations(request: Request, order: Order, level: str) -> list[tuple[str, str, Request, str, Order]]:
    altered: list[tuple[str, str, Request, str, Order]] = []
    if not request.has_evidence:
        altered.append(("evidence", "photo", replace(request, has_evidence=True), level, order))
    if request.condition != "unopened":
        altered.append(("condition", "unopened", replace(request, condition="unopened"), level, order))
    if request.reason != "quality":
        with_fault = replace(request, reason="quality", has_evidence=True)
        altered.append(("reason", "quality", with_fault, level, order))
    altered += [("level", one, request, one, order) for one in ("silver", "gold") if one != level]
    for state in ("unpaid", "paid", "packed"):
        if order.state in ("packed", "shipped", "delivered") and state != order.state:
            altered.append(("state", state, request, level, replace(order, state=state)))
    return altered
