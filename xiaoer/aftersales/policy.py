"""The after-sales policy as data: a list of clauses, read from YAML.

For one request about one item the clauses are tried from top to bottom; the first that applies decides. So special cases
stand above general ones, as in a shop's own rules. A clause:

    id        stable name; verdicts, cards and the audit quote it
    for       the actions it is about (cancel, return, exchange …)
    when      what must hold, every key optional and every value a list (any of them):
              states, reasons, conditions, levels, categories, returnable, promotions; and, true or false:
              evidence, exchanged (this piece was exchanged before), changed (the order's items were changed before),
              in_warranty, cheaper (the price now is lower), in_stock (the new variant), paid, gift
    within    {clock: paid|shipped|delivered|placed, days: 7} or {…, hours: 72}; `by_level: {gold: 15}` replaces the number.
              Days run to the end of the local day in the shop's zone; hours are exact. Past it, the clause does not apply.
    then      allow | refuse | ask (something is missing: `ask: condition`) | evidence | person
    why       a short stable code for `then`, used in reports and tests
    pays_way_back   shop | customer (allow only); `way_back_fee` is in minor units, `free_for` names levels that pay nothing
    texts     the sentence a customer reads, {zh: …, en: …}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import yaml

from xiaoer.aftersales.types import Action, ClauseRef
from xiaoer.errors import ConfigurationError

THENS = ("allow", "refuse", "ask", "evidence", "person")
CLOCKS = ("placed", "paid", "shipped", "delivered")
LISTS = ("states", "reasons", "conditions", "levels", "categories", "returnable", "promotions", "payments")
FLAGS = ("evidence", "exchanged", "changed", "in_warranty", "cheaper", "in_stock", "paid", "gift")
ASKS = ("condition", "reason", "photo")


@dataclass(frozen=True, slots=True)
class Window:
    """How long after a clock's moment. Exactly one of `days` and `hours` is set; `by_level` replaces it for a level."""

    clock: str
    days: int | None = None
    hours: int | None = None
    by_level: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule. See the module for what the fields mean."""

    id: str
    actions: tuple[str, ...]
    then: str
    why: str
    texts: Mapping[str, str]
    when: Mapping[str, Any] = field(default_factory=dict)
    within: Window | None = None
    ask: str = ""
    pays_way_back: str = "none"
    way_back_fee: int = 0
    free_for: tuple[str, ...] = ()
    returns_shipping: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of a shop's policy. `refund_days`: working days until money arrives, by kind of payment."""

    id: str
    version: str
    clauses: tuple[Clause, ...]
    refund_days: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def ref(self, clause: Clause) -> ClauseRef:
        """How a verdict quotes the clause."""
        return ClauseRef(clause.id, self.version, clause.texts)


def read_policy(text: str) -> Policy:
    """A policy out of YAML. ConfigurationError names the clause, the key and what was expected."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _wrong("policy", "YAML", str(error).splitlines()[0]) from error
    if not isinstance(data, dict) or not isinstance(data.get("clauses"), list):
        raise _wrong("policy", "clauses", "a mapping with id, version and a list of clauses")
    clauses = tuple(_clause(one) for one in data["clauses"])
    ids = [clause.id for clause in clauses]
    doubled = sorted({one for one in ids if ids.count(one) > 1})
    if doubled:
        raise _wrong(doubled[0], "id", "a name that no other clause has")
    for action in get_args(Action):
        mine = [clause for clause in clauses if action in clause.actions]
        if not mine or mine[-1].when or mine[-1].within:
            raise _wrong(mine[-1].id if mine else "policy", action, "a last clause without conditions, so that every request is decided")
    days = {str(kind): (int(span[0]), int(span[1])) for kind, span in (data.get("refund_days") or {}).items()}
    return Policy(str(data.get("id", "")), str(data.get("version", "")), clauses, days)


def _clause(data: Any) -> Clause:
    name = str(data.get("id", "?")) if isinstance(data, dict) else "?"
    if not isinstance(data, dict) or "id" not in data:
        raise _wrong(name, "id", "a stable name")
    actions = tuple(data.get("for", ()))
    unknown = [one for one in actions if one not in get_args(Action)]
    if not actions or unknown:
        raise _wrong(name, "for", f"some of {', '.join(get_args(Action))}")
    if data.get("then") not in THENS:
        raise _wrong(name, "then", f"one of {', '.join(THENS)}")
    if data["then"] == "ask" and data.get("ask") not in ASKS:
        raise _wrong(name, "ask", f"one of {', '.join(ASKS)}")
    texts = data.get("texts") or {}
    if not {"zh", "en"} <= set(texts):
        raise _wrong(name, "texts", "a sentence in zh and one in en")
    if not data.get("why"):
        raise _wrong(name, "why", "a short code")
    return Clause(
        id=name,
        actions=actions,
        then=data["then"],
        why=str(data["why"]),
        texts={key: str(value) for key, value in texts.items()},
        when=_when(name, data.get("when") or {}),
        within=_window(name, data["within"]) if data.get("within") else None,
        ask=str(data.get("ask", "")),
        pays_way_back=str(data.get("pays_way_back", "none")),
        way_back_fee=int(data.get("way_back_fee", 0)),
        free_for=tuple(data.get("free_for", ())),
        returns_shipping=bool(data.get("returns_shipping", False)),
    )


def _when(name: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    for key, value in data.items():
        if key in LISTS and isinstance(value, list):
            continue
        if key in FLAGS and isinstance(value, bool):
            continue
        raise _wrong(name, f"when.{key}", f"a list for {', '.join(LISTS)}; true or false for {', '.join(FLAGS)}")
    return data


def _window(name: str, data: Mapping[str, Any]) -> Window:
    if data.get("clock") not in CLOCKS or ("days" in data) == ("hours" in data):
        raise _wrong(name, "within", f"a clock of {', '.join(CLOCKS)} and either days or hours")
    number = data.get("days", data.get("hours"))
    if not isinstance(number, int) or number < 0:
        raise _wrong(name, "within", "a whole number of days or hours")
    return Window(data["clock"], data.get("days"), data.get("hours"), dict(data.get("by_level") or {}))


def _wrong(clause: str, key: str, expected: str) -> ConfigurationError:
    return ConfigurationError(
        f"After-sales policy, clause {clause!r}, {key}: expected {expected}.",
        f"售后政策条款“{clause}”的 {key} 不正确，应为：{expected}。",
        field=key,
    )
