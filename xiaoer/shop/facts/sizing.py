"""The size that fits: from the shop's size charts and body measures, from the size usually worn, from another country's size."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from xiaoer.shop.facts.question import Finding, Question
from xiaoer.shop.types import Product

# The measures of a chart in the order in which they decide: a bust says more than a height.
_DECIDING = ("bust_cm", "chest_cm", "waist_cm", "hips_cm", "height_cm", "weight_kg")
_GIRTHS: tuple[tuple[str, str], ...] = (
    ("chest_cm", r"(?:胸围|\bchest\b|\bbust\b)\D{0,8}(\d{2,3})(?:\.\d)?"),
    ("waist_cm", r"(?:腰围|\bwaist\b)\D{0,8}(\d{2,3})(?:\.\d)?"),
    ("hips_cm", r"(?:臀围|\bhips?\b)\D{0,8}(\d{2,3})(?:\.\d)?"),
)
_USUAL = re.compile(
    r"(?:平时|平常|一般|通常|日常|都)(?:都)?(?:穿|买|是)\s*(xxl|xl|xs|s|m|l)(?![a-z])|"
    r"\b(?:usually|normally|always|typically)\s+(?:wear|take|buy)s?\s+(?:a\s+)?(?:size\s+)?(xxl|xl|xs|s|m|l|small|medium|large)\b|"
    r"\bi(?:'m| am) (?:usually |normally )?an? (xxl|xl|xs|s|m|l|small|medium|large)\b"
)
_NAMES = {"small": "S", "medium": "M", "large": "L"}
_WOMAN = re.compile(r"女|\bwom[ae]n|\bgirl|\bwife\b|\bgirlfriend\b|\bmother\b|\bdaughter\b|\bfemale\b")
_MAN = re.compile(r"男|老公|\b(?:man|men|husband|boyfriend|father|guy|male|son)\b")


def size_for(question: Question, products: Sequence[Product], charts: Mapping[str, Any]) -> Finding | None:
    """The size of the first product that comes in sizes (of any, where none is named); None where nothing was said to go by."""
    product = next((one for one in products if _sizes_of(one)), None)
    if products and product is None:
        return None
    usual = _usual(question.words)
    measures = {**question.body, **_girths(question.words)}
    if "foot_mm" in measures:
        return _of_foot(measures["foot_mm"], product, charts.get("shoes") or {})
    if usual and product is not None:
        return _found(product, usual, {"why": "usual"})
    told = {key: value for key, value in measures.items() if key in _DECIDING or key == "chest_cm"}
    names = _charts_for(question.words, product)
    if not told or not names:
        return None
    rows = [(name, *_by_chart(charts.get(name) or {}, told)) for name in names]
    rows = [one for one in rows if one[1]]
    if not rows:
        return Finding("size", (product,) if product else (), facts={"why": "beyond", "measures": told, "size": None})
    sizes = {size for _, size, _ in rows}
    facts = {
        "why": "chart",
        "measures": told,
        "by": rows[0][2],
        "charts": tuple((name, size) for name, size, _ in rows),
    }
    return _found(product, rows[0][1] if len(sizes) == 1 else None, facts)


def _found(product: Product | None, size: str | None, facts: Mapping[str, Any]) -> Finding:
    """With what the product says of the size: made, in stock, in which colours."""
    told: dict[str, Any] = {
        "measures": {},
        "by": (),
        "charts": (),
        **facts,
        "size": size,
        "is_made": None,
        "in_stock": (),
    }
    if product is not None and size is not None:
        made = [one for one in product.variants if one.options.get("size") == size]
        told |= {"is_made": bool(made), "in_stock": tuple(one for one in made if one.stock > 0)}
        told["fit"] = product.attributes.get("fit")
    return Finding("size", (product,) if product else (), facts={"fit": None, **told})


def _sizes_of(product: Product) -> list[str]:
    return list(dict.fromkeys(one.options["size"] for one in product.variants if one.options.get("size")))


def _usual(words: str) -> str | None:
    match = _USUAL.search(words)
    word = next((group for group in match.groups() if group), "") if match else ""
    return _NAMES.get(word, word.upper()) or None


def _girths(words: str) -> dict[str, float]:
    found = ((key, re.search(pattern, words)) for key, pattern in _GIRTHS)
    return {key: float(match.group(1)) for key, match in found if match}


def _charts_for(words: str, product: Product | None) -> tuple[str, ...]:
    """Whose chart: as the words say, else as the product says, else women's and men's."""
    whom = product.attributes.get("for_whom") if product is not None else None
    if whom == "kids" or (product is not None and product.category == "kids"):
        return ("kids",)
    if product is not None and product.category not in ("clothing", "kids"):
        return ()
    if _WOMAN.search(words):
        return ("women",)
    if _MAN.search(words):
        return ("men",)
    return {"women": ("women",), "men": ("men",)}.get(str(whom), ("women", "men"))


def _by_chart(chart: Mapping[str, Any], measures: Mapping[str, float]) -> tuple[str | None, tuple[str, ...]]:
    """The size, and the measures that decided: girths before height and weight; of two sizes the bigger one."""
    usable = {
        ("bust_cm" if key == "chest_cm" and "bust_cm" in _keys(chart) else key): value
        for key, value in measures.items()
    }
    girths = [key for key in _DECIDING[:4] if key in usable and key in _keys(chart)]
    used = girths[:1] or [key for key in _DECIDING[4:] if key in usable and key in _keys(chart)]
    order = list(chart)
    sizes = [size for key in used if (size := _size_at(chart, key, usable[key])) is not None]
    if not sizes or len(sizes) < len(used):
        return None, ()
    return max(sizes, key=order.index), tuple(used)


def _keys(chart: Mapping[str, Any]) -> set[str]:
    return {key for row in chart.values() for key in row}


def _size_at(chart: Mapping[str, Any], key: str, value: float) -> str | None:
    """The first size whose range reaches the value; None below the smallest by more than a step or above the largest."""
    ranges = [(size, row[key]) for size, row in chart.items() if key in row]
    if not ranges or value < ranges[0][1][0] - (ranges[0][1][1] - ranges[0][1][0] + 1):
        return None
    return next((size for size, (_, high) in ranges if value <= high), None)


def _of_foot(foot_mm: float, product: Product | None, chart: Mapping[str, Any]) -> Finding | None:
    size = next((str(one) for one, row in chart.items() if foot_mm <= row["foot_mm"]), None)
    if not chart or size is None:
        return None
    facts = {"why": "foot", "measures": {"foot_mm": foot_mm}, "by": ("foot_mm",), "chart_mm": chart[size]["foot_mm"]}
    return _found(product, size, facts)
