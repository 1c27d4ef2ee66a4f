"""What the after-sales policy knows of figures, as rules that articles are held against; and the policy against itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from xiaoer.aftersales.policy import Clause, Policy
from xiaoer.knowledge.figures import figures_in
from xiaoer.knowledge.lint import Finding, Priced, Rule, disagreements
from xiaoer.knowledge.tokens import fold
from xiaoer.shop.types import Product

_DAY, _HOUR = 1440, 60
# Articles with these intents, and sentences with these words, speak of what the action's clauses decide.
_MATTERS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "return": (("return_request", "return_policy"), r"退货|退回|退换|\breturn"),
    "exchange": (("exchange_request",), r"换货|退换|\bexchange"),
    "price_protection": (("price_protection",), r"价保|补差|price (?:protection|difference)"),
    "repair": (("repair_request", "warranty_query"), r"维修|报修|保修|\brepair|\bwarrant"),
    "missing_or_damaged": (("missing_or_damaged",), r"少件|漏发|破损|\bmissing|\bdamaged"),
    "cancel": (("cancel_order",), r"取消|\bcancel"),
    "invoice": (("invoice_request",), r"发票|开票|\binvoice"),
}
_WINDOW = re.compile(
    r"(签收|收到|收货|发货|付款|下单)[^，。,]{0,6}\s?(起|后|之日)?[^，。,]{0,4}\s?\d+\s?(天|小时)[^，。,]{0,3}(内|以内)"
    r"|within (?:\d+|\w+)(?: calendar)? (?:days|hours) (?:of|after|from) (?:delivery|receipt|payment|dispatch|receiving|the order)",
    re.IGNORECASE,
)
_FEE = re.compile(r"运费|检测费|邮费|way back|return shipping|inspection", re.IGNORECASE)


def rules_of(policy: Policy) -> tuple[Rule, ...]:
    """For each action: the windows and the fees that its clauses know. The numbers told beside verdicts count everywhere."""
    told = _told(policy)
    rules = []
    for action, (intents, words) in _MATTERS.items():
        named = re.compile(words, re.IGNORECASE)
        mine = [clause for clause in policy.clauses if action in clause.actions]
        said = {key for clause in mine for key in _of_clause(clause)} | told
        for anchors, kinds in ((_WINDOW, ("minutes",)), (_FEE, ("money",))):
            rules.append(Rule(f"policy: {action}", frozenset(intents), named, frozenset(kinds), anchors, frozenset(said)))
    return tuple(rules)


def lint_policy(policy: Policy) -> Iterator[Finding]:
    """Clauses whose sentences name another window than the one they apply, or say different figures in the two languages."""
    for clause in policy.clauses:
        zh, en = clause.texts["zh"], clause.texts["en"]
        ours, theirs = disagreements(zh, en)
        if ours or theirs:
            said, other = (" / ".join(one.said for one in some) or "—" for some in (ours, theirs))
            yield _about(clause, f"中文“{said}”，英文“{other}”", f'Chinese "{said}", English "{other}"')
        windows = _windows(clause)
        for text in (zh, en):
            spoken = [one for one in figures_in(text) if one.kind == "minutes"]
            if windows and clause.then == "allow" and spoken and not {one.key for one in spoken} & windows:
                days = " / ".join(f"{value / _DAY:g}" for _, value in sorted(windows))
                words = " / ".join(one.said for one in spoken)
                yield _about(clause, f"写的是“{words}”，实际按 {days} 天判断", f'it says "{words}" and applies {days} days')
                break


def priced(products: Iterable[Product]) -> tuple[Priced, ...]:
    """The products as articles may name them."""
    return tuple(
        Priced(
            product.id,
            tuple(fold(name) for name in product.names.values() if name),
            frozenset(
                float(price)
                for variant in product.variants
                for price in (variant.price_minor, variant.was_price_minor)
                if price is not None
            ),
        )
        for product in products
    )


def _of_clause(clause: Clause) -> Iterator[tuple[str, float]]:
    yield from _windows(clause)
    for amount in (clause.way_back_fee, clause.inspection_fee, clause.when.get("total_below", 0)):
        yield "money", float(amount)
    for text in clause.texts.values():
        for one in figures_in(text):
            yield one.key


def _windows(clause: Clause) -> set[tuple[str, float]]:
    if clause.within is None:
        return set()
    unit = _DAY if clause.within.days is not None else _HOUR
    numbers = [clause.within.days, clause.within.hours, *clause.within.by_level.values()]
    return {("minutes", float(number * unit)) for number in numbers if number is not None}


def _told(policy: Policy) -> set[tuple[str, float]]:
    found: set[tuple[str, float]] = {("money", 0.0)}
    for field in fields(policy.told):
        value = getattr(policy.told, field.name)
        for number in value if isinstance(value, tuple) else value.values() if isinstance(value, Mapping) else (value,):
            if isinstance(number, int):
                kind, by = _told_kind(field.name)
                found.add((kind, float(number * by)))
    return found


def _told_kind(name: str) -> tuple[str, int]:
    for part, kind, by in (("working_days", "working_days", 1), ("days", "minutes", _DAY), ("hours", "minutes", _HOUR)):
        if part in name:
            return kind, by
    return ("money", 1) if name.endswith("_minor") else ("minutes", 1) if name.endswith("minutes") else ("number", 1)


def _about(clause: Clause, zh: str, en: str) -> Finding:
    return Finding("policy", "", f"售后条款 {clause.id}：{zh}。", f"Clause {clause.id}: {en}.", source=clause.id)
