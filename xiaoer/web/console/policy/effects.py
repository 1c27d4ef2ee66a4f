"""What a draft would change, ready to be shown: the lines of the text, and the requests that would be answered otherwise."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xiaoer.aftersales.effect import Changed, Effect
from xiaoer.aftersales.types import Verdict
from xiaoer.replies.words import Words, label
from xiaoer.web.templates import Catalogue

_MOST_SHOWN = 40
_CONTEXT = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the difference: "+" new, "-" gone, " " as it was, "@" lines are left out here."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """Requests of one action whose answer goes from one outcome to another."""

    action: str
    before: str
    after: str
    count: int
    examples: tuple[Mapping[str, Any], ...]


def lines_between(before: str, after: str) -> tuple[Line, ...]:
    """The difference of two texts; empty when there is none."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=_CONTEXT, lineterm="")
    shown = [line for line in lines if not line.startswith(("---", "+++"))]
    return tuple(Line(line[:1], "" if line.startswith("@@") else line[1:]) for line in shown)


def groups_of(effect: Effect, words: Words, t: Catalogue) -> tuple[Group, ...]:
    """The changed answers, other outcomes first and then by how often, each kind with a few examples from different orders."""
    kinds = Counter((one.request.action, one.before.outcome, one.after.outcome) for one in effect.changed)
    share = max(2, _MOST_SHOWN // max(1, len(kinds)))
    return tuple(
        Group(action, before, after, count, _examples(effect, (action, before, after), share, words, t))
        for (action, before, after), count in sorted(kinds.items(), key=lambda pair: (pair[0][1] == pair[0][2], -pair[1]))
    )


def _examples(
    effect: Effect, kind: tuple[str, str, str], most: int, words: Words, t: Catalogue
) -> tuple[Mapping[str, Any], ...]:
    found: dict[str, Changed] = {}
    for one in effect.changed:
        if (one.request.action, one.before.outcome, one.after.outcome) == kind:
            found.setdefault(one.order.id, one)
    return tuple(_example(one, words, t) for one in list(found.values())[:most])


def _example(one: Changed, words: Words, t: Catalogue) -> Mapping[str, Any]:
    request = one.request
    names = {item.id: words.name(item.names) for item in one.order.items}
    details = [names.get(item_id, item_id) for item_id, _ in request.items]
    if request.items:
        details.append(label("reason", request.reason, t.language))
        if request.condition != "unknown":
            details.append(label("condition", request.condition, t.language))
    return {
        "order_id": one.order.id,
        "state": label("order_state", one.order.state, t.language),
        "details": " · ".join(details),
        "before": _said(one.before, words, t),
        "after": _said(one.after, words, t),
    }


def _said(verdict: Verdict, words: Words, t: Catalogue) -> str:
    """The sentences, and what beside them may be all that changed: until when, and the money."""
    parts = [clause.texts.get(t.language, "") for clause in verdict.clauses] or [verdict.why]
    if verdict.until is not None:
        parts.append(t("desk.card.until", moment=words.moment(verdict.until)))
    if verdict.lines:
        money = [f"{label('line', line.label, t.language)} {words.money(line.amount_minor)}" for line in verdict.lines]
        parts.append(t("policy.and").join(money))
    return " ".join(parts)
