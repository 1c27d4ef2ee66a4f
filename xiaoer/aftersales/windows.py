"""When a window ends. Days and months run to the last moment of the local day, whatever the clock change; hours are exact."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from xiaoer.aftersales.policy import Window
from xiaoer.shop.types import Order

_TICK = timedelta(microseconds=1)


def window_end(window: Window, order: Order, *, level: str, time_zone: str) -> datetime | None:
    """The last moment inside the window (aware UTC), or None while its clock has not started.

    The day on which the clock starts is day 0: "7 days from delivery" ends at the end of the seventh day after it.
    """
    begun: datetime | None = getattr(order, f"{window.clock}_at")
    if begun is None:
        return None
    if window.hours is not None:
        return begun.astimezone(UTC) + timedelta(hours=window.by_level.get(level, window.hours))
    days = window.by_level.get(level, window.days or 0)
    return end_of_day(_local_day(begun, time_zone) + timedelta(days=days), time_zone)


def months_end(begun: datetime, months: int, *, time_zone: str) -> datetime:
    """The last moment (aware UTC) of the same day of the month, so many months on; the 31st becomes a short month's last day."""
    day = _local_day(begun, time_zone)
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return end_of_day(date(year, month, min(day.day, monthrange(year, month)[1])), time_zone)


def end_of_day(day: date, time_zone: str) -> datetime:
    """The last moment (aware UTC) of a local day."""
    # Counted back from the next midnight, which clock changes can skip or repeat: 23:59 may then come twice, or never.
    zone = ZoneInfo(time_zone)
    midnights = (datetime.combine(day + timedelta(days=1), time(fold=fold), tzinfo=zone) for fold in (0, 1))
    moments = [midnight.astimezone(UTC) - _TICK for midnight in midnights]
    return max(moment for moment in moments if _local_day(moment, time_zone) <= day)


def _local_day(moment: datetime, time_zone: str) -> date:
    return moment.astimezone(ZoneInfo(time_zone)).date()
