"""Answers out of the catalogue's facts in whole conversations: grounded, with cards, and honest about what is not written."""

from __future__ import annotations

import re

import pytest

from tests.flows.conftest import Begin
from tests.flows.talk import text_of
from xiaoer.demo.seed import SHOP_ID
from xiaoer.shop import store_products
from xiaoer.shop.types import Product

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "What is the cheapest tent you have?", ["Four-person", "¥399"]),
        ("zh", "最轻的帐篷是哪个", ["单人超轻帐篷", "980 克", "暂时没货"]),
        ("en", "I need a backpack under 300 yuan for a 15.6 inch laptop", ["Citywalk", "Roll-top", "¥259"]),
        ("zh", "城行双肩包和商务双肩包哪个更轻", ["城行防水双肩包", "880 克", "1250 克"]),
        ("en", "does the citywalk backpack fit a 16 inch laptop", ["No", "15.6"]),
        ("en", "does the GaN charger work with a MacBook?", ["Yes", "Mac"]),
        ("zh", "云朵卫衣有几个颜色", ["3 种颜色", "灰色"]),
        ("zh", "男生 170cm 60kg 云朵卫衣穿什么码", ["M", "身高 170 厘米"]),
        ("zh", "20000mAh是多少Wh", ["74 瓦时", "3.7 伏"]),
        ("en", "what's the weight of the citywalk backpack in pounds", ["880 g", "1.9 lb"]),
        ("en", "What offers do you have right now?", ["NEW20", "¥40"]),
        ("zh", "怎么付款", ["微信支付"]),
        ("en", "how do i clean the kettle", ["vinegar"]),
    ],
)
async def test_a_question_is_answered_from_the_facts(begin: Begin, language: str, words: str, told: list[str]) -> None:
    talk = await begin("visitor", language)
    text = text_of(await talk.say(words))
    assert [one for one in told if one not in text] == []


async def test_a_comparison_comes_with_a_table(begin: Begin) -> None:
    talk = await begin("visitor", "en")
    answers = await talk.say("compare the citywalk backpack and the executive backpack")
    card = next(card for one in answers for card in one.cards)
    assert card["type"] == "comparison"
    assert {row["label"] for row in card["rows"]} >= {"Price", "weight", "capacity"}


async def test_the_best_is_what_is_talked_about_next(begin: Begin) -> None:
    talk = await begin("visitor", "zh")
    await talk.say("城行双肩包和商务双肩包哪个更轻")
    assert "¥259" in text_of(await talk.say("哪个便宜"))


async def test_whose_size_it_is_can_be_pressed(begin: Begin) -> None:
    talk = await begin("visitor", "zh")
    await talk.say("170cm 60kg 云朵卫衣穿什么码")
    text = text_of(await talk.press("男生"))
    assert "建议选 **M** 码" in text


_QUESTIONS = (
    ("en", "What is the lightest suitcase?"),
    ("en", "largest power bank?"),
    ("en", "which kettle is the quietest"),
    ("zh", "最便宜的行李箱"),
    ("zh", "哪款充电宝容量最大"),
    ("zh", "300以内的防水双肩包能放15寸电脑吗"),
    ("en", "how long is the executive backpack in inches?"),
    ("zh", "防晒霜哪个SPF最高"),
    ("en", "is the light two-person tent under 3 kg?"),
    ("zh", "城行双肩包多少斤"),
)


@pytest.mark.parametrize(("language", "words"), _QUESTIONS)
async def test_every_number_told_stands_in_the_facts(begin: Begin, language: str, words: str) -> None:
    """In the product's data, its prices, its name, the question, or the numbers of what was computed from those."""
    talk = await begin("visitor", language)
    answers = await talk.say(words)
    shown = [card["id"] for one in answers for card in one.cards if card["type"] == "product"]
    assert shown
    products = await talk.app.database.read(SHOP_ID, lambda scope: store_products.list_products(scope, tuple(shown)))
    known = {number for one in products for number in _numbers(repr((one.attributes, one.names, one.description)))}
    known |= {f"{variant.price_minor / 100:g}" for one in products for variant in one.variants} | _numbers(words)
    known |= {"1", "2", "3"}  # places in a list, and how many there are
    told = _numbers(text_of(answers))
    invented = {number for number in told - known if not _is_converted(float(number), products)}
    assert invented == set()


def _numbers(text: str) -> set[str]:
    return {f"{float(one):g}" for one in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))}


def _is_converted(number: float, products: tuple[Product, ...]) -> bool:
    """Whether it is an attribute in pounds, jin or inches, as it is rounded."""
    values = [value for one in products for value in one.attributes.values() if isinstance(value, int | float)]
    factors = (1 / 453.59237, 1 / 500, 1 / 2.54)
    return any(abs(value * factor - number) <= 0.051 for value in values for factor in factors)
