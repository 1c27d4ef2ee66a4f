"""What does not answer is said to be so: nothing is guessed, nothing is half done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.conftest import Begin
from tests.flows.talk import text_of
from xiaoer import act as acting
from xiaoer import look_up as looking
from xiaoer.app import App
from xiaoer.errors import RecordsUnavailable
from xiaoer.shop import store_changes

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _down(*args: Any, **named: Any) -> Any:
    raise RecordsUnavailable("The records do not answer.", "数据暂时无法读取。")


async def _down_later(*args: Any, **named: Any) -> Any:
    _down()


@pytest.mark.parametrize("words", ["我的双肩包到哪了", "取消订单", "我有哪些优惠券", "我有多少积分", "我要退货"])
async def test_without_the_records_it_says_so_and_asks_no_one_for_proof(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    talk = await begin("cus_mei")
    with monkeypatch.context() as broken:
        broken.setattr("xiaoer.gather.customers.get_customer", _down)
        await talk.say(words)
    assert await talk.parts() == ["records_down"]
    await talk.say("我的双肩包到哪了")
    assert "logistics" in await talk.parts()  # and goes on as soon as they are back


@pytest.mark.parametrize(
    ("what", "language", "words"),
    [
        ("products", "zh", "静泉电热水壶多少瓦"),
        ("advice", "en", "Can you recommend a hoodie?"),
        ("coupons", "zh", "我有哪些优惠券"),
        ("products", "en", "Exchange the hoodie for L, it is too small"),
        ("answer", "zh", "退货运费谁出？"),
    ],
)
async def test_a_look_up_that_fails_is_not_taken_for_nothing_found(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, what: str, language: str, words: str
) -> None:
    talk = await begin("cus_mei", language)
    with monkeypatch.context() as broken:
        broken.setitem(looking._LOOK_UPS, what, _down_later)
        await talk.say(words)
    assert set(await talk.parts()) <= {"records_down", "knowledge_down"}
    assert await talk.parts()


async def test_a_look_up_that_breaks_ends_the_turn_all_the_same(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken_look_up(*args: Any) -> Any:
        raise ValueError("a defect")

    talk = await begin("visitor")
    monkeypatch.setitem(looking._LOOK_UPS, "products", broken_look_up)
    await talk.say("静泉电热水壶多少瓦")
    assert await talk.parts() == ["records_down"]


async def test_a_proof_is_not_called_wrong_when_it_cannot_be_checked(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = await begin("visitor")
    monkeypatch.setitem(looking._LOOK_UPS, "verify", _down_later)
    await talk.say("订单 SP2026010199999，尾号 1234，到哪了")
    assert await talk.parts() == ["records_down"]


async def test_the_queue_that_cannot_be_counted_still_takes_the_customer(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = await begin("visitor")
    monkeypatch.setitem(looking._LOOK_UPS, "queue", _down_later)
    answer = text_of(await talk.say("转人工"))
    assert (await talk.conversation()).holder == "queue"
    assert "不在人工服务时间" not in answer
    assert "前面" not in answer


async def test_an_act_that_fails_half_way_leaves_nothing_behind(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = await begin("cus_mei")
    order = await talk.order("joggers")
    await talk.say(f"取消订单 {order.id}")
    with monkeypatch.context() as broken:
        broken.setattr(store_changes, "add_refund", _down)  # the order is cancelled by then, within the same transaction
        await talk.say("确认")
    assert await talk.parts() == ["act_unavailable"]
    after = await talk.order("joggers")
    assert (after.state, after.version, after.refunds) == ("paid", order.version, ())
    assert await talk.commits(order.id) == 0


async def test_an_act_whose_answer_got_lost_is_told_as_the_record_has_it(
    begin: Begin, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await begin("cus_mei")
    order = await talk.order("joggers")
    await talk.say(f"取消订单 {order.id}")
    write = app.database.write

    async def write_and_lose(shop_id: str, function: Any) -> Any:
        await write(shop_id, function)
        _down()

    original = acting.act

    async def act(database: Any, *rest: Any) -> Any:
        with monkeypatch.context() as broken:
            broken.setattr(app.database, "write", write_and_lose)
            return await original(database, *rest)

    monkeypatch.setattr("xiaoer.turn.act", act)
    await talk.say("确认")
    assert await talk.parts() == ["cancel_done"]
    assert await talk.commits(order.id) == 1


async def test_where_even_the_record_cannot_be_read_nothing_is_claimed(
    begin: Begin, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await begin("cus_mei")
    order = await talk.order("joggers")
    await talk.say(f"取消订单 {order.id}")
    original = acting.act

    async def act(database: Any, *rest: Any) -> Any:
        with monkeypatch.context() as broken:
            broken.setattr(app.database, "write", _down_later)
            broken.setattr(app.database, "read", _down_later)
            return await original(database, *rest)

    monkeypatch.setattr("xiaoer.turn.act", act)
    await talk.say("确认")
    assert await talk.parts() == ["act_unsure"]
    assert await talk.commits(order.id) == 0
