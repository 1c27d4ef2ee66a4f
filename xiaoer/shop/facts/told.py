"""Quantities told in another unit: one that was said, or what a product measures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from xiaoer.shop.facts.measures import measure
from xiaoer.shop.facts.naming import single_of
from xiaoer.shop.facts.question import MOST_TOLD, Finding, Question, Row
from xiaoer.shop.facts.units import Unit, convert, quantities_in, unit_of_key, units_asked
from xiaoer.shop.types import Product

_CONVERT = re.compile(
    r"是多少|等于|多少|换算|转换|几|合|\bin\b|\bto\b|\binto\b|\bhow many\b|\bhow much\b|\bconvert|\bequals?\b|="
)


def tell_unit(question: Question, pool: Sequence[Product], dictionary: Mapping[str, Any]) -> Finding | None:
    """A quantity told in another unit, no product being named."""
    if question.named or question.kinds or not _CONVERT.search(question.words):
        return None
    for quantity in quantities_in(question.words):
        for unit in units_asked(question.words):
            value = convert(quantity.amount, quantity.unit, unit)
            if value is not None and unit != quantity.unit:
                is_cell = {quantity.unit.dimension, unit.dimension} == {"charge", "energy"}
                facts = {
                    "amount": quantity.amount,
                    "from": quantity.unit,
                    "to": unit,
                    "value": value,
                    "is_cell": is_cell,
                }
                return Finding("unit", facts=facts)
    return None


def tell_in_unit(question: Question, pool: Sequence[Product], dictionary: Mapping[str, Any]) -> Finding | None:
    """An attribute of a product in the unit that was asked for: how long is it in inches, 多少斤."""
    rows, told = [], []
    for product in (single_of(question, pool) or pool)[:MOST_TOLD]:
        for key in _keys_asked(question.words, product):
            row, value = _converted(product, key, question.words)
            if row is not None and value is not None:
                rows.append(row)
                told.append(value)
    return (
        Finding(
            "in_unit", tuple({row.product.id: row.product for row in rows}.values()), tuple(rows), {"told": tuple(told)}
        )
        if rows
        else None
    )


def _keys_asked(words: str, product: Product) -> list[str]:
    """The attributes that the words can be about, by what the unit measures; sides by their names, else all of them."""
    dimensions = {unit.dimension for unit in units_asked(words)} | (
        {"charge"} if re.search(r"\bwh\b|瓦时", words) else set()
    )
    keys = [
        key for key in product.attributes if (unit := unit_of_key(key)) is not None and unit.dimension in dimensions
    ]
    sides = {"length_cm": r"长|long|length", "width_cm": r"宽|wide|width", "height_cm": r"高|tall|high|height"}
    named = [key for key in keys if key in sides and re.search(sides[key], words)]
    if named:
        return named
    if "length" in dimensions:
        return [key for key in keys if key in sides]
    main = ("weight_g", "capacity_l", "capacity_ml", "volume_ml", "battery_mah", "temperature_c", "warm_c")
    return [key for key in keys if key in main] or keys[:1]


def _converted(product: Product, key: str, words: str) -> tuple[Row | None, tuple[Unit, float] | None]:
    source, value = unit_of_key(key), measure(product, key)
    if source is None or value is None:
        return None, None
    for unit in units_asked(words):
        amount = convert(value, source, unit)
        if amount is not None and unit != source:
            return Row(product, key, product.attributes[key]), (unit, amount)
    return None, None


def unit_wanted(question: Question, key: str) -> Unit | None:
    """The unit that was asked for beside a comparison, where it measures the same as the key."""
    source = unit_of_key(key)
    if source is None:
        return None
    return next(
        (unit for unit in units_asked(question.words) if unit != source and unit.dimension == source.dimension), None
    )
