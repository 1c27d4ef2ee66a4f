"""Places by their names, in English and 中文: which cities and regions a text names, as addresses write them."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from xiaoer.nlu.normalise import normalise
from xiaoer.yaml_text import read_yaml

_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{2}(?![A-Za-z])")
# Codes that are also words; they count only behind a comma, as in "Portland, OR".
_WORDS = frozenset({"IN", "OR", "ME", "HI", "OK", "ON", "ID", "PA", "MA", "LA"})
_MOST_CHARACTERS = 2_000


def places_in(text: str) -> tuple[str, ...]:
    """Cities by their English names and regions by their codes ("New York", "TX"), in the order in which they are named.

    A name of both is told as both. Longer names go first: "North Carolina" names no Carolina, "Kansas City" no Kansas.
    """
    normal, (pattern, names, codes) = normalise(text[:_MOST_CHARACTERS]), _names()
    found = [(match.start(), place) for match in pattern.finditer(normal.text) for place in names[match.group().lower()]]
    for match in _CODE.finditer(text[:_MOST_CHARACTERS]):
        before = text[: match.start()].rstrip(" ")
        if match.group() in codes and (match.group() not in _WORDS or before.endswith((",", "，"))):
            found.append((match.start(), match.group()))
    return tuple(dict.fromkeys(place for _, place in sorted(found, key=lambda one: one[0])))


@lru_cache(maxsize=1)
def _names() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]], frozenset[str]]:
    data = read_yaml((files("xiaoer.nlu") / "places.yaml").read_text("utf-8"))
    names: dict[str, tuple[str, ...]] = {}
    for city, others in data["cities"].items():
        for name in (city, *others):
            key = normalise(name).text
            names[key] = (*names.get(key, ()), str(city))
    for code, called in data["regions"].items():
        for name in called:
            key = normalise(name).text
            names[key] = (*names.get(key, ()), str(code))
    ordered = sorted(names, key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in ordered if name.isascii())
    others = "|".join(re.escape(name) for name in ordered if not name.isascii())
    return re.compile(rf"(?<![a-z])(?:{latin})(?![a-z])|(?:{others})"), names, frozenset(data["regions"])
