"""The numbers that replies tell beside verdicts: part of the policy, so that a reply states nothing that the shop did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """What customers are told of the shop's ways. Money in minor units; days of work are Mondays to Fridays.

    `pick_up_hours`: until the courier gets in touch to collect what goes back; 0 where customers send it themselves.
    `warranty_days`: warranties, by their months, that are told (and counted by the policy's clauses) in days.
    `season_…`: the promotion that takes a sum off every so much.
    """

    refund_working_days: int
    pick_up_hours: int
    repair_working_days: tuple[int, int]
    inspection_fee_minor: int
    quality_days: int
    warranty_days: Mapping[int, int]
    unpaid_minutes: int
    dispatch_until: str
    invoice_hours: int
    points_for_one: int
    season_every_minor: int
    season_off_minor: int


def read_told(data: Any) -> Told:
    """Out of the policy's YAML. ValueError names the key and what was expected."""
    given = data if isinstance(data, dict) else {}
    names = {one.name for one in fields(Told)}
    for odd in sorted(names ^ set(given)):
        known = ", ".join(sorted(names))
        raise ValueError(f"told.{odd}: " + ("a value" if odd in names else f"one of {known}"))
    values: dict[str, Any] = {name: _READ.get(name, _whole)(name, given[name]) for name in names}
    return Told(**values)


def _whole(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"told.{name}: a whole number")
    return value


def _span(name: str, value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2 or _whole(name, value[0]) > _whole(name, value[1]):
        raise ValueError(f"told.{name}: two whole numbers, from and to")
    return (value[0], value[1])


def _by_months(name: str, value: Any) -> Mapping[int, int]:
    if not isinstance(value, dict):
        raise ValueError(f"told.{name}: days by months, e.g. {{3: 90}}")
    return {_whole(name, months): _whole(name, days) for months, days in value.items()}


def _clock(name: str, value: Any) -> str:
    hour, colon, minute = str(value).partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        raise ValueError(f'told.{name}: a time of day in quotation marks, e.g. "16:00"')
    return str(value)


_READ = {"repair_working_days": _span, "warranty_days": _by_months, "dispatch_until": _clock}
