"""The file as it is written: what must be there, and of what kind. Nothing that could not be kept is let in."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xiaoer.errors import Invalid

PENDING, PROCESSED, DELIVERED, CANCELLED = "pending", "processed", "delivered", "cancelled"
MODIFIED, RETURN, EXCHANGE = "pending (item modified)", "return requested", "exchange requested"
Status = Literal[
    "pending", "processed", "delivered", "cancelled", "pending (item modified)", "return requested", "exchange requested"
]
_MOST_MISTAKES = 3


class Shape(BaseModel):
    """A part of the file: exactly these keys, exactly these kinds."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ItemShape(Shape):
    """A variant of a product."""

    item_id: str = Field(min_length=1)
    options: dict[str, str]
    available: bool
    price: float | int = Field(ge=0, allow_inf_nan=False)


class ProductShape(Shape):
    """A product with its variants by id."""

    name: str = Field(min_length=1)
    product_id: str = Field(min_length=1)
    variants: dict[str, ItemShape] = Field(min_length=1)


class AddressShape(Shape):
    """A place."""

    address1: str
    address2: str
    city: str
    country: str
    state: str
    zip: str


class NameShape(Shape):
    """A person's name."""

    first_name: str
    last_name: str


class MethodShape(Shape):
    """A way to pay. A gift card has a balance, a credit card its brand and last four digits."""

    source: str
    id: str = Field(min_length=1)
    brand: str | None = None
    last_four: str | None = None
    balance: float | int | None = Field(default=None, ge=0, allow_inf_nan=False)


class UserShape(Shape):
    """A customer; `orders` in the order in which they were placed."""

    user_id: str = Field(min_length=1)
    name: NameShape
    address: AddressShape
    email: str
    payment_methods: dict[str, MethodShape]
    orders: list[str]


class LineShape(Shape):
    """A thing in an order."""

    name: str
    product_id: str
    item_id: str
    price: float | int = Field(ge=0, allow_inf_nan=False)
    options: dict[str, str]


class FulfilmentShape(Shape):
    """Parcels sent together, and what was in them."""

    tracking_id: list[str] = Field(min_length=1)
    item_ids: list[str]


class MoneyShape(Shape):
    """A payment or a refund."""

    transaction_type: Literal["payment", "refund"]
    amount: float | int = Field(ge=0, allow_inf_nan=False)
    payment_method_id: str


class OrderShape(Shape):
    """An order; the optional parts say what was asked of it after it was placed."""

    order_id: str = Field(min_length=1)
    user_id: str
    address: AddressShape
    items: list[LineShape] = Field(min_length=1)
    status: Status
    fulfillments: list[FulfilmentShape]
    payment_history: list[MoneyShape] = Field(min_length=1)
    cancel_reason: str | None = None
    exchange_items: list[str] | None = None
    exchange_new_items: list[str] | None = None
    exchange_payment_method_id: str | None = None
    exchange_price_difference: float | int | None = Field(default=None, allow_inf_nan=False)
    return_items: list[str] | None = None
    return_payment_method_id: str | None = None


class StoreShape(Shape):
    """The whole file."""

    products: dict[str, ProductShape]
    users: dict[str, UserShape]
    orders: dict[str, OrderShape]


def parse(text: str) -> StoreShape:
    """The file's text, checked part by part. Invalid names the places that are wrong and what is wrong with them."""
    try:
        return StoreShape.model_validate(json.loads(text))
    except ValidationError as error:
        mistakes = [_told(one) for one in error.errors(include_url=False)]
        more = f" (+{len(mistakes) - _MOST_MISTAKES})" if len(mistakes) > _MOST_MISTAKES else ""
        raise wrong("; ".join(mistakes[:_MOST_MISTAKES]) + more) from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise wrong(f"not JSON: {error}") from error


def wrong(what: str) -> Invalid:
    """The error of a file that cannot be read without loss."""
    return Invalid(f"The file is no τ² store: {what}.", f"文件不是有效的 τ² 店铺数据：{what}。", field="file")


def _told(error: Any) -> str:
    return f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
