"""Signs of typing: nudges on a topic of their own, never stored. Who shows them forgets them after a few seconds."""

from __future__ import annotations

from typing import Literal

from xiaoer.live.memory import MemoryLive, conversation_topic

Who = Literal["customer", "staff"]
SHOWN_S = 6  # a sign is shown for so long, and sent again at most half as often


def typing_topic(shop_id: str, conversation_id: str, who: Who) -> str:
    """What is nudged while this side types."""
    return f"{conversation_topic(shop_id, conversation_id)}/typing/{who}"


def show_typing(live: MemoryLive, shop_id: str, conversation_id: str, who: Who) -> None:
    """Tell the other side."""
    live.nudge(typing_topic(shop_id, conversation_id, who))
