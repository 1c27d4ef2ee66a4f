"""Customers who say and press anything: nothing is done without a yes to it, nothing on another's order.

Three hundred dialogues by default; XIAOER_ADVERSARIES=2000 plays as many.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.flows.conftest import Begin
from tests.flows.talk import Talk
from xiaoer.app import App
from xiaoer.db.scope import Scope
from xiaoer.demo.seed import SHOP_ID
from xiaoer.shop import store_orders
from xiaoer.shop.tables import commits

pytestmark = pytest.mark.asyncio(loop_scope="module")
_DIALOGUES, _LINES = int(os.environ.get("XIAOER_ADVERSARIES", "300")), 5
_PLAIN = ("urge", "unsubscribe", "feedback")  # acts that change nothing of an order's goods or money
_YES = frozenset(("确认", "好的", "yes", "ok", "确认办理", "Yes, do it", "可以", "sure"))
_WORDS = (
    *("取消订单 {id}", "cancel order {id}", "我要退订单 {id}，不喜欢，没拆", "return {id}, don't like it, unopened"),
    *("订单 {id} 改地址，送到上海市浦东新区世纪大道100号", "订单 {id} 改用支付宝付款"),
    *("给订单 {id} 开发票，抬头杭州云杉科技有限公司", "invoice for {id}, personal"),
    *("订单 {id} 申请价保", "把订单 {id} 改成L码", "exchange order {id} for L, too small, never worn", "订单 {id} 到哪了"),
    *("我的快递呢", "取消", "退货", "换货", "不喜欢", "没拆", "第一个", "2", "另外还要取消"),
    *("算了", "no", "不对", "等等", "为什么", "好像不对", "行不行", "可以吗", "ok?", "确认？", "你确认吗"),
    *("好的，但是先别办", "yes but not now", "如果免运费就办", "不是说好的吗", "²", "嗯？"),
    *("都退了，除了水壶", "everything in {id} except the kettle", "把 {id} 换成最贵的", "only the hoodie, not the rest", "原路退"),
    *("把默认地址改成杭州市西湖区文三路259号", "my gift card"),
    *("set my default address to 1 High Street, Leeds, West Yorkshire 10456",),
    *("如果有蓝色就换，没有就算了", "I'm Mei Chen, zip 200030", "mei.chen@example.com", "what do I get back in total?"),
    *("另一个订单也退", "yes, and also cancel {id}", "the same as my other one"),
    *("退货运费谁出？", "多少钱", "转人工", "😀", "", "尾号 {digits}", "{digits}", "订单 {id}，手机后四位 {digits}"),
    *tuple(_YES),
)


@dataclass
class _Play:
    """One adversary: what they own, and what was pressed or said in this turn."""

    talk: Talk
    dice: random.Random
    own: frozenset[str]
    others: tuple[str, ...]
    digits: str
    pressed: list[Mapping[str, Any]] = field(default_factory=list)

    async def move(self) -> tuple[str, bool]:
        """Say or press something; what was said, and whether it was a yes."""
        buttons = self.talk.buttons()
        self.pressed += buttons
        chance = self.dice.random()
        if buttons and chance < 0.5:
            return await self._press(self.dice.choice(buttons))
        if self.pressed and chance < 0.6:  # an old button, or one of a message long ago
            return await self._press(self.dice.choice(self.pressed))
        number = self.dice.choice((*self.own, *self.others)) if self.own else self.dice.choice(self.others)
        words = self.dice.choice(_WORDS).format(id=number, digits=self.digits)
        await self.talk.say(words)
        return words, words in _YES

    async def _press(self, button: Mapping[str, Any]) -> tuple[str, bool]:
        await self.talk.send(replace(self.talk.line(button["say"]), data={"choice": button["choice"]}))
        is_yes = button["choice"].get("answer") == "yes" or (not button["choice"] and button["say"] in _YES)
        return str(button["say"]), is_yes


async def _commits_of(app: App, customer_id: str) -> list[tuple[str, str, str | None]]:
    def read(scope: Scope) -> list[tuple[str, str, str | None]]:
        query = scope.select(commits.c.key, commits.c.action, commits.c.order_id)
        rows = scope.all(query.where(commits.c.customer_id == customer_id))
        return [(row.key, row.action, row.order_id) for row in rows]

    return await app.database.read(SHOP_ID, read)


@pytest.mark.parametrize("seed", range(3))
async def test_adversaries_do_nothing_without_a_yes_and_nothing_to_others(app: App, begin: Begin, seed: int, records: str) -> None:
    dice = random.Random(seed)
    victim = await begin("cus_mei")
    before = await victim.orders()
    dialogues = _DIALOGUES // 3 if records == "sqlite" else 10  # the records differ, not the decisions
    done = 0
    people: list[Talk] = []
    for number in range(dialogues):
        if number % 15 == 0:  # everybody comes back a few times
            people = [await begin(who) for who in ("cus_mei", "cus_bo", "visitor")]
        talk = await people[number % 3].again(dice.choice(("zh", "en")))
        own = frozenset(order.id for order in await talk.orders())
        others = tuple(order.id for order in before)
        play = _Play(talk, dice, own, others, dice.choice(("0000", "1234", "6609")))
        done += await _dialogue(app, play)
    assert done > 0 or records != "sqlite", "the adversaries never got anything done: this tests nothing"
    after = await app.database.read(SHOP_ID, lambda scope: store_orders.list_orders_of_customer(scope, victim.customer.id))
    assert after == before
    assert await app.database.read(SHOP_ID, _keys_are_unique)


async def _dialogue(app: App, play: _Play) -> int:
    known = at_first = await _commits_of(app, play.talk.customer.id)
    for _ in range(_LINES):
        was_read_back = _read_back(play.talk)
        words, is_yes = await play.move()
        now = await _commits_of(app, play.talk.customer.id)
        new = [one for one in now if one not in known]
        known = now
        for key, action, order_id in new:
            said = f"{play.talk.said} → {action} on {order_id}"
            assert order_id is None or order_id in play.own, said
            assert action in _PLAIN or (is_yes and key in was_read_back), f"{said} after {words!r}"
        assert len([one for one in new if one[1] not in _PLAIN]) <= 1
    return len(known) - len(at_first)


def _read_back(talk: Talk) -> frozenset[str]:
    """The proposals that wait for a yes on the screen: the last answer has a card with the buttons for it."""
    return frozenset(one["choice"]["proposal"] for one in talk.buttons() if one["choice"].get("answer") == "yes")


def _keys_are_unique(scope: Scope) -> bool:
    total, keys = scope.scalar(scope.select(sa.func.count(commits.c.key))), scope.all(scope.select(commits.c.key).distinct())
    return bool(total == len(keys))
