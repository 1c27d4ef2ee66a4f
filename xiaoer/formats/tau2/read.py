"""The file into a shop's records. The shop has no dates of its own: orders are placed one minute after the other, only to sort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from xiaoer.customers.types import Address, Customer, PaymentMethod
from xiaoer.formats.tau2.cases import after_of, minor_of
from xiaoer.formats.tau2.shapes import (
    CANCELLED,
    DELIVERED,
    EXCHANGE,
    MODIFIED,
    PENDING,
    PROCESSED,
    RETURN,
    AddressShape,
    MethodShape,
    OrderShape,
    ProductShape,
    StoreShape,
    UserShape,
    wrong,
)
from xiaoer.shop.dictionary import Dictionary
from xiaoer.shop.types import PLENTY, Order, OrderItem, OrderState, Payment, Product, Refund, Shipment, Variant

CURRENCY, TIME_ZONE = "USD", "America/New_York"
COUNTRY = ("USA", "US")  # as the file and as the records call it; every other country by its ISO code
REASONS = {"no longer needed": "no_longer_needed", "ordered by mistake": "ordered_by_mistake"}
CATEGORY = "goods"
_STATES: Mapping[str, OrderState] = {
    PENDING: "paid", MODIFIED: "paid", PROCESSED: "shipped", DELIVERED: "delivered", CANCELLED: "cancelled",
    RETURN: "delivered", EXCHANGE: "delivered",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that the file holds, as a shop keeps it."""

    products: tuple[Product, ...]
    customers: tuple[Customer, ...]
    orders: tuple[Order, ...]


def records_of(store: StoreShape, dictionary: Dictionary, *, now: datetime) -> Records:
    """The records of a checked file. Invalid where its parts do not fit each other."""
    products = tuple(_product(key, one, dictionary) for key, one in store.products.items())
    _check_once("item_id", [variant.id for product in products for variant in product.variants])
    _check_once("payment method", [one for user in store.users.values() for one in user.payment_methods])
    names = {product.id: product.names for product in products}
    placed = _places(store)
    orders = []
    for key, order in store.orders.items():
        user = store.users.get(order.user_id)
        if key != order.order_id or user is None or key not in placed:
            raise wrong(f"orders.{key}: its key, its order_id and the list of its user {order.user_id} do not agree")
        begun = now - timedelta(minutes=len(user.orders) - placed[key])
        orders.append(_order(order, user, names, begun))
    return Records(products, tuple(_customer(key, one, now) for key, one in store.users.items()), tuple(orders))


def _places(store: StoreShape) -> dict[str, int]:
    """Each order's place in its customer's list."""
    listed = {one: place for user in store.users.values() for place, one in enumerate(user.orders)}
    _check_once("order", [one for user in store.users.values() for one in user.orders])
    for user in store.users.values():
        for one in user.orders:
            if one not in store.orders or store.orders[one].user_id != user.user_id:
                raise wrong(f"users.{user.user_id}.orders: {one} is not an order of this user")
    return listed


def _check_once(what: str, ids: Iterable[str]) -> None:
    twice = [one for one, count in Counter(ids).items() if count > 1]
    if twice:
        raise wrong(f"{what} {twice[0]!r} is there twice")


def _product(key: str, product: ProductShape, dictionary: Dictionary) -> Product:
    if key != product.product_id or any(name != one.item_id for name, one in product.variants.items()):
        raise wrong(f"products.{key}: a key is not the id of what stands under it")
    names, nicknames = dictionary.names_of(product.name)
    variants = tuple(
        Variant(
            id=one.item_id,
            product_id=product.product_id,
            options=dict(one.options),
            price_minor=minor_of(one.price),
            stock=PLENTY if one.available else 0,
            is_counted=False,
        )
        for one in product.variants.values()
    )
    return Product(
        id=product.product_id,
        category=CATEGORY,
        names=names,
        kind=names,
        description={"zh": "", "en": ""},
        attributes={},
        variants=variants,
        nicknames=nicknames,
    )


def _customer(key: str, user: UserShape, now: datetime) -> Customer:
    if key != user.user_id:
        raise wrong(f"users.{key}: its user_id is {user.user_id}")
    if user.email != user.email.lower():
        raise wrong(f"users.{key}.email: write it in small letters, as e-mail addresses are compared")
    first, last = user.name.first_name, user.name.last_name
    place = place_of(user.address)
    return Customer(
        id=user.user_id,
        name=f"{first} {last}",
        family_name=last,
        language="en",
        is_visitor=False,
        created_at=now,
        email=user.email,
        addresses=(Address(id=f"{user.user_id}-default", name=f"{first} {last}", phone="", district="", is_default=True, **place),),
        payments=tuple(_method(name, one) for name, one in user.payment_methods.items()),
    )


def _method(key: str, method: MethodShape) -> PaymentMethod:
    if key != method.id:
        raise wrong(f"payment_methods.{key}: its id is {method.id}")
    balance = None if method.balance is None else minor_of(method.balance)
    return PaymentMethod(method.id, method.source, method.brand or "", method.last_four or "", balance)


def place_of(address: AddressShape) -> dict[str, str]:
    """An address as ours, without who lives there."""
    if address.country == COUNTRY[1]:
        raise wrong(f"country {address.country!r}: the United States are called {COUNTRY[0]} in this format")
    return {
        "country": COUNTRY[1] if address.country == COUNTRY[0] else address.country,
        "region": address.state,
        "city": address.city,
        "line": address.address1,
        "line2": address.address2,
        "postcode": address.zip,
    }


def _order(order: OrderShape, user: UserShape, names: Mapping[str, Mapping[str, str]], begun: datetime) -> Order:
    methods = {name: _method(name, one) for name, one in user.payment_methods.items()}
    unknown = {one.payment_method_id for one in order.payment_history} - set(methods)
    if unknown:
        raise wrong(f"orders.{order.order_id}.payment_history: {min(unknown)} is no payment method of {user.user_id}")
    items = tuple(_item(order.order_id, number, line, names) for number, line in enumerate(order.items, 1))
    payments, refunds = _money(order, methods, begun)
    held = _paid_with(order)
    goods = sum(item.unit_price_minor for item in items)
    kept = after_of(order, items, methods, refunds, begun)
    return Order(
        id=order.order_id,
        customer_id=user.user_id,
        state=_STATES[order.status],
        currency=CURRENCY,
        placed_at=begun,
        goods_minor=goods,
        shipping_minor=0,
        discount_minor=0,
        total_minor=goods,
        address={"name": f"{user.name.first_name} {user.name.last_name}", "phone": "", "district": "", **place_of(order.address)},
        paid_at=begun,
        cancelled_at=begun if order.status == CANCELLED else None,
        payment_kind=methods[held].told_as,
        payment_id=held,
        is_dated=False,
        cancel_reason=_reason(order),
        items_changed=order.status == MODIFIED,
        refunded_minor=sum(one.amount_minor for one in refunds),
        shipments=_shipments(order, items),
        payments=payments,
        items=kept.items,
        refunds=kept.refunds,
        cases=kept.cases,
    )


def _reason(order: OrderShape) -> str:
    if order.cancel_reason is None:
        return ""
    if order.cancel_reason not in REASONS:
        raise wrong(f"orders.{order.order_id}.cancel_reason: expected one of {', '.join(REASONS)}")
    return REASONS[order.cancel_reason]


def _paid_with(order: OrderShape) -> str:
    """The method that holds the order's money: the newest one with something left, else the first."""
    held: Counter[str] = Counter()
    for one in order.payment_history:
        held[one.payment_method_id] += minor_of(one.amount) * (1 if one.transaction_type == "payment" else -1)
    left = [name for name, minor in held.items() if minor > 0]
    return left[-1] if left else order.payment_history[0].payment_method_id


def _item(order_id: str, number: int, line: Any, names: Mapping[str, Mapping[str, str]]) -> OrderItem:
    known = names.get(line.product_id, {})
    price = minor_of(line.price)
    return OrderItem(
        id=f"{order_id}-{number}",
        product_id=line.product_id,
        variant_id=line.item_id,
        names={"zh": known["zh"] if known.get("en") == line.name else line.name, "en": line.name},
        options=dict(line.options),
        category=CATEGORY,
        quantity=1,
        unit_price_minor=price,
        unit_paid_minor=price,
    )


def _money(
    order: OrderShape, methods: Mapping[str, PaymentMethod], begun: datetime
) -> tuple[tuple[Payment, ...], tuple[Refund, ...]]:
    payments, refunds = [], []
    for entry, one in enumerate(order.payment_history):
        method, minor = methods[one.payment_method_id], minor_of(one.amount)
        name = f"{order.order_id}-money-{entry}"
        if one.transaction_type == "payment":
            payments.append(Payment(name, method.told_as, minor, begun, method.id, entry))
        else:
            arrived = begun if method.kind == "gift_card" else None
            state: Any = "arrived" if arrived else "started"
            refunds.append(
                Refund(name, minor, method.told_as, state, begun, begun, None, arrived, payment_id=method.id, entry=entry)
            )
    return tuple(payments), tuple(refunds)


def _shipments(order: OrderShape, items: Sequence[OrderItem]) -> tuple[Shipment, ...]:
    state: Any = "delivered" if order.status in (DELIVERED, RETURN, EXCHANGE) else "on_the_way"
    made: list[Shipment] = []
    left = list(items)
    for place, sent in enumerate(order.fulfillments):
        inside = []
        for item_id in sent.item_ids:
            item = next((one for one in left if one.variant_id == item_id), None)
            if item is None:
                raise wrong(f"orders.{order.order_id}.fulfillments.{place}: {item_id} is not in the order, or was sent before")
            left.remove(item)
            inside.append(item.id)
        group = f"{order.order_id}-{place}"
        for number, tracking in enumerate(sent.tracking_id):
            made.append(Shipment(f"{group}-{number}", "", tracking, state, "out", None, None, None, (), tuple(inside), group))
    return tuple(made)
