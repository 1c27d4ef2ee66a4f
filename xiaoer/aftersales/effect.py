"""What a change of the policy would change: the same requests judged by both. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from xiaoer.aftersales.pieces import pieces_left
from xiaoer.aftersales.policy import Policy
from xiaoer.aftersales.types import Action, Request, Swap, Verdict
from xiaoer.aftersales.verdict import judge
from xiaoer.shop.types import Order

_WHOLE: tuple[Action, ...] = ("cancel", "change_address", "change_payment", "invoice")
_REASONS = ("no_reason", "size", "quality")
_IN_STOCK = 99
_FAULTS = ("missing", "damaged", "quality")


@dataclass(frozen=True, slots=True)
class Changed:
    """A request that the two policies answer differently."""

    order: Order
    request: Request
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class Effect:
    """How many requests were judged by both, and those with different answers."""

    judged: int
    changed: tuple[Changed, ...]


def compare(
    before: Policy, after: Policy, orders: Iterable[tuple[Order, str]], *, now: datetime, time_zone: str
) -> Effect:
    """Judge what could be asked now about these orders, each with its customer's level."""
    judged, changed = 0, []
    for order, level in orders:
        for request in list_requests(order):
            judged += 1
            old, new = (
                judge(one, request, order, level=level, now=now, time_zone=time_zone, is_explained=False)
                for one in (before, after)
            )
            if _told(old) != _told(new):
                changed.append(Changed(order, request, old, new))
    return Effect(judged, tuple(changed))


def list_requests(order: Order) -> Iterator[Request]:
    """What a customer could ask about the order: each action, and where it matters each reason and condition of an item."""
    for action in _WHOLE:
        address = dict(order.address) if action == "change_address" else None
        kind = order.payment_kind if action == "change_payment" else None
        yield Request(action, order.id, address=address, payment_kind=kind)
    for item in order.items:
        items = ((item.id, max(1, pieces_left(item))),)
        swap = Swap(item.id, "", item.unit_paid_minor, _IN_STOCK, item.product_id)  # for another of the same price
        for reason in _REASONS:
            for condition in ("unopened", "opened", "used"):
                with_photo = reason == "quality"
                yield Request("return", order.id, items, reason, condition, with_photo)
                if condition != "opened":
                    yield Request("exchange", order.id, items, reason, condition, with_photo, (swap,))
        for fault in _FAULTS:
            yield Request("missing_or_damaged", order.id, items, fault, has_evidence=True)
        yield Request("repair", order.id, items, "quality", "used", has_evidence=True)
        yield Request("change_items", order.id, items, swaps=(swap,))
        yield Request("price_protection", order.id, items, price_now_minor=item.unit_paid_minor * 9 // 10)


def _told(verdict: Verdict) -> tuple[object, ...]:
    """What the customer would notice."""
    texts = tuple(tuple(sorted(clause.texts.items())) for clause in verdict.clauses)
    return verdict.outcome, verdict.why, texts, verdict.lines, verdict.until, verdict.way_back, verdict.needs
