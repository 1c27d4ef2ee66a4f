"""A goal's slots as a request that the policy can judge."""

from __future__ import annotations

from xiaoer.aftersales.types import Action, Request, Swap
from xiaoer.dialogue.view import View
from xiaoer.shop.types import Variant


def request_of(view: View, action: str) -> Request:
    """The request as far as it is collected; what is not yet known keeps the request's own default."""
    goal, order = view.goal, view.order
    assert order is not None
    variant = find_variant(view)
    kind: Action = action  # type: ignore[assignment]  # the flows are checked against the actions when they are read
    reason = goal.value("fault") or goal.value("reason") or "no_reason"
    return Request(
        action=kind,
        order_id=order.id,
        items=tuple((item.id, pieces) for item, pieces in view.items),
        reason=reason,
        condition=goal.value("condition") or "unknown",
        has_evidence=bool(goal.value("photo")),
        swaps=() if variant is None else tuple(_swap(item.id, variant) for item, _ in view.items[:1]),
        address=goal.value("address"),
        payment_kind=goal.value("payment"),
        price_now_minor=_price_now(view),
    )


def _swap(item_id: str, variant: Variant) -> Swap:
    return Swap(item_id, variant.id, variant.price_minor, variant.stock, variant.product_id)


def find_variant(view: View) -> Variant | None:
    """The variant in the goal's slot, or None."""
    wanted, products = view.goal.value("variant"), view.found_products("item_product") or ()
    return next((one for product in products for one in product.variants if one.id == wanted), None)


def _price_now(view: View) -> int | None:
    if not view.items:
        return None
    bought, products = view.items[0][0], view.found_products("item_product") or ()
    return next((v.price_minor for p in products for v in p.variants if v.id == bought.variant_id), None)
