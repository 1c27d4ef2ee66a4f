"""Questions that the catalogue's facts answer: what is asked of them, and how the answer is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.outcome import Filled, Finished, Outcome
from xiaoer.dialogue.state import Focus
from xiaoer.dialogue.view import POINTING, View
from xiaoer.shop.facts.question import Finding, Question
from xiaoer.shop.facts.units import Unit, convert, shown, unit_of_key

_OTHERS = r"哪个|哪款|哪一款|which|the (?:first|second|third) one"
_ENGLISH_WORD = re.compile(r"[a-z]+est|[a-z]+er|(?:most|least|more|less) [a-z]+")


def question_of(view: View) -> dict[str, Any]:
    """What the catalogue is asked for this goal, as plain values (see shop.facts.question.Question)."""
    mentions = view.newest("product", "kind")
    named, kinds = _named(mentions)
    understanding = view.working.understanding
    is_follow_up = understanding is not None and understanding.is_follow_up
    body: dict[str, float] = {}
    for heard in view.newest("body"):
        body |= heard.value
    options = {kind: tuple(heard.value for heard in view.newest(kind)) for kind in ("colour", "size")}
    return asdict(
        Question(
            words=view.words,
            intent=view.goal.intent,
            named=named,
            kinds=kinds,
            focus=tuple(view.state.focus.product_ids),
            is_about_focus=is_follow_up or view.says(f"{POINTING}|{_OTHERS}"),
            money=tuple((heard.value["op"], heard.value["minor"]) for heard in view.newest("money")),
            options={kind: values for kind, values in options.items() if values},
            body=body,
            mentions=tuple(heard.text for heard in mentions),
        )
    )


def _named(mentions: tuple[Any, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of single products, and of all products of the types named. A name that several share is a type."""
    named: list[str] = []
    kinds: list[str] = []
    for heard in mentions:
        ids = list(dict.fromkeys(heard.value["product_ids"]))
        (named if len(ids) == 1 else kinds).extend(ids)
    return tuple(dict.fromkeys(named)), tuple(dict.fromkeys(kinds))


def say_facts(view: View) -> Outcome:
    """Tell what was found; the flow goes on where nothing was."""
    finding: Finding | None = view.working.found.get(f"facts:{view.goal.id}")
    if finding is None:
        return Filled(view.goal)
    part = _TOLD[finding.kind](view, finding)
    ids = tuple(one.id for one in finding.products)
    return Finished((part,), Focus(view.state.focus.order_id, None, ids, {}, view.goal.intent))


def _products(view: View, finding: Finding, template: str, **facts: Any) -> Part:
    cards = tuple({"type": "product", "product": product, "wanted": {}} for product in finding.products[:3])
    given = {"products": finding.products[:3], "rows": finding.rows, "budget": _budget(view), **finding.facts, **facts}
    return Part(template, given, cards=cards)


def _budget(view: View) -> int | None:
    return next((heard.value["minor"] for heard in view.newest("money") if heard.value["op"] in ("max", "is")), None)


def _best(view: View, finding: Finding) -> Part:
    unit = finding.facts.get("unit")
    return _products(view, finding, "facts_best", word=_word(view), told=_told_in(finding, unit) if unit else ())


def _word(view: View) -> str:
    """The customer's own superlative or comparative, where it can stand in a sentence of the reply."""
    from_chinese = re.search(r"最[㐀-鿿]{1,2}?(?=的|$|[?？])|更[㐀-鿿]", view.words)
    if view.context.language == "zh":
        return from_chinese.group() if from_chinese else ""
    match = re.search(
        r"\b(?:[a-z]+(?:est|er)|(?:most|least|more|less) [a-z]+)\b(?! battery| price| lasting| life)", view.words
    )
    word = match.group() if match else ""
    return word if _ENGLISH_WORD.fullmatch(word) and word in _KNOWN else ""


_STEMS = "cheap light heavi larg bigg small quiet warm bright tall long strong dear prici"
_KNOWN = frozenset(f"{stem}{end}" for stem in _STEMS.split() for end in ("er", "est"))


def _told_in(finding: Finding, unit: Unit) -> tuple[Mapping[str, Any], ...]:
    source = unit_of_key(finding.rows[0].key)
    amounts = [convert(float(row.value), source, unit) for row in finding.rows] if source else []
    return tuple({"text": shown(amount), "unit": unit} for amount in amounts if amount is not None)


def _versus(view: View, finding: Finding) -> Part:
    cards = ({"type": "comparison", "products": finding.products},)
    return Part(
        "facts_versus",
        {"products": finding.products, "rows": finding.rows, "word": _word(view), **finding.facts},
        cards=cards,
    )


def _compare(view: View, finding: Finding) -> Part:
    return Part(
        "compare", {"products": finding.products}, cards=({"type": "comparison", "products": finding.products},)
    )


def _in_unit(view: View, finding: Finding) -> Part:
    told = tuple({"text": shown(amount), "unit": unit} for unit, amount in finding.facts["told"])
    cards = tuple({"type": "product", "product": product, "wanted": {}} for product in finding.products[:3])
    return Part("facts_in_unit", {"rows": finding.rows, "told": told}, cards=cards)


def _unit(view: View, finding: Finding) -> Part:
    facts = finding.facts
    given = {"amount": shown(facts["amount"]), "value": shown(facts["value"])}
    return Part("facts_unit", {**given, "source": facts["from"], "target": facts["to"], "is_cell": facts["is_cell"]})


def _holds(view: View, finding: Finding) -> Part:
    return _products(view, finding, "facts_holds")


def _size(view: View, finding: Finding) -> Part:
    cards = tuple({"type": "product", "product": product, "wanted": _size_of(finding)} for product in finding.products)
    given = {"product": next(iter(finding.products), None), **finding.facts}
    return Part("facts_size", given, cards=cards, chips=_for_whom(view, finding))


def _for_whom(view: View, finding: Finding) -> tuple[Mapping[str, Any], ...]:
    """Whose size it is, to press: the measures are said again, so that nothing needs remembering."""
    charts = finding.facts.get("charts") or ()
    if finding.facts.get("size") or len(charts) < 2:
        return ()
    measures = finding.facts["measures"]
    units = {"height_cm": "cm", "weight_kg": "kg"}
    said = " ".join(f"{shown(value)}{units[key]}" for key, value in measures.items() if key in units)
    if len(said.split()) < len(measures):
        return ()
    labels = {"zh": {"women": "女生", "men": "男生"}, "en": {"women": "For a woman", "men": "For a man"}}[
        view.context.language
    ]
    ask = {"zh": "{whom} {said}，穿什么码", "en": "{whom}, {said}: which size?"}[view.context.language]
    return tuple(
        {"label": labels[name], "say": ask.format(whom=labels[name], said=said), "choice": {}}
        for name, _ in charts
        if name in labels
    )


def _size_of(finding: Finding) -> Mapping[str, str]:
    size = finding.facts.get("size")
    return {"size": size} if size and finding.facts.get("is_made") else {}


_TOLD: Mapping[str, Callable[[View, Finding], Part]] = {
    "best": _best,
    "filtered": lambda view, finding: _products(view, finding, "facts_filtered"),
    "none_fits": lambda view, finding: _products(view, finding, "facts_none_fits"),
    "versus": _versus,
    "compare": _compare,
    "count": lambda view, finding: _products(view, finding, "facts_count"),
    "in_unit": _in_unit,
    "unit": _unit,
    "holds": _holds,
    "size": _size,
}
