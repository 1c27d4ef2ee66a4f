"""Every query about coupons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from xiaoer.db.scope import Scope
from xiaoer.shop.tables import coupons
from xiaoer.shop.types import Coupon

_FIELDS = tuple(Coupon.__dataclass_fields__)


def list_coupons(scope: Scope, customer_id: str) -> tuple[Coupon, ...]:
    """The customer's coupons, those that end soonest first; one past its end is told as expired."""
    rows = scope.all(scope.select(coupons).where(coupons.c.customer_id == customer_id).order_by(coupons.c.expires_at))
    found = (Coupon(**{name: row._mapping[name] for name in _FIELDS}) for row in rows)
    return tuple(replace(one, state="expired") if one.state == "open" and one.expires_at < scope.now else one for one in found)


def save_coupon(scope: Scope, customer_id: str, coupon: Coupon) -> None:
    """Insert the coupon, or bring it to these values."""
    values = _row(customer_id, coupon)
    scope.upsert(coupons, values, keys=["id"], update=[name for name in values if name != "id"])


def add_coupons(scope: Scope, new: Sequence[tuple[str, Coupon]]) -> None:
    """Insert many that are not there yet: (customer id, coupon)."""
    scope.many(coupons, [_row(customer_id, coupon) for customer_id, coupon in new])


def give_back(scope: Scope, customer_id: str, code: str) -> None:
    """Open a used coupon again, when its order was cancelled as a whole."""
    mine = (coupons.c.customer_id == customer_id, coupons.c.code == code, coupons.c.state == "used")
    scope.execute(scope.update(coupons).where(*mine).values(state="open"))


def _row(customer_id: str, coupon: Coupon) -> Mapping[str, Any]:
    values = {name: getattr(coupon, name) for name in _FIELDS}
    return {**values, "names": dict(coupon.names), "customer_id": customer_id}
