"""A stored verdict as the card that the customer saw, in the words of whoever reads it now. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiaoer.aftersales.describe import from_json
from xiaoer.replies.cards import card_of, changes_of
from xiaoer.replies.words import Words


def verdict_card(data: Mapping[str, Any], words: Words) -> Mapping[str, Any]:
    """The card, with the policy's code (`why`) and everything that would have changed the outcome."""
    verdict = from_json(data)
    card = card_of({"type": "verdict", "verdict": verdict}, words)
    return {**card, "why": verdict.why, "changes": changes_of(verdict, words, {})}
