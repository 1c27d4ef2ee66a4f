"""A connection bound to one shop. Statements are made from it, so no store function can forget the shop.

`select`, `insert`, `update`, `delete` and `upsert` add the filter or the value; `execute` looks at every statement once
more and refuses one in which a shop's table stands without its filter (a join or a sub-query written by hand).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import operators, visitors

_SHOP, _THIS_SHOP = "shop_id", "this_shop"


class Prepared:
    """A statement made once and run often, for the few that every turn runs: making one takes as long as running it.

    `make` gets the parameter that stands for the shop and compares every table with it; other values are
    `sa.bindparam`s, given to `Scope.run` by name.
    """

    def __init__(self, make: Callable[[sa.BindParameter[str]], Any]) -> None:
        shop: sa.BindParameter[str] = sa.bindparam(_THIS_SHOP, type_=sa.Text)
        self.statement = make(shop)
        if any(one.key != _THIS_SHOP for one in _shops_of(self.statement)):
            raise RuntimeError("a prepared statement compares its tables with the shop that it is given")


class Scope:
    """One shop's view of the records inside one transaction. `now` is one moment for the whole function."""

    def __init__(self, connection: sa.Connection, shop_id: str, now: datetime) -> None:
        self.connection = connection
        self.shop_id = shop_id
        self.now = now

    @property
    def dialect(self) -> str:
        """"sqlite" or "postgresql"."""
        return self.connection.dialect.name

    def select(self, *things: Any) -> sa.Select[Any]:
        """A select over tables or columns, filtered to the shop for every table named in it."""
        query: sa.Select[Any] = sa.select(*things)
        for table in _tables_of(things):
            query = query.where(table.c[_SHOP] == self.shop_id)
        return query

    def join(self, query: sa.Select[Any], table: sa.Table, on: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """The query joined with another table of the same shop."""
        return query.join(table, on).where(table.c[_SHOP] == self.shop_id)

    def insert(self, table: sa.Table) -> _Insert:
        """An insert that carries the shop."""
        return _Insert(table, self.shop_id)

    def update(self, table: sa.Table) -> sa.Update:
        """An update of the shop's rows."""
        return sa.update(table).where(table.c[_SHOP] == self.shop_id)

    def delete(self, table: sa.Table) -> sa.Delete:
        """A delete of the shop's rows."""
        return sa.delete(table).where(table.c[_SHOP] == self.shop_id)

    def upsert(self, table: sa.Table, values: Mapping[str, Any], *, keys: Sequence[str], update: Sequence[str]) -> bool:
        """Insert, or update `update` where the row of these keys (with the shop) is there. True if it was not there."""
        maker = postgresql.insert if self.dialect == "postgresql" else sqlite.insert
        where = [table.c[key] == values[key] for key in keys]
        is_new = self.first(self.select(table.c[keys[0]]).where(*where)) is None
        statement = maker(table).values({**values, _SHOP: self.shop_id})
        index = [_SHOP, *keys]
        if update:
            changed = {name: statement.excluded[name] for name in update}
            self.connection.execute(statement.on_conflict_do_update(index_elements=index, set_=changed))
        else:
            self.connection.execute(statement.on_conflict_do_nothing(index_elements=index))
        return is_new

    def execute(self, statement: Any) -> sa.CursorResult[Any]:
        """Run a statement, after checking that it stays within the shop."""
        if isinstance(statement, _Insert):
            return statement.run(self.connection)
        _check(statement, self.shop_id)
        return self.connection.execute(statement)

    def lock(self, name: str) -> None:
        """On PostgreSQL, be the only one in the shop who holds this name until the transaction ends; SQLite has one writer."""
        if self.dialect == "postgresql":
            key = sa.func.hashtextextended(f"{self.shop_id}/{name}", 0)
            self.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    def run(self, prepared: Prepared, **values: Any) -> sa.CursorResult[Any]:
        """Run a prepared statement for this shop."""
        return self.connection.execute(prepared.statement, {**values, _THIS_SHOP: self.shop_id})

    def many(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert many rows at once; every row carries the same columns."""
        if rows:
            self.connection.execute(sa.insert(table), [{**row, _SHOP: self.shop_id} for row in rows])

    def all(self, statement: Any) -> Sequence[sa.Row[Any]]:
        """Every row."""
        return self.execute(statement).all()

    def first(self, statement: Any) -> sa.Row[Any] | None:
        """The first row, or None."""
        return self.execute(statement).first()

    def scalar(self, statement: Any) -> Any:
        """The first column of the first row, or None."""
        return self.execute(statement).scalar()


class _Insert:
    """An insert waiting for its values; the shop is added last, so that nothing can override it."""

    def __init__(self, table: sa.Table, shop_id: str, values: Mapping[str, Any] | None = None) -> None:
        self._table, self._shop_id, self._values = table, shop_id, dict(values or {})

    def values(self, **values: Any) -> _Insert:
        """The insert with these values."""
        return _Insert(self._table, self._shop_id, {**self._values, **values})

    def run(self, connection: sa.Connection) -> sa.CursorResult[Any]:
        """Insert. Plain values go as parameters of one statement per table; expressions must stand in the statement."""
        row = {**self._values, _SHOP: self._shop_id}
        if any(isinstance(value, sa.ClauseElement) for value in row.values()):
            return connection.execute(sa.insert(self._table).values(row))
        return connection.execute(_insert_of(self._table), row)


@lru_cache(maxsize=256)
def _insert_of(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


def _tables_of(things: Iterable[Any]) -> list[sa.Table]:
    """The shops' tables that stand in what is selected, each once."""
    found: dict[sa.Table, None] = {}
    for thing in things:
        parts = (thing,) if isinstance(thing, sa.Table) else visitors.iterate(thing)
        for part in parts:
            table = part.table if isinstance(part, sa.Column) else part
            if isinstance(table, sa.Table) and _SHOP in table.c:
                found[table] = None
    return list(found)


# Which bound values of a statement of this shape are shops. Looking through a statement compiles it, which takes longer than
# running it; its cache key (what SQLAlchemy itself keeps compiled statements by) tells the shape cheaply.
_SHAPES: dict[Any, tuple[int, ...]] = {}
_MOST_SHAPES = 2_000


def _check(statement: Any, shop_id: str) -> None:
    """Refuse a statement in which a shop's table is not compared with this very shop."""
    if isinstance(statement, sa.TextClause):
        raise RuntimeError("SQL as text cannot be bound to a shop; make it with scope.select/insert/update/delete")
    key = statement._generate_cache_key()
    places = None if key is None else _SHAPES.get(key.key)
    if places is not None:
        shops = [key.bindparams[place] for place in places]
    else:
        shops = _shops_of(statement)
        if key is not None and len(_SHAPES) < _MOST_SHAPES:
            seen = {id(one) for one in shops}
            _SHAPES[key.key] = tuple(place for place, one in enumerate(key.bindparams) if id(one) in seen)
    if any(one.value != shop_id for one in shops):
        raise RuntimeError("a statement names another shop than its scope")


def _shops_of(statement: Any) -> list[sa.BindParameter[Any]]:
    """The bound values that shops' tables are compared with; an error where a table is compared with none."""
    if isinstance(statement, sa.Insert) and _SHOP in statement.table.c:
        raise RuntimeError(f"an insert into {statement.table.name} without its shop; make it with scope.insert")
    outer: set[Any] = set()
    shops: list[sa.BindParameter[Any]] = []
    if isinstance(statement, sa.Update | sa.Delete):
        outer = {statement.table}
        shops += _shops_of_part([statement.table], statement.whereclause, outer=set())
    for part in visitors.iterate(statement):
        if isinstance(part, sa.Select):
            tables = [one for source in part.get_final_froms() for one in visitors.iterate(source)]
            shops += _shops_of_part(tables, part.whereclause, outer=outer)
            outer = outer or set(tables)
    return shops


def _shops_of_part(tables: Sequence[Any], where: Any, *, outer: set[Any]) -> list[sa.BindParameter[Any]]:
    """One select, update or delete: each of its tables needs `shop_id = …` among the conditions that must all hold.

    A sub-query may lean on a table of the statement around it, where that one is filtered.
    """
    ours = [one for one in tables if isinstance(one, sa.Table) and _SHOP in one.c]
    filtered: set[Any] = set()
    shops: list[sa.BindParameter[Any]] = []
    for one in _conditions(where):
        left, right = getattr(one, "left", None), getattr(one, "right", None)
        if isinstance(left, sa.Column) and left.name == _SHOP and isinstance(right, sa.BindParameter):
            shops.append(right)
            if one.operator is operators.eq:
                filtered.add(left.table)
    leaning = outer if len(ours) > 1 else set()
    missing = {str(one.name) for one in ours if one not in filtered and one not in leaning}
    if missing:
        names = ", ".join(sorted(missing))
        raise RuntimeError(f"a statement reaches {names} without its shop; make it with scope.select/join/update/delete")
    return shops


def _conditions(where: Any) -> list[Any]:
    """The conditions joined by AND, flat."""
    if isinstance(where, sa.sql.elements.BooleanClauseList) and where.operator is operators.and_:
        return [one for clause in where.clauses for one in _conditions(clause)]
    return [] if where is None else [where]
