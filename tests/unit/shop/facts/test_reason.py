"""The facts of the demo shop reasoned over, in both languages. Nothing is told that does not stand in the product's data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.shop.facts.asking import answer, find, products
from xiaoer.shop.facts.measures import measure
from xiaoer.shop.facts.question import Finding

CITYWALK, EXECUTIVE, ROLL_TOP = "bags-city-backpack", "bags-business-backpack", "bags-roll-top-backpack"


def ids(found: Finding) -> list[str]:
    return [product.id for product in found.products]


@pytest.mark.parametrize(
    ("words", "key", "is_most"),
    [
        ("what is the cheapest tent?", "price", False),
        ("最便宜的帐篷是哪款", "price", False),
        ("最轻的帐篷", "weight_g", False),
        ("largest power bank?", "battery_mah", True),
        ("哪款充电宝容量最大", "battery_mah", True),
        ("the quietest kettle", "noise_db", False),
        ("哪个电热水壶最安静", "noise_db", False),
        ("warmest sleeping bag", "warm_c", False),
        ("防晒霜哪个SPF最高", "spf", True),
        ("lightest suitcase", "weight_g", False),
        ("最重的行李箱", "weight_g", True),
        ("which suitcase has the longest warranty", "warranty_months", True),
    ],
)
def test_a_superlative_finds_the_best_of_a_kind(words: str, key: str, is_most: bool) -> None:
    found = answer(words)
    assert (found.kind, found.facts["key"], found.facts["is_most"]) == ("best", key, is_most)
    values = [measure(product, key) for product in found.products]
    assert None not in values
    assert values == sorted(values, reverse=is_most)  # type: ignore[type-var]


def test_what_is_sold_out_is_the_lightest_but_not_the_cheapest() -> None:
    lightest = answer("lightest tent")
    assert lightest.products[0].id in lightest.facts["sold_out"]
    assert not answer("cheapest tent").facts["sold_out"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("I need a backpack under 300 yuan for a 15.6 inch laptop", {CITYWALK, ROLL_TOP}),
        ("想买一个300元以内能放15寸电脑的双肩包", {CITYWALK, ROLL_TOP}),
        ("a sleeping bag for minus 5 degrees, any?", {"outdoor-down-sleeping-bag"}),
    ],
)
def test_what_fits_every_condition_is_found(words: str, expected: set[str]) -> None:
    found = answer(words, intent="purchase_advice")
    assert found.kind == "filtered"
    told = set(ids(found))
    assert told == expected or (len(expected) == 1 and len(told) == 1)
    assert all(row.is_so for row in found.rows)


@pytest.mark.parametrize(
    "words", ["waterproof backpack under 100 yuan for a 17 inch laptop", "100元以内能放17寸电脑的防水双肩背包"]
)
def test_where_nothing_fits_the_nearest_is_told_with_what_it_lacks(words: str) -> None:
    found = find(words, intent="purchase_advice")
    assert found is None or found.kind in ("none_fits", "holds")
    if found is not None and found.kind == "none_fits":
        assert all(not row.is_so for row in found.rows)


@pytest.mark.parametrize(
    ("words", "first", "key"),
    [
        ("is the executive backpack heavier than the citywalk?", EXECUTIVE, "weight_g"),
        ("城行双肩包和商务双肩包哪个更轻", CITYWALK, "weight_g"),
        ("which is cheaper, the citywalk backpack or the executive backpack", CITYWALK, "price"),
        ("商务双肩包和城行双肩包哪个贵", EXECUTIVE, "price"),
    ],
)
def test_of_two_the_one_is_told_by_the_attribute(words: str, first: str, key: str) -> None:
    found = answer(words, intent="product_compare")
    assert (found.kind, found.products[0].id, found.facts["key"]) == ("versus", first, key)


@pytest.mark.parametrize(
    "words", ["compare the citywalk backpack and the executive backpack", "城行双肩包和商务双肩包有什么区别"]
)
def test_two_without_a_word_are_put_side_by_side(words: str) -> None:
    found = answer(words, intent="product_compare")
    assert found.kind == "compare"
    assert set(ids(found)) == {CITYWALK, EXECUTIVE}


def test_of_those_talked_about_the_cheaper_one_is_told() -> None:
    found = answer("哪个便宜", intent="price_promotion", focus=(EXECUTIVE, CITYWALK))
    assert (found.kind, found.products[0].id) == ("versus", CITYWALK)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("how many colours does the cloud soft hoodie come in?", 3),
        ("云柔连帽卫衣有几个颜色", 3),
        ("which sizes does the cloud soft hoodie come in", 4),
    ],
)
def test_colours_and_sizes_are_counted(words: str, count: int) -> None:
    found = answer(words)
    assert found.kind == "count"
    assert len(found.rows[0].value) == count


@pytest.mark.parametrize(
    ("words", "is_so"),
    [
        ("does the citywalk backpack fit a 15 inch laptop", True),
        ("does the citywalk backpack fit a 16 inch laptop", False),
        ("城行双肩包能放15寸电脑吗", True),
        ("城行双肩包能放17寸电脑吗", False),
        ("does the GaN charger work with a MacBook?", True),
        ("is the executive backpack under 1 kg?", False),
        ("is the citywalk backpack under 1 kg?", True),
    ],
)
def test_a_condition_is_told_of_one_product(words: str, is_so: bool) -> None:
    found = answer(words)
    assert found.kind == "holds"
    assert [row.is_so for row in found.rows] == [is_so]


def test_what_is_not_written_is_neither_yes_nor_no() -> None:
    found = answer("does the packable light backpack fit a 15 inch laptop")
    assert [(row.key, row.value, row.is_so) for row in found.rows] == [("fits_laptop_in", None, None)]


@pytest.mark.parametrize(
    ("words", "key", "unit"),
    [
        ("how long is the executive backpack in inches?", "length_cm", "in"),
        ("城行双肩包多少斤", "weight_g", "jin"),
        ("what's the weight of the citywalk backpack in pounds", "weight_g", "lb"),
        ("how many wh has the high-capacity power bank", "battery_mah", "wh"),
    ],
)
def test_an_attribute_is_told_in_another_unit(words: str, key: str, unit: str) -> None:
    found = answer(words)
    assert (found.kind, found.rows[0].key, found.facts["told"][0][0].name) == ("in_unit", key, unit)


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("I'm a woman, bust 88, which size dress?", "M"),
        ("女生胸围92穿什么码的连衣裙", "L"),
        ("男生 170cm 60kg 云柔连帽卫衣穿什么码", "M"),
        ("a man of 178 cm and 70 kg, which hoodie size", "XL"),
        ("我平时穿M码，云柔连帽卫衣买多大", "M"),
        ("I usually wear large, which size of the cloud soft hoodie?", "L"),
        ("鞋子脚长24.5cm穿多大", "39"),
    ],
)
def test_a_size_from_measures_or_habit(words: str, size: str) -> None:
    found = answer(words, intent="size_advice")
    assert (found.kind, found.facts["size"]) == ("size", size)


def test_two_charts_are_both_told_and_nothing_is_guessed_beyond_them() -> None:
    both = answer("170cm 60kg 云柔连帽卫衣穿什么码", intent="size_advice")
    assert both.facts["size"] is None
    assert {name for name, _ in both.facts["charts"]} == {"women", "men"}
    beyond = answer("男生 198cm 120kg 云柔连帽卫衣穿什么码", intent="size_advice")
    assert (beyond.facts["why"], beyond.facts["size"]) == ("beyond", None)


@pytest.mark.parametrize(
    "words",
    [
        "where is my parcel",
        "怎么退货",
        "is the citywalk backpack good",
        "hello",
        "城行双肩包有货吗",
        "有没有双肩包",
        "我要退掉双肩包",
    ],
)
def test_what_the_facts_cannot_answer_is_left_to_others(words: str) -> None:
    assert find(words) is None


KINDS = [
    "tent",
    "backpack",
    "power bank",
    "suitcase",
    "kettle",
    "duvet",
    "sleeping bag",
    "帐篷",
    "双肩背包",
    "充电宝",
    "行李箱",
    "睡袋",
    "羽绒被",
]
SAID = [
    "cheapest {}",
    "lightest {}",
    "largest {}",
    "最轻的{}",
    "最便宜的{}",
    "{} under 300 yuan, any waterproof ones?",
    "有没有500元以内防水的{}",
    "which {} is quieter",
    "how heavy is the {} in pounds",
    "{}多少斤",
    "is the {} machine washable and under 2 kg?",
    "which {} fits 4 people",
]


@given(
    st.sampled_from(KINDS),
    st.sampled_from(SAID),
    st.sampled_from(["product_info", "purchase_advice", "product_compare"]),
)
def test_every_fact_told_stands_in_the_products_data(kind: str, said: str, intent: str) -> None:
    found = find(said.format(kind), intent=intent)
    if found is None:
        return
    for row in found.rows:
        assert row.product.id in products()
        if row.value is None or found.kind == "count":
            continue
        assert row.value in (row.product.attributes.get(row.key), measure(row.product, row.key))
