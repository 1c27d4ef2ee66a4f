"""Questions to the facts of the demo shop, read with its own names and numbers as the reader finds them."""

from __future__ import annotations

from functools import cache

from tests.unit.nlu.reading import gazetteer
from xiaoer.demo.seed_catalogue import read_products, read_words
from xiaoer.nlu.entities import numbers
from xiaoer.nlu.normalise import normalise
from xiaoer.shop.facts.question import Finding, Question
from xiaoer.shop.facts.reason import reason
from xiaoer.shop.types import Product


@cache
def products() -> dict[str, Product]:
    """The demo's products by id."""
    return {product.id: product for product in read_products()}


def question(words: str, *, intent: str = "product_info", focus: tuple[str, ...] = ()) -> Question:
    """The question that the dialogue would ask with these words."""
    normal = normalise(words)
    found = [*gazetteer().find(words, normal), *numbers.find(words, normal)]
    goods = [one for one in found if one.kind in ("product", "kind")]
    ids = [list(dict.fromkeys(one.value["product_ids"])) for one in goods]
    body: dict[str, float] = {}
    for one in found:
        body |= one.value if one.kind == "body" else {}
    return Question(
        words=words.lower(),
        intent=intent,
        named=tuple(one[0] for one in ids if len(one) == 1),
        kinds=tuple(product for one in ids if len(one) > 1 for product in one),
        focus=focus,
        is_about_focus=bool(focus) and not goods,
        money=tuple((one.value["op"], one.value["minor"]) for one in found if one.kind == "money"),
        body=body,
        mentions=tuple(one.text for one in goods),
    )


def find(words: str, *, intent: str = "product_info", focus: tuple[str, ...] = ()) -> Finding | None:
    """What the facts answer."""
    return reason(question(words, intent=intent, focus=focus), products(), read_words())


def answer(words: str, *, intent: str = "product_info", focus: tuple[str, ...] = ()) -> Finding:
    """The same where there must be an answer."""
    found = find(words, intent=intent, focus=focus)
    assert found is not None
    return found
