"""What was done in this conversation, for questions about it afterwards ("what do I get back in total?")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiaoer.dialogue.state import Deed, Proposal

MOST_DEEDS = 20


def deed_of(proposal: Proposal | None, result: Mapping[str, Any]) -> Deed:
    """A commit as a deed: its money is what was read back, or what the commit says was moved."""
    request = proposal.request if proposal is not None else {}
    verdict = proposal.verdict if proposal is not None else {}
    return Deed(
        action=proposal.action if proposal is not None else "",
        order_id=result.get("order_id") or request.get("order_id"),
        item_ids=tuple(str(item) for item, _ in request.get("items", ())),
        money_minor=int(verdict.get("refund_minor", 0)),
        payment_id=request.get("payment_id"),
    )
