"""Moments are kept as moments, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from xiaoer.db.engine import Database
from xiaoer.db.schema import UtcDateTime, load_all_tables
from xiaoer.db.scope import Scope
from xiaoer.shop.tables import notes

ZONES = st.sampled_from([UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), timezone(-timedelta(hours=9, minutes=30))])
MOMENTS = st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2999, 12, 30), timezones=ZONES)
SQLITE, POSTGRES = sqlite.dialect(), postgresql.dialect()  # type: ignore[no-untyped-call]


@given(MOMENTS)
def test_a_moment_survives_sqlite(moment: datetime) -> None:
    stored = UtcDateTime().process_bind_param(moment, SQLITE)
    back = UtcDateTime().process_result_value(stored, SQLITE)
    assert back == moment.astimezone(UTC)  # in the hour that a clock skips, only UTC compares
    assert back is not None
    assert back.utcoffset() == timedelta(0)


@given(MOMENTS, MOMENTS)
def test_sqlite_sorts_moments_as_they_came(one: datetime, other: datetime) -> None:
    first, second = (UtcDateTime().process_bind_param(moment, SQLITE) for moment in (one, other))
    assert (first < second) == (one.astimezone(UTC) < other.astimezone(UTC))
    assert len(first) == len(second)


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRES], ids=["sqlite", "postgres"])
def test_a_moment_without_a_zone_is_refused(dialect: sa.Dialect) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 23), dialect)
    assert UtcDateTime().process_bind_param(None, dialect) is None
    assert UtcDateTime().process_result_value(None, dialect) is None


async def test_a_moment_comes_back_as_it_went(database: Database) -> None:
    moment = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))

    def put_and_get(scope: Scope) -> datetime:
        scope.execute(scope.insert(notes).values(key="x", text="", saved_at=moment))
        assert scope.scalar(scope.select(notes.c.key).where(notes.c.saved_at == moment)) == "x"
        assert scope.first(scope.select(notes.c.key).where(notes.c.saved_at < moment)) is None
        found: datetime = scope.scalar(scope.select(notes.c.saved_at))
        return found

    found = await database.write("spruce", put_and_get)
    assert found == moment
    assert found.tzinfo is UTC


def test_every_table_belongs_to_shops_but_the_table_of_shops() -> None:
    tables = load_all_tables().sorted_tables
    assert [table.name for table in tables if "shop_id" not in table.c] == ["shops"]
    for table in tables:
        if "shop_id" in table.c:
            assert next(iter(table.primary_key)).name == "shop_id", f"{table.name}: the primary key begins with the shop"
