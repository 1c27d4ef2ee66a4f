"""Every query about customers and visitors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from xiaoer.customers.tables import customers, verification_tries
from xiaoer.customers.types import Address, Customer
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Prepared, Scope
from xiaoer.errors import NotFound

_FIND = Prepared(
    lambda shop: sa.select(customers).where(customers.c.shop_id == shop, customers.c.id == sa.bindparam("id"))
)
_PLAIN = tuple(name for name in Customer.__dataclass_fields__ if name != "addresses")


def get_customer(scope: Scope, customer_id: str) -> Customer:
    """The customer, or NotFound."""
    found = find_customer(scope, customer_id)
    if found is None:
        raise NotFound("There is no such customer.", "没有这位顾客。", field="customer_id")
    return found


def find_customer(scope: Scope, customer_id: str) -> Customer | None:
    """The customer, or None."""
    row = scope.run(_FIND, id=customer_id).first()
    return None if row is None else _customer(row._mapping)


def find_customer_by_email(scope: Scope, email: str) -> Customer | None:
    """The buyer with this e-mail address (case does not matter), or None."""
    query = scope.select(customers).where(customers.c.email == email.lower(), customers.c.email != "")
    row = scope.first(query.order_by(customers.c.created_at).limit(1))
    return None if row is None else _customer(row._mapping)


def list_customers(scope: Scope, *, limit: int = 50, search: str = "") -> tuple[Customer, ...]:
    """Buyers, newest first; `search` is a part of the name, e-mail address or telephone number."""
    query = scope.select(customers).where(sa.not_(customers.c.is_visitor))
    if search:
        columns = (customers.c.name, customers.c.email, customers.c.phone)
        query = query.where(sa.or_(*(column.icontains(search, autoescape=True) for column in columns)))
    rows = scope.all(query.order_by(customers.c.created_at.desc(), customers.c.id).limit(limit))
    return tuple(_customer(row._mapping) for row in rows)


def list_named(scope: Scope, ids: set[str]) -> Mapping[str, Customer]:
    """These customers by id, in one query; unknown ids are left out."""
    if not ids:
        return {}
    rows = scope.all(scope.select(customers).where(customers.c.id.in_(sorted(ids))))
    return {row.id: _customer(row._mapping) for row in rows}


def add_visitor(scope: Scope, *, language: str) -> Customer:
    """Somebody of whom only the browser is known."""
    visitor = Customer(
        id=new_id("vis"),
        name="",
        language="zh" if language == "zh" else "en",
        is_visitor=True,
        created_at=scope.now,
        wants_marketing=False,
    )
    save_customer(scope, visitor)
    return visitor


def save_customer(scope: Scope, customer: Customer) -> None:
    """Insert the customer with their addresses, or bring the stored one to these values."""
    values = {**_values(customer), "addresses": [asdict(one) for one in customer.addresses]}
    scope.upsert(customers, values, keys=["id"], update=[name for name in values if name not in ("id", "created_at")])


def add_customers(scope: Scope, new: tuple[Customer, ...]) -> None:
    """Insert many that are not there yet, at once."""
    scope.many(customers, [{**_values(c), "addresses": [asdict(one) for one in c.addresses]} for c in new])


def save_wants_marketing(scope: Scope, customer_id: str, *, wants: bool) -> None:
    """Keep whether the customer wants marketing messages."""
    scope.execute(scope.update(customers).where(customers.c.id == customer_id).values(wants_marketing=wants))


def change_points(scope: Scope, customer_id: str, *, by: int) -> None:
    """Add points (or take them back); never below zero."""
    points = sa.case((customers.c.points + by < 0, 0), else_=customers.c.points + by)
    scope.execute(scope.update(customers).where(customers.c.id == customer_id).values(points=points))


def add_try(scope: Scope, *, conversation_id: str, order_number: str) -> None:
    """Write down that somebody tried to prove an order."""
    row = {"id": new_id("try"), "conversation_id": conversation_id, "order_number": order_number, "tried_at": scope.now}
    scope.execute(scope.insert(verification_tries).values(**row))


def count_tries(scope: Scope, *, since: datetime, conversation_id: str = "", order_number: str = "") -> int:
    """How often it was tried since a moment, in one conversation or for one order number."""
    query = scope.select(sa.func.count(verification_tries.c.id)).where(verification_tries.c.tried_at >= since)
    if conversation_id:
        query = query.where(verification_tries.c.conversation_id == conversation_id)
    if order_number:
        query = query.where(verification_tries.c.order_number == order_number)
    return int(scope.scalar(query) or 0)


def _values(customer: Customer) -> dict[str, Any]:
    values = {name: getattr(customer, name) for name in _PLAIN}
    return {**values, "email": customer.email.lower()}


def _customer(row: Mapping[Any, Any]) -> Customer:
    return Customer(**{name: row[name] for name in _PLAIN}, addresses=tuple(Address(**one) for one in row["addresses"]))
