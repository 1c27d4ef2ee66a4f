"""When a window ends. Days run to the last moment of the local day, whatever the clock change; hours are exact."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from xiaoer.aftersales.policy import Window
from xiaoer.shop.types import Order


def window_end(window: Window, order: Order, *, level: str, time_zone: str) -> datetime | None:
    """The last moment inside the window (aware UTC), or None while its clock has not started.

    The day on which the clock starts is day 0: "7 days from delivery" ends at the end of the seventh day after it.
    """
    begun: datetime | None = getattr(order, f"{window.clock}_at")
    if begun is None:
        return None
    if window.hours is not None:
        return begun + timedelta(hours=window.by_level.get(level, window.hours))
    days = window.by_level.get(level, window.days or 0)
    zone = ZoneInfo(time_zone)
    last_day = begun.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(last_day, time.max, tzinfo=zone).astimezone(UTC)
