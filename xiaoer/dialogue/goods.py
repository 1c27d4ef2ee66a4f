"""Goods that were meant in everything said for a goal, held against the customer's orders: which order, which of its items.

What was said is folded from the oldest message to the newest: "also" adds, "only" narrows, a description of something named
before says more of it. Nothing is decided here that the records leave open: what several items or orders fit is asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xiaoer.nlu.meant.types import ItemMeant, Meant, OrderMeant, Pair, Want
from xiaoer.shop.types import Order, OrderItem


@dataclass(frozen=True, slots=True)
class Named:
    """Everything said of goods and orders, folded. `wants` belong to no item named; `everything`: all there is but `excluded`."""

    refs: tuple[ItemMeant, ...] = ()
    excluded: tuple[ItemMeant, ...] = ()
    everything: bool = False
    wants: tuple[Want, ...] = ()
    orders: tuple[OrderMeant, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """References with the items of an order that they mean; `open`: those that fit several items, and which."""

    pairs: tuple[tuple[ItemMeant, OrderItem], ...] = ()
    missing: tuple[ItemMeant, ...] = ()
    open: tuple[tuple[ItemMeant, tuple[OrderItem, ...]], ...] = ()


def fold(messages: Sequence[Meant]) -> Named:
    """What was meant, from messages in the order they were said."""
    named = Named()
    for meant in messages:
        named = _add(named, meant)
    return named


def _add(named: Named, meant: Meant) -> Named:
    said = [item for item in meant.items if not item.is_excluded]
    left_out = tuple(item for item in meant.items if item.is_excluded)
    refs = list(named.refs)
    if meant.scope == "only" and said and refs and not any(item.wants for item in said[1:]):
        refs = [one for one in refs if any(_is_same(one, item) for item in said)]
    for item in said:
        refs = _put(refs, item)
    everything = (named.everything or meant.scope == "all") and not (said and meant.scope != "all")
    orders = meant.orders or named.orders
    if meant.orders and named.orders and not any(one.items for one in meant.orders):
        orders = (*meant.orders, *(one for one in named.orders if one.items))
    return Named(tuple(refs), (*named.excluded, *left_out), everything, _newer(named.wants, meant.wants), orders)


def _put(refs: list[ItemMeant], item: ItemMeant) -> list[ItemMeant]:
    """With this item: said again it says more of what was named before; else it comes on top."""
    place = next((n for n, one in enumerate(refs) if _is_same(one, item)), None)
    if place is None:
        return [*refs, item]
    old = refs[place]
    merged = replace(
        old,
        like=tuple(dict.fromkeys((*old.like, *item.like))),
        wants=_newer(old.wants, item.wants),
        number=item.number or old.number,
        count=item.count or old.count,
        rank=item.rank or old.rank,
    )
    return [*refs[:place], merged, *refs[place + 1 :]]


def _is_same(one: ItemMeant, other: ItemMeant) -> bool:
    if one.number or other.number:
        return one.number == other.number
    return bool(set(one.product_ids) & set(other.product_ids)) and _may_be_one(one.like, other.like)


def _may_be_one(one: Sequence[tuple[Pair, ...]], other: Sequence[tuple[Pair, ...]]) -> bool:
    """Descriptions that name two values of one option are of two things."""
    for first in one:
        for second in other:
            keys = {key for key, _ in first} & {key for key, _ in second}
            if keys and not set(first) & set(second):
                return False
    return True


def _newer(old: Sequence[Want], new: Sequence[Want]) -> tuple[Want, ...]:
    """Wishes said later replace earlier ones about the same option."""
    if not new:
        return tuple(old)
    named = {key for want in new for key, _ in want.pairs}
    kept = [want for want in old if want.pairs and not named & {key for key, _ in want.pairs}]
    return (*kept, *new)


def fits(item: OrderItem, like: Sequence[tuple[Pair, ...]]) -> int:
    """How many of the words that describe something are true of this item."""
    return sum(any(item.options.get(key) == value for key, value in pairs) for pairs in like)


def can_be(ref: ItemMeant, item: OrderItem) -> bool:
    """Whether the item is what is named: its product, and nothing in the description that is another one's."""
    if ref.number:
        return ref.number in (item.variant_id, item.product_id)
    return item.product_id in ref.product_ids


def _is_called(ref: ItemMeant, item: OrderItem) -> bool:
    """Whether the word stands in the item's name: 水壶 is a bottle, and the 电热水壶 where no bottle was bought."""
    word = ref.word.lower()
    return len(word) > 1 and any(word in name.lower() for name in item.names.values())


def match(refs: Sequence[ItemMeant], items: Sequence[OrderItem]) -> Matched:
    """The items that are meant. What is described goes first, so that "the lamp" is the one that is left."""
    pairs: dict[int, list[OrderItem]] = {}
    missing, still_open = [], []
    used: list[str] = []
    for place in sorted(range(len(refs)), key=lambda n: -len(refs[n].like)):
        ref = refs[place]
        left = [item for item in items if item.id not in used]
        pool = _best_like(ref, [item for item in left if can_be(ref, item)] or [item for item in left if _is_called(ref, item)])
        if not pool:
            missing.append(ref)
            continue
        if ref.rank and len(pool) > 1:
            chosen = max if ref.rank == "dearest" else min
            pool = [chosen(pool, key=lambda item: item.unit_price_minor)]
        if len(pool) > 1 and ref.count != "all" and not _are_alike(pool):
            still_open.append((ref, tuple(pool)))
            continue
        pairs[place] = pool if ref.count == "all" else pool[:1]
        used += [item.id for item in pairs[place]]
    made = tuple((refs[place], item) for place in sorted(pairs) for item in pairs[place])
    return Matched(made, tuple(missing), tuple(still_open))


def _best_like(ref: ItemMeant, pool: Sequence[OrderItem]) -> list[OrderItem]:
    if not ref.like or not pool:
        return list(pool)
    scores = {item.id: fits(item, ref.like) for item in pool}
    best = max(scores.values())
    return [item for item in pool if scores[item.id] == best]


def _are_alike(pool: Sequence[OrderItem]) -> bool:
    return len({item.variant_id for item in pool}) == 1


@dataclass
class Search:
    """Orders that come into question, narrowed by what was said of them; a word that fits none narrows nothing."""

    pool: list[Order]
    is_narrowed: bool = False
    reasons: list[str] = field(default_factory=list)

    def keep(self, fitting: Sequence[Order], why: str) -> None:
        """Keep those that fit, if any does."""
        ids = {order.id for order in fitting}
        narrowed = [order for order in self.pool if order.id in ids]
        if narrowed and len(narrowed) < len(self.pool):
            self.pool, self.is_narrowed = narrowed, True
        if narrowed:
            self.reasons.append(why)


def search(named: Named, orders: Sequence[Order], *, focus_id: str | None, states: Sequence[str] = ()) -> Search:
    """The orders that may be meant. `states`: those in which the order could be for what is wanted, tried last."""
    found = Search(list(orders))
    for said in named.orders:
        if said.items:
            found.keep([order for order in orders if _holds(said, order)], "contents")
        if said.states:
            found.keep([order for order in orders if order.state in said.states], "state")
        if said.which == "other" and focus_id:
            found.keep([order for order in orders if order.id != focus_id], "other")
    if named.refs:
        whole = [order for order in found.pool if not match(named.refs, order.items).missing]
        best = whole or _most(named.refs, found.pool)
        found.keep(best, "items" if whole else "some_items")
    if states:
        found.keep([order for order in orders if order.state in states], "possible")
    return found


def _holds(said: OrderMeant, order: Order) -> bool:
    found = match(said.items, order.items)
    if found.missing:
        return False
    described = [(ref, item) for ref, item in found.pairs if ref.like]
    if any(fits(item, ref.like) < len(ref.like) for ref, item in described):
        return False
    return not said.is_only or len({item.product_id for item in order.items}) == len({one.product_ids for one in said.items})


def _most(refs: Sequence[ItemMeant], orders: Sequence[Order]) -> list[Order]:
    scores = {order.id: len(refs) - len(match(refs, order.items).missing) for order in orders}
    best = max(scores.values(), default=0)
    return [order for order in orders if scores[order.id] == best > 0]
