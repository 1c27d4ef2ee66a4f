"""A shop's records as the file: what was read comes out as it came in, and what was done since stands where the format has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiaoer.customers.types import Customer, PaymentMethod
from xiaoer.errors import Conflict
from xiaoer.formats.tau2.read import COUNTRY, REASONS
from xiaoer.formats.tau2.shapes import CANCELLED, DELIVERED, EXCHANGE, MODIFIED, PENDING, PROCESSED, RETURN
from xiaoer.shop.types import Case, Order, Product

_STATUS = {
    "unpaid": PENDING, "paid": PENDING, "packed": PROCESSED, "shipped": PROCESSED, "delivered": DELIVERED, "cancelled": CANCELLED,
}  # fmt: skip
_REASON = {code: words for words, code in REASONS.items()}
_CLOSED = ("refused", "withdrawn")


def write_store(products: Sequence[Product], customers: Sequence[Customer], orders: Sequence[Order]) -> dict[str, Any]:
    """The file as JSON values. Conflict for what the format has no place for, such as two pieces on one line."""
    owned: dict[str, list[Order]] = {}
    for order in orders:
        owned.setdefault(order.customer_id, []).append(order)
    return {
        "products": {one.id: product_of(one) for one in products},
        "users": {one.id: user_of(one, owned.get(one.id, ())) for one in customers},
        "orders": {one.id: order_of(one) for one in orders},
    }


def product_of(product: Product) -> dict[str, Any]:
    """A product with its variants."""
    variants = {
        one.id: {"item_id": one.id, "options": dict(one.options), "available": one.stock > 0, "price": one.price_minor / 100}
        for one in product.variants
    }
    return {"name": product.names["en"], "product_id": product.id, "variants": variants}


def user_of(customer: Customer, orders: Sequence[Order]) -> dict[str, Any]:
    """A customer, with the numbers of their orders in the order in which they were placed."""
    address = customer.default_address
    if address is None:
        raise _no_place(f"customer {customer.id} without a default address", f"顾客 {customer.id} 没有默认地址")
    first = customer.name.removesuffix(customer.family_name).removesuffix(" ")
    placed = sorted(orders, key=lambda one: (one.placed_at, one.id))
    return {
        "user_id": customer.id,
        "name": {"first_name": first, "last_name": customer.family_name},
        "address": _address({name: getattr(address, name) for name in ("line", "line2", "city", "country", "region", "postcode")}),
        "email": customer.email,
        "payment_methods": {one.id: _method(one) for one in customer.payments},
        "orders": [one.id for one in placed],
    }


def order_of(order: Order) -> dict[str, Any]:
    """An order with what became of it."""
    if any(item.quantity != 1 for item in order.items):
        raise _no_place(f"order {order.id} with several pieces on one line", f"订单 {order.id} 的一行包含多件商品")
    made = {
        "order_id": order.id,
        "user_id": order.customer_id,
        "address": _address(order.address),
        "items": [
            {
                "name": item.names["en"],
                "product_id": item.product_id,
                "item_id": item.variant_id,
                "price": item.unit_price_minor / 100,
                "options": dict(item.options),
            }
            for item in order.items
        ],
        "status": PENDING,
        "fulfillments": _fulfilments(order),
        "payment_history": _history(order),
    }
    return {**made, **_after(order)}


def _method(method: PaymentMethod) -> dict[str, Any]:
    made: dict[str, Any] = {"source": method.kind, "id": method.id}
    if method.brand:
        made["brand"] = method.brand
    if method.last4:
        made["last_four"] = method.last4
    if method.balance_minor is not None:
        made["balance"] = method.balance_minor / 100
    return made


def _address(address: Mapping[str, Any]) -> dict[str, str]:
    country = str(address.get("country", ""))
    return {
        "address1": address.get("line", ""),
        "address2": address.get("line2", ""),
        "city": address.get("city", ""),
        "country": COUNTRY[0] if country == COUNTRY[1] else country,
        "state": address.get("region", ""),
        "zip": address.get("postcode", ""),
    }


def _fulfilments(order: Order) -> list[dict[str, Any]]:
    variants = {item.id: item.variant_id for item in order.items}
    groups: dict[str, dict[str, Any]] = {}
    for parcel in order.shipments:
        if parcel.direction == "out":
            inside = [variants[one] for one in parcel.item_ids]
            group = groups.setdefault(parcel.fulfilment or parcel.id, {"tracking_id": [], "item_ids": inside})
            group["tracking_id"].append(parcel.tracking_number)
    return list(groups.values())


def _history(order: Order) -> list[dict[str, Any]]:
    """Payments and refunds as they came; what is only planned is not in it."""
    money: list[tuple[int, str, int, str]] = []
    for payment in order.payments:
        money.append((payment.entry, "payment", payment.amount_minor, payment.payment_id or payment.kind))
    for refund in order.refunds:
        if refund.state != "planned":
            money.append((refund.entry, "refund", refund.amount_minor, refund.payment_id or refund.kind))
    return [
        {"transaction_type": kind, "amount": minor / 100, "payment_method_id": method}
        for _, kind, minor, method in sorted(money, key=lambda one: one[:2])
    ]


def _after(order: Order) -> dict[str, Any]:
    case = next((one for one in reversed(order.cases) if one.kind in ("return", "exchange") and one.state not in _CLOSED), None)
    if case is not None:
        return _returned(order, case) if case.kind == "return" else _exchanged(order, case)
    if order.state == "cancelled" and order.cancel_reason:
        return {"status": CANCELLED, "cancel_reason": _REASON.get(order.cancel_reason, order.cancel_reason)}
    if order.state == "paid" and order.items_changed:
        return {"status": MODIFIED}
    if order.state not in _STATUS:
        raise _no_place(f"order {order.id} that is {order.state}", f"订单 {order.id} 的状态 {order.state}")
    return {"status": _STATUS[order.state]}


def _returned(order: Order, case: Case) -> dict[str, Any]:
    return {
        "status": RETURN,
        "return_items": sorted(_variants(order, case)),
        "return_payment_method_id": case.payment_id or order.payment_id,
    }


def _exchanged(order: Order, case: Case) -> dict[str, Any]:
    lines = [one for one in case.verdict.get("lines", ()) if one["label"] == "difference"]
    return {
        "status": EXCHANGE,
        "exchange_items": sorted(_variants(order, case)),
        "exchange_new_items": sorted(variant_id for _, variant_id in case.swaps),
        "exchange_payment_method_id": case.payment_id or order.payment_id,
        "exchange_price_difference": -sum(int(one["amount_minor"]) for one in lines) / 100,
    }


def _variants(order: Order, case: Case) -> list[str]:
    variants = {item.id: item.variant_id for item in order.items}
    return [variants[item_id] for item_id, pieces in case.items for _ in range(pieces)]


def _no_place(en: str, zh: str) -> Conflict:
    return Conflict(f"The τ² format has no place for {en}.", f"τ² 格式无法表示：{zh}。")
