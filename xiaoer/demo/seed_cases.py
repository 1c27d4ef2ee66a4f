"""After-sales work on the demo's orders. Each request is judged by the shop's own policy at the moment it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from xiaoer.aftersales.types import Request, Swap
from xiaoer.demo.case_work import (
    Work,
    counted,
    new_case_id,
    refunded_at_once,
    sent_again,
    sent_back,
    state_of,
    trip_of,
    variant_of,
    verdict_of,
    with_case,
)
from xiaoer.demo.moments import at_clock
from xiaoer.demo.seed_orders import World, refund
from xiaoer.demo.seed_people import Place
from xiaoer.shop.types import CaseState, Order, OrderItem, Variant


def after_sales(world: World, order: Order, place: Place, fate: str, *, level: str) -> Order:
    """The order with the work that `fate` names; unchanged where it was not asked yet, or the policy does not allow it."""
    if fate not in _FATES or order.delivered_at is None:
        return order
    return _FATES[fate](Work(world, Random(f"case/{order.id}"), order, place, level))


# ── returns ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _return_all(work: Work) -> Order:
    asked = work.delivered_at + timedelta(hours=work.rng.randint(5, 130))
    wanted = tuple((item.id, item.quantity) for item in work.bought)
    return _returned(work, asked, wanted, work.rng.choice(("no_reason", "size", "no_reason")))


def _return_some(work: Work) -> Order:
    asked = work.delivered_at + timedelta(hours=work.rng.randint(5, 130))
    item = work.bought[0]
    is_faulty = work.rng.random() < 0.35
    return _returned(work, asked, ((item.id, 1),), "quality" if is_faulty else "no_reason")


def _returned(work: Work, asked: datetime, wanted: tuple[tuple[str, int], ...], reason: str) -> Order:
    request = Request(
        "return",
        work.order.id,
        wanted,
        reason=reason,
        condition="opened" if reason == "quality" else "unopened",
        has_evidence=reason == "quality",
    )
    verdict = verdict_of(work, request, asked)
    if verdict is None:
        return work.order
    trip, case_id = trip_of(work, asked, start=3), new_case_id(work, asked)
    back = refund(
        work.world,
        work.rng,
        work.order,
        f"ref-{case_id}",
        amount_minor=verdict.refund_minor,
        created_at=asked,
        started_at=trip.decided_at,
        case_id=case_id,
    )
    order = with_case(work, case_id, "return", state_of(work, trip, "done"), request, verdict, asked)
    order = sent_back(work, counted(order, wanted, "returned_quantity"), case_id, trip)
    is_whole = all(item.returned_quantity == item.quantity for item in order.items if not item.is_gift)
    given = order.refunded_minor + (back.amount_minor if back.started_at else 0)
    order = replace(order, refunds=(*order.refunds, back), refunded_minor=given)
    return replace(order, state="returned") if is_whole and back.started_at else order


def _return_refused(work: Work) -> Order:
    """The warehouse found that the goods had been used: they go back to the customer, and no money moves."""
    asked = work.delivered_at + timedelta(hours=work.rng.randint(20, 130))
    request = Request("return", work.order.id, ((work.bought[0].id, 1),), reason="no_reason", condition="unopened")
    verdict = verdict_of(work, request, asked)
    if verdict is None:
        return work.order
    trip, case_id = trip_of(work, asked, start=3), new_case_id(work, asked)
    order = with_case(work, case_id, "return", state_of(work, trip, "refused"), request, verdict, asked)
    order = sent_back(work, order, case_id, trip)
    if trip.decided_at > work.world.calendar.now:
        return counted(order, request.items, "returned_quantity")
    return sent_again(work, order, case_id, at_clock(trip.decided_at, "17:30", days=1))


def _return_withdrawn(work: Work) -> Order:
    """Asked for, and thought better of before the courier came."""
    asked = work.delivered_at + timedelta(hours=work.rng.randint(3, 60))
    request = Request("return", work.order.id, ((work.bought[0].id, 1),), reason="no_reason", condition="unopened")
    verdict = verdict_of(work, request, asked)
    if verdict is None or asked + timedelta(hours=4) > work.world.calendar.now:
        return work.order
    return with_case(work, new_case_id(work, asked), "return", "withdrawn", request, verdict, asked)


# ── exchange, resend, refund of what was missing ─────────────────────────────────────────────────────────────────────
def _exchange(work: Work) -> Order:
    asked = work.delivered_at + timedelta(hours=work.rng.randint(6, 300))
    item = work.bought[0]
    other = _other_size(work, item)
    request = Request(
        "exchange",
        work.order.id,
        ((item.id, 1),),
        reason="size",
        condition="unopened",
        swaps=(Swap(item.id, other.id, item.unit_price_minor, other.stock, other.product_id),),
    )
    verdict = verdict_of(work, request, asked)
    if verdict is None:
        return work.order
    trip, case_id = trip_of(work, asked, start=1), new_case_id(work, asked)
    order = with_case(work, case_id, "exchange", state_of(work, trip, "done"), request, verdict, asked)
    order = sent_back(work, counted(order, request.items, "exchanged_quantity"), case_id, trip)
    return sent_again(work, order, case_id, trip.decided_at)


def _other_size(work: Work, item: OrderItem) -> Variant:
    """The same thing in another size that is there."""
    variants = work.world.shelf.products[item.product_id].variants
    others = [one for one in variants if one.id != item.variant_id and one.stock]
    alike = [one for one in others if one.options.get("colour") == item.options.get("colour")]
    return work.rng.choice(alike or others)


def _resend(work: Work) -> Order:
    return _resent(work, work.delivered_at + timedelta(hours=work.rng.randint(1, 60)))


def _resend_today(work: Work) -> Order:
    """Reported three hours ago, so that the new parcel has not left yet."""
    return _resent(work, max(work.world.calendar.before(hours=3), work.delivered_at))


def _resent(work: Work, asked: datetime) -> Order:
    item, reason = work.bought[0], work.rng.choice(("damaged", "missing", "wrong_item"))
    request = Request("missing_or_damaged", work.order.id, ((item.id, 1),), reason=reason, has_evidence=True)
    verdict = verdict_of(work, request, asked)
    if verdict is None:
        return work.order
    case_id, sent_at = new_case_id(work, asked), at_clock(asked, "18:10", days=1)
    state: CaseState = "done" if sent_at <= work.world.calendar.now else "open"
    order = with_case(work, case_id, "resend", state, request, verdict, asked, amount_minor=0)
    return sent_again(work, counted(order, request.items, "exchanged_quantity"), case_id, sent_at)


def _missing_refund(work: Work) -> Order:
    asked = work.delivered_at + timedelta(hours=work.rng.randint(1, 60))
    item = min(work.bought, key=lambda one: one.unit_paid_minor)
    request = Request("missing_or_damaged", work.order.id, ((item.id, 1),), reason="missing", has_evidence=True)
    verdict = verdict_of(work, request, asked)
    if verdict is None:
        return work.order
    order = with_case(work, new_case_id(work, asked), "refund", "done", request, verdict, asked)
    return refunded_at_once(work, counted(order, request.items, "returned_quantity"), order.cases[-1])


def _price_protection(work: Work) -> Order:
    asked = (work.order.paid_at or work.delivered_at) + timedelta(hours=work.rng.randint(170, 330))
    item = work.bought[0]
    now_minor = variant_of(work, item).price_minor
    request = Request("price_protection", work.order.id, ((item.id, item.quantity),), price_now_minor=now_minor)
    verdict = verdict_of(work, request, asked)
    if verdict is None:
        return work.order
    order = with_case(work, new_case_id(work, asked), "price_protection", "done", request, verdict, asked)
    return refunded_at_once(work, order, order.cases[-1])


# ── repair ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _repair(work: Work) -> Order:
    return _repaired(work, timedelta(days=work.rng.randint(8, 60)), "done")


def _repair_quote(work: Work) -> Order:
    """Out of warranty: once the goods are there, a person makes a quote."""
    return _repaired(work, timedelta(days=work.rng.randint(92, 98)), "waiting_for_staff")


def _repaired(work: Work, after: timedelta, end: CaseState) -> Order:
    asked = work.delivered_at + after
    request = Request(
        "repair", work.order.id, ((work.bought[0].id, 1),), reason="quality", condition="used", has_evidence=True
    )
    verdict = verdict_of(work, request, asked)
    if verdict is None:
        return work.order
    trip, case_id = trip_of(work, asked, start=8), new_case_id(work, asked)
    state = state_of(work, trip, end)
    if end == "waiting_for_staff" and trip.arrived_at <= work.world.calendar.now:
        state = end
    order = sent_back(work, with_case(work, case_id, "repair", state, request, verdict, asked), case_id, trip)
    return sent_again(work, order, case_id, trip.decided_at) if end == "done" else order


_FATES: Mapping[str, Callable[[Work], Order]] = {
    "return_all": _return_all,
    "return_some": _return_some,
    "return_refused": _return_refused,
    "return_withdrawn": _return_withdrawn,
    "exchange": _exchange,
    "resend": _resend,
    "resend_today": _resend_today,
    "missing_refund": _missing_refund,
    "price_protection": _price_protection,
    "repair": _repair,
    "repair_quote": _repair_quote,
}
