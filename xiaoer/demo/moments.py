"""The demo's calendar: moments counted back from "now" in the shop's time zone, and the shop's dispatch hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
_CUT_OFF = 16  # paid before this hour leaves the same day
_LAST_PACKING = 23


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything in the demo happened before `now` (aware)."""

    now: datetime

    @classmethod
    def of(cls, now: datetime) -> Calendar:
        """A calendar of whole seconds."""
        return cls(now.astimezone(ZONE).replace(microsecond=0))

    def ago(self, days: int, clock: str) -> datetime:
        """So many days ago at a time of day, e.g. ago(3, "10:24"). Days from 1 on lie in the past whatever the hour."""
        return at_clock(self.now - timedelta(days=days), clock)

    def before(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> datetime:
        """So long before now."""
        return (self.now - timedelta(days=days, hours=hours, minutes=minutes)).replace(microsecond=0)

    def passed(self, moment: datetime | None) -> datetime | None:
        """The moment if it has come, else None."""
        return moment if moment is not None and moment <= self.now else None

    @property
    def last_midnight(self) -> datetime:
        """When levels were checked last."""
        return at_clock(self.now, "00:00")


def at_clock(moment: datetime, clock: str, *, days: int = 0) -> datetime:
    """The day of the moment (or so many days later) at a time of day of the shop's zone."""
    hour, _, minute = clock.partition(":")
    local = moment.astimezone(ZONE) + timedelta(days=days)
    return local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)


def dispatch(paid_at: datetime) -> tuple[datetime, datetime]:
    """When the warehouse packs what was paid then, and when it leaves: before 16:00 the same day, later the next day."""
    local = paid_at.astimezone(ZONE)
    packed = local + timedelta(hours=2, seconds=20 * local.minute)
    opening = at_clock(local, "08:40") + timedelta(minutes=local.minute)
    if local.hour < _CUT_OFF:
        return max(packed, opening), at_clock(local, "18:30") + timedelta(seconds=90 * local.minute)
    is_late = packed.hour >= _LAST_PACKING or packed.date() > local.date()
    tomorrow = at_clock(local, "15:00", days=1) + timedelta(minutes=2 * local.minute)
    return (opening + timedelta(days=1) if is_late else packed), tomorrow
