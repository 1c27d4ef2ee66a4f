"""What the record says, for comparing answers with it: read from the tables and told by the README's rules, not by the policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

from xiaoer.customers import store as customers
from xiaoer.db.scope import Scope
from xiaoer.demo.seed_standing import MEI
from xiaoer.shop import store_orders, store_products, store_shops
from xiaoer.shop.types import Order

_FEE_MINOR = 1200  # the way back without reason; gold members pay nothing
_HOODIE = "clothing-cloud-hoodie"


def identity_of(scope: Scope, customer_id: str) -> str:
    """A customer's signed identity, as the shop's own site would make it."""
    key = OctKey.import_key(store_shops.get_identity_secret(scope))
    expires = int((scope.now + timedelta(hours=1)).timestamp())
    return jwt.encode({"alg": "HS256"}, {"sub": customer_id, "exp": expires}, key)


def facts_of(scope: Scope, who: str) -> Mapping[str, Any]:
    """Names for `dialogues.yaml`: the speaker's own orders by what they are good for, and what visitors may not learn."""
    hoodie = store_products.find_product(scope, _HOODIE)
    assert hoodie is not None
    wanted = {"colour": "black", "size": "XL"}
    variant = next(one for one in hoodie.variants if one.options == wanted)
    mei = customers.get_customer(scope, MEI)
    facts: dict[str, Any] = {
        "hoodie_black_xl": SimpleNamespace(price=_money(variant.price_minor), stock=str(variant.stock)),
        "mei": SimpleNamespace(name=mei.name, last_digits=mei.phone[-4:]),
        "mei_shipped": _described(_first(store_orders.list_orders_of_customer(scope, MEI), "shipped"), level="gold"),
    }
    if who == "visitor":
        return facts
    orders = store_orders.list_orders_of_customer(scope, who)
    level = customers.get_customer(scope, who).level
    late = next((one for one in orders if one.delivered_at and timedelta(20) < scope.now - one.delivered_at < timedelta(60)), None)
    fresh = (one for one in orders if one.delivered_at and scope.now - one.delivered_at < timedelta(5))
    delivered = next((one for one in fresh if one.items[0].category in ("clothing", "shoes")), None)
    found = {"shipped": _first(orders, "shipped"), "paid": _first(orders, "paid"), "late": late, "delivered": delivered}
    return {**facts, **{name: _described(order, level=level) for name, order in found.items() if order is not None}}


def _first(orders: Iterable[Order], state: str) -> Order | None:
    return next((one for one in orders if one.state == state), None)


def _described(order: Order | None, *, level: str) -> SimpleNamespace:
    if order is None:
        return SimpleNamespace()
    parcel = order.shipments[0] if order.shipments else None
    paid = sum(item.unit_paid_minor * item.quantity for item in order.items)
    return SimpleNamespace(
        id=order.id,
        item=order.items[0].names["zh"],
        tracking=parcel.tracking_number if parcel else "",
        refund=_money(paid - (0 if level == "gold" else _FEE_MINOR)),
    )


def _money(minor: int) -> str:
    whole, rest = divmod(minor, 100)
    return f"¥{whole:,}.{rest:02d}" if rest else f"¥{whole:,}"
