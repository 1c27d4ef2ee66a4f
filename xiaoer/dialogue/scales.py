"""Options that have an order: "one size smaller", "brighter", "1000 more pieces", "the maximum zoom"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_SIZES = ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl")
# Words in the order of what they stand for; the first list that holds every word of an option orders it.
_SCALES: tuple[tuple[str, ...], ...] = (
    _SIZES,
    ("portable", "extra small", "small", "basic", "medium", "standard", "large", "professional", "extra large"),
    ("none", "low", "medium", "high", "maximum"),
    ("light", "medium", "dark"),
    ("beginner", "easy", "intermediate", "medium", "advanced", "hard", "expert"),
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FACTORS: Mapping[str, float] = {"tb": 1024.0, "k": 1000.0, "kg": 1000.0, "m": 1.0}
_NO_ORDER = frozenset({"color", "colour", "brand", "type", "style", "design", "theme", "material", "compatibility"})


def order_of(values: Iterable[str]) -> dict[str, float] | None:
    """Each value's place on the scale that they share, or None where they have no order."""
    offered = list(dict.fromkeys(values))
    for scale in _SCALES:
        if len(offered) > 1 and all(value.lower() in scale for value in offered):
            return {value: float(scale.index(value.lower())) for value in offered}
    numbers = {value: number for value in offered if (number := number_of(value)) is not None}
    return numbers if len(numbers) == len(offered) > 0 else None


def number_of(value: str) -> float | None:
    """The number in an option value, in the smaller unit ("1TB SSD" is 1024, "512GB" is 512), or None."""
    match = _NUMBER.search(value)
    if match is None or re.search(r"[a-z]{4,}", value[: match.start()].lower()):
        return None
    unit = re.match(r"[a-z]+", value[match.end() :].lower().lstrip())
    return float(match.group()) * _FACTORS.get(unit.group() if unit else "", 1.0)


def keys_meant(hints: Sequence[str], options: Mapping[str, Sequence[str]]) -> list[str]:
    """The options of a product that a comparison can speak of: those named, else every one that has an order."""
    named = [key for key in options for hint in hints if hint == key or hint in key.split() or key.endswith(hint)]
    ordered = [key for key in dict.fromkeys(named) if order_of(options[key]) is not None]
    if ordered or (hints and named):
        return ordered
    if not hints or {"size", "capacity"} & set(hints):
        return [key for key, values in options.items() if order_of(values) is not None and not _NO_ORDER & set(key.split())]
    return []
