"""Quantities in words, and one unit told in another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.shop.facts.asking import answer, find
from xiaoer.shop.facts.units import UNITS, convert, quantities_in, shown, unit_of, units_asked


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("1.5 l kettle", [(1.5, "l")]),
        ("15-inch laptop", [(15, "in")]),
        ("20000mah", [(20000, "mah")]),
        ("10 fl oz", [(10, "fl_oz")]),
        ("30升的包重2公斤", [(30, "l"), (2, "kg")]),
        ("身高1米8", [(1, "m")]),
        ("零下5度", [(-5, "c")]),
        ("minus 10 degrees", [(-10, "c")]),
        ("睡四个人", []),
        ("4个人", [(4, "people")]),
        ("in the bag", []),
        ("m码", []),
    ],
)
def test_quantities_are_read(words: str, expected: list[tuple[float, str]]) -> None:
    assert [(one.amount, one.unit.name) for one in quantities_in(words)] == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("how long in inches", "in"),
        ("多少磅", "lb"),
        ("几斤", "jin"),
        ("convert to celsius", "c"),
        ("how many ml", "ml"),
        ("多少瓦时", "wh"),
    ],
)
def test_the_unit_asked_for_is_read(words: str, expected: str) -> None:
    assert expected in [unit.name for unit in units_asked(words)]


@pytest.mark.parametrize(
    ("amount", "source", "target", "expected"),
    [
        (1, "in", "cm", 2.54),
        (1, "lb", "g", 453.59237),
        (32, "f", "c", 0),
        (100, "c", "f", 212),
        (8, "oz", "ml", 236.588),
        (20000, "mah", "wh", 74),
        (1, "kg", "jin", 2),
        (100, "wh", "mah", 27027.03),
    ],
)
def test_one_unit_in_another(amount: float, source: str, target: str, expected: float) -> None:
    assert convert(amount, unit_of(source), unit_of(target)) == pytest.approx(expected, rel=1e-4)


@given(st.floats(-1e6, 1e6), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_there_and_back_is_the_same(amount: float, one: object, other: object) -> None:
    there = convert(amount, one, other)  # type: ignore[arg-type]
    if there is None:
        assert convert(amount, other, one) is None  # type: ignore[arg-type]
        return
    back = convert(there, other, one)  # type: ignore[arg-type]
    assert back == pytest.approx(amount, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("amount", "text"), [(74.0, "74"), (236.588, "237"), (1.76, "1.8"), (0.254, "0.25"), (82.4, "82.4"), (-5.0, "-5")]
)
def test_numbers_are_shown_as_one_says_them(amount: float, text: str) -> None:
    assert shown(amount) == text


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("how many ml is 8 oz", 236.588),
        ("20000mAh是多少Wh", 74.0),
        ("28摄氏度是多少华氏度", 82.4),
        ("5 lbs in kg", 2.268),
        ("10英寸等于多少厘米", 25.4),
    ],
)
def test_a_conversion_needs_no_product(words: str, value: float) -> None:
    found = answer(words, intent="oos")
    assert found.kind == "unit"
    assert found.facts["value"] == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize(
    "words", ["how many days is the return", "多少钱", "how much is 5 kg of rice in hours", "where is my parcel"]
)
def test_what_converts_nothing_is_left_to_others(words: str) -> None:
    assert find(words, intent="oos") is None
