"""What supposes that it was done already is no leave to do it."""

from __future__ import annotations

import pytest

from tests.flows.conftest import Begin

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("words", ["你已经办好了吧", "办好了吧", "已经取消了吧", "you did it already, right", "it's done already"])
async def test_a_guess_after_a_read_back_commits_nothing(begin: Begin, words: str) -> None:
    talk = await begin("cus_mei")
    order = await talk.order("joggers")
    await talk.say(f"取消订单 {order.id}")
    assert await talk.parts() == ["confirm_cancel"]
    await talk.say(words)
    assert await talk.commits(order.id) == 0
    await talk.say("确认")
    assert await talk.commits(order.id) == 1
