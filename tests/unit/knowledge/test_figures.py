"""One thing said in two languages is one figure; what is no figure is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.knowledge.figures import figures_in

SAME = [
    ("签收后 7 天内", "within seven days of delivery"),
    ("签收后七天内", "within 7 days"),
    ("24 小时内发货", "sent within 24 hours"),
    ("1–3 个工作日到账", "arrives in 1-3 working days"),
    ("1 至 3 个工作日", "1 to 3 business days"),
    ("保修两年", "a warranty of two years"),
    ("保修 24 个月", "24 months of warranty"),
    ("半年", "half a year"),
    ("一周内", "within a week"),
    ("运费 12 元", "shipping costs ¥12"),
    ("￥1,299.50", "¥1,299.50"),
    ("打八五折，即 8.5 折", "15% off"),
    ("20%", "20 per cent"),
    ("下午 4 点前", "before 16:00"),
    ("早上 9 点到晚上 10 点", "from 9 am to 10 pm"),
    ("100 积分抵 1 元", "100 points for ¥1"),
    ("净重 1.2 公斤", "weighs 1200 g"),
    ("长 30 厘米", "300 mm long"),
    ("容量 0.5 升", "holds 500 ml"),
    ("功率 800 瓦", "800 watts"),
    ("不超过 30℃", "at most 30 °C"),
    ("正常情况：16:00 前", "Normally before 16:00"),
]


@pytest.mark.parametrize(("zh", "en"), SAME)
def test_both_languages_say_the_same(zh: str, en: str) -> None:
    ours, theirs = figures_in(zh), figures_in(en)
    assert ours
    assert {one.key for one in ours} == {one.key for one in theirs}


@pytest.mark.parametrize(
    "text",
    [
        "1. 先检查地址\n2. 再联系快递",
        "第二天发出",
        "2026 年上线",
        "twice a day",
        "[见说明](https://shop.example/7-days)",
        "给我们一点时间",
        "",
    ],
)
def test_what_is_no_figure(text: str) -> None:
    assert [one for one in figures_in(text) if one.kind != "number"] == []


def test_a_number_without_a_unit_is_kept_apart() -> None:
    assert [(one.kind, one.value) for one in figures_in("满 300 减 40 元")] == [("number", 300.0), ("money", 4000.0)]


def test_what_was_said_is_quoted() -> None:
    assert [one.said for one in figures_in("签收后 **7 天**内，退款 1–3 个工作日")] == ["7 天", "1–3 个工作日", "1–3 个工作日"]


@given(st.text(max_size=300))
def test_never_an_exception(text: str) -> None:
    for one in figures_in(text):
        assert one.value >= 0 or one.kind == "off"
        assert one.said
