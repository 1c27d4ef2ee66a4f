"""What one step may look at: the goal, the state, the context, and what was heard for the goal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from xiaoer.dialogue.context import Context
from xiaoer.dialogue.goods import Named, fold
from xiaoer.dialogue.state import Goal, Heard, Slot, State, Working
from xiaoer.shop.types import Order, OrderItem, Product

# Words that point at what was talked about.
POINTING = r"这个|这款|这单|这件|这双|这条|那单|那个|那款|那件|那双|它|此订单|\b(?:it|its|this|that|these|those|they|them)\b"


@dataclass(frozen=True, slots=True)
class View:
    """A goal seen in its state and context."""

    state: State
    context: Context
    goal: Goal

    @property
    def working(self) -> Working:
        """The working memory of this turn."""
        return self.state.working

    @property
    def orders(self) -> tuple[Order, ...]:
        """The orders that the speaker may see, newest first; one verified in this very turn included."""
        known = {order.id: order for order in self.context.orders}
        for key, value in self.working.found.items():
            if key.startswith("verify:") and value is not None:
                known.setdefault(value["order"].id, value["order"])
        return tuple(sorted(known.values(), key=lambda order: order.placed_at, reverse=True))

    @property
    def order(self) -> Order | None:
        """The order in the goal's slot, or None."""
        number = self.goal.value("order")
        return next((order for order in self.orders if order.id == number), None)

    @property
    def level(self) -> str:
        """The membership level that policy and fees go by: the speaker's own, or that of the order they have proven."""
        return self.context.customer.level if self.context.is_signed_in else self.state.verified.level

    @property
    def items(self) -> tuple[tuple[OrderItem, int], ...]:
        """The items in the goal's slot with their pieces."""
        order = self.order
        if order is None:
            return ()
        wanted = {item_id: pieces for item_id, pieces in self.goal.value("items") or ()}
        return tuple((item, wanted[item.id]) for item in order.items if item.id in wanted)

    @property
    def named(self) -> Named:
        """Everything said for this goal of goods, orders and what is wanted instead, folded together."""
        return fold(tuple(reversed(self.goal.meant)))

    @property
    def lines(self) -> tuple[str, ...]:
        """What was said for this goal, lower case, the newest first."""
        said = tuple(meant.text for meant in self.goal.meant if meant.text)
        return said if self.words in said or not self.goal.words else (self.words, *said)

    @property
    def words(self) -> str:
        """What was said for this goal last, lower case."""
        return self.goal.words.lower()

    def newest(self, *kinds: str) -> tuple[Heard, ...]:
        """The heard entities of these kinds that stand in the newest message which named any of them."""
        found = [heard for heard in self.goal.heard if heard.kind in kinds]
        newest_seq = max((heard.seq for heard in found), default=0)
        return tuple(heard for heard in found if heard.seq == newest_seq)

    def says(self, pattern: str) -> bool:
        """Whether the words of this goal match a pattern."""
        return re.search(pattern, self.words) is not None

    def spelled(self, offered: Iterable[str | None]) -> list[str]:
        """Those option values that the words name bare, just as a product spells them: "41", "24cm"."""
        said = set(re.findall(r"[a-z0-9.]+", self.words))
        return [one for one in offered if one and any(letter.isdigit() for letter in one) and one.lower() in said]

    def is_asked(self, slot: str) -> bool:
        """Whether the open question of this very goal is about this slot."""
        question = self.state.question
        return question is not None and question.goal_id == self.goal.id and question.slot == slot

    def found_products(self, key: str) -> tuple[Product, ...] | None:
        """The products a look-up found, or None when it has not come back."""
        value: Any = self.working.found.get(key)
        return None if value is None else tuple(value)


def slot_of(heard: Heard, value: Any) -> Slot:
    """A slot filled by what was heard."""
    return Slot(value, "said", text=heard.text, seq=heard.seq, start=heard.start, end=heard.end)
