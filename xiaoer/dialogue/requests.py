"""A goal's slots as a request that the policy can judge."""

from __future__ import annotations

from xiaoer.aftersales.types import Action, Request, Swap
from xiaoer.dialogue.view import View
from xiaoer.shop.types import Variant


def request_of(view: View, action: str) -> Request:
    """The request as far as it is collected; what is not yet known keeps the request's own default."""
    goal, order = view.goal, view.order
    assert order is not None
    kind: Action = action  # type: ignore[assignment]  # the flows are checked against the actions when they are read
    method = view.context.customer.find_payment(goal.value("payment_id"))
    reason = goal.value("fault") or goal.value("reason") or "no_reason"
    return Request(
        action=kind,
        order_id=order.id,
        items=tuple((item.id, pieces) for item, pieces in view.items),
        reason=reason,
        condition=goal.value("condition") or "unknown",
        has_evidence=bool(goal.value("photo")),
        swaps=_swaps(view),
        address=goal.value("address"),
        payment_kind=goal.value("payment") if method is None else method.told_as,
        payment_id=None if method is None else method.id,
        balance_minor=None if method is None else method.balance_minor,
        price_now_minor=_price_now(view),
    )


def _swaps(view: View) -> tuple[Swap, ...]:
    """What each item shall become, at the price and stock that are known now."""
    found = ((str(item), find_variant(view, str(one))) for item, one in view.goal.value("swaps") or ())
    return tuple(Swap(item, one.id, one.price_minor, one.stock, one.product_id) for item, one in found if one is not None)


def find_variant(view: View, variant_id: str) -> Variant | None:
    """The variant, from what was looked up in this turn or from the catalogue."""
    ids = [item.product_id for item, _ in view.items]
    known = [product for one in ids if (product := view.context.find_product(one)) is not None]
    products = [*(view.found_products("item_product") or ()), *known]
    return next((one for product in products for one in product.variants if one.id == variant_id), None)


def _price_now(view: View) -> int | None:
    if not view.items:
        return None
    bought, products = view.items[0][0], view.found_products("item_product") or ()
    return next((v.price_minor for p in products for v in p.variants if v.id == bought.variant_id), None)
