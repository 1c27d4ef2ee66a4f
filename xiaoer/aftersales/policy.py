"""The after-sales policy as data: a list of clauses, read from YAML.

Beside the clauses it says by which facts somebody who is not signed in is known (`identify`): a list of sets of facts, each set
enough by itself; facts of `order` (its number), `contact` (telephone or e-mail address used for it), `email`, `name`,
`postcode`. Without it: [[order, contact]], and nothing but that order is opened. The other sets open all of the customer's orders.

For one request about one item the clauses are tried from top to bottom; the first that applies decides. So special cases
stand above general ones, as in a shop's own rules. A clause:

    id        stable name; verdicts, cards and the audit quote it
    for       the actions it is about (cancel, return, exchange …)
    when      what must hold, every key optional. Lists (any of them): states, reasons, conditions, levels, categories, returnable,
              promotions, warranty_months, payments (how it was paid), new_payments (how it shall be paid), countries (of the new
              address; "" when none was given). A number: total_below (the order's total in minor units). True or false:
              evidence      a photo was given                  gift         the item is a free gift
              left          a piece is left to ask about       enough       as many pieces are left as are asked about
              handled       these pieces were dealt with in this way before, or are being dealt with (a repair: are being repaired)
              busy          these pieces are in open work of another kind
              exchanged     these pieces were exchanged before changed      the order's items were changed before
              in_warranty   by the item's months               in_stock     the new variant
              same_product  the new variant is of it           same_variant it is the very one that was bought
              in_case       a return or an exchange of the order is under way
              payment_named a stored method was named that pays or is paid      same_payment  the order was paid with it
              covered       it is no gift card, or one that holds enough for what it shall pay
              price_known   what the item costs now            cheaper      it costs less now than was paid for it
              paid          the order was paid                 invoiced     it has an invoice
    within    {clock: paid|shipped|delivered|placed, days: 7} or {…, hours: 72}; `by_level: {gold: 15}` replaces the number.
              Days run to the end of the local day in the shop's zone; hours are exact. Past it, the clause does not apply.
    then      allow | refuse | ask (something is missing: `ask: condition`) | evidence | person
    why       a short stable code for `then`, used in reports and tests
    pays_way_back   shop | customer (allow only); `way_back_fee` is in minor units, `free_for` names levels that pay nothing
    returns_shipping   true: what was paid for sending goes back too when the whole order is returned
    inspection_fee     of a repair, in minor units, for each item
    texts     the sentence a customer reads, {zh: …, en: …}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import yaml

from xiaoer.aftersales.told import Told, read_told
from xiaoer.aftersales.types import Action, ClauseRef
from xiaoer.errors import ConfigurationError
from xiaoer.shop.types import ORDER_STATES
from xiaoer.yaml_text import read_yaml

ACTIONS: tuple[str, ...] = get_args(Action)
THENS = ("allow", "refuse", "ask", "evidence", "person")
CLOCKS = ("placed", "paid", "shipped", "delivered")
LISTS = (
    "states", "reasons", "conditions", "levels", "categories", "returnable", "promotions", "warranty_months",
    "payments", "new_payments", "countries",
)  # fmt: skip
NUMBERS = ("total_below",)
FLAGS = (
    "evidence", "gift", "left", "enough", "handled", "busy", "exchanged", "changed", "in_warranty", "in_stock", "price_known",
    "cheaper", "paid", "invoiced", "same_product", "same_variant", "in_case", "payment_named", "same_payment", "covered",
)  # fmt: skip
ASKS = ("condition", "reason", "photo", "payment")
BY_ORDER: tuple[tuple[str, ...], ...] = (("order", "contact"),)
IDENTIFY: tuple[tuple[str, ...], ...] = (*BY_ORDER, ("email",), ("name", "postcode"))
PAYERS = ("none", "shop", "customer")
# Lists whose values are the same in every shop: a misspelt one would never hold, so it is refused.
_VALUES: Mapping[str, tuple[str, ...]] = {
    "states": ORDER_STATES,
    "reasons": (
        "no_reason", "size", "quality", "not_as_described", "wrong_item", "missing", "damaged", "no_longer_needed",
        "ordered_by_mistake",
    ),
    "conditions": ("unknown", "unopened", "opened", "used"),
    "levels": ("regular", "silver", "gold"),
}


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
    inspection_fee: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of a shop's policy. `refund_days`: working days until money arrives, by kind of payment.

    `identify`: the sets of facts by which a stranger is known as a customer; see the module.
    """

    id: str
    version: str
    clauses: tuple[Clause, ...]
    told: Told
    refund_days: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    identify: tuple[tuple[str, ...], ...] = BY_ORDER

    def ref(self, clause: Clause) -> ClauseRef:
        """How a verdict quotes the clause."""
        return ClauseRef(clause.id, self.version, clause.texts)


def read_policy(text: str) -> Policy:
    """A policy out of YAML. ConfigurationError names the clause, the key and what was expected."""
    try:
        data = read_yaml(text)
    except yaml.YAMLError as error:
        raise _wrong("policy", "YAML", str(error).splitlines()[0]) from error
    if not isinstance(data, dict) or not isinstance(data.get("clauses"), list):
        raise _wrong("policy", "clauses", "a mapping with id, version and a list of clauses")
    if not data.get("id") or not data.get("version"):
        raise _wrong("policy", "id", "an id and a version, which every verdict quotes")
    clauses = tuple(_clause(one) for one in data["clauses"])
    _check_together(clauses)
    try:
        told = read_told(data.get("told"))
    except ValueError as error:
        key, _, expected = str(error).partition(": ")
        raise _wrong("policy", key, expected) from error
    days = _refund_days(data.get("refund_days") or {})
    return Policy(str(data["id"]), str(data["version"]), clauses, told, days, _identify(data))


def _check_together(clauses: Sequence[Clause]) -> None:
    ids = [clause.id for clause in clauses]
    doubled = sorted({one for one in ids if ids.count(one) > 1})
    if doubled:
        raise _wrong(doubled[0], "id", "a name that no other clause has")
    for action in ACTIONS:
        mine = [clause for clause in clauses if action in clause.actions]
        if not mine or mine[-1].when or mine[-1].within:
            expected = "a last clause without conditions, so that every request is decided"
            raise _wrong(mine[-1].id if mine else "policy", action, expected)


def _identify(data: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    sets = data.get("identify", BY_ORDER)
    good = isinstance(sets, list | tuple) and sets and all(isinstance(one, list | tuple) and tuple(one) in IDENTIFY for one in sets)
    if not good:
        known = ", ".join(f"[{', '.join(one)}]" for one in IDENTIFY)
        raise _wrong("policy", "identify", f"a list with some of {known}")
    return tuple(tuple(one) for one in sets)


def _refund_days(data: Any) -> Mapping[str, tuple[int, int]]:
    expected = "two whole numbers for each kind of payment, e.g. wechat: [1, 3]"
    if not isinstance(data, dict):
        raise _wrong("policy", "refund_days", expected)
    for span in data.values():
        good = isinstance(span, list) and len(span) == 2 and all(_is_whole(one) for one in span) and span[0] <= span[1]
        if not good:
            raise _wrong("policy", "refund_days", expected)
    return {str(kind): (span[0], span[1]) for kind, span in data.items()}


def _clause(data: Any) -> Clause:
    name = str(data.get("id", "?")) if isinstance(data, dict) else "?"
    if not isinstance(data, dict) or not data.get("id"):
        raise _wrong(name, "id", "a stable name")
    _check_then(name, data)
    _check_money(name, data)
    return Clause(
        id=name,
        actions=_actions(name, data.get("for")),
        then=data["then"],
        why=str(data["why"]),
        texts=_texts(name, data.get("texts")),
        when=_when(name, data.get("when") or {}),
        within=_window(name, data["within"]) if "within" in data else None,
        ask=str(data.get("ask", "")),
        pays_way_back=data.get("pays_way_back", "none"),
        way_back_fee=data.get("way_back_fee", 0),
        free_for=tuple(data.get("free_for", ())),
        returns_shipping=data.get("returns_shipping") is True,
        inspection_fee=data.get("inspection_fee", 0),
    )


def _actions(name: str, data: Any) -> tuple[str, ...]:
    if not isinstance(data, list) or not data or any(one not in ACTIONS for one in data):
        raise _wrong(name, "for", f"a list with some of {', '.join(ACTIONS)}")
    return tuple(data)


def _check_then(name: str, data: Mapping[str, Any]) -> None:
    if data.get("then") not in THENS:
        raise _wrong(name, "then", f"one of {', '.join(THENS)}")
    if data["then"] == "ask" and data.get("ask") not in ASKS:
        raise _wrong(name, "ask", f"one of {', '.join(ASKS)}")
    if not data.get("why"):
        raise _wrong(name, "why", "a short code")


def _check_money(name: str, data: Mapping[str, Any]) -> None:
    if data.get("pays_way_back", "none") not in PAYERS:
        raise _wrong(name, "pays_way_back", f"one of {', '.join(PAYERS)}")
    for key in ("way_back_fee", "inspection_fee"):
        if not _is_whole(data.get(key, 0)):
            raise _wrong(name, key, "an amount in minor units, not below 0")
    levels = data.get("free_for", [])
    if not isinstance(levels, list) or any(one not in _VALUES["levels"] for one in levels):
        raise _wrong(name, "free_for", f"a list with some of {', '.join(_VALUES['levels'])}")


def _texts(name: str, data: Any) -> Mapping[str, str]:
    if not isinstance(data, dict) or not data.get("zh") or not data.get("en"):
        raise _wrong(name, "texts", "a sentence in zh and one in en")
    return {str(key): str(value) for key, value in data.items()}


def _when(name: str, data: Any) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise _wrong(name, "when", "a mapping of conditions")
    for key, value in data.items():
        if key in LISTS and isinstance(value, list):
            unknown = [one for one in value if one not in _VALUES.get(key, value)]
            if unknown:
                raise _wrong(name, f"when.{key}", f"some of {', '.join(_VALUES[key])}")
        elif not (key in FLAGS and isinstance(value, bool)) and not (key in NUMBERS and _is_whole(value)):
            expected = f"a list for {', '.join(LISTS)}; a number for {', '.join(NUMBERS)}; true or false for {', '.join(FLAGS)}"
            raise _wrong(name, f"when.{key}", expected)
    return data


def _window(name: str, data: Any) -> Window:
    if not isinstance(data, dict) or data.get("clock") not in CLOCKS or ("days" in data) == ("hours" in data):
        raise _wrong(name, "within", f"a clock of {', '.join(CLOCKS)} and either days or hours")
    by_level = data.get("by_level") or {}
    numbers = [data.get("days", data.get("hours")), *(by_level.values() if isinstance(by_level, dict) else [None])]
    if not all(_is_whole(number) for number in numbers):
        raise _wrong(name, "within", "a whole number of days or hours, also for each level in by_level")
    if any(level not in _VALUES["levels"] for level in by_level):
        raise _wrong(name, "within", f"levels of {', '.join(_VALUES['levels'])} in by_level")
    return Window(data["clock"], data.get("days"), data.get("hours"), dict(by_level))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _wrong(clause: str, key: str, expected: str) -> ConfigurationError:
    return ConfigurationError(
        f"After-sales policy, clause {clause!r}, {key}: expected {expected}.",
        f"售后政策条款“{clause}”的 {key} 不正确，应为：{expected}。",
        field=key,
    )
