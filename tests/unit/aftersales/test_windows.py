"""Windows end with the shop's local day, whatever its clocks do; hours are exact."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.aftersales.build import SHANGHAI, THEN, an_order
from xiaoer.aftersales.policy import Window
from xiaoer.aftersales.windows import end_of_day, months_end, window_end

TICK = timedelta(microseconds=1)
SEVEN_DAYS = Window("delivered", days=7, by_level={"gold": 15})
zones = st.sampled_from(sorted(available_timezones()))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


def test_days_run_to_the_end_of_the_local_day() -> None:
    order = an_order(
        delivered_at=datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)
    )  # one second before midnight in Shanghai
    end = window_end(SEVEN_DAYS, order, level="regular", time_zone=SHANGHAI)
    assert end == datetime(2026, 3, 8, 15, 59, 59, 999999, tzinfo=UTC)


def test_the_next_local_day_starts_another_count() -> None:
    order = an_order(
        delivered_at=datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    )  # midnight in Shanghai, still 1 March in London
    end = window_end(SEVEN_DAYS, order, level="regular", time_zone=SHANGHAI)
    assert end == datetime(2026, 3, 9, 15, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(("level", "days"), [("regular", 7), ("silver", 7), ("gold", 15)])
def test_a_level_can_have_more_days(level: str, days: int) -> None:
    end = window_end(SEVEN_DAYS, an_order(), level=level, time_zone=SHANGHAI)
    assert end is not None
    assert end.astimezone(ZoneInfo(SHANGHAI)).date() == date(2026, 3, 1) + timedelta(days=days)


@pytest.mark.parametrize("zone", [SHANGHAI, "America/New_York", "Pacific/Kiritimati"])
def test_hours_are_exact_in_every_zone(zone: str) -> None:
    # Clocks in New York go forward on 8 March 2026: 72 hours stay 72 hours, also for a moment told in that zone.
    delivered = datetime(2026, 3, 7, 12, 0, tzinfo=ZoneInfo("America/New_York"))
    order = an_order(delivered_at=delivered)
    end = window_end(Window("delivered", hours=72), order, level="regular", time_zone=zone)
    assert end == delivered.astimezone(UTC) + timedelta(hours=72)


def test_hours_can_differ_by_level() -> None:
    window = Window("delivered", hours=72, by_level={"gold": 96})
    assert window_end(window, an_order(), level="gold", time_zone=SHANGHAI) == THEN + timedelta(hours=96)


def test_a_clock_that_has_not_started_has_no_end() -> None:
    order = an_order(state="shipped")
    assert window_end(SEVEN_DAYS, order, level="regular", time_zone=SHANGHAI) is None


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        # the ordinary changes of spring and autumn: days of 23 and of 25 hours
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        # midnight is skipped: the clocks jump from 24:00 to 01:00
        ("America/Sao_Paulo", date(2018, 11, 3), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        # the hour before midnight comes twice: the clocks go back from 24:00 to 23:00
        ("America/Sao_Paulo", date(2018, 2, 17), datetime(2018, 2, 18, 3, tzinfo=UTC)),
        # the hour after midnight comes twice: the day ends with the first midnight
        ("America/Havana", date(2026, 10, 31), datetime(2026, 11, 1, 4, tzinfo=UTC)),
        # at 00:01 the clocks went back to 23:01 of the day before: the day ended with the second midnight
        ("America/St_Johns", date(2010, 11, 6), datetime(2010, 11, 7, 3, 30, tzinfo=UTC)),
        # 30 December 2011 never happened in Samoa
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_days_on_which_clocks_change(zone: str, day: date, end: datetime) -> None:
    assert end_of_day(day, zone) == end - TICK


@given(begun=moments, days=st.integers(0, 400), zone=zones, later=st.timedeltas(timedelta(), timedelta(days=3)))
def test_no_zone_is_off_by_one(begun: datetime, days: int, zone: str, later: timedelta) -> None:
    order = an_order(delivered_at=begun)
    end = window_end(Window("delivered", days=days), order, level="regular", time_zone=zone)
    assert end is not None
    assert end.utcoffset() == timedelta()
    last_day = begun.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    assert end.astimezone(ZoneInfo(zone)).date() <= last_day
    assert (end + TICK + later).astimezone(ZoneInfo(zone)).date() > last_day


@pytest.mark.parametrize(
    ("begun", "months", "last_day"),
    [
        (datetime(2026, 3, 1, 6, tzinfo=UTC), 12, date(2027, 3, 1)),
        (datetime(2026, 1, 31, 6, tzinfo=UTC), 1, date(2026, 2, 28)),
        (datetime(2027, 11, 30, 6, tzinfo=UTC), 3, date(2028, 2, 29)),
        (datetime(2028, 2, 29, 6, tzinfo=UTC), 12, date(2029, 2, 28)),
        (datetime(2026, 12, 31, 16, tzinfo=UTC), 24, date(2029, 1, 1)),  # already 1 January 2027 in Shanghai
    ],
)
def test_months_end_on_the_same_day_of_the_month(begun: datetime, months: int, last_day: date) -> None:
    assert months_end(begun, months, time_zone=SHANGHAI) == end_of_day(last_day, SHANGHAI)


@given(begun=moments, months=st.integers(0, 120), zone=zones)
def test_months_never_shrink(begun: datetime, months: int, zone: str) -> None:
    end, next_end = months_end(begun, months, time_zone=zone), months_end(begun, months + 1, time_zone=zone)
    assert begun <= end < next_end
    assert timedelta(days=26) < next_end - end < timedelta(days=33)
