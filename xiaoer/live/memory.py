"""Nudges within one process. A listener that is slow misses nothing but repeated nudges: they are folded into one."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Listener:
    """Waits for "look again" on some topics."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._topics: set[str] = set()

    def wake(self, topic: str) -> None:
        """Called by the nudge."""
        self._topics.add(topic)
        self._event.set()

    async def wait(self, *, timeout_s: float | None = None) -> set[str]:
        """The topics nudged since the last call; empty after `timeout_s` seconds without one."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return set()
        self._event.clear()
        topics, self._topics = self._topics, set()
        return topics


class MemoryLive:
    """Pub-sub in the memory of this process. Topics are `shop/conversation/<id>` and `shop/inbox`."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    def nudge(self, *topics: str) -> None:
        """Wake everyone who listens to one of these topics."""
        for topic in topics:
            for listener in tuple(self._listeners.get(topic, ())):
                listener.wake(topic)

    @asynccontextmanager
    async def listen(self, *topics: str) -> AsyncIterator[Listener]:
        """Listen while the block lasts. Read the record after entering, so that nothing between is missed."""
        listener = Listener()
        for topic in topics:
            self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                self._listeners[topic].discard(listener)
                if not self._listeners[topic]:
                    del self._listeners[topic]


def conversation_topic(shop_id: str, conversation_id: str) -> str:
    """What is nudged when a conversation gets a line, a holder or a sign of typing."""
    return f"{shop_id}/conversation/{conversation_id}"


def inbox_topic(shop_id: str) -> str:
    """What is nudged when the inbox of a shop's staff looks different."""
    return f"{shop_id}/inbox"
