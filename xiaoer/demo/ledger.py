"""What the demo's customers have spent by a moment, from which their level follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from xiaoer.demo.moments import at_clock
from xiaoer.demo.seed_money import level_of
from xiaoer.shop.types import Coupon, Order

YEAR = timedelta(days=365)


@dataclass(slots=True)
class Ledger:
    """The orders made so far and the coupons used in them, by customer."""

    orders: dict[str, list[Order]] = field(default_factory=dict)
    used: dict[str, list[Coupon]] = field(default_factory=dict)

    def add(self, order: Order, coupon: Coupon | None = None) -> None:
        """Count an order; `coupon`: the one that was offered, kept if the order took it."""
        self.orders.setdefault(order.customer_id, []).append(order)
        if coupon is not None and order.coupon_code == coupon.code:
            self.used.setdefault(order.customer_id, []).append(coupon)

    def of(self, customer_id: str) -> Sequence[Order]:
        """A customer's orders, oldest first."""
        return self.orders.get(customer_id, ())

    def spent_minor(self, customer_id: str, at: datetime) -> int:
        """What was spent in the 12 months before the last check, which is made every night."""
        midnight = at_clock(at, "00:00")
        paid = (one for one in self.of(customer_id) if one.paid_at and midnight - YEAR < one.paid_at <= midnight)
        return sum(net_minor(one) for one in paid)

    def level(self, customer_id: str, at: datetime) -> str:
        """The customer's level at that moment."""
        return level_of(self.spent_minor(customer_id, at))


def net_minor(order: Order) -> int:
    """What the shop kept of an order."""
    given_back = sum(one.amount_minor for one in order.refunds if one.started_at)
    return sum(one.amount_minor for one in order.payments) - given_back
