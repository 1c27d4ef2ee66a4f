"""Which variant is meant: what was wished for, held against the variants that the shop has.

What the customer did not name stays as it is in the item they have. Wishes are conditions, preferences only decide among what
fulfils them; where the first choice can't be had, the next one is looked at. Where several variants remain, the customer says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from xiaoer.dialogue.scales import keys_meant, number_of, order_of
from xiaoer.nlu.meant.types import Pair, Want
from xiaoer.shop.types import Product, Variant

Outcome = Literal["chosen", "ask", "sold_out", "not_made", "other_product", "leave", "no_wish"]
Test = Callable[[Variant], bool]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the wishes come to. `variants`: the one chosen, or those that the customer may choose from. `wanted`: as understood."""

    outcome: Outcome
    variants: tuple[Variant, ...] = ()
    wanted: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Have:
    """The item at hand: its options, its variant, and what the same product looks like elsewhere ("as in my other order")."""

    options: Mapping[str, str]
    variant_id: str
    others: Sequence[Mapping[str, str]] = ()


def choose(have: Have, product: Product, wants: Sequence[Want]) -> Chosen:
    """The variant of `product` that the wishes mean, instead of the one at hand."""
    if not wants:
        return Chosen("no_wish")
    if any(want.how == "product" for want in wants):
        return Chosen("other_product")
    levels = sorted({want.level for want in wants})
    first: Chosen | None = None
    for level in levels:
        active = [want for want in wants if want.level == level] if level == levels[0] else _with_fallback(wants, level)
        if any(want.how == "leave" for want in active):
            return Chosen("leave")
        found = _Choice(have, product).of(active)
        if found.outcome in ("chosen", "ask"):
            return found
        first = first or found
    assert first is not None
    return first


def _with_fallback(wants: Sequence[Want], level: int) -> list[Want]:
    """The wishes of a fallback on top of the first ones, whose options it does not name."""
    fallback = [want for want in wants if want.level == level]
    named = {key for want in fallback for key, _ in want.pairs}
    kept = [want for want in wants if want.level == 0 and not named & {key for key, _ in want.pairs} and not want.is_soft]
    return [*kept, *fallback]


class _Choice:
    """One attempt to fulfil wishes."""

    def __init__(self, have: Have, product: Product) -> None:
        self.have, self.product = have, product
        self.options: dict[str, list[str]] = {}
        for variant in product.variants:
            for key, value in variant.options.items():
                self.options.setdefault(key, []).append(value)
        self.tests: list[tuple[Test, bool]] = []  # (condition, only a preference)
        self.ranks: list[Callable[[Variant], float]] = []  # least is best
        self.touched: set[str] = set()
        self.wanted: dict[str, str] = {}
        self.is_dear: str = ""
        self.failed: Outcome | None = None
        self.exact = False

    def of(self, wants: Sequence[Want]) -> Chosen:
        """What these wishes come to."""
        for want in wants:
            if want.how not in ("is", "not"):
                self._other(want)
        self._values([want for want in wants if want.how == "is"])
        for want in wants:
            if want.how == "not":
                self._not(want)
        if self.failed:
            return Chosen(self.failed, self._available(), self.wanted)
        hard = [test for test, is_soft in self.tests if not is_soft]
        fitting = [variant for variant in self.product.variants if all(test(variant) for test in hard)]
        if not self.exact:
            fitting = [variant for variant in fitting if variant.id != self.have.variant_id]
        in_stock = [variant for variant in fitting if variant.stock > 0]
        if not in_stock:
            return Chosen("sold_out" if fitting else "not_made", self._near(), self.wanted)
        return self._best(in_stock)

    def _best(self, pool: Sequence[Variant]) -> Chosen:
        for rank in self.ranks:
            least = min(rank(variant) for variant in pool)
            pool = [variant for variant in pool if rank(variant) == least]
        if self.is_dear:
            price = (max if self.is_dear == "most" else min)(variant.price_minor for variant in pool)
            pool = [variant for variant in pool if variant.price_minor == price]
        for test in (test for test, is_soft in self.tests if is_soft):
            pool = [variant for variant in pool if test(variant)] or pool
        kept = {variant.id: self._kept(variant) for variant in pool}
        best = [variant for variant in pool if kept[variant.id] == max(kept.values())]
        return Chosen("chosen" if len(best) == 1 else "ask", tuple(best), self.wanted)

    def _kept(self, variant: Variant) -> int:
        return sum(variant.options.get(key) == value for key, value in self.have.options.items() if key not in self.touched)

    def _available(self) -> tuple[Variant, ...]:
        return tuple(variant for variant in self.product.variants if variant.stock > 0 and variant.id != self.have.variant_id)

    def _near(self) -> tuple[Variant, ...]:
        """What is in stock, the most of what was wished for first."""
        hard = [test for test, is_soft in self.tests if not is_soft]
        return tuple(sorted(self._available(), key=lambda variant: (-sum(test(variant) for test in hard), -self._kept(variant))))

    # ── option values ────────────────────────────────────────────────────────────────────────────────────────────────
    def _values(self, wants: Sequence[Want]) -> None:
        """Values of one option said together are alternatives, the first one liked best."""
        groups: dict[tuple[str, ...], list[tuple[Want, list[Pair]]]] = {}
        for want in wants:
            offered = self._offered(want)
            if offered:
                groups.setdefault(tuple(sorted({key for key, _ in offered})), []).append((want, offered))
            elif not want.is_soft:
                self._not_offered(want)
        for group in groups.values():
            self._alternatives(group)

    def _offered(self, want: Want) -> list[Pair]:
        """What the words can mean of this product; where they could name several options, those that would change."""
        offered = [(key, value) for key, value in want.pairs if value in self.options.get(key, ())]
        changes = [(key, value) for key, value in offered if self.have.options.get(key) != value]
        keys = {key for key, _ in offered}
        return changes if len(keys) > 1 and changes and not self.is_any(keys) else offered

    @staticmethod
    def is_any(keys: set[str]) -> bool:
        """Whether these options are spellings of one."""
        return len({key.lower() for key in keys}) == 1

    def _not_offered(self, want: Want) -> None:
        self.wanted[want.pairs[0][0] if want.pairs else want.text] = want.text
        known = {key for key, _ in want.pairs} & self.options.keys()
        if known or want.pairs:
            self.failed = "not_made"

    def _alternatives(self, group: Sequence[tuple[Want, list[Pair]]]) -> None:
        pairs = [pair for _, offered in group for pair in offered]
        is_soft = all(want.is_soft for want, _ in group)
        for key, value in pairs:
            self.touched.add(key)
            self.wanted.setdefault(key, value)
        self.tests.append((lambda variant: any(variant.options.get(key) == value for key, value in pairs), is_soft))
        if len(group) > 1:
            self.ranks.append(lambda variant: float(_place_of(variant, pairs)))

    def _not(self, want: Want) -> None:
        pairs = [(key, value) for key, value in want.pairs if key in self.options]
        self.tests.append((lambda variant: not any(variant.options.get(key) == value for key, value in pairs), want.is_soft))

    # ── everything else ──────────────────────────────────────────────────────────────────────────────────────────────
    def _other(self, want: Want) -> None:
        keys = [key for key, _ in want.pairs if key in self.options]
        match want.how:
            case "same":
                for key in keys:
                    self._keep(key)
            case "free":
                self.touched.update(keys)
            case "more" | "less":
                self._step(want)
            case "most" | "least":
                self._extreme(want)
            case "number":
                self.exact = True
                self.tests.append((lambda variant: variant.id == want.text, False))
            case "exact":
                self.exact = True
                self.tests.append((lambda variant: variant.id == self.have.variant_id, False))
            case "like":
                self._like()

    def _keep(self, key: str) -> None:
        old = self.have.options.get(key)
        self.tests.append((lambda variant: variant.options.get(key) == old, False))

    def _like(self) -> None:
        others = [dict(options) for options in self.have.others]
        if others:
            self.wanted.update(others[0])
            self.tests.append((lambda variant: dict(variant.options) in others, False))

    def _step(self, want: Want) -> None:
        """Some steps up or down from what they have; without a number, the next one that can be had."""
        keys = keys_meant([key for key, _ in want.pairs], self.options)
        old = self.have.options.get(keys[0], "") if keys else ""
        places = order_of([*self.options[keys[0]], old]) if keys else None
        if places is None or old not in places:
            return
        key, sign, here = keys[0], 1.0 if want.how == "more" else -1.0, places[old]

        def up(variant: Variant) -> float:
            return sign * (places.get(variant.options.get(key, ""), here) - here)

        self.touched.add(key)
        if want.amount and want.amount > 1 and number_of(old) is not None:
            self.tests.append((lambda variant: up(variant) == want.amount, want.is_soft))
        else:
            self.tests.append((lambda variant: up(variant) > 0, want.is_soft))
            self.ranks.append(up)

    def _extreme(self, want: Want) -> None:
        hints = [key for key, _ in want.pairs]
        if not hints:
            self.is_dear = want.how
            return
        keys = keys_meant(hints, self.options)
        places = order_of(self.options[keys[0]]) if keys else None
        if places is not None:
            key, sign = keys[0], -1.0 if want.how == "most" else 1.0
            self.touched.add(key)
            self.ranks.append(lambda variant: sign * places.get(variant.options.get(key, ""), 0.0))


def _place_of(variant: Variant, pairs: Sequence[Pair]) -> int:
    return next((place for place, (key, value) in enumerate(pairs) if variant.options.get(key) == value), len(pairs))
