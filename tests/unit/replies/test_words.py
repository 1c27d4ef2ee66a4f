"""Numbers, money, days and names as each reader writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.replies.words import LABELS, Words, label

ZH = Words("zh", labels={"grey": {"zh": "灰色", "en": "grey"}}, units={"power_w": {"zh": "瓦", "en": "W"}})
EN = Words("en", labels=ZH.labels, units=ZH.units)
LATE = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)  # the 23rd, 02:05 in Shanghai


@pytest.mark.parametrize(
    ("minor", "shown"), [(12900, "¥129"), (1250, "¥12.50"), (-1200, "-¥12"), (0, "¥0"), (123456789, "¥1,234,567.89"), (5, "¥0.05")]
)
def test_money(minor: int, shown: str) -> None:
    assert ZH.money(minor) == EN.money(minor) == shown


@given(st.integers(-(10**12), 10**12))
def test_money_tells_every_minor_unit(minor: int) -> None:
    digits = ZH.money(minor).replace("¥", "").replace(",", "")
    whole, _, rest = digits.lstrip("-").partition(".")
    assert int(whole) * 100 + int(rest or 0) == abs(minor)
    assert digits.startswith("-") == (minor < 0)


def test_days_and_times_are_those_of_the_shop() -> None:
    assert (ZH.day(LATE), ZH.moment(LATE)) == ("11月23日", "11月23日 02:05")
    assert (EN.day(LATE), EN.moment(LATE)) == ("23 November", "23 November, 02:05")
    assert Words("en", time_zone="Europe/London").day(LATE) == "22 November"


def test_lists() -> None:
    assert [ZH.join(["甲", "乙", "丙"][:n]) for n in range(4)] == ["", "甲", "甲和乙", "甲、乙和丙"]
    assert [EN.join(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_options_and_attributes() -> None:
    assert ZH.options({"colour": "grey", "size": "XL"}) == "灰色 / XL"
    assert EN.attribute("power_w", 1500) == "1500 W"
    assert ZH.attribute("power_w", 1500) == "1500 瓦"
    assert [words.option(value) for words in (ZH, EN) for value in (True, False)] == ["是", "否", "yes", "no"]
    assert EN.option(["grey", "blue"]) == "grey and blue"


def test_a_name_that_a_language_lacks_is_said_in_the_other() -> None:
    assert EN.name({"zh": "水壶"}) == "水壶"
    assert EN.name({}) == ""


def test_every_label_is_there_in_both_languages() -> None:
    for group, words in LABELS.items():
        for key, names in words.items():
            assert names["zh"], (group, key)
            assert names["en"], (group, key)
            assert names["zh"] == label(group, key, "zh")
    assert label("order_state", "no_such_state", "zh") == "no_such_state"
    assert label("order_state", None, "zh") == ""
