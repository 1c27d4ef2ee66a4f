"""Days and times, relative to a given now in the shop's zone. Values are inclusive spans of days."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from xiaoer.nlu.entities.numbers import number_of
from xiaoer.nlu.entities.spans import entity
from xiaoer.nlu.normalise import Normalised
from xiaoer.nlu.types import Entity

_RELATIVE = (
    (r"大前天", -3), (r"前天|day before yesterday", -2), (r"昨[天晚日]|\byesterday\b|\blast night\b", -1),
    (r"今[天早晚日]|\btoday\b|\bthis morning\b|\btonight\b", 0), (r"明[天早晚日]|\btomorrow\b", 1), (r"后天", 2),
)  # fmt: skip
_DAYS_AGO = re.compile(r"((?<!\d)\d{1,4}|(?<![一二两三四五六七八九十])[一二两三四五六七八九十]{1,6})\s*天[之以]?前|((?<!\d)\d{1,4}|one|two|three|four|five|six|seven|ten)\s+days?\s+ago")
_WEEKS = re.compile(r"上(?:个)?(?:周|星期|礼拜)([一二三四五六日天])?|\blast week\b")
_WEEKDAY = re.compile(r"\b(?:last|on)\s+(monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b|(?<!上)(?:周|星期|礼拜)([一二三四五六日天])")
_MONTH_DAY = re.compile(r"(1[0-2]|0?[1-9])月(3[01]|[12]\d|0?[1-9])[号日]?")
_ENGLISH_DAY = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b|"
    r"\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"
)
_ISO = re.compile(r"(?<!\d)(20\d\d)[-/.](1[0-2]|0?[1-9])[-/.](3[01]|[12]\d|0?[1-9])(?!\d)")
_FESTIVALS = ((r"双十一|双11|double eleven|singles'? day", 11, 11), (r"双十二|双12", 12, 12), (r"618", 6, 18))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Span = tuple[int, int, date, date]


def find(original: str, normal: Normalised, *, now: datetime, time_zone: str) -> Iterator[Entity]:
    """Every day named, earliest in the text first; overlapping readings keep the longer one."""
    today = now.astimezone(ZoneInfo(time_zone)).date()
    found: list[Span] = []
    for reader in _READERS:
        found += [one for one in reader(normal.text, today) if one is not None]
    found.sort(key=lambda one: (one[0], -(one[1] - one[0])))
    last = -1
    for start, end, first, until in found:
        if start >= last:
            last = end
            value = {"from": first.isoformat(), "to": until.isoformat()}
            yield entity("date", original, normal, start, end, value)


def _relative(text: str, today: date) -> Iterator[Span]:
    for pattern, days in _RELATIVE:
        for match in re.finditer(pattern, text):
            day = today + timedelta(days=days)
            yield match.start(), match.end(), day, day
    for match in _DAYS_AGO.finditer(text):
        number = number_of(match.group(1) or match.group(2))
        if number is not None and number < 4000:
            day = today - timedelta(days=int(number))
            yield match.start(), match.end(), day, day


def _weeks(text: str, today: date) -> Iterator[Span]:
    monday = today - timedelta(days=today.weekday())
    for match in _WEEKS.finditer(text):
        first = monday - timedelta(days=7)
        if match.group(1):
            day = first + timedelta(days="一二三四五六日天".index(match.group(1)) % 7 if match.group(1) != "天" else 6)
            yield match.start(), match.end(), day, day
        else:
            yield match.start(), match.end(), first, first + timedelta(days=6)
    for match in _WEEKDAY.finditer(text):
        place = _WEEKDAYS.index(match.group(1)) if match.group(1) else min(6, "一二三四五六日天".index(match.group(2)))
        back = (today.weekday() - place) % 7 or 7
        day = today - timedelta(days=back)
        yield match.start(), match.end(), day, day


def _calendar(text: str, today: date) -> Iterator[Span]:
    for match in _ISO.finditer(text):
        yield from _day(match, int(match.group(1)), int(match.group(2)), int(match.group(3)), today)
    for match in _MONTH_DAY.finditer(text):
        yield from _day(match, None, int(match.group(1)), int(match.group(2)), today)
    for match in _ENGLISH_DAY.finditer(text):
        month = _MONTHS.index(match.group(1) or match.group(4)) + 1
        yield from _day(match, None, month, int(match.group(2) or match.group(3)), today)
    for pattern, month, number in _FESTIVALS:
        for match in re.finditer(pattern, text):
            yield from _day(match, None, month, number, today)


def _day(match: re.Match[str], year: int | None, month: int, number: int, today: date) -> Iterator[Span]:
    """Without a year the nearest day that is not more than two months ahead: what customers talk about is mostly past."""
    for candidate in (year,) if year else (today.year, today.year - 1):
        try:
            day = date(candidate, month, number)
        except ValueError:
            return
        if year or day <= today + timedelta(days=60):
            yield match.start(), match.end(), day, day
            return


_READERS: tuple[Callable[[str, date], Iterator[Span]], ...] = (_relative, _weeks, _calendar)
