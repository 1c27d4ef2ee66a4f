"""What all after-sales work of the demo is made of: a verdict, a case, goods on their way back and out again, money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from xiaoer.aftersales.describe import to_json
from xiaoer.aftersales.types import Request, Verdict
from xiaoer.aftersales.verdict import judge
from xiaoer.demo.moments import ZONE, at_clock
from xiaoer.demo.seed_orders import World, refund
from xiaoer.demo.seed_parcels import send_back, send_out
from xiaoer.demo.seed_people import Place
from xiaoer.shop.store_changes import add_working_days
from xiaoer.shop.types import Case, CaseKind, CaseState, Order, OrderItem, Variant


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of after-sales work about to be put on a delivered order."""

    world: World
    rng: Random
    order: Order
    place: Place
    level: str

    @property
    def delivered_at(self) -> datetime:
        """When the goods were there."""
        return self.order.delivered_at or self.order.placed_at

    @property
    def bought(self) -> tuple[OrderItem, ...]:
        """The items without gifts."""
        return tuple(item for item in self.order.items if not item.is_gift)


@dataclass(frozen=True, slots=True)
class Trip:
    """When goods come back and are looked at."""

    collected_at: datetime
    arrived_at: datetime
    decided_at: datetime


def verdict_of(work: Work, request: Request, asked: datetime) -> Verdict | None:
    """What the policy said then; None where it was not allowed, or where it lies ahead."""
    if asked > work.world.calendar.now:
        return None
    verdict = judge(work.world.policy, request, work.order, level=work.level, now=asked, time_zone=str(ZONE))
    return verdict if verdict.outcome == "allowed" else None


def trip_of(work: Work, asked: datetime, *, start: int) -> Trip:
    """Collected the next day, two or three days on the way, decided up to `start` working days later."""
    collected = at_clock(asked, "10:30", days=1) + timedelta(minutes=work.rng.randint(0, 330))
    days = 6 if work.place.speed in ("remote", "abroad") else work.rng.randint(2, 3)
    arrived = at_clock(collected, "11:20", days=days) + timedelta(minutes=work.rng.randint(0, 240))
    decided = at_clock(add_working_days(arrived, max(1, start - 1)), "16:00") + timedelta(
        minutes=work.rng.randint(0, 90)
    )
    return Trip(collected, arrived, decided)


def state_of(work: Work, trip: Trip, end: CaseState) -> CaseState:
    now = work.world.calendar.now
    return "waiting_for_parcel" if trip.arrived_at > now else "checking" if trip.decided_at > now else end


def with_case(
    work: Work,
    case_id: str,
    kind: CaseKind,
    state: CaseState,
    request: Request,
    verdict: Verdict,
    asked: datetime,
    *,
    amount_minor: int | None = None,
) -> Order:
    kept: Mapping[str, Any] = to_json(verdict)
    case = Case(
        id=case_id,
        order_id=work.order.id,
        kind=kind,
        state=state,
        items=request.items,
        reason=request.reason,
        created_at=asked,
        amount_minor=verdict.refund_minor if amount_minor is None else amount_minor,
        swaps=tuple((one.item_id, one.variant_id) for one in request.swaps),
        verdict=kept,
    )
    return replace(work.order, cases=(*work.order.cases, case))


def new_case_id(work: Work, asked: datetime) -> str:
    """AS, the day, six digits: what a customer can read out."""
    while True:
        case_id = f"AS{asked.astimezone(ZONE):%Y%m%d}{work.rng.randrange(1_000_000):06d}"
        if case_id not in work.world.taken:
            work.world.taken.add(case_id)
            return case_id


def counted(order: Order, pieces: tuple[tuple[str, int], ...], name: str) -> Order:
    """Those pieces counted as returned or exchanged."""
    counts = dict(pieces)
    items = tuple(replace(one, **{name: getattr(one, name) + counts.get(one.id, 0)}) for one in order.items)
    return replace(order, items=items)


def sent_back(work: Work, order: Order, case_id: str, trip: Trip) -> Order:
    calendar = work.world.calendar
    parcel = send_back(
        work.rng,
        calendar,
        work.place,
        parcel_id=f"par-{case_id}-b",
        collected_at=trip.collected_at,
        arrived_at=trip.arrived_at,
    )
    return replace(order, shipments=(*order.shipments, parcel))


def sent_again(work: Work, order: Order, case_id: str, at: datetime) -> Order:
    """A second parcel to the customer, once its day has come."""
    if at > work.world.calendar.now:
        return order
    parcel = send_out(
        work.rng, work.world.calendar, work.place, parcel_id=f"par-{case_id}-o", shipped_at=at, is_express=order.express
    )
    return replace(order, shipments=(*order.shipments, parcel))


def refunded_at_once(work: Work, order: Order, case: Case) -> Order:
    back = refund(
        work.world,
        work.rng,
        order,
        f"ref-{case.id}",
        amount_minor=case.amount_minor,
        created_at=case.created_at,
        started_at=case.created_at,
        case_id=case.id,
    )
    return replace(order, refunds=(*order.refunds, back), refunded_minor=order.refunded_minor + back.amount_minor)


def variant_of(work: Work, item: OrderItem) -> Variant:
    product = work.world.shelf.products[item.product_id]
    return next(one for one in product.variants if one.id == item.variant_id)
