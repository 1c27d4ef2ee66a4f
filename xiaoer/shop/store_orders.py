"""Every query that reads orders with all that hangs on them, or stores them whole. Changes are made in `store_changes`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from xiaoer.db.scope import Prepared, Scope
from xiaoer.errors import NotFound
from xiaoer.shop.tables import cases, invoices, order_items, orders, payments, refunds, shipments
from xiaoer.shop.types import Case, CourierEvent, Invoice, Order, OrderItem, Payment, Refund, Shipment

CHILDREN: Mapping[str, tuple[sa.Table, type]] = {
    "items": (order_items, OrderItem),
    "shipments": (shipments, Shipment),
    "payments": (payments, Payment),
    "refunds": (refunds, Refund),
    "cases": (cases, Case),
    "invoices": (invoices, Invoice),
}
_ORDER = tuple(name for name in Order.__dataclass_fields__ if name not in CHILDREN)


def find_order(scope: Scope, order_id: str) -> Order | None:
    """The order, or None. Whose it is must be checked by whoever shows it."""
    return next(iter(_load(scope, scope.select(orders).where(orders.c.id == order_id))), None)


def get_order(scope: Scope, order_id: str) -> Order:
    """The order, or NotFound."""
    found = find_order(scope, order_id)
    if found is None:
        raise NotFound("There is no such order.", "没有这个订单。", field="order_id")
    return found


def list_orders_of_customer(scope: Scope, customer_id: str, *, limit: int = 20) -> tuple[Order, ...]:
    """The customer's orders, newest first."""
    query = scope.select(orders).where(orders.c.customer_id == customer_id)
    return _load(scope, query.order_by(orders.c.placed_at.desc(), orders.c.id.desc()).limit(limit))


def list_orders(scope: Scope, *, after_id: str = "", limit: int = 100) -> tuple[Order, ...]:
    """All orders of the shop by id, a page at a time."""
    return _load(scope, scope.select(orders).where(orders.c.id > after_id).order_by(orders.c.id).limit(limit))


def list_order_numbers(scope: Scope, *, limit: int = 200) -> tuple[str, ...]:
    """A sample of the shop's order numbers, oldest and newest: enough to see how they are written."""
    query, half = scope.select(orders.c.id), max(1, limit // 2)
    oldest = scope.all(query.order_by(orders.c.placed_at, orders.c.id).limit(half))
    newest = scope.all(query.order_by(orders.c.placed_at.desc(), orders.c.id.desc()).limit(half))
    return tuple(dict.fromkeys(row.id for row in (*oldest, *newest)))


def list_newest(scope: Scope, *, limit: int) -> tuple[Order, ...]:
    """The shop's newest orders, newest first."""
    return _load(scope, scope.select(orders).order_by(orders.c.placed_at.desc(), orders.c.id.desc()).limit(limit))


def count_orders(scope: Scope) -> int:
    """How many orders there are."""
    return int(scope.scalar(scope.select(sa.func.count(orders.c.id))) or 0)


def save_order(scope: Scope, order: Order) -> None:
    """Insert the order with all that hangs on it, or replace what is stored by these values."""
    scope.execute(scope.delete(orders).where(orders.c.id == order.id))
    add_orders(scope, (order,))


def add_orders(scope: Scope, new: Sequence[Order]) -> None:
    """Insert many that are not there yet, at once."""
    scope.many(orders, [{**{name: getattr(one, name) for name in _ORDER}, "address": dict(one.address)} for one in new])
    for name, (table, _) in CHILDREN.items():
        scope.many(table, [child_row(one.id, place, child) for one in new for place, child in enumerate(getattr(one, name))])


def child_row(order_id: str, place: int, child: Any) -> dict[str, Any]:
    """The row of something that hangs on an order."""
    row = {**asdict(child), "order_id": order_id, "place": place}
    if isinstance(child, Shipment):
        row["item_ids"] = list(child.item_ids)
        row["events"] = [{**asdict(one), "at": one.at.isoformat()} for one in child.events]
    if isinstance(child, Case):
        row["items"] = [list(pair) for pair in child.items]
        row["swaps"] = [list(pair) for pair in child.swaps]
    return row


def shift_times(scope: Scope, by: timedelta) -> int:
    """Move every moment of every order by this much (the demo shop is never stale). How many orders there were."""
    moved = [_shifted(one, by) for one in _load(scope, scope.select(orders))]
    scope.execute(scope.delete(orders))
    add_orders(scope, moved)
    return len(moved)


def _shifted(value: Any, by: timedelta) -> Any:
    """The same frozen value with every moment in it moved."""
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, tuple):
        return tuple(_shifted(one, by) for one in value)
    if isinstance(value, Order | CourierEvent) or type(value) in {kind for _, kind in CHILDREN.values()}:
        fields = type(value).__dataclass_fields__
        return type(value)(**{name: _shifted(getattr(value, name), by) for name in fields})
    return value


def _load(scope: Scope, query: sa.Select[Any]) -> tuple[Order, ...]:
    """Orders in the order of the query: one statement for them and one for each kind of child."""
    rows = scope.all(query)
    if not rows:
        return ()
    ids = [row.id for row in rows]
    children = {name: _children(scope, table, kind, ids) for name, (table, kind) in CHILDREN.items()}
    made: list[Order] = []
    for row in rows:
        values: dict[str, Any] = {name: row._mapping[name] for name in _ORDER}
        values.update({name: tuple(found.get(row.id, ())) for name, found in children.items()})
        made.append(Order(**values))
    return tuple(made)


def _children(scope: Scope, table: sa.Table, kind: Any, ids: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    fields, special = tuple(kind.__dataclass_fields__), _SPECIAL.get(kind)
    for row in scope.run(_of_orders(table), orders=list(ids)):
        values = {name: row._mapping[name] for name in fields}
        found.setdefault(row.order_id, []).append(kind(**(special(values) if special else values)))
    return found


@cache
def _of_orders(table: sa.Table) -> Prepared:
    """What hangs on these orders, in its order."""
    ids: sa.BindParameter[list[str]] = sa.bindparam("orders", expanding=True)
    return Prepared(
        lambda shop: sa.select(table)
        .where(table.c.shop_id == shop, table.c.order_id.in_(ids))
        .order_by(table.c.order_id, table.c.place)
    )


def _shipment(values: dict[str, Any]) -> dict[str, Any]:
    events = tuple(CourierEvent(datetime.fromisoformat(one["at"]), one["place"], one["text"]) for one in values["events"])
    return {**values, "events": events, "item_ids": tuple(values["item_ids"])}


def _case(values: dict[str, Any]) -> dict[str, Any]:
    items = tuple((str(item), int(pieces)) for item, pieces in values["items"])
    return {**values, "items": items, "swaps": tuple((str(item), str(variant)) for item, variant in values["swaps"])}


_SPECIAL: Mapping[type, Callable[[dict[str, Any]], dict[str, Any]]] = {Shipment: _shipment, Case: _case}
