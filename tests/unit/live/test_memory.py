"""Nudges: whoever listens is woken, whoever is slow is woken once, whoever left is forgotten."""

from __future__ import annotations

import asyncio

from xiaoer.live.memory import MemoryLive, conversation_topic, inbox_topic


async def test_a_nudge_wakes_those_who_listen_to_its_topic() -> None:
    live = MemoryLive()
    async with live.listen("a", "b") as one, live.listen("b") as other:
        live.nudge("a")
        assert await one.wait(timeout_s=1) == {"a"}
        assert await other.wait(timeout_s=0.01) == set()
        live.nudge("b", "nobody")
        assert await one.wait(timeout_s=1) == {"b"}
        assert await other.wait(timeout_s=1) == {"b"}


async def test_many_nudges_are_folded_into_one() -> None:
    live = MemoryLive()
    async with live.listen("a", "b") as listener:
        for _ in range(1000):
            live.nudge("a")
        live.nudge("b")
        assert await listener.wait(timeout_s=1) == {"a", "b"}
        assert await listener.wait(timeout_s=0.01) == set()


async def test_a_nudge_before_waiting_is_not_lost() -> None:
    live = MemoryLive()
    async with live.listen("a") as listener:
        live.nudge("a")
        await asyncio.sleep(0)
        assert await listener.wait(timeout_s=1) == {"a"}


async def test_a_nudge_while_waiting_wakes_at_once() -> None:
    live = MemoryLive()
    async with live.listen("a") as listener:
        waiting = asyncio.ensure_future(listener.wait())
        await asyncio.sleep(0.01)
        assert not waiting.done()
        live.nudge("a")
        assert await asyncio.wait_for(waiting, 1) == {"a"}


async def test_who_left_is_forgotten() -> None:
    live = MemoryLive()
    async with live.listen("a"):
        pass
    live.nudge("a")
    assert not live._listeners


async def test_topics_of_two_shops_are_two() -> None:
    assert conversation_topic("spruce", "c") != conversation_topic("maple", "c")
    assert inbox_topic("spruce") != inbox_topic("maple")
    assert conversation_topic("spruce", "inbox") != inbox_topic("spruce")
