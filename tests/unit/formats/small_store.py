"""A small store in τ²'s format, made up for these tests: every status, every kind of payment, parcels in parts, things twice."""

from __future__ import annotations

import json
from typing import Any

_PLACE = {"address1": "12 Test Lane", "address2": "Flat 3", "city": "Springfield", "country": "USA", "state": "OR", "zip": "97403"}
_ABROAD = {"address1": "5 King Street", "address2": "", "city": "Toronto", "country": "CA", "state": "ON", "zip": "M5V 2T6"}
_PRODUCTS = {
    "9001": ("Coffee Maker", {
        "1001": ({"color": "black", "capacity": "4 cups", "type": "drip"}, True, 80.1),
        "1002": ({"color": "silver", "capacity": "8 cups", "type": "espresso"}, True, 129.99),
        "1003": ({"color": "black", "capacity": "8 cups", "type": "drip"}, False, 99.0),
    }),
    "9002": ("T-Shirt", {
        "2001": ({"color": "blue", "size": "M", "material": "cotton"}, True, 20.0),
        "2002": ({"color": "red", "size": "L", "material": "cotton"}, True, 22.5),
    }),
}  # fmt: skip


def store() -> dict[str, Any]:
    """The file's values, new each time."""
    values: dict[str, Any] = json.loads(json.dumps({"products": _products(), "users": _users(), "orders": _orders()}))
    return values


def _products() -> dict[str, Any]:
    return {
        product_id: {
            "name": name,
            "product_id": product_id,
            "variants": {
                item_id: {"item_id": item_id, "options": options, "available": available, "price": price}
                for item_id, (options, available, price) in variants.items()
            },
        }
        for product_id, (name, variants) in _PRODUCTS.items()
    }


def _users() -> dict[str, Any]:
    card = {"source": "credit_card", "id": "credit_card_1", "brand": "visa", "last_four": "4242"}
    gift = {"source": "gift_card", "id": "gift_card_1", "balance": 60.25}
    return {
        "ada_stone_1": {
            "user_id": "ada_stone_1",
            "name": {"first_name": "Ada Mae", "last_name": "Stone"},
            "address": dict(_PLACE),
            "email": "ada.stone@shop.example",
            "payment_methods": {"credit_card_1": card, "gift_card_1": gift},
            "orders": ["#W0000009", "#W0000001", "#W0000003", "#W0000004", "#W0000005"],
        },
        "bo_li_2": {
            "user_id": "bo_li_2",
            "name": {"first_name": "Bo", "last_name": "Li"},
            "address": dict(_ABROAD),
            "email": "bo.li@shop.example",
            "payment_methods": {"paypal_2": {"source": "paypal", "id": "paypal_2"}},
            "orders": ["#W0000002", "#W0000006"],
        },
        "cy_no_orders_3": {
            "user_id": "cy_no_orders_3",
            "name": {"first_name": "Cy", "last_name": "Ott"},
            "address": dict(_PLACE),
            "email": "cy@shop.example",
            "payment_methods": {},
            "orders": [],
        },
    }


def item(item_id: str) -> dict[str, Any]:
    """A thing in an order, as it stands in the catalogue."""
    for product_id, (name, variants) in _PRODUCTS.items():
        if item_id in variants:
            options, _, price = variants[item_id]
            return {"name": name, "product_id": product_id, "item_id": item_id, "price": price, "options": dict(options)}
    raise KeyError(item_id)


def _order(number: str, user: str, status: str, *items: str, pay: str, sent: Any = (), **more: Any) -> dict[str, Any]:
    lines = [item(one) for one in items]
    paid = {"transaction_type": "payment", "amount": round(sum(one["price"] for one in lines), 2), "payment_method_id": pay}
    return {
        "order_id": number,
        "user_id": user,
        "address": dict(_ABROAD if user == "bo_li_2" else _PLACE),
        "items": lines,
        "status": status,
        "fulfillments": [{"tracking_id": list(numbers), "item_ids": list(inside)} for numbers, inside in sent],
        "payment_history": [paid],
        **more,
    }


def _orders() -> dict[str, Any]:
    back = {"transaction_type": "refund", "amount": 20.0, "payment_method_id": "paypal_2"}
    cancelled = _order("#W0000002", "bo_li_2", "cancelled", "2001", pay="paypal_2", cancel_reason="ordered by mistake")
    cancelled["payment_history"].append(back)
    modified = _order("#W0000004", "ada_stone_1", "pending (item modified)", "2002", pay="gift_card_1")
    modified["payment_history"] = [
        {"transaction_type": "payment", "amount": 20.0, "payment_method_id": "gift_card_1"},
        {"transaction_type": "payment", "amount": 2.5, "payment_method_id": "credit_card_1"},
    ]
    made = [
        _order("#W0000001", "ada_stone_1", "pending", "1001", "2001", "2001", pay="credit_card_1"),
        cancelled,
        _order("#W0000003", "ada_stone_1", "delivered", "1002", "2001", pay="gift_card_1", sent=[
            (["800100", "800101"], ["1002"]), (["800102"], ["2001"]),
        ]),
        modified,
        _order("#W0000005", "ada_stone_1", "return requested", "2001", "2001", pay="credit_card_1", sent=[
            (["800103"], ["2001", "2001"]),
        ], return_items=["2001"], return_payment_method_id="gift_card_1"),
        _order("#W0000006", "bo_li_2", "exchange requested", "1001", "2001", pay="paypal_2", sent=[
            (["800104"], ["1001", "2001"]),
        ], exchange_items=["1001"], exchange_new_items=["1002"], exchange_payment_method_id="paypal_2",
            exchange_price_difference=49.89),
        _order("#W0000009", "ada_stone_1", "processed", "2002", pay="credit_card_1", sent=[(["800105"], ["2002"])]),
    ]  # fmt: skip
    return {one["order_id"]: one for one in made}
