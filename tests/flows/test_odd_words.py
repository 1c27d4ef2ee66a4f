"""Words that no one plans for: very long, empty, emoji, Traditional characters, another alphabet."""

from __future__ import annotations

import pytest

from tests.flows.conftest import Begin
from tests.flows.talk import text_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_ten_megabytes_are_answered_and_the_next_line_too(begin: Begin) -> None:
    talk = await begin("cus_mei")
    assert await talk.say("退" * (10 * 1024 * 1024 // 3))
    assert await talk.say("a" * 1024 * 1024)
    await talk.say("我的双肩包到哪了")
    assert "logistics" in await talk.parts()


@pytest.mark.parametrize(
    "words",
    [
        *("", " ", "\n\n", "😀", "👍🏻👍🏻👍🏻", "？", "…", "\u200b\u200f", "0", "٣", "²", "\ud800", "\x00\x07", "a\u0301" * 300),
        *("<script>alert(1)</script>", "{{ 7*7 }}", "%s%n", "' OR 1=1 --", "مرحبا أين طلبي", "注文はどこですか"),
    ],
)
async def test_odd_words_are_answered_and_change_nothing(begin: Begin, words: str) -> None:
    talk = await begin("cus_mei")
    before = await talk.commits()
    answers = await talk.say(words)
    assert len(answers) == 1
    assert answers[0].text
    assert "49" not in answers[0].text
    assert await talk.commits() == before


@pytest.mark.parametrize("words", ["", "😀", "²", "٣", "\x00"])
async def test_odd_words_to_a_read_back_commit_nothing(begin: Begin, words: str) -> None:
    talk = await begin("cus_mei")
    order = await talk.order("joggers")
    await talk.say(f"取消订单 {order.id}")
    await talk.say(words)
    assert await talk.commits(order.id) == 0


async def test_traditional_characters_are_understood(begin: Begin) -> None:
    talk = await begin("cus_mei")
    await talk.say("我的雙肩包到哪了？")
    assert "logistics" in await talk.parts()
    hoodie = await talk.order("hoodie")
    answer = await talk.say("我要退衛衣，不喜歡，還沒拆")
    assert hoodie.id in text_of(answer)
    await talk.say("確認")
    assert await talk.commits(hoodie.id) == 1


async def test_the_language_follows_the_customer_within_a_conversation(begin: Begin) -> None:
    talk = await begin("cus_mei")
    (chinese,) = await talk.say("我的双肩包到哪了？")
    (english,) = await talk.say("And which coupons do I have?")
    assert (chinese.language, english.language) == ("zh", "en")
    assert "coupon" in english.text
    (units,) = await talk.say("170cm 60kg呢")
    assert units.language == "zh"
