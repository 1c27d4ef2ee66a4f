"""What the decision may know about the world at this moment: one frozen value, gathered before deciding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from xiaoer.aftersales.policy import Policy
from xiaoer.customers.types import Customer
from xiaoer.shop.catalogue import Catalogue
from xiaoer.shop.types import Order, Product, Shop


@dataclass(frozen=True, slots=True)
class Context:
    """Facts for one turn. `orders`: those the speaker may see, newest first (their own, or verified ones).

    `is_signed_in` is true for a customer with a signed identity. `is_partial`: a source did not answer, and what it would
    have told is missing (`missing` names it). `turn_key` makes ids that are the same when the turn is run again.
    `catalogue`: the shop's products as they were when its machine was made (a commit looks at price and stock once more).
    `committed`: what came of the proposal that waits, where it was done already by a turn that crashed before it could tell.
    """

    now: datetime
    shop: Shop
    language: Literal["zh", "en"]
    customer: Customer
    is_signed_in: bool
    policy: Policy
    orders: tuple[Order, ...] = ()
    staff_online: bool = False
    is_partial: bool = False
    missing: tuple[str, ...] = ()
    turn_key: str = ""
    committed: Mapping[str, Any] | None = None
    catalogue: Catalogue = field(default_factory=lambda: Catalogue({}))

    def find_order(self, order_id: str | None) -> Order | None:
        """The order if the speaker may see it, else None."""
        return next((order for order in self.orders if order.id == order_id), None)

    def find_product(self, product_id: str) -> Product | None:
        """The product of this shop, or None."""
        return self.catalogue.products.get(product_id)
