"""Answers out of the catalogue's facts: the best of a kind, those that fit, which of two, how many, in another unit, which size.

Each way of answering looks whether the question is one of its kind, and answers only then; None leaves the question to others.
Nothing is said that does not stand in a product's data: what is not written is told as not written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xiaoer.shop.facts.measures import (
    PRICE,
    Ordering,
    find_comparative,
    find_superlative,
    key_for,
    labelled_superlative,
    measure,
    rank,
)
from xiaoer.shop.facts.naming import LOOKING, named_in, single_of
from xiaoer.shop.facts.question import MOST_TOLD, Finding, Question, Row
from xiaoer.shop.facts.sizing import size_for
from xiaoer.shop.facts.told import tell_in_unit, tell_unit, unit_wanted
from xiaoer.shop.facts.wanted import Condition, conditions_in
from xiaoer.shop.types import Product

_COMPARE = re.compile(
    r"对比|比较|区别|差别|哪个好|哪款好|哪个更好|\bcompare|\bcomparison\b|\bdifference|\bvs\.?\b|\bversus\b|\bbetter\b|\bor the\b"
)
_COUNT = re.compile(
    r"(?:几|多少)(?:个|种|款)?(?P<zh>颜色|色|尺码|码|规格|款式)|(?<!穿)(?:有)?(?:哪些|什么|哪几[个种])(?P<zh2>颜色|尺码|规格)(?!.{0,2}合适)|\b(?:how many|which|what)(?: different)? (?P<en>colou?rs|sizes|options|variants)\b"
)
_COUNTED = {
    "颜色": "colour",
    "色": "colour",
    "尺码": "size",
    "码": "size",
    "colours": "colour",
    "colors": "colour",
    "sizes": "size",
}
_SIZE = re.compile(r"什么码|多大码|几码|哪个码|多大|尺码|选码|穿什么|\bsizes?\b|\bfit me\b")
_YES_NO = re.compile(
    r"^(?:is|are|does|do|can|could|will|has|have)\b(?! (?:there|you|we))|(?<!有没有).吗[?？]?$|能不能|可不可以|是不是"
)
_Way = Callable[[Question, Sequence[Product], Mapping[str, Any]], Finding | None]


def reason(question: Question, products: Mapping[str, Product], dictionary: Mapping[str, Any]) -> Finding | None:
    """The first way that answers. `products`: at least those whose ids the question names; `dictionary`: the shop's words."""
    pool = [products[one] for one in dict.fromkeys((*question.named, *question.kinds)) if one in products]
    if not pool and (
        question.is_about_focus or question.intent in ("product_info", "product_compare", "size_advice", "stock_check")
    ):
        pool = [products[one] for one in question.focus if one in products]
    kin = {one.kind.get("en", "") for one in pool}
    pool += [
        one for one in products.values() if one.kind.get("en", "") in kin and one not in pool and _is_compared(question)
    ]
    return next((found for way in _WAYS if (found := way(question, pool, dictionary)) is not None), None)


def _is_compared(question: Question) -> bool:
    """Whether something else of the same type may be named by a word of its own: "heavier than the citywalk"."""
    return bool(question.named) and find_comparative(question.words) is not None


def _size(question: Question, pool: Sequence[Product], dictionary: Mapping[str, Any]) -> Finding | None:
    if question.intent != "size_advice" and not (_SIZE.search(question.words) and question.intent == "product_info"):
        return None
    few = single_of(question, pool) or (list(pool) if len(pool) <= MOST_TOLD else [])
    return size_for(question, few[:1], dictionary.get("size_charts") or {})


def _versus(question: Question, pool: Sequence[Product], dictionary: Mapping[str, Any]) -> Finding | None:
    """Which of two or three that are named is lighter, cheaper …; without such a word they are put side by side."""
    named = named_in(question.words, pool, [one for one in pool if one.id in question.named])
    ordering = find_comparative(question.words)
    if not named and not question.named and not question.kinds and ordering is not None and len(pool) <= MOST_TOLD:
        named = list(pool)  # "which is cheaper?" of what was talked about
    chosen = named[:MOST_TOLD]
    if len(chosen) < 2:
        return None
    key = key_for(chosen, ordering.keys) if ordering is not None else None
    if ordering is not None and key is not None:
        ranked = rank(chosen, key, is_most=ordering.is_most)
        rows = tuple(Row(product, key, value) for product, value in ranked)
        unknown = tuple(one for one in chosen if measure(one, key) is None)
        facts = {
            "key": key,
            "is_most": ordering.is_most,
            "is_tie": len({v for _, v in ranked}) == 1,
            "unknown": unknown,
        }
        return Finding("versus", tuple(product for product, _ in ranked), rows, facts)
    if question.intent == "product_compare" or _COMPARE.search(question.words):
        return Finding("compare", tuple(chosen))
    return None


def _best(question: Question, pool: Sequence[Product], dictionary: Mapping[str, Any]) -> Finding | None:
    """The lightest tent: of all of the type that meet the other conditions."""
    ordering = labelled_superlative(question.rest, dictionary, pool) or find_superlative(question.words)
    if ordering is None or len(pool) < 2:
        return None
    conditions = conditions_in(question.rest.replace(ordering.word, " "), dictionary, pool)
    fitting = [
        one
        for one in pool
        if all(condition.holds(one) for condition in conditions) and _may_be_best(one, ordering, question)
    ]
    key = key_for(fitting, ordering.keys)
    if key is None:
        return None
    ranked = rank(fitting, key, is_most=ordering.is_most)[:MOST_TOLD]
    rows = tuple(Row(product, key, value) for product, value in ranked)
    same = tuple(product for product, value in ranked if value == ranked[0][1])
    facts = {
        "key": key,
        "is_most": ordering.is_most,
        "count": len(fitting),
        "first": same,
        "unit": unit_wanted(question, key),
    }
    facts["sold_out"] = tuple(product.id for product, _ in ranked if not any(one.stock > 0 for one in product.variants))
    return Finding("best", tuple(product for product, _ in ranked), rows, facts)


def _may_be_best(product: Product, ordering: Ordering, question: Question) -> bool:
    """What is sold out is still the lightest, but not the cheapest to be had."""
    if ordering.keys == (PRICE,) or question.money or question.options:
        return _is_in_budget(product, question) and _has_options(product, question)
    return True


def _count(question: Question, pool: Sequence[Product], dictionary: Mapping[str, Any]) -> Finding | None:
    """How many colours, which sizes: of each product that is meant."""
    match = _COUNT.search(question.words)
    if match is None or not pool:
        return None
    word = next(group for group in match.groups() if group)
    key = _COUNTED.get(word, "")
    rows = []
    for product in (single_of(question, pool) or pool)[:MOST_TOLD]:
        values = _values_of(product, key)
        rows.append(Row(product, key, tuple(values)))
    stocked = {row.product.id: tuple(v for v in row.value if _is_stocked(row.product, key, v)) for row in rows}
    return Finding("count", tuple(row.product for row in rows), tuple(rows), {"key": key, "stocked": stocked})


def _values_of(product: Product, key: str) -> list[Any]:
    if key:
        return list(dict.fromkeys(one.options[key] for one in product.variants if key in one.options))
    return [one.id for one in product.variants if one.options]


def _is_stocked(product: Product, key: str, value: Any) -> bool:
    return any(one.stock > 0 for one in product.variants if (one.options.get(key) == value if key else one.id == value))


def _holds(question: Question, pool: Sequence[Product], dictionary: Mapping[str, Any]) -> Finding | None:
    """Conditions asked of one product, or of the few of a type: is it waterproof and over 20 litres, does it fit four people."""
    chosen = single_of(question, pool) or (
        list(pool) if len(pool) <= MOST_TOLD and _YES_NO.search(question.words) else []
    )
    if not chosen or question.intent not in ("product_info", "purchase_advice", "product_compare", "size_advice"):
        return None
    conditions = conditions_in(question.rest, dictionary, pool, with_unwritten=True)
    asked = [one for one in conditions if one.op != "is" or len(conditions) > 1]
    if not asked or (len(chosen) > 1 and len(conditions) > 1):
        return None
    rows = [_row(product, one) for product in chosen for one in conditions]
    if question.money:
        rows += [Row(product, PRICE, measure(product, PRICE), _is_in_budget(product, question)) for product in chosen]
    return Finding("holds", tuple(chosen), tuple(rows))


def _row(product: Product, condition: Condition) -> Row:
    key = condition.told_by(product)
    return Row(product, key, product.attributes.get(key), condition.holds(product))


def _filtered(question: Question, pool: Sequence[Product], dictionary: Mapping[str, Any]) -> Finding | None:
    """Those of a type that meet every condition, best stocked and cheapest first; else what nearly does."""
    if not question.kinds or len(pool) < 2:
        return None
    conditions = conditions_in(question.rest, dictionary, pool)
    limits = [one for one in question.money if one[0] != "is" or question.intent == "purchase_advice"]
    wanted = len(conditions) + len(limits) + len(question.options)
    is_search = question.intent == "purchase_advice" or LOOKING.search(question.words) is not None
    is_search = is_search and (
        wanted > 1 or not _YES_NO.search(question.words) or LOOKING.search(question.words) is not None
    )
    if not wanted or (wanted < 2 and not is_search):
        return None
    fitting = [one for one in pool if _fits(one, conditions, question)]
    if not fitting:
        return _none_fits(question, pool, conditions)
    fitting.sort(key=lambda one: measure(one, PRICE) or 0.0)
    chosen = fitting[:MOST_TOLD]
    rows = tuple(_row(product, one) for product in chosen for one in conditions)
    return Finding("filtered", tuple(chosen), rows, {"count": len(fitting), "conditions": tuple(conditions)})


def _none_fits(question: Question, pool: Sequence[Product], conditions: Sequence[Condition]) -> Finding | None:
    """The products that meet most, with what they lack."""
    scored = sorted(pool, key=lambda one: (len(_lacking(one, conditions, question)), measure(one, PRICE) or 0.0))
    near = [
        one
        for one in scored
        if len(_lacking(one, conditions, question)) < len(conditions) + len(question.money) + len(question.options)
    ]
    rows = tuple(_row(product, one) for product in near[:MOST_TOLD] for one in conditions if not one.holds(product))
    return Finding("none_fits", tuple(near[:MOST_TOLD]), rows, {"count": 0, "conditions": tuple(conditions)})


def _lacking(product: Product, conditions: Sequence[Condition], question: Question) -> list[str]:
    lacks = [one.key for one in conditions if not one.holds(product)]
    return [
        *lacks,
        *([] if _is_in_budget(product, question) else [PRICE]),
        *([] if _has_options(product, question) else ["options"]),
    ]


def _fits(product: Product, conditions: Sequence[Condition], question: Question) -> bool:
    return (
        all(one.holds(product) for one in conditions)
        and _is_in_budget(product, question)
        and _has_options(product, question)
    )


def _is_in_budget(product: Product, question: Question) -> bool:
    prices = [one.price_minor for one in product.variants if one.stock > 0]
    if not prices:
        return not question.money
    for op, minor in question.money:
        if op in ("max", "is") and min(prices) > minor:
            return False
        if op == "min" and max(prices) < minor:
            return False
        if op == "about" and not 0.75 <= min(prices) / minor <= 1.25:
            return False
    return True


def _has_options(product: Product, question: Question) -> bool:
    """Whether a variant in stock has everything that was named."""
    wanted = question.options
    stocked = [one for one in product.variants if one.stock > 0]
    return (
        any(all(one.options.get(key) in values for key, values in wanted.items()) for one in stocked)
        if wanted
        else bool(stocked)
    )


_WAYS: tuple[_Way, ...] = (tell_unit, _size, _count, _versus, _best, tell_in_unit, _holds, _filtered)
