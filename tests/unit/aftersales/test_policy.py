"""A policy is read whole or not at all; a mistake is named by clause, key and what was expected."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml

from xiaoer.aftersales.policy import ACTIONS, Window, read_policy
from xiaoer.errors import ConfigurationError

TOLD: dict[str, Any] = {
    "refund_working_days": 2,
    "pick_up_hours": 24,
    "repair_working_days": [7, 10],
    "inspection_fee_minor": 3000,
    "quality_days": 15,
    "warranty_days": {3: 90},
    "unpaid_minutes": 30,
    "dispatch_until": "16:00",
    "invoice_hours": 24,
    "points_for_one": 100,
    "season_every_minor": 30000,
    "season_off_minor": 4000,
}
SMALL: dict[str, Any] = {
    "told": TOLD,
    "id": "small",
    "version": 3,
    "refund_days": {"wechat": [1, 3]},
    "clauses": [
        {
            "id": "return-in-time",
            "for": ["return"],
            "when": {"states": ["delivered"], "evidence": True, "total_below": 5000},
            "within": {"clock": "delivered", "days": 7, "by_level": {"gold": 15}},
            "then": "allow",
            "why": "in_time",
            "pays_way_back": "customer",
            "way_back_fee": 1200,
            "free_for": ["gold"],
            "returns_shipping": True,
            "texts": {"zh": "可以退。", "en": "It can be returned."},
        },
        {
            "id": "no",
            "for": list(ACTIONS),
            "then": "refuse",
            "why": "no",
            "texts": {"zh": "不行。", "en": "No."},
        },
    ],
}


def small(**changes: Any) -> dict[str, Any]:
    """The small policy with its first clause changed; a change to None takes the key away."""
    data = deepcopy(SMALL)
    for key, value in changes.items():
        if value is None:
            data["clauses"][0].pop(key.rstrip("_"), None)
        else:
            data["clauses"][0][key.rstrip("_")] = value
    return data


def test_everything_written_is_read() -> None:
    policy = read_policy(yaml.safe_dump(SMALL))
    assert (policy.id, policy.version, policy.refund_days) == ("small", "3", {"wechat": (1, 3)})
    clause = policy.clauses[0]
    assert clause.within == Window("delivered", days=7, by_level={"gold": 15})
    assert (clause.pays_way_back, clause.way_back_fee, clause.free_for) == ("customer", 1200, ("gold",))
    assert clause.returns_shipping
    assert clause.when == {"states": ["delivered"], "evidence": True, "total_below": 5000}


def test_a_verdict_quotes_clause_and_version() -> None:
    policy = read_policy(yaml.safe_dump(SMALL))
    ref = policy.ref(policy.clauses[0])
    assert (ref.id, ref.version, ref.texts["zh"]) == ("return-in-time", "3", "可以退。")


@pytest.mark.parametrize(
    ("changes", "field", "names"),
    [
        ({"id": None}, "id", "stable name"),
        ({"for_": None}, "for", "return"),
        ({"for_": "return"}, "for", "list"),
        ({"for_": []}, "for", "list"),
        ({"for_": ["give_up"]}, "for", "price_protection"),
        ({"then": "perhaps"}, "then", "evidence"),
        ({"then": None}, "then", "evidence"),
        ({"then": "ask"}, "ask", "condition"),
        ({"then": "ask", "ask": "size"}, "ask", "condition"),
        ({"why": None}, "why", "code"),
        ({"texts": {"zh": "可以退。"}}, "texts", "en"),
        ({"texts": {"zh": "可以退。", "en": ""}}, "texts", "en"),
        ({"texts": "可以退。"}, "texts", "en"),
        ({"when": ["delivered"]}, "when", "mapping"),
        ({"when": {"weather": ["rain"]}}, "when.weather", "states"),
        ({"when": {"states": "delivered"}}, "when.states", "list"),
        ({"when": {"states": ["arrived"]}}, "when.states", "delivered"),
        ({"when": {"levels": ["platinum"]}}, "when.levels", "gold"),
        ({"when": {"conditions": ["new"]}}, "when.conditions", "unopened"),
        ({"when": {"reasons": ["ugly"]}}, "when.reasons", "quality"),
        ({"when": {"evidence": "yes"}}, "when.evidence", "true or false"),
        ({"when": {"evidence": 1}}, "when.evidence", "true or false"),
        ({"when": {"total_below": -1}}, "when.total_below", "number"),
        ({"when": {"total_below": True}}, "when.total_below", "number"),
        ({"within": 7}, "within", "clock"),
        ({"within": {"clock": "opened", "days": 7}}, "within", "delivered"),
        ({"within": {"clock": "paid"}}, "within", "days or hours"),
        ({"within": {"clock": "paid", "days": 7, "hours": 3}}, "within", "days or hours"),
        ({"within": {"clock": "paid", "days": -1}}, "within", "whole number"),
        ({"within": {"clock": "paid", "days": 1.5}}, "within", "whole number"),
        ({"within": {"clock": "paid", "hours": "72"}}, "within", "whole number"),
        ({"within": {"clock": "paid", "days": 7, "by_level": {"gold": "15"}}}, "within", "by_level"),
        ({"within": {"clock": "paid", "days": 7, "by_level": [15]}}, "within", "by_level"),
        ({"within": {"clock": "paid", "days": 7, "by_level": {"platinum": 15}}}, "within", "gold"),
        ({"pays_way_back": "nobody"}, "pays_way_back", "customer"),
        ({"way_back_fee": -1}, "way_back_fee", "minor units"),
        ({"way_back_fee": 12.5}, "way_back_fee", "minor units"),
        ({"inspection_fee": "30"}, "inspection_fee", "minor units"),
        ({"free_for": "gold"}, "free_for", "list"),
        ({"free_for": ["platinum"]}, "free_for", "gold"),
    ],
)
def test_a_wrong_clause_is_named(changes: dict[str, Any], field: str, names: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_policy(yaml.safe_dump(small(**changes)))
    assert caught.value.field == field
    assert names in str(caught.value)
    assert ("return-in-time" in str(caught.value)) is ("id" not in changes)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("clauses: [", "YAML"),
        ("", "clauses"),
        ("- a list", "clauses"),
        ("id: x\nversion: 1\nclauses: {}", "clauses"),
        ("id: x\nclauses: []", "id"),
        ("version: 1\nclauses: []", "id"),
        ("id: x\nversion: 1\nclauses: [just words]", "id"),
        ("id: x\nversion: 1\nclauses: []", "cancel"),
    ],
)
def test_what_is_no_policy_is_refused(text: str, field: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_policy(text)
    assert caught.value.field == field


@pytest.mark.parametrize("days", [[1], [3, 1], [-1, 2], ["1", "3"], 3, [1, 2, 3]])
def test_refund_days_are_two_numbers(days: Any) -> None:
    with pytest.raises(ConfigurationError, match="two whole numbers"):
        read_policy(yaml.safe_dump({**SMALL, "refund_days": {"wechat": days}}))


def test_refund_days_are_a_mapping() -> None:
    with pytest.raises(ConfigurationError, match="two whole numbers"):
        read_policy(yaml.safe_dump({**SMALL, "refund_days": [1, 3]}))


def test_two_clauses_cannot_have_one_id() -> None:
    with pytest.raises(ConfigurationError, match="'no', id"):
        read_policy(yaml.safe_dump(small(id="no")))


@pytest.mark.parametrize("extra", [{"when": {"paid": True}}, {"within": {"clock": "paid", "days": 1}}])
def test_the_last_clause_must_decide_everything(extra: dict[str, Any]) -> None:
    data = deepcopy(SMALL)
    data["clauses"][1].update(extra)
    with pytest.raises(ConfigurationError, match="every request is decided"):
        read_policy(yaml.safe_dump(data))


def test_an_action_without_a_clause_is_named() -> None:
    data = deepcopy(SMALL)
    data["clauses"][1]["for"].remove("repair")
    with pytest.raises(ConfigurationError) as caught:
        read_policy(yaml.safe_dump(data))
    assert caught.value.field == "repair"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("refund_working_days", "two"),
        ("refund_working_days", -1),
        ("repair_working_days", [10, 7]),
        ("repair_working_days", 7),
        ("warranty_days", [90]),
        ("dispatch_until", "25:00"),
        ("dispatch_until", 960),
        ("unpaid_minutes", None),
        ("unknown", 1),
    ],
)
def test_what_is_told_is_checked_and_named(key: str, value: Any) -> None:
    told = {name: one for name, one in {**TOLD, key: value}.items() if one is not None}
    with pytest.raises(ConfigurationError, match=f"told.{key}"):
        read_policy(yaml.safe_dump({**SMALL, "told": told}))
