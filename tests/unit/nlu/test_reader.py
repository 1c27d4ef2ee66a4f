"""The reader: right about the clear cases, and never an exception, whatever a stranger types."""

from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.nlu.reading import MONDAY, reader_of
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.normalise import MOST_CHARACTERS
from xiaoer.nlu.readers.local import LocalReader
from xiaoer.nlu.types import Understanding


@pytest.fixture(scope="module")
def reader(spruce_model: IntentModel) -> LocalReader:
    return reader_of(spruce_model)


def read(reader: LocalReader, text: str, hint: str = "zh") -> Understanding:
    return reader.read(text, language_hint=hint, now=MONDAY)


def check(understanding: Understanding) -> None:
    """What must hold of any understanding."""
    text = understanding.text
    assert not understanding.is_partial, "the reader stumbled and only said so"
    assert understanding.wishes
    for wish in understanding.wishes:
        assert 0 <= wish.start <= wish.end <= len(text)
        assert all(0 <= one.probability <= 1 for one in wish.intents)
    for one in understanding.entities:
        assert 0 <= one.start < one.end <= len(text)
        assert one.text == text[one.start : one.end]


WORDS = st.lists(
    st.sampled_from(
        ["退货", "我要", "where is", "SP2026110300017", "，", " ", "\n", "另外", "and also", "300元", "第二个", "昨天", "不",
         "好的", "13800138000", "size M",
         "改到浙江省杭州市西湖区文三路1号", "但是", "👍", "\x00", "\ud800", "İ", "①", "²", "１２", "ﬁ"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


def test_any_text_is_read(reader: LocalReader) -> None:
    @given(text=st.one_of(st.text(alphabet=st.characters(), max_size=120), WORDS), hint=st.sampled_from(["zh", "en"]))
    def law(text: str, hint: str) -> None:
        check(read(reader, text, hint))

    law()


ODD = ["", " ", "\x00\x01\x02", "\ud800", "\udfff\ud800", "👍", "👨‍👩‍👧‍👦" * 300, "\u202e退货", "٣٤٥", "²³", "①②", "½", "㍿"]


@pytest.mark.parametrize("text", [*ODD, "ﷺ" * 500, "\u0301" * 2000, "\n" * 3000])
def test_odd_characters_are_read(reader: LocalReader, text: str) -> None:
    check(read(reader, text))


@pytest.mark.parametrize("letter", ["退", "a", "1", "\n", "👍"])
def test_ten_million_characters_are_read_up_to_the_limit(reader: LocalReader, letter: str) -> None:
    begun = time.process_time()
    understanding = read(reader, letter * 10_000_000)
    assert time.process_time() - begun < 2
    check(understanding)
    assert len(understanding.text) <= MOST_CHARACTERS


def test_no_message_makes_the_reader_slow(reader: LocalReader) -> None:
    """Searches that go back and forth take minutes on such lines; CPU time, whatever else the machine does."""
    atoms = ["1", "a", "一", "省", "路", "市区", "a@", "9-", "1.", "sp", "¥", "不是", "12 a ", "flat ", "x'", "。", "第", "天前"]
    slow = []
    for one, other in product(atoms, ["", "1", " ", "。", "路"]):
        text = (one + other) * (MOST_CHARACTERS // len(one + other))
        begun = time.process_time()
        read(reader, text)
        if (took := time.process_time() - begun) > 3.0:
            slow.append((one + other, round(took, 2)))
    assert not slow


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我的快递到哪了", "logistics_tracking"),
        ("where is my parcel", "logistics_tracking"),
        ("我要退货", "return_request"),
        ("I want to return this", "return_request"),
        ("转人工", "human_request"),
        ("can I talk to a real person", "human_request"),
        ("你好", "greeting"),
        ("thank you", "thanks"),
        ("是的", "affirm"),
        ("no thanks", "deny"),
        ("有没有货", "stock_check"),
        ("取消订单", "cancel_order"),
        ("cancel my order please", "cancel_order"),
        ("我要投诉你们", "complaint"),
    ],
)
def test_clear_wishes_are_read_right(reader: LocalReader, text: str, intent: str) -> None:
    wish = read(reader, text).wishes[0]
    assert wish.intent == intent
    assert wish.outcome == "answer"


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("我的快递到哪了？另外我想退掉那件卫衣", ["logistics_tracking", "return_request"]),
        ("where is my parcel? also please issue an invoice for my last order", ["logistics_tracking", "invoice_request"]),
    ],
)
def test_two_wishes_are_two(reader: LocalReader, text: str, intents: list[str]) -> None:
    assert [wish.intent for wish in read(reader, text).wishes] == intents


@pytest.mark.parametrize("text", ["我想退货，太小了，穿不上", "I want to return it. It is too small."])
def test_a_reason_is_no_second_wish(reader: LocalReader, text: str) -> None:
    assert [wish.intent for wish in read(reader, text).wishes] == ["return_request"]


@pytest.mark.parametrize(
    ("text", "mood", "is_urgent"),
    [
        ("你们这帮骗子，我要投诉", "angry", False),
        ("this is ridiculous", "angry", False),
        ("怎么还没到，等了好几天", "upset", False),
        ("谢谢，太好了", "happy", False),
        ("我的订单在哪", "calm", False),
        ("麻烦尽快处理", "calm", True),
        ("I need it asap", "calm", True),
    ],
)
def test_moods(reader: LocalReader, text: str, mood: str, *, is_urgent: bool) -> None:
    understanding = read(reader, text)
    assert (understanding.mood, understanding.is_urgent) == (mood, is_urgent)


@pytest.mark.parametrize("text", ["那红色的呢", "and in blue?", "what about size L", "L码的呢？"])
def test_follow_ups(reader: LocalReader, text: str) -> None:
    assert read(reader, text).is_follow_up


@pytest.mark.parametrize("text", ["不对，是另外一单", "我是说蓝色的", "no, the other one", "I mean the blue one", "等一下"])
def test_corrections(reader: LocalReader, text: str) -> None:
    assert read(reader, text).is_correction


def test_a_reader_that_stumbles_says_so(reader: LocalReader, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(text: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("xiaoer.nlu.readers.local.mood_of", stumble)
    understanding = read(reader, "我要退货")
    assert understanding.is_partial
    assert understanding.text == "我要退货"
    assert understanding.language == "zh"
    assert understanding.wishes[0].intent == "oos"


def test_an_explanation_names_words_of_the_message(reader: LocalReader) -> None:
    text = "请问我的包裹什么时候能到"
    parts = [one for one in reader.explain(text, "logistics_tracking") if one.gram]  # without the intent's own bias
    assert parts
    assert all(0 <= one.start < one.end <= len(text) for one in parts)
    assert reader.explain(text, "no_such_intent") == ()
