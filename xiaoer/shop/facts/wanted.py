"""Conditions in a customer's words: waterproof, under 1 kg, for four people, fits a 15-inch laptop, works with an iPhone.

Words are looked up in the shop's own dictionary (labels and synonyms of attributes and their values); numbers find their
attribute by what they measure and by the words around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from xiaoer.shop.facts.measures import measure
from xiaoer.shop.facts.units import Quantity, quantities_in, unit_of_key
from xiaoer.shop.types import Product

Op = Literal["min", "max", "near", "is", "one_of"]
_NEAR = 0.12  # "a 20 L backpack" is also one of 18 or 22
_AROUND = 14  # characters before and after a number that say how it is meant
_MAX = r"以内|以下|不超过|不大于|小于|低于|少于|不到|最多|轻于|under|below|less than|up to|at most|no more than|within|lighter than|shorter than|max"
_MIN = r"以上|超过|至少|大于|高于|多于|不少于|over|at least|more than|above|or more|no less than|heavier than|longer than|min"
_NOT = re.compile(
    r"(?:不|非|没有|不要|不能|不可以?|不支持)$|\b(?:not|non|without|no|isn't|aren't|un)[\s-]?(?:a |the )?$"
)
# Words that stand for several values of an attribute.
_CLASSES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"机洗|洗衣机|\bmachine[- ]wash|\bwashing machine\b", "care", ("machine-30", "machine-40")),
    (r"手洗|\bhand[- ]wash", "care", ("hand-wash",)),
    (r"女款|女生|女士|女式|\bfor (?:a )?wom[ae]n\b|\bwomen'?s\b|\bladies\b", "for_whom", ("women", "unisex")),
    (r"男款|男生|男士|男式|\bfor (?:a )?m[ae]n\b|(?<!wo)\bmen'?s\b", "for_whom", ("men", "unisex")),
    (r"苹果手机|\biphones?\b", "compatible_with", ("iphone",)),
    (r"安卓|华为|小米|三星|荣耀|\boppo\b|\bvivo\b|\bandroid\b|\bsamsung\b|\bhuawei\b|\bpixel\b|\bgalaxy\b|\bxiaomi\b", "compatible_with", ("android",)),
    (r"\bipads?\b|苹果平板", "compatible_with", ("ipad",)),
    (r"苹果电脑|\bmac ?books?\b|\bimacs?\b|\bmacs?\b", "compatible_with", ("macos",)),
    (r"\bwindows\b|\bthinkpad\b|\bsurface\b|\bpcs?\b", "compatible_with", ("windows",)),
    (r"\busb[- ]?c\b|\btype[- ]?c\b", "ports", ("usb-c",)),
    (r"\busb[- ]?a\b", "ports", ("usb-a",)),
    (r"\bhdmi\b", "ports", ("hdmi",)),
)  # fmt: skip
_CLASS_KEYS = frozenset(key for _, key, _ in _CLASSES)
_ALSO: Mapping[str, tuple[str, ...]] = {
    "waterproof": ("water_rating",)
}  # told by another attribute where the first is not written
_NO_FILTERS = frozenset(("brand", "made_in", "season", "use", "finish", "age_to_months", "remote", "wired", "washable"))
_SHORTEST = {"zh": 2, "en": 4}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on an attribute. `allowed`: the values of which one must be there; `number`: in the attribute's own unit."""

    key: str
    op: Op
    number: float = 0.0
    allowed: tuple[Any, ...] = ()

    def holds(self, product: Product) -> bool | None:
        """Whether it is true of the product; None where the product's data say nothing about it."""
        if self.op in ("is", "one_of"):
            return self._has(product)
        value = measure(product, self.key)
        if value is None:
            return None
        if self.op == "near":
            return abs(value - self.number) <= _NEAR * self.number
        return value >= self.number if self.op == "min" else value <= self.number

    def _has(self, product: Product) -> bool | None:
        value = product.attributes.get(self.key)
        if value is None:
            told = any(key in product.attributes for key in _ALSO.get(self.key, ()))
            return True if told and self.allowed == (True,) else None
        values = tuple(value) if isinstance(value, list | tuple) else (value,)
        return any(one in self.allowed for one in values)

    def told_by(self, product: Product) -> str:
        """The attribute that shows whether it holds."""
        return next((key for key in (self.key, *_ALSO.get(self.key, ())) if key in product.attributes), self.key)


def conditions_in(
    words: str, dictionary: Mapping[str, Any], pool: Sequence[Product], *, with_unwritten: bool = False
) -> list[Condition]:
    """Every condition in lower-case words that is about something the products of the pool have written, or, `with_unwritten`,
    about anything in the dictionary.
    """
    written = {key for product in pool for key in product.attributes}
    told = {*written, *dictionary.get("attributes", {})} if with_unwritten else written
    found: dict[tuple[str, Op], Condition] = {}
    for one in (*_classes(words), *_truths(words, dictionary), *_values(words, dictionary), *_numbers(words, written, told)):
        if one.key in told or any(key in told for key in _ALSO.get(one.key, ())):
            found.setdefault((one.key, one.op), one)
    return list(found.values())


def _classes(words: str) -> Iterator[Condition]:
    for pattern, key, values in _CLASSES:
        if re.search(pattern, words):
            yield Condition(key, "one_of", allowed=values)


def _truths(words: str, dictionary: Mapping[str, Any]) -> Iterator[Condition]:
    for key, data in dictionary.get("attributes", {}).items():
        if data.get("type") != "bool" or key in _NO_FILTERS:
            continue
        place = _place_of(words, data)
        if place is not None:
            yield Condition(key, "is", allowed=(not _NOT.search(words[:place]),))


def _values(words: str, dictionary: Mapping[str, Any]) -> Iterator[Condition]:
    values = dictionary.get("values", {})
    for key, data in dictionary.get("attributes", {}).items():
        if key in _NO_FILTERS or key in _CLASS_KEYS:
            continue
        named = tuple(
            slug for slug in data.get("values", ()) if slug in values and _place_of(words, values[slug]) is not None
        )
        if named:
            yield Condition(key, "one_of", allowed=named)


def _place_of(words: str, data: Mapping[str, Any]) -> int | None:
    """Where the label or a synonym stands in the words."""
    for language in ("zh", "en"):
        for name in (data.get("labels", {}).get(language, ""), *((data.get("synonyms") or {}).get(language) or ())):
            text = str(name).lower()
            if len(text) < _SHORTEST[language]:
                continue
            match = re.search(rf"(?<![a-z]){re.escape(text)}(?![a-z])" if text[0] < "㐀" else re.escape(text), words)
            if match:
                return match.start()
    return None


def _numbers(words: str, written: set[str], told: set[str]) -> Iterator[Condition]:
    for one in quantities_in(words):
        around = words[max(0, one.start - _AROUND) : one.end + _AROUND]
        keys = _keys_for(one, around, words)
        key = next((key for key in keys if key in written), next((key for key in keys if key in told), None))
        if key is not None:
            unit = unit_of_key(key)
            number = one.base / unit.factor if unit is not None else one.base
            yield Condition(key, _op_of(one, key, words), number=round(number, 4))


def _keys_for(one: Quantity, around: str, words: str) -> tuple[str, ...]:
    """The attributes that a quantity can be about, the likeliest first."""
    match one.unit.dimension:
        case "length":
            if one.unit.name == "in" and re.search(r"电脑|笔记本|本子|laptop|macbook|notebook|computer", words):
                return ("fits_laptop_in",)
            sides = (("宽|wide|width", "width_cm"), ("高|tall|high|height", "height_cm"), ("直径|diameter", "diameter_cm"),
                     ("线|cable|cord", "cable_length_cm"), ("跟|heel", "heel_cm"), ("屏|screen", "screen_in"),
                     ("长|long|length", "length_cm"))  # fmt: skip
            return tuple(key for pattern, key in sides if re.search(pattern, around))
        case "mass":
            return (
                ("max_load_kg",) if re.search(r"承重|承受|载重|load|hold|support|bear|carry", around) else ("weight_g",)
            )
        case "volume":
            return ("capacity_l", "capacity_ml", "volume_ml")
        case "time":
            if re.search(r"保温|keep", words):
                return ("keep_hot_h",)
            return ("battery_h",) if re.search(r"续航|电池|用|battery|last", words) else ()
        case "age":
            return ("age_from_months",)
    simple = {
        "charge": "battery_mah",
        "power": "power_w",
        "noise": "noise_db",
        "people": "people",
        "temperature": "warm_c",
    }
    return (simple[one.unit.dimension],) if one.unit.dimension in simple else ()


def _op_of(one: Quantity, key: str, words: str) -> Op:
    before, after = words[max(0, one.start - _AROUND) : one.start], words[one.end : one.end + _AROUND]
    for op, pattern in (("max", _MAX), ("min", _MIN)):
        if re.search(rf"(?:{pattern})\s*(?:about\s*|大约)?$", before) or re.match(rf"\s*(?:{pattern})", after):
            return "max" if op == "max" else "min"
    if key in ("fits_laptop_in", "people", "max_load_kg", "battery_h", "keep_hot_h"):
        return "min"
    return "max" if key in ("age_from_months", "warm_c") else "near"
