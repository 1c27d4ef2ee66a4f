"""Products and orders as the rest of Xiaoer sees them: frozen values, money in minor units, times aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

OrderState = Literal["unpaid", "paid", "packed", "shipped", "delivered", "cancelled", "returned"]
ORDER_STATES: tuple[OrderState, ...] = ("unpaid", "paid", "packed", "shipped", "delivered", "cancelled", "returned")
ShipmentState = Literal["waiting", "collected", "on_the_way", "out_for_delivery", "delivered", "stuck", "back"]
PaymentKind = Literal["wechat", "alipay", "unionpay", "visa", "mastercard", "huabei", "gift_card"]
CaseKind = Literal["return", "exchange", "refund", "resend", "repair", "price_protection"]
CaseState = Literal["open", "waiting_for_parcel", "checking", "waiting_for_staff", "done", "refused", "withdrawn"]
Names = Mapping[str, str]  # {"zh": …, "en": …}
PLENTY = 1_000_000  # the stock of what is there but not counted


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop of this installation. `time_zone` is an IANA name."""

    id: str
    names: Names
    currency: str
    time_zone: str
    email: str
    hours_from: str = "09:00"
    hours_to: str = "22:00"


@dataclass(frozen=True, slots=True)
class PublishedPolicy:
    """An after-sales policy that is or was in force, as its YAML. `number` counts up; `saved_by` is a member of staff's id."""

    number: int
    version: str
    text: str
    note: str
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """A policy that is being written over number `after`. `revision` counts the saves, so that two writers see each other."""

    text: str
    after: int
    saved_by: str
    revision: int


@dataclass(frozen=True, slots=True)
class Variant:
    """A thing one can put into the basket. `options` e.g. {"colour": "grey", "size": "XL"}, under any names.

    `is_counted` False: the shop knows only whether there is any; `stock` is then `PLENTY` or 0 and stays so.
    """

    id: str
    product_id: str
    options: Mapping[str, str]
    price_minor: int
    stock: int
    was_price_minor: int | None = None
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """What the shop sells. `attributes` keys are those of the attribute dictionary."""

    id: str
    category: str
    names: Names
    kind: Names
    description: Names
    attributes: Mapping[str, Any]
    variants: tuple[Variant, ...]
    nicknames: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    promotion: str | None = None
    returnable: str = "normal"
    warranty_months: int = 0
    accessories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    picture: str = "parcel"


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A line of an order. `unit_paid_minor` is what one piece cost after all discounts.

    `returned_quantity` counts pieces given back or on their way back; `exchanged_quantity` pieces exchanged once already.
    """

    id: str
    product_id: str
    variant_id: str
    names: Names
    options: Mapping[str, str]
    category: str
    quantity: int
    unit_price_minor: int
    unit_paid_minor: int
    returnable: str = "normal"
    warranty_months: int = 0
    promotion: str | None = None
    picture: str = "parcel"
    returned_quantity: int = 0
    exchanged_quantity: int = 0
    is_gift: bool = False


@dataclass(frozen=True, slots=True)
class CourierEvent:
    """One line of a parcel's track."""

    at: datetime
    place: Names
    text: Names


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel. `courier` is a code ("sf", "zto" …) or a name; `direction` is "out" to the customer or "back" to the warehouse.

    `item_ids`: what is in it, empty where that is not known; parcels with the same `fulfilment` were sent together.
    """

    id: str
    courier: str
    tracking_number: str
    state: ShipmentState
    direction: Literal["out", "back"]
    shipped_at: datetime | None
    delivered_at: datetime | None
    expected_at: datetime | None
    events: tuple[CourierEvent, ...] = ()
    item_ids: tuple[str, ...] = ()
    fulfilment: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in. `payment_id`: the customer's stored method; `entry`: its place among payments and refunds."""

    id: str
    kind: str
    amount_minor: int
    paid_at: datetime
    payment_id: str | None = None
    entry: int = 0


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back. `state`: planned (the parcel is not yet checked), started, arrived.

    `payment_id`: the customer's stored method that gets it; `entry`: its place among payments and refunds.
    """

    id: str
    amount_minor: int
    kind: str
    state: Literal["planned", "started", "arrived"]
    created_at: datetime
    started_at: datetime | None
    due_at: datetime | None
    arrived_at: datetime | None
    case_id: str | None = None
    payment_id: str | None = None
    entry: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """After-sales work on an order: what was asked, decided and done. `items` = ((item id, quantity), …).

    `swaps` = ((item id, new variant id), …) of an exchange; `payment_id`: the stored method that pays or is paid.
    """

    id: str
    order_id: str
    kind: CaseKind
    state: CaseState
    items: tuple[tuple[str, int], ...]
    reason: str
    created_at: datetime
    amount_minor: int = 0
    swaps: tuple[tuple[str, str], ...] = ()
    payment_id: str | None = None
    verdict: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice of an order. `kind`: ordinary | vat."""

    id: str
    kind: str
    title: str
    tax_number: str
    state: Literal["asked", "issued"]
    asked_at: datetime
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon a customer holds. `state`: open, used, expired."""

    id: str
    code: str
    names: Names
    amount_minor: int
    minimum_minor: int
    expires_at: datetime
    state: Literal["open", "used", "expired"]


@dataclass(frozen=True, slots=True)
class Order:
    """An order with everything that hangs on it. `version` grows with every change; a stale one is refused.

    `payment_kind` and `payment_id`: how it was paid, and with which stored method of the customer. `is_dated` False: the shop
    keeps no dates; `placed_at` then only sorts. `cancel_reason`: a code, "" while it is not cancelled or none was given.
    """

    id: str
    customer_id: str
    state: OrderState
    currency: str
    placed_at: datetime
    items: tuple[OrderItem, ...]
    goods_minor: int
    shipping_minor: int
    discount_minor: int
    total_minor: int
    address: Mapping[str, Any]
    version: int = 1
    paid_at: datetime | None = None
    packed_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    opened_at: datetime | None = None
    payment_kind: str = ""
    payment_id: str | None = None
    is_dated: bool = True
    cancel_reason: str = ""
    express: bool = False
    coupon_code: str | None = None
    items_changed: bool = False
    refunded_minor: int = 0
    shipments: tuple[Shipment, ...] = ()
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    cases: tuple[Case, ...] = ()
    invoices: tuple[Invoice, ...] = ()
