"""What staff must know when they take over: what was wanted, what is known, what was said last, and why it came to them."""

from __future__ import annotations

from typing import Any

from xiaoer.dialogue.context import Context
from xiaoer.dialogue.flow import Flows
from xiaoer.dialogue.state import State


def summary_of(state: State, reason: str, context: Context, flows: Flows) -> dict[str, Any]:
    """The summary as JSON: reason, goals with their slots, the order in focus, mood and the last words."""
    understanding = state.working.understanding
    goals = [
        {
            "flow": goal.flow,
            "titles": dict(flows.by_id[goal.flow].titles),
            "slots": {name: slot.value for name, slot in goal.slots.items() if name != "candidates"},
        }
        for goal in state.goals
        if goal.flow not in ("human", "clarify", "unclear")
    ]
    return {
        "reason": reason,
        "goals": goals,
        "order_id": state.focus.order_id,
        "product_ids": list(state.focus.product_ids),
        "mood": understanding.mood if understanding else "calm",
        "last_words": understanding.text[:300] if understanding else "",
        "is_verified": context.is_signed_in or bool(state.verified.order_ids),
    }
