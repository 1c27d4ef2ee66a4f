"""What messages mean: goods, described orders, wishes and second choices, in both languages."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from xiaoer.nlu.acts import acts_in
from xiaoer.nlu.entities.gazetteer import Gazetteer
from xiaoer.nlu.entities.options import Options
from xiaoer.nlu.meant.collect import meant_of
from xiaoer.nlu.meant.types import Meant, from_json
from xiaoer.nlu.methods import method_in
from xiaoer.nlu.normalise import normalise
from xiaoer.nlu.questions import question_in
from xiaoer.shop.types import Product, Variant

WORDS = {
    group: {name: {"labels": {"zh": label}} for name, label in words.items()}
    for group, words in {
        "options": {"color": "颜色", "size": "尺码", "brightness": "亮度", "waterproof": "防水"},
        "values": {"black": "黑色", "red": "红色", "low": "低", "high": "高"},
    }.items()
}


def _product(number: str, en: str, zh: str, *options: dict[str, str]) -> Product:
    variants = tuple(Variant(f"{number}-{place}", number, one, 1000 + place, 5) for place, one in enumerate(options))
    names = {"en": en, "zh": zh}
    return Product(number, "goods", names, names, {}, {}, variants)


_SIZES = [{"size": size, "waterproof": wet} for size in ("8", "9") for wet in ("yes", "no")]
_LIGHTS = [{"color": one, "brightness": two} for one in ("black", "red") for two in ("low", "high")]
BOOTS = _product("boots", "Rain Boots", "雨靴", *_SIZES)
LAMP = _product("lamp", "Reading Lamp", "阅读灯", *_LIGHTS)
BELL = _product("bell", "Door Bell", "门铃", {"color": "black"}, {"color": "red"})
GAZETTEER = Gazetteer.build((BOOTS, LAMP, BELL), WORDS)


def meant(text: str) -> Meant:
    normal = normalise(text)
    return meant_of(normal, list(GAZETTEER.find(text, normal)), GAZETTEER.options)


@pytest.mark.parametrize(
    "text",
    [
        "Swap the reading lamp for a red one and the rain boots for size 9, please",
        "I'd like the lamp and the boots changed: for the lamp, red; for the boots, size 9",
        "阅读灯换成红色，雨靴换成尺码9",
    ],
)
def test_each_wish_goes_with_its_goods(text: str) -> None:
    items = {item.product_ids[0]: item for item in meant(text).items}
    assert ("color", "red") in items["lamp"].wants[0].pairs
    assert items["boots"].wants[0].pairs == (("size", "9"),)


@pytest.mark.parametrize(
    "text",
    [
        "In the order with the bell and the boots, switch the lamp (black, high brightness) to red",
        "有门铃和雨靴的那个订单里，阅读灯（黑色、亮度高）换成红色",
    ],
)
def test_what_is_in_an_order_and_what_describes_goods_are_no_wishes(text: str) -> None:
    said = meant(text)
    assert [item.product_ids[0] for item in said.orders[0].items] == ["bell", "boots"]
    (lamp,) = said.items
    assert len(lamp.like) == 2
    assert [pairs for want in lamp.wants for pairs in want.pairs if want.how == "is"] == [("color", "red")]


@pytest.mark.parametrize("text", ["exchange the lamp for a red one, otherwise black", "阅读灯换成红色，没有就黑色"])
def test_a_second_choice_is_a_level_below(text: str) -> None:
    (lamp,) = meant(text).items
    assert [(want.level, want.pairs[0][1]) for want in lamp.wants] == [(0, "red"), (1, "black")]


@pytest.mark.parametrize("text", ["return everything except the lamp", "除了阅读灯都退"])
def test_what_is_left_out(text: str) -> None:
    said = meant(text)
    assert said.scope == "all"
    assert [item.product_ids[0] for item in said.items if item.is_excluded] == ["lamp"]


@pytest.mark.parametrize(
    ("text", "scope"),
    [("only the lamp, please", "only"), ("and also the boots", "add"), ("只要阅读灯", "only"), ("雨靴也要", "add")],
)
def test_only_and_also(text: str, scope: str) -> None:
    assert meant(text).scope == scope


def test_it_survives_json() -> None:
    said = meant("exchange the lamp (black) from the order with the bell for a red one, otherwise low brightness")
    assert from_json(asdict(said)) == said


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("Could you take back the rain boots? They came in the order with the bell", ["return_request"]),
        ("Call off the order with the bell, and send the lamp back", ["cancel_order", "return_request"]),
        ("把有门铃的那个订单取消掉", ["cancel_order"]),
        ("The lamp in order 7654321 should be replaced, I'd prefer red", ["exchange_request"]),
    ],
)
def test_acts_that_are_said_in_words(text: str, intents: list[str]) -> None:
    normal = normalise(text).text
    assert [act.intent for act in acts_in(normal, meant(text))] == intents


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("How much money do I get back altogether?", "refund"),
        ("what is left on my gift card, what's the balance?", "balance"),
        ("我这几单一共能退多少钱？", "refund"),
        ("How many kinds of the door bell do you have?", "count"),
        ("what address was my order sent to", "address"),
    ],
)
def test_questions_that_are_asked_in_words(text: str, topic: str) -> None:
    found = question_in(normalise(text).text, meant(text))
    assert found is not None
    assert found[1] == topic


@pytest.mark.parametrize(
    ("text", "kinds", "last4"),
    [
        ("put it on the visa ending in 4321", ("visa",), "4321"),
        ("退到尾号8765的卡", (), "8765"),
        ("my gift card, not the visa", ("gift_card",), ""),
        ("原路退回就行", (), ""),
    ],
)
def test_ways_to_pay(text: str, kinds: tuple[str, ...], last4: str) -> None:
    said = method_in(text)
    assert said is not None
    assert (said.kinds, said.last4) == (kinds, last4)


def test_options_are_known_in_any_spelling() -> None:
    battery = _product("b", "Battery", "电池", {"life": "10 hours"}, {"life": "512GB SSD"}, {"life": "none"})
    options = Options.build((battery,), {})
    for text in ("10h", "ten hours", "10-hour", "10小时"):
        assert [said.pairs for said in options.find(text)] == [(("life", "10 hours"),)], text
    assert [said.pairs for said in options.find("no life")] == [(("life", "none"),)]
    assert not list(options.find("none"))
