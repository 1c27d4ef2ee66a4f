"""Lines that come twice, at once, too early or too late; a crash between the act and its telling; staff who step in."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tests.flows.conftest import Begin
from tests.flows.talk import Talk, text_of
from xiaoer.app import App
from xiaoer.db.scope import Scope
from xiaoer.demo.seed import SHOP_ID
from xiaoer.desk import hold, speak
from xiaoer.desk import store as desk
from xiaoer.desk.types import Staff

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _read_back(begin: Begin) -> tuple[Talk, str]:
    talk = await begin("cus_mei")
    order = await talk.order("joggers")
    await talk.say(f"取消订单 {order.id}")
    return talk, order.id


async def _lin(app: App) -> Staff:
    staff = await app.database.read(SHOP_ID, lambda scope: desk.find_staff_by_email(scope, "lin@spruce.example"))
    assert staff is not None
    return staff


async def _take_over(app: App, talk: Talk) -> Staff:
    lin = await _lin(app)
    await app.turns.change(SHOP_ID, talk.conversation_id, lambda scope: hold.take_over(scope, talk.conversation_id, lin))
    return lin


async def test_a_double_click_is_one_line_and_one_commit(begin: Begin, app: App) -> None:
    talk, order_id = await _read_back(begin)
    button = talk.button("确认办理")
    line = replace(talk.line(button["say"], client_id="click-1"), data={"choice": button["choice"]})
    stored = await asyncio.gather(*(app.turns.receive(SHOP_ID, talk.conversation_id, line) for _ in range(3)))
    await talk.settle()
    assert len({one.seq for one in stored}) == 1
    lines = await talk.lines()
    assert sum(one.client_id == "click-1" for one in lines) == 1
    assert sum("已取消" in one.text for one in lines if one.author == "assistant") == 1
    assert await talk.commits(order_id) == 1


async def test_two_yeses_at_once_commit_once(begin: Begin, app: App) -> None:
    talk, order_id = await _read_back(begin)
    yes = [talk.line("确认", client_id=f"yes-{number}") for number in range(2)]
    await asyncio.gather(*(app.turns.receive(SHOP_ID, talk.conversation_id, one) for one in yes))
    await talk.settle()
    assert await talk.commits(order_id) == 1


async def test_a_newer_line_overtakes_the_one_not_yet_answered(begin: Begin, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = await begin("cus_mei")
    decide = app.turns._decide
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*args: Any) -> Any:
        started.set()
        await go_on.wait()
        return await decide(*args)

    monkeypatch.setattr(app.turns, "_decide", slowly)
    await app.turns.receive(SHOP_ID, talk.conversation_id, talk.line("我的双肩包到哪了"))
    await started.wait()
    await app.turns.receive(SHOP_ID, talk.conversation_id, talk.line("还有我有哪些优惠券"))
    go_on.set()
    await talk.settle()
    answers = [one for one in await talk.lines() if one.author == "assistant"]
    assert len(answers) == 1  # both lines are answered together
    assert {"logistics", "coupons"} <= set(await talk.parts())


async def test_a_no_that_comes_while_the_yes_is_committed_is_told_the_truth(
    begin: Begin, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, order_id = await _read_back(begin)
    deliver = app.turns._deliver
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*args: Any, **named: Any) -> Any:
        started.set()
        await go_on.wait()
        return await deliver(*args, **named)

    monkeypatch.setattr(app.turns, "_deliver", slowly)
    await app.turns.receive(SHOP_ID, talk.conversation_id, talk.line("确认"))
    await started.wait()
    await app.turns.receive(SHOP_ID, talk.conversation_id, talk.line("等等，不要取消"))
    go_on.set()
    await talk.settle()
    assert await talk.commits(order_id) == 1
    first = [one for one in await talk.lines() if one.author == "assistant"][1]
    assert "已取消" in first.text  # what was done is told before anything else is


async def test_one_turn_at_a_time_under_twenty_lines_at_once(begin: Begin, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    talks = [await begin("visitor") for _ in range(2)]
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()
    run = app.turns._run

    async def counted(shop_id: str, conversation_id: str, **named: Any) -> Any:
        running[conversation_id] += 1
        most[conversation_id] = max(most[conversation_id], running[conversation_id])
        try:
            return await run(shop_id, conversation_id, **named)
        finally:
            running[conversation_id] -= 1

    monkeypatch.setattr(app.turns, "_run", counted)
    lines = [(talk, talk.line(f"行李箱保修多久 {number}")) for number in range(20) for talk in talks]
    await asyncio.gather(*(app.turns.receive(SHOP_ID, talk.conversation_id, line) for talk, line in lines))
    for talk in talks:
        await talk.settle()
        conversation = await talk.conversation()
        found = await talk.lines()
        assert conversation.answered_seq == conversation.customer_seq
        assert sum(one.author == "customer" for one in found) == 20
        assert [one.seq for one in found] == sorted({one.seq for one in found})
        assert most[talk.conversation_id] == 1


@pytest.mark.parametrize(("then", "expected"), [("", "已取消"), ("不要取消了", "已取消"), ("在吗", "已取消")])
async def test_after_a_crash_the_act_is_told_and_not_done_again(
    begin: Begin, app: App, monkeypatch: pytest.MonkeyPatch, then: str, expected: str
) -> None:
    talk, order_id = await _read_back(begin)

    async def crash(*args: Any, **named: Any) -> Any:
        raise OSError("the process died here")

    with monkeypatch.context() as broken:
        broken.setattr(app.turns, "_deliver", crash)
        await talk.say("确认")
    assert await talk.commits(order_id) == 1
    if then:
        await talk.say(then)
    else:
        assert await app.turns.resume(SHOP_ID) >= 1
        await talk.settle()
    answer = [one for one in await talk.lines() if one.author == "assistant"][-1]
    assert expected in answer.text
    assert "没有做任何改动" not in answer.text
    assert await talk.commits(order_id) == 1
    assert len((await talk.order("joggers")).refunds) == 1


async def test_an_urge_that_crashed_is_done_once_although_a_newer_line_joins(
    begin: Begin, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await begin("cus_mei")
    order = await talk.order("joggers")

    async def crash(*args: Any, **named: Any) -> Any:
        raise OSError("the process died here")

    with monkeypatch.context() as broken:
        broken.setattr(app.turns, "_deliver", crash)
        await talk.say(f"订单 {order.id} 催一下发货")
    await talk.say("谢谢")
    assert await talk.commits(order.id) == 1


async def test_staff_who_take_over_in_the_middle_of_a_turn_silence_the_machine(
    begin: Begin, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await begin("cus_mei")
    decide = app.turns._decide

    async def meanwhile(*args: Any) -> Any:
        await _take_over(app, talk)
        return await decide(*args)

    monkeypatch.setattr(app.turns, "_decide", meanwhile)
    assert await talk.say("我的双肩包到哪了") == ()
    conversation = await talk.conversation()
    assert conversation.holder == "staff"
    assert [one.author for one in await talk.lines()] == ["customer", "system"]


async def test_what_was_committed_before_staff_took_over_is_noted_for_them(
    begin: Begin, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, order_id = await _read_back(begin)
    deliver = app.turns._deliver

    async def meanwhile(*args: Any, **named: Any) -> Any:
        await _take_over(app, talk)
        return await deliver(*args, **named)

    monkeypatch.setattr(app.turns, "_deliver", meanwhile)
    assert await talk.say("确认") == ()
    notes = [one.text for one in await talk.lines(with_notes=True) if one.kind == "note"]
    assert any("已取消" in text for text in notes)
    assert await talk.commits(order_id) == 1


async def test_the_machine_is_silent_in_the_queue_and_with_staff_and_back_afterwards(begin: Begin, app: App) -> None:
    talk = await begin("cus_mei")
    await talk.say("转人工")
    assert (await talk.conversation()).holder == "queue"
    assert await talk.say("我的双肩包到哪了") == ()
    lin = await _take_over(app, talk)
    assert await talk.say("有人吗") == ()

    def answer(scope: Scope) -> None:
        speak.reply(scope, talk.conversation_id, lin, "您好，我是林", client_id="lin-1")
        hold.hand_back(scope, talk.conversation_id, lin)

    await app.turns.change(SHOP_ID, talk.conversation_id, answer)
    await talk.settle()
    assert [one.author for one in await talk.lines()][-1] == "system"  # what staff heard is not answered once more
    assert "行李箱" in text_of(await talk.say("行李箱保修多久"))


async def test_a_yes_after_a_persons_words_is_no_yes_to_the_machine(begin: Begin, app: App) -> None:
    talk, order_id = await _read_back(begin)
    button = talk.button("确认办理")
    lin = await _take_over(app, talk)
    await app.turns.change(SHOP_ID, talk.conversation_id, lambda scope: hold.hand_back(scope, talk.conversation_id, lin))
    await talk.say("确认")
    await talk.send(replace(talk.line(button["say"]), data={"choice": button["choice"]}))
    assert await talk.commits(order_id) == 0
