"""How many pieces of an item are left to ask about, and what each of them is worth by now.

Pieces of an item are alike, so which of them was returned or protected is a matter of convention: work is booked on the
pieces from the last one forward, and what comes back comes back from the first one on. So nothing is dealt with twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from xiaoer.shop.types import Case, Order, OrderItem

# The kinds of cases that an action leads to and that leave the piece with the customer.
WORK = {
    "exchange": ("exchange",),
    "missing_or_damaged": ("resend",),
    "repair": ("repair",),
    "price_protection": ("price_protection",),
}
_UNDONE = ("refused", "withdrawn")
_OVER = (*_UNDONE, "done")


def has_open_case(order: Order) -> bool:
    """Whether a return or an exchange of the order is under way."""
    return any(case.kind in ("return", "exchange") and case.state not in _OVER for case in order.cases)


def pieces_left(item: OrderItem) -> int:
    """Pieces that the customer still has, or is still to get."""
    return max(0, item.quantity - item.returned_quantity)


def pieces_handled(action: str, item: OrderItem, order: Order) -> int:
    """Pieces dealt with in this way before; of repairs only those under way, because things may break again."""
    over = _OVER if action == "repair" else _UNDONE
    mine = [case for case in order.cases if case.kind in WORK.get(action, ()) and case.state not in over]
    pieces = sum(_count(case, item) for case in mine)
    return max(pieces, item.exchanged_quantity) if action == "exchange" else pieces


def pieces_open(action: str, item: OrderItem, order: Order) -> int:
    """Pieces for which this action can still be asked."""
    return max(0, pieces_left(item) - pieces_handled(action, item, order))


def pieces_busy(action: str, item: OrderItem, order: Order) -> int:
    """Pieces tied up in open work of another kind. Those on their way back are not left anyway."""
    others = {kind for kinds in WORK.values() for kind in kinds} - {*WORK.get(action, ()), "price_protection"}
    return sum(_count(case, item) for case in order.cases if case.kind in others and case.state not in _OVER)


def worth_of_next_returned(item: OrderItem, pieces: int, order: Order) -> int:
    """What so many pieces bring back now: their price as paid, less what was given back for them while the customer kept them."""
    return sum(_worths(item, order)[item.returned_quantity :][:pieces])


def worths_of_next(action: str, item: OrderItem, pieces: int, order: Order) -> Sequence[int]:
    """What each of the pieces is worth to which this action applies next."""
    end = item.quantity - pieces_handled(action, item, order)
    return _worths(item, order)[max(0, end - pieces) : max(0, end)]


def _worths(item: OrderItem, order: Order) -> list[int]:
    """Each piece's price as paid, less the differences given by price protection and exchanges, in the order they were given."""
    worths = [item.unit_paid_minor] * item.quantity
    booked = {"price_protection": 0, "exchange": 0}
    for case in order.cases:
        if case.kind in booked and case.state not in _UNDONE:
            end = max(0, item.quantity - booked[case.kind])
            begin = max(0, end - _count(case, item))
            worths[begin:end] = _lowered(worths[begin:end], _difference_given(case, item))
            booked[case.kind] += end - begin
    return worths


def _lowered(worths: Sequence[int], by: int) -> list[int]:
    """Lowered by so much in all, the highest first and together: as a lower price for all of them does."""
    low, high = 0, max(worths, default=0)
    while low < high:
        level = (low + high) // 2
        if sum(max(0, one - level) for one in worths) <= by:
            high = level
        else:
            low = level + 1
    rest = by - sum(max(0, one - low) for one in worths)
    lowered = [min(one, low) for one in worths]
    for place in reversed(range(len(lowered))):
        if rest > 0 and lowered[place] == low > 0:
            lowered[place] -= 1
            rest -= 1
    return lowered


def _difference_given(case: Case, item: OrderItem) -> int:
    """What the customer got for this item. A dearer exchange adds nothing: whether its difference was paid isn't known here."""
    lines = [
        line for line in case.verdict.get("lines", ()) if line["label"] == "difference" and line["item_id"] == item.id
    ]
    return max(0, sum(int(line["amount_minor"]) for line in lines))


def _count(case: Case, item: OrderItem) -> int:
    return sum(pieces for item_id, pieces in case.items if item_id == item.id)
