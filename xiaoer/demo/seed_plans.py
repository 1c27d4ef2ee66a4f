"""Which orders there are in the demo: the many of the last year, those of these days, and those with after-sales work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import cycle
from random import Random

from xiaoer.demo.moments import Calendar, at_clock, dispatch
from xiaoer.demo.seed_orders import Plan
from xiaoer.demo.seed_people import Person

_BUYS = {"keen": (13, 17), "steady": (3, 5), "light": (1, 3)}
_HOURS = (8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 17, 18, 19, 20, 20, 21, 21, 22, 22, 23)
_OLDEST, _NEWEST = 400, 9
_EVERY_LIGHT = 4
# How many orders of these days are in which state.
_RECENT = {"unpaid": 6, "paid": 11, "packed": 8, "shipped": 24}
_JUST_DELIVERED = 26
# Days since these orders were placed. Several ages each, so that the work on them stands at every stage.
_SPECIAL: Mapping[str, Sequence[float]] = {
    "closed": (0.1, 0.9, 3, 11, 26, 48, 77, 110, 160, 220),
    "cancelled": (0.2, 1.1, 2.2, 6, 13, 29, 51, 83, 140, 210),
    "refused": (9, 14, 32, 64),
    "stuck": (7, 8, 9, 10, 11),
    "paid_twice": (0.15, 1.2, 18, 75),
    "presale": (6, 9, 13, 40, 70),
    "return_all": (6, 7, 8, 9, 10, 11, 13, 16, 22, 34, 58, 90, 150),
    "return_some": (6, 7, 8, 9, 10, 12, 14, 19, 27, 45, 70, 120),
    "return_refused": (9, 11, 21, 52),
    "return_withdrawn": (8, 17, 33),
    "exchange": (7, 9, 10, 12, 14, 18, 29, 61),
    "resend": (4, 5, 5, 6, 6, 7, 7, 8, 9, 16, 40, 95),
    "resend_today": (5, 6, 7),
    "missing_refund": (6, 8, 13, 45),
    "price_protection": (11, 15, 19, 36, 80),
    "repair": (18, 26, 33, 40, 52, 61, 72, 88, 130, 200),
    "repair_quote": (98, 101, 104, 108, 140),
}
_TALKED_OF_IN_ENGLISH = ("paid_twice",)  # see conversations.yaml


def make_plans(calendar: Calendar, people: Sequence[Person]) -> tuple[Plan, ...]:
    """Every order to be made, oldest first. The standing people's are not among them."""
    buyers = [person for person in people if person.buys != "none"]
    plans = [*_of_the_year(calendar, buyers), *_of_these_days(calendar, buyers), *_special(calendar, buyers)]
    return tuple(sorted(plans, key=lambda plan: (plan.placed_at, plan.key)))


def _of_the_year(calendar: Calendar, buyers: Iterable[Person]) -> Iterator[Plan]:
    for person in buyers:
        rng = Random(f"year/{person.id}")
        for number in range(rng.randint(*_BUYS[person.buys])):
            days = _NEWEST + int((_OLDEST - _NEWEST) * rng.random() ** 1.3)
            yield Plan(person, _some_time(rng, calendar, days), "", f"year/{person.id}/{number}")


def _of_these_days(calendar: Calendar, buyers: Sequence[Person]) -> Iterator[Plan]:
    rng, turns = Random("these days"), _turns("these days", buyers)
    for state, count in _RECENT.items():
        for number in range(count):
            yield Plan(
                next(turns), _recently(rng, calendar, state), "unpaid" if state == "unpaid" else "", f"{state}/{number}"
            )
    far = cycle([person for person in buyers if person.homes[0][1].speed in ("remote", "abroad")])
    for number in range(_JUST_DELIVERED):
        person = next(far) if number % 3 == 0 else next(turns)
        yield Plan(person, _some_time(rng, calendar, rng.randint(4, 9)), "", f"delivered/{number}")


def _special(calendar: Calendar, buyers: Sequence[Person]) -> Iterator[Plan]:
    close = [person for person in buyers if person.homes[0][1].speed in ("near", "far")]
    turns, english = _turns("special", close), _turns("special", [one for one in close if one.language == "en"])
    for fate, ages in _SPECIAL.items():
        for number, days in enumerate(ages):
            rng = Random(f"{fate}/{number}")
            placed_at = calendar.before(days=days) if days < 2 else _some_time(rng, calendar, int(days))
            person = next(english if fate in _TALKED_OF_IN_ENGLISH else turns)
            yield Plan(person, placed_at, fate, f"{fate}/{number}")


def _turns(name: str, buyers: Sequence[Person]) -> Iterator[Person]:
    """Everybody in turn, the keen ones twice and few of the light ones, in an order that is always the same."""
    keen = [person for person in buyers if person.buys == "keen"]
    light = [person for person in buyers if person.buys == "light"]
    mixed = [*keen, *(person for person in buyers if person.buys != "light"), *light[::_EVERY_LIGHT]]
    Random(name).shuffle(mixed)
    return cycle(mixed)


def _some_time(rng: Random, calendar: Calendar, days: int) -> datetime:
    """A likely time of a day so many days ago."""
    day = at_clock(calendar.now - timedelta(days=days), f"{rng.choice(_HOURS)}:00")
    return day + timedelta(seconds=rng.randrange(3600))


def _recently(rng: Random, calendar: Calendar, state: str) -> datetime:
    """A moment such that an order placed then stands in this state now."""
    if state == "unpaid":
        return calendar.before(minutes=rng.randint(2, 24))
    if state == "paid":
        return calendar.before(minutes=rng.randint(16, 110))
    if state == "shipped":
        return _some_time(rng, calendar, rng.randint(1, 4))
    candidates = [calendar.before(hours=2.3, minutes=15 * quarter) for quarter in range(120)]
    return rng.choice([one for one in candidates if _is_packed(calendar, one)])


def _is_packed(calendar: Calendar, placed_at: datetime) -> bool:
    """Packed and not yet gone, whether it is paid within a minute or within twelve."""
    for delay in (timedelta(minutes=1), timedelta(minutes=12)):
        packed, shipped = dispatch(placed_at + delay)
        if not packed <= calendar.now < shipped:
            return False
    return True
