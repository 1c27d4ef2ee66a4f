"""Policy clauses, requests and verdicts: frozen values, JSON-ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Action = Literal[
    "cancel",
    "change_address",
    "change_items",
    "change_payment",
    "return",
    "exchange",
    "missing_or_damaged",
    "price_protection",
    "repair",
    "invoice",
]
Outcome = Literal["allowed", "refused", "needs_evidence", "needs_person"]


@dataclass(frozen=True, slots=True)
class Swap:
    """Another variant in the place of an order's item: what it costs and how many there are, as far as that is known now.

    `product_id` is the variant's product; "" where it was not looked up.
    """

    item_id: str
    variant_id: str
    price_minor: int | None = None
    stock: int | None = None
    product_id: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the policy. `items` = ((order item id, pieces), …); empty means the whole order.

    `condition`: unknown | unopened | opened | used. `has_evidence`: a photo was given. `swaps` for an exchange or a change of
    items, one for each item; `address` for a change of address; `payment_kind` for a change of payment, or the kind of the
    stored method `payment_id` that shall pay or be paid, with its `balance_minor` where it is a gift card;
    `price_now_minor` for price protection.
    """

    action: Action
    order_id: str
    items: tuple[tuple[str, int], ...] = ()
    reason: str = "no_reason"
    condition: str = "unknown"
    has_evidence: bool = False
    swaps: tuple[Swap, ...] = ()
    address: Mapping[str, Any] | None = None
    payment_kind: str | None = None
    payment_id: str | None = None
    balance_minor: int | None = None
    price_now_minor: int | None = None

    def find_swap(self, item_id: str) -> Swap | None:
        """What this item shall become, or None."""
        return next((one for one in self.swaps if one.item_id == item_id), None)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of money in a verdict: what for, and how much the customer gets (+) or pays (-)."""

    label: str  # goods | shipping | difference | way_back | inspection
    amount_minor: int
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The nearest change of its kind that would have brought a better outcome. `value` is JSON-ready:

    earlier the last moment (ISO, UTC) · items what could go on without the rest ([[item id, pieces], …]) · quantity the most
    pieces · price what the item's price now would have to be below (minor units) · condition, reason, level, state their
    codes · evidence "photo".
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

    `why`: a stable code, mostly the deciding clause's (e.g. "window_passed", "opened", "already_shipped"). `clauses` hold
    the deciding ones, worst first; none when the request names what isn't in the order ("not_in_order") or several items
    where only one can be dealt with at a time ("one_at_a_time"). `until`: the last moment at which the request is allowed
    (aware UTC). `lines` sum to `refund_minor` (what the customer gets back; negative: has to pay). `needs`: what is
    missing for it ("condition", "photo", "reason"). `refund_days`: working days until money arrives in the way the order
    was paid. `facts`: refused_items (ids), item_id, has_gift (a free gift has to come back too), difference_minor.
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
