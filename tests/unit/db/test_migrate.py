"""The schema by migrations is the schema of the tables, on both engines."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from xiaoer.db.engine import Database
from xiaoer.db.schema import UtcDateTime, load_all_tables
from xiaoer.db.scope import Scope


def differences(scope: Scope) -> list[Any]:
    """What Alembic would still change."""

    def same_type(_context: Any, _column: Any, _metadata_column: Any, _inspected: Any, wanted: Any) -> bool | None:
        return False if isinstance(wanted, UtcDateTime | sa.JSON) else None

    context = MigrationContext.configure(scope.connection, opts={"compare_type": same_type})
    return list(compare_metadata(context, load_all_tables()))


async def test_the_migrated_schema_is_the_schema_of_the_tables(database: Database) -> None:
    assert await database.read("spruce", differences) == []


async def test_a_second_migration_changes_nothing(database: Database) -> None:
    await database.migrate()
    assert await database.read("spruce", differences) == []


async def test_every_table_is_migrated(database: Database) -> None:
    names = await database.read("spruce", lambda scope: set(sa.inspect(scope.connection).get_table_names()))
    assert names - {"alembic_version"} == set(load_all_tables().tables)


@pytest.mark.postgres
async def test_postgres_guards_every_table_that_belongs_to_shops(postgres_url: str) -> None:
    def unguarded(scope: Scope) -> set[str]:
        query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity AND relforcerowsecurity"
        guarded = {row[0] for row in scope.connection.execute(sa.text(query))}
        return {table.name for table in load_all_tables().sorted_tables if "shop_id" in table.c} - guarded

    database = await Database.open(postgres_url)
    try:
        assert await database.read("spruce", unguarded) == set()
    finally:
        await database.close()
