"""How tables are made: every one belongs to shops, times are aware UTC, JSON is JSON on both engines."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

import xiaoer

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment. Aware in, aware UTC out; a naive one is refused. On SQLite text of one length, so that it sorts."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """timestamptz on PostgreSQL, text elsewhere."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; only aware times are stored")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC)


Json = sa.JSON()  # not JSONB: that one sorts keys, and the order of a product's options is told to customers


def shop_table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    """A table whose primary key begins with `shop_id`; every statement on it goes through a Scope."""
    return sa.Table(name, metadata, sa.Column("shop_id", sa.Text, primary_key=True), *parts)


def load_all_tables() -> sa.MetaData:
    """Import every room's `tables`, so that the metadata is whole (migrations and tests need that)."""
    for module in pkgutil.iter_modules(xiaoer.__path__):
        if module.ispkg and any(one.name == "tables" for one in pkgutil.iter_modules([f"{xiaoer.__path__[0]}/{module.name}"])):
            importlib.import_module(f"xiaoer.{module.name}.tables")
    return metadata
