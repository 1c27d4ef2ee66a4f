"""Quantities in a customer's words and in a product's attributes, and one unit told in another.

Factors are exact by definition (inch, pound) or the usual ones (US fluid ounce, cup). A battery's energy follows from its charge
at 3.7 V, the nominal voltage of a lithium cell, which is said with the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

CELL_VOLTS = 3.7
_AMOUNT = r"(?<![\d.])(\d{1,7}(?:\.\d{1,3})?)"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its name: what it measures, how many of the base unit it is, and how both languages call it."""

    name: str
    dimension: str
    factor: float
    zh: str
    en: str
    pattern: str


UNITS: tuple[Unit, ...] = (
    Unit("fl_oz", "volume", 29.5735, "液盎司", "fl oz", r"fl\.?\s?oz|fluid ounces?|液盎司"),
    Unit("mm", "length", 0.1, "毫米", "mm", r"mm|毫米|millimet(?:er|re)s?"),
    Unit("cm", "length", 1.0, "厘米", "cm", r"cm|厘米|公分|centimet(?:er|re)s?"),
    Unit("in", "length", 2.54, "英寸", "inches", r"-?inch(?:es)?|英寸|寸|in(?=[\s?.,]|$)|\""),
    Unit("ft", "length", 30.48, "英尺", "feet", r"ft|feet|英尺"),
    Unit("m", "length", 100.0, "米", "m", r"m|米|met(?:er|re)s?"),
    Unit("kg", "mass", 1000.0, "公斤", "kg", r"kgs?|公斤|千克|kilos?|kilograms?"),
    Unit("jin", "mass", 500.0, "斤", "jin", r"斤|jin"),
    Unit("lb", "mass", 453.59237, "磅", "lb", r"lbs?|pounds?|磅"),
    Unit("oz", "mass", 28.349523125, "盎司", "oz", r"oz|ounces?|盎司"),
    Unit("g", "mass", 1.0, "克", "g", r"g|克|grams?"),
    Unit("ml", "volume", 1.0, "毫升", "ml", r"ml|毫升|millilit(?:er|re)s?"),
    Unit("l", "volume", 1000.0, "升", "L", r"l|升|lit(?:er|re)s?"),
    Unit("cup", "volume", 236.588, "量杯（美制）", "US cups", r"us cups?|cups?|量杯"),
    Unit("mah", "charge", 1.0, "毫安时", "mAh", r"mah|毫安时?"),
    Unit("wh", "energy", 1.0, "瓦时", "Wh", r"wh|瓦时|watt[- ]?hours?"),
    Unit("f", "temperature", 1.0, "℉", "°F", r"°\s?f|℉|f|fahrenheit|华氏度?"),
    Unit("c", "temperature", 1.0, "℃", "°C", r"°\s?c|℃|c|celsius|摄氏度?|degrees?(?: celsius)?|度"),
    Unit("w", "power", 1.0, "瓦", "W", r"w|瓦|watts?"),
    Unit("db", "noise", 1.0, "分贝", "dB", r"db|分贝|decibels?"),
    Unit("h", "time", 1.0, "小时", "hours", r"h|hrs?|hours?|小时"),
    Unit("people", "people", 1.0, "人", "people", r"people|persons?|个?人"),
    Unit("months", "age", 1.0, "个月", "months", r"months?|个月"),
    Unit("years", "age", 12.0, "岁", "years", r"years?|岁|周岁"),
)
_BY_NAME = {unit.name: unit for unit in UNITS}
_BORDER = r"(?![a-z])"
_PATTERNS = tuple((unit, re.compile(rf"{_AMOUNT}\s*-?(?:{unit.pattern}){_BORDER}")) for unit in UNITS)
_ASKED = {"in": r"inch(?:es)?|英寸"}  # the word "in" names no unit
_BARE = tuple(
    (unit, re.compile(rf"(?<![a-z\d.])(?<!\d )(?:{_ASKED.get(unit.name, unit.pattern)}){_BORDER}")) for unit in UNITS
)
_MINUS = re.compile(r"(?:minus|零下|负|-)\s?$")
_SHORT = frozenset(
    ("m", "g", "l", "w", "h", "c", "f", "db", "people", "months", "years")
)  # a bare letter asks for no unit


@dataclass(frozen=True, slots=True)
class Quantity:
    """So much of a unit, and the characters that say it."""

    amount: float
    unit: Unit
    start: int
    end: int

    @property
    def base(self) -> float:
        """The amount in the base unit of its dimension (cm, g, ml, °C …)."""
        return (self.amount - 32) / 1.8 if self.unit.name == "f" else self.amount * self.unit.factor


def unit_of(name: str) -> Unit:
    """The unit with this name."""
    return _BY_NAME[name]


def quantities_in(words: str) -> list[Quantity]:
    """Every quantity with its unit in lower-case words, in order; no characters used twice."""
    found: list[Quantity] = []
    for unit, pattern in _PATTERNS:
        for match in pattern.finditer(words):
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                is_below = unit.dimension == "temperature" and _MINUS.search(words[: match.start()]) is not None
                amount = float(match.group(1)) * (-1 if is_below else 1)
                found.append(Quantity(amount, unit, match.start(), match.end()))
    return sorted(found, key=lambda one: one.start)


def units_asked(words: str) -> Iterator[Unit]:
    """Units named without an amount: "in inches", 多少磅."""
    rest = list(words)
    for one in quantities_in(words):
        rest[one.start : one.end] = " " * (one.end - one.start)
    text = "".join(rest)
    for unit, pattern in _BARE:
        if unit.name not in _SHORT and pattern.search(text):
            yield unit
    short = re.search(
        r"(?:多少|几|in|to|into|how many)\s*(?:°\s?)?(g|l|m|ft|c|f|克|升|米|celsius|fahrenheit|摄氏|华氏|℃|℉|kg|grams?|lit(?:er|re)s?|met(?:er|re)s?)(?![a-z])",
        text,
    )
    if short:
        yield from (unit for unit in UNITS if unit.name in _SHORT and re.fullmatch(unit.pattern, short.group(1)))


def convert(amount: float, source: Unit, target: Unit) -> float | None:
    """The amount told in another unit, or None where one does not measure what the other does."""
    if source.name == "oz" and target.dimension == "volume":
        source = _BY_NAME["fl_oz"]
    if target.name == "oz" and source.dimension == "volume":
        target = _BY_NAME["fl_oz"]
    if {source.dimension, target.dimension} == {"charge", "energy"}:
        return amount * CELL_VOLTS / 1000 if source.name == "mah" else amount * 1000 / CELL_VOLTS
    if source.dimension != target.dimension:
        return None
    if source.dimension == "temperature" and source != target:
        return amount * 1.8 + 32 if target.name == "f" else (amount - 32) / 1.8
    return amount * source.factor / target.factor


def shown(amount: float) -> str:
    """A number as one says it: whole from a hundred, else one place, two below one; no trailing zeros."""
    places = 0 if abs(amount) >= 100 else 1 if abs(amount) >= 1 else 2
    text = f"{amount:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_of_key(key: str) -> Unit | None:
    """The unit of an attribute by its key's last part: weight_g, fits_laptop_in; None where it has none."""
    if key == "people":
        return _BY_NAME["people"]
    suffix = key.rpartition("_")[2]
    return _BY_NAME.get(suffix) if "_" in key else None
