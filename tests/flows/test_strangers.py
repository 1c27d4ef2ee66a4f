"""Who may learn and do what: a visitor without proof nothing, a customer nothing about another's orders."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.flows.conftest import Begin
from tests.flows.talk import Talk, text_of
from xiaoer.conversations.types import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _all_of(answers: tuple[Message, ...]) -> str:
    return json.dumps([[one.text, one.cards, one.chips, one.sources] for one in answers], ensure_ascii=False, default=str)


async def _secrets_of(talk: Talk, word: str) -> tuple[str, list[str]]:
    order = await talk.order(word)
    names = [*order.items[0].names.values(), talk.customer.name, str(order.address.get("line", ""))]
    return order.id, [one for one in (*names, *(parcel.tracking_number for parcel in order.shipments)) if one]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "订单 {id} 的快递到哪了"),
        ("zh", "取消订单 {id}"),
        ("zh", "订单 {id} 退款了吗"),
        ("zh", "订单 {id} 的收货地址是哪里"),
        ("en", "What is the status of order {id}?"),
        ("en", "I want to return order {id}"),
        ("en", "Who ordered {id} and where does it go?"),
    ],
)
async def test_a_visitor_without_proof_learns_nothing(begin: Begin, language: str, words: str) -> None:
    owner = await begin("cus_mei")
    order_id, secrets = await _secrets_of(owner, "backpack")
    visitor = await begin("visitor", language)
    answers = [*(await visitor.say(words.format(id=order_id))), *(await visitor.say("0000"))]
    told = _all_of(tuple(answers))
    assert not [secret for secret in secrets if secret in told]
    assert await visitor.commits(order_id) == 0


async def test_an_order_that_is_none_sounds_like_one_that_is(begin: Begin) -> None:
    owner = await begin("cus_mei")
    order_id, _ = await _secrets_of(owner, "backpack")
    heard = []
    for number in (order_id, "SP2026010199999"):
        visitor = await begin("visitor", "en")
        first = await visitor.say(f"Where is order {number}?")
        heard.append((text_of(first), text_of(await visitor.say("the last four digits are 0000"))))
    assert heard[0] == heard[1]


async def test_tries_are_limited_and_then_even_the_right_answer_helps_no_more(begin: Begin) -> None:
    owner = await begin("cus_mei")
    order_id, secrets = await _secrets_of(owner, "backpack")
    visitor = await begin("visitor")
    await visitor.say(f"订单 {order_id} 到哪了")
    for number in range(12):
        answers = await visitor.say(f"尾号 {number:04d}")
        if not answers or "verify_locked" in await visitor.parts():
            break
    else:
        pytest.fail("twelve wrong guesses and still no end")
    assert number <= 6
    told = _all_of(await visitor.say(f"尾号 {owner.customer.phone[-4:]}"))
    assert not [secret for secret in secrets if secret in told]


async def test_proof_opens_the_proven_order_and_no_other(begin: Begin) -> None:
    owner = await begin("cus_mei")
    proven, other = await owner.order("joggers"), await owner.order("teapot")
    visitor = await begin("visitor")
    answers = await visitor.say(f"订单 {proven.id}，手机后四位 {owner.customer.phone[-4:]}，现在什么状态")
    assert proven.id in text_of(answers)
    assert other.id not in _all_of(answers)
    told = _all_of(await visitor.say(f"取消订单 {other.id}"))
    assert not [name for name in other.items[0].names.values() if name in told]
    await visitor.say("确认")
    assert await visitor.commits(other.id) == 0


@pytest.mark.parametrize("words", ["取消订单 {id}", "订单 {id} 到哪了", "给订单 {id} 开发票", "cancel {id}", "我要退订单 {id}"])
async def test_a_customer_never_sees_or_changes_anothers_order(begin: Begin, words: str) -> None:
    mei, bo = await begin("cus_mei"), await begin("cus_bo")
    order_id, secrets = await _secrets_of(mei, "joggers")
    told = _all_of(await bo.say(words.format(id=order_id)))
    assert not [secret for secret in secrets if secret in told]
    await bo.say("确认")
    await bo.say("yes")
    assert await bo.commits(order_id) == 0


@pytest.mark.parametrize(
    "choice", [{"slot": "order", "value": "{id}"}, {"intent": "cancel_order"}, {"answer": "yes", "proposal": "{id}"}]
)
async def test_a_forged_button_opens_nothing(begin: Begin, choice: dict[str, Any]) -> None:
    mei, bo = await begin("cus_mei"), await begin("cus_bo", "en")
    order = await mei.order("joggers")
    await bo.say("I want an invoice")
    line = bo.line(f"order {order.id}")
    forged = {name: value.format(id=order.id) for name, value in choice.items()}
    told = _all_of(await bo.send(replace(line, data={"choice": forged})))
    await bo.say("yes")
    assert order.items[0].names["en"] not in told
    assert await bo.commits(order.id) == 0
