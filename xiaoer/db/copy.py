"""A shop's records out into plain lines and back in, table by table, the same on both engines.

A line is a JSON object without the shop's id, so a copy can be read in under another name. Times are ISO 8601.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from xiaoer.db.schema import UtcDateTime, load_all_tables
from xiaoer.db.scope import Scope
from xiaoer.errors import Invalid

_SHOP = "shop_id"
_BATCH = 500


def list_tables() -> tuple[sa.Table, ...]:
    """Every table of a shop, those that others point to first; without those that are made from others."""
    return tuple(table for table in load_all_tables().sorted_tables if _SHOP in table.c and not table.info.get("is_made"))


def read_rows(scope: Scope, table: sa.Table) -> Iterator[dict[str, Any]]:
    """The shop's rows of a table as JSON values, by primary key."""
    columns = [column for column in table.c if column.name != _SHOP]
    keys = [column for column in table.primary_key.columns if column.name != _SHOP]
    for row in scope.execute(scope.select(*columns).order_by(*keys)):
        yield {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row._mapping.items()}


def write_rows(scope: Scope, table: sa.Table, rows: Iterator[Mapping[str, Any]]) -> int:
    """Insert rows out of `read_rows`; how many. Invalid names a table and row that do not fit."""
    batch: list[dict[str, Any]] = []
    written = 0
    for number, row in enumerate(rows, start=1):
        batch.append(_values(table, row, number))
        if len(batch) == _BATCH:
            _insert(scope, table, batch)
            written, batch = written + len(batch), []
    _insert(scope, table, batch)
    return written + len(batch)


def is_empty(scope: Scope) -> bool:
    """Whether the shop has no row at all."""
    for table in list_tables():
        first = next(column for column in table.primary_key.columns if column.name != _SHOP)
        if scope.first(scope.select(first).limit(1)) is not None:
            return False
    return True


def _insert(scope: Scope, table: sa.Table, batch: list[dict[str, Any]]) -> None:
    try:
        scope.many(table, batch)
    except sa.exc.OperationalError:  # the disk or the server; no fault of the rows
        raise
    except sa.exc.StatementError as error:
        raise Invalid(
            f"{table.name}: a row does not fit ({error.orig}). The copy is damaged.",
            f"{table.name}：有一行数据不符合要求（{error.orig}），备份已损坏。",
        ) from error


def _values(table: sa.Table, row: Any, number: int) -> dict[str, Any]:
    names = {column.name for column in table.c} - {_SHOP}
    if not isinstance(row, dict):
        raise Invalid(f"{table.name}, row {number}: not an object.", f"{table.name} 第 {number} 行：不是对象。")
    if set(row) != names:
        odd = ", ".join(sorted(set(row) ^ names))
        raise Invalid(
            f"{table.name}, row {number}: the columns differ ({odd}). The copy was made by another version of Xiaoer.",
            f"{table.name} 第 {number} 行：列不一致（{odd}）。这份备份来自其他版本的 Xiaoer。",
        )
    values = dict(row)
    for column in table.c:
        if isinstance(column.type, UtcDateTime) and values.get(column.name) is not None:
            values[column.name] = _moment(table, number, values[column.name])
    return values


def _moment(table: sa.Table, number: int, text: Any) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid(f"{table.name}, row {number}: {text!r} is no time.", f"{table.name} 第 {number} 行：{text!r} 不是时间。")
    return found
