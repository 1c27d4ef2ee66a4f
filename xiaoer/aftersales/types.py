"""Policy clauses, requests and verdicts: frozen values, JSON-ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Action = Literal[
    "cancel", "change_address", "change_items", "change_payment", "return", "exchange",
    "missing_or_damaged", "price_protection", "repair", "invoice",
]
Outcome = Literal["allowed", "refused", "needs_evidence", "needs_person"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the policy. `items` = ((order item id, pieces), …); empty means the whole order.

    `condition`: unknown | unopened | opened | used. `has_evidence`: a photo was given. `new_variant_id` for an exchange or a
    change of items, with `new_price_minor` its price now; `address` for a change of address; `payment_kind` for a change
    of payment; `price_now_minor` for price protection.
    """

    action: Action
    order_id: str
    items: tuple[tuple[str, int], ...] = ()
    reason: str = "no_reason"
    condition: str = "unknown"
    has_evidence: bool = False
    new_variant_id: str | None = None
    new_price_minor: int | None = None
    new_stock: int | None = None
    address: Mapping[str, Any] | None = None
    payment_kind: str | None = None
    price_now_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of money in a verdict: what for, and how much the customer gets (+) or pays (-)."""

    label: str  # goods | way_back | way_out | shipping | difference | gift | inspection | points
    amount_minor: int
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The nearest change that would have altered the verdict, e.g. by date, condition, reason, level or evidence.

    kind: earlier (`value` = the last moment, ISO) | condition | reason | evidence | level | state | quantity | price.
    """

    kind: str
    value: Any
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ClauseRef:
    """A clause that was applied. `texts` hold the sentence a customer reads, {"zh": …, "en": …}."""

    id: str
    version: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says to a request.

    `why`: a stable code (e.g. "window_passed", "opened", "already_shipped", "ok"). `until`: the last moment at which the request is
    allowed (aware UTC). `lines` sum to `refund_minor` (what the customer gets back; negative: has to pay).
    `needs`: what is missing for it ("reason", "condition", "photo", "address", "new_variant").
    """

    outcome: Outcome
    why: str
    request: Request
    clauses: tuple[ClauseRef, ...]
    lines: tuple[Line, ...] = ()
    refund_minor: int = 0
    until: datetime | None = None
    refund_days: tuple[int, int] | None = None
    way_back: Literal["none", "customer", "shop"] = "none"
    needs: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
