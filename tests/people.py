"""The people of the tests, and what they own. Factories: every call makes a new frozen value, changed as asked.

Mei 梅 is a customer with an order that is late; Bo is new; Vi only visits; Lin is staff; Wu is the lead.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from xiaoer.customers.types import Address, Customer
from xiaoer.desk.types import Staff
from xiaoer.shop.types import Order, OrderItem, Payment, Product, Shipment, Shop, Variant

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # the same moment as tests.conftest.NOW
SHOP = Shop("spruce", {"zh": "云杉优选", "en": "Spruce Market"}, "CNY", "Asia/Shanghai", "service@spruce.example")


def days_ago(days: float) -> datetime:
    """A moment before NOW."""
    return NOW - timedelta(days=days)


def mei(**changes: Any) -> Customer:
    """A silver member, signed in, who speaks Chinese."""
    home = Address("adr_home", "梅雨", "13800138000", "CN", "浙江省", "杭州市", "余杭区", "文一西路969号", is_default=True)
    customer = Customer(
        "mei", "梅雨", "zh", False, days_ago(400), "mei@spruce.example", "13800138000", "silver", 320, addresses=(home,)
    )
    return replace(customer, **changes)


def bo(**changes: Any) -> Customer:
    """A new customer who speaks English and has bought nothing yet."""
    return replace(Customer("bo", "Bo Hansen", "en", False, days_ago(1), "bo@spruce.example"), **changes)


def vi(**changes: Any) -> Customer:
    """A visitor of whom only the browser is known."""
    return replace(Customer("vi", "", "zh", True, NOW, wants_marketing=False), **changes)


def lin(**changes: Any) -> Staff:
    """A member of staff."""
    return replace(Staff("lin", "lin@spruce.example", "林小满", "staff"), **changes)


def wu(**changes: Any) -> Staff:
    """The lead."""
    return replace(Staff("wu", "wu@spruce.example", "Wu Qing", "lead", "en"), **changes)


def hoodie(**changes: Any) -> Product:
    """A product in two colours and three sizes; the grey XL is sold out."""
    stock = {("grey", "XL"): 0}
    variants = tuple(
        Variant(f"hoodie-{colour}-{size}", "hoodie", {"colour": colour, "size": size}, 19900, stock.get((colour, size), 5))
        for colour in ("grey", "blue")
        for size in ("M", "L", "XL")
    )
    names, kind = {"zh": "云柔卫衣", "en": "Cloud hoodie"}, {"zh": "卫衣", "en": "hoodie"}
    return replace(
        Product("hoodie", "clothing", names, kind, {"zh": "柔软", "en": "soft"}, {"material": "cotton"}, variants), **changes
    )


def kettle(**changes: Any) -> Product:
    """A product with one variant and a warranty."""
    variant = Variant("kettle-1", "kettle", {}, 15900, 9)
    names, kind = {"zh": "静泉水壶", "en": "Still kettle"}, {"zh": "水壶", "en": "kettle"}
    product = Product("kettle", "kitchen", names, kind, {"zh": "安静", "en": "quiet"}, {"power_w": 1500}, (variant,))
    return replace(product, **{"warranty_months": 12, **changes})


def item_of(product: Product, *, variant: int = 0, quantity: int = 1, **changes: Any) -> OrderItem:
    """A line of an order with this product."""
    chosen = product.variants[variant]
    item = OrderItem(
        f"itm_{chosen.id}", product.id, chosen.id, product.names, chosen.options, product.category, quantity,
        chosen.price_minor, chosen.price_minor, warranty_months=product.warranty_months,
    )  # fmt: skip
    return replace(item, **changes)


def order_of(customer: Customer, *items: OrderItem, state: str = "delivered", number: int = 17, **changes: Any) -> Order:
    """An order of these items (a hoodie when none is given), in a state with the moments that belong to it."""
    lines = items or (item_of(hoodie()),)
    goods = sum(item.quantity * item.unit_paid_minor for item in lines)
    reached = ("unpaid", "paid", "packed", "shipped", "delivered")
    steps = reached[1 : reached.index(state) + 1] if state in reached else ("paid",)
    moments: dict[str, Any] = {f"{step}_at": days_ago(4 - place) for place, step in enumerate(steps)}
    order = Order(
        f"SP2026111800{number:03d}", customer.id, state, "CNY", days_ago(5), lines, goods, 0, 0, goods,  # type: ignore[arg-type]
        {"name": customer.name, "phone": customer.phone or "13900139000", "city": "杭州市", "line": "文一西路969号"},
        payment_kind="wechat", **moments,
    )  # fmt: skip
    if "paid_at" in moments:
        order = replace(order, payments=(Payment(f"pay_{number}", "wechat", goods, moments["paid_at"]),))
    if "shipped_at" in moments:
        order = replace(order, shipments=(parcel_of(number, moments["shipped_at"], moments.get("delivered_at")),))
    return replace(order, **changes)


def parcel_of(number: int, shipped_at: datetime, delivered_at: datetime | None) -> Shipment:
    """The parcel of an order."""
    state = "delivered" if delivered_at else "on_the_way"
    expected = shipped_at + timedelta(days=3)
    return Shipment(f"shp_{number}", "顺丰速运", f"SF{number:013d}", state, "out", shipped_at, delivered_at, expected)  # type: ignore[arg-type]


def late_order(**changes: Any) -> Order:
    """Mei's: shipped four days ago, promised for yesterday, and not there."""
    return order_of(mei(), state="shipped", number=99, shipped_at=days_ago(4), **changes)
