"""Clauses as staff read them: conditions and windows in words, and the fields of their forms. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiaoer.aftersales.editing import Leaf, list_leaves
from xiaoer.aftersales.policy import ACTIONS, Clause, Policy, Window
from xiaoer.replies.words import LABELS, Words, label
from xiaoer.web.templates import Catalogue

_GROUPS: Mapping[str, str] = {
    "states": "order_state",
    "reasons": "reason",
    "conditions": "condition",
    "levels": "level",
    "payments": "payment",
    "new_payments": "payment",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A value of the policy in a form. `label` says what it is, `value` is what the field shows."""

    name: str
    label: str
    kind: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseCard:
    """A clause in words. `conditions` all have to hold; `place` is where it is tried among those of its action."""

    id: str
    place: int
    then: str
    why: str
    texts: Mapping[str, str]
    conditions: tuple[str, ...]
    ends: tuple[str, ...]
    fields: tuple[Field, ...]
    also_for: tuple[str, ...]


def cards_of(policy: Policy, text: str, action: str, words: Words, t: Catalogue) -> tuple[ClauseCard, ...]:
    """The clauses of an action, in the order in which they are tried."""
    fields = _fields_of_clauses(text, t)
    mine = [clause for clause in policy.clauses if action in clause.actions]
    return tuple(_card(clause, place, action, fields.get(clause.id, ()), words, t) for place, clause in enumerate(mine, 1))


def count_clauses(policy: Policy) -> Mapping[str, int]:
    """How many clauses decide about each action."""
    return {action: sum(action in clause.actions for clause in policy.clauses) for action in ACTIONS}


def told_fields(text: str, t: Catalogue) -> tuple[Field, ...]:
    """What is told beside verdicts, as fields of one form."""
    return tuple(_field(leaf, t) for leaf in list_leaves(text) if leaf.path[0] in ("told", "refund_days"))


def _fields_of_clauses(text: str, t: Catalogue) -> Mapping[str, Sequence[Field]]:
    found: dict[str, list[Field]] = {}
    for leaf in list_leaves(text):
        if leaf.path[0] == "clauses":
            found.setdefault(str(leaf.path[1]), []).append(_field(leaf, t))
    return found


def _field(leaf: Leaf, t: Catalogue) -> Field:
    name = str(leaf.path[-1])
    parent = str(leaf.path[-2])
    if parent == "by_level":
        text = t("policy.days_of_level", level=label("level", name, t.language))
    elif parent == "refund_days":
        text = t("policy.refund_days", payment=label("payment", name, t.language))
    elif parent == "warranty_days":
        text = t("policy.warranty_days", months=name)
    elif parent == "when":
        text = t.code("policy.condition", name)
    else:
        text = t.code("policy.field", name)
    group = {"then": "policy.then", "pays_way_back": "policy.payer"}.get(name, "policy.flag_value")
    listed = leaf.choices or (("true", "false") if leaf.kind == "flag" else ())
    return Field(leaf.name, text, leaf.kind, leaf.shown, tuple((one, t.code(group, one)) for one in listed))


def _card(clause: Clause, place: int, action: str, fields: Sequence[Field], words: Words, t: Catalogue) -> ClauseCard:
    return ClauseCard(
        id=clause.id,
        place=place,
        then=clause.then,
        why=clause.why,
        texts=clause.texts,
        conditions=tuple(_conditions(clause, words, t)),
        ends=tuple(_ends(clause, words, t)),
        fields=tuple(fields),
        also_for=tuple(t.code("explain.action", one) for one in clause.actions if one != action),
    )


def _conditions(clause: Clause, words: Words, t: Catalogue) -> Iterator[str]:
    for key, value in clause.when.items():
        if isinstance(value, bool):
            yield t.code("policy.flag", f"{key}.{'yes' if value else 'no'}")
        elif isinstance(value, list):
            named = t("policy.or").join(_named(key, one, words, t) for one in value)
            yield t("policy.holds", what=t.code("policy.condition", key), values=named)
        else:
            yield t("policy.below", what=t.code("policy.condition", key), amount=words.money(value))
    if clause.within is not None:
        yield _window(clause.within, t)


def _named(key: str, value: Any, words: Words, t: Catalogue) -> str:
    group = _GROUPS.get(key)
    if group is not None and value in LABELS[group]:
        return label(group, value, t.language)
    if key == "countries" and value == "":
        return t("policy.no_country")
    known = words.labels.get(str(value))
    return known[t.language] if known and t.language in known else t.code(f"policy.value.{key}", value)


def _window(window: Window, t: Catalogue) -> str:
    unit = "days" if window.days is not None else "hours"
    number = window.days if window.days is not None else window.hours
    text = t(f"policy.window.{unit}", n=number, clock=t(f"policy.clock.{window.clock}"))
    levels = [
        t(f"policy.window.of_level_{unit}", n=some, level=label("level", level, t.language))
        for level, some in window.by_level.items()
    ]
    return text + (t("policy.window.levels", levels=t("policy.and").join(levels)) if levels else "")


def _ends(clause: Clause, words: Words, t: Catalogue) -> Iterator[str]:
    if clause.ask:
        yield t(f"policy.asks.{clause.ask}")
    if clause.pays_way_back != "none":
        fee = t("policy.fee", amount=words.money(clause.way_back_fee)) if clause.way_back_fee else ""
        yield t("policy.pays", payer=t(f"policy.payer.{clause.pays_way_back}")) + fee
    if clause.free_for:
        levels = t("policy.and").join(label("level", one, t.language) for one in clause.free_for)
        yield t("policy.free_for", levels=levels)
    if clause.returns_shipping:
        yield t("policy.returns_shipping")
    if clause.inspection_fee:
        yield t("policy.inspection_fee", amount=words.money(clause.inspection_fee))
