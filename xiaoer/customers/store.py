"""Every query about customers and visitors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from xiaoer.customers.tables import customers, payment_methods, verification_tries
from xiaoer.customers.types import Address, Customer, PaymentMethod
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Prepared, Scope
from xiaoer.errors import Conflict, NotFound

_FIND = Prepared(
    lambda shop: sa.select(customers).where(customers.c.shop_id == shop, customers.c.id == sa.bindparam("id"))
)
_METHODS = Prepared(
    lambda shop: sa.select(payment_methods)
    .where(payment_methods.c.shop_id == shop, payment_methods.c.customer_id == sa.bindparam("id"))
    .order_by(payment_methods.c.place)
)
_PLAIN = tuple(name for name in Customer.__dataclass_fields__ if name not in ("addresses", "payments"))
_METHOD = tuple(PaymentMethod.__dataclass_fields__)

_MOST_NAMESAKES = 50


def get_customer(scope: Scope, customer_id: str) -> Customer:
    """The customer, or NotFound."""
    found = find_customer(scope, customer_id)
    if found is None:
        raise NotFound("There is no such customer.", "没有这位顾客。", field="customer_id")
    return found


def find_customer(scope: Scope, customer_id: str) -> Customer | None:
    """The customer, or None."""
    row = scope.run(_FIND, id=customer_id).first()
    return None if row is None else _customer(row._mapping, () if row.is_visitor else scope.run(_METHODS, id=customer_id).all())


def find_customer_by_email(scope: Scope, email: str) -> Customer | None:
    """The buyer with this e-mail address (case does not matter), or None."""
    query = scope.select(customers).where(customers.c.email == email.lower(), customers.c.email != "")
    row = scope.first(query.order_by(customers.c.created_at).limit(1))
    return None if row is None else find_customer(scope, row.id)


def list_with_email(scope: Scope, email: str) -> tuple[Customer, ...]:
    """Buyers with this e-mail address (case does not matter)."""
    query = scope.select(customers.c.id).where(customers.c.email == email.strip().lower(), customers.c.email != "")
    rows = scope.all(query.order_by(customers.c.created_at, customers.c.id).limit(_MOST_NAMESAKES))
    return tuple(get_customer(scope, row.id) for row in rows)


def list_namesakes(scope: Scope, name: str) -> tuple[Customer, ...]:
    """Buyers of this name (case and spaces do not matter)."""
    query = scope.select(customers.c.id).where(customers.c.name_key == name_key(name), customers.c.name_key != "")
    rows = scope.all(query.order_by(customers.c.created_at, customers.c.id).limit(_MOST_NAMESAKES))
    return tuple(get_customer(scope, row.id) for row in rows)


def name_key(name: str) -> str:
    """A name as it is searched: folded, without spaces and dots, so that 王 小明, and J.R. Smith and JR smith, are found."""
    return re.sub(r"[\s.·,]+", "", unicodedata.normalize("NFKC", name).casefold())


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
    if customer.payments or not customer.is_visitor:
        scope.execute(scope.delete(payment_methods).where(payment_methods.c.customer_id == customer.id))
        scope.many(payment_methods, _method_rows(customer))


def add_customers(scope: Scope, new: tuple[Customer, ...]) -> None:
    """Insert many that are not there yet, at once."""
    scope.many(customers, [{**_values(c), "addresses": [asdict(one) for one in c.addresses]} for c in new])
    scope.many(payment_methods, [row for one in new for row in _method_rows(one)])


def list_all(scope: Scope) -> tuple[Customer, ...]:
    """Every buyer by id, whole."""
    methods: dict[str, list[Any]] = {}
    for row in scope.all(scope.select(payment_methods).order_by(payment_methods.c.customer_id, payment_methods.c.place)):
        methods.setdefault(row.customer_id, []).append(row)
    rows = scope.all(scope.select(customers).where(sa.not_(customers.c.is_visitor)).order_by(customers.c.id))
    return tuple(_customer(row._mapping, methods.get(row.id, ())) for row in rows)


def save_default_address(scope: Scope, customer_id: str, address: Address) -> None:
    """Put this address in the place of the default one, or add it as that."""
    customer = get_customer(scope, customer_id)
    others = tuple(one for one in customer.addresses if not one.is_default)
    kept = [asdict(one) for one in (replace(address, is_default=True), *others)]
    scope.execute(scope.update(customers).where(customers.c.id == customer_id).values(addresses=kept))


def change_balance(scope: Scope, payment_id: str, *, by_minor: int) -> None:
    """Put money on a gift card or take it off; Conflict when it holds less. A method without a balance stays as it is."""
    this = (payment_methods.c.id == payment_id, payment_methods.c.balance_minor.is_not(None))
    after = payment_methods.c.balance_minor + by_minor
    changed = scope.execute(scope.update(payment_methods).where(*this, after >= 0).values(balance_minor=after))
    if changed.rowcount == 0 and scope.first(scope.select(payment_methods.c.id).where(*this)) is not None:
        raise Conflict("The gift card holds less than that.", "礼品卡余额不足。", field="payment_id")


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
    return {**values, "email": customer.email.lower(), "name_key": name_key(customer.name)}


def _method_rows(customer: Customer) -> list[dict[str, Any]]:
    return [{**asdict(one), "customer_id": customer.id, "place": place} for place, one in enumerate(customer.payments)]


def _customer(row: Mapping[Any, Any], methods: Sequence[Any] = ()) -> Customer:
    return Customer(
        **{name: row[name] for name in _PLAIN},
        addresses=tuple(Address(**one) for one in row["addresses"]),
        payments=tuple(PaymentMethod(**{name: one._mapping[name] for name in _METHOD}) for one in methods),
    )
