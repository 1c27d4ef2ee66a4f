"""What a change of the policy would change: exactly the requests whose answers differ."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files

from tests.unit.aftersales.build import THEN, an_item, an_order
from xiaoer.aftersales.editing import with_values
from xiaoer.aftersales.effect import compare, list_requests
from xiaoer.aftersales.policy import ACTIONS, read_policy

TEXT = (files("xiaoer.demo") / "policy.yaml").read_text("utf-8")
ZONE = "Asia/Shanghai"
NOW = THEN + timedelta(days=1)


def test_every_action_is_tried() -> None:
    assert {request.action for request in list_requests(an_order(an_item()))} == set(ACTIONS)


def test_the_same_policy_changes_nothing() -> None:
    policy, orders = read_policy(TEXT), [(an_order(an_item()), "regular")]
    effect = compare(policy, policy, orders, now=NOW, time_zone=ZONE)
    assert effect.judged == len(list(list_requests(orders[0][0])))
    assert effect.changed == ()


def test_a_longer_window_allows_what_had_passed() -> None:
    before = read_policy(TEXT)
    clause = next(
        one
        for one in before.clauses
        if "return" in one.actions and one.then == "allow" and one.within and one.within.days and not one.when.get("reasons")
    )
    assert clause.within is not None
    assert clause.within.days is not None
    late = NOW - timedelta(days=clause.within.days + 2)
    order = an_order(an_item(), delivered_at=late, shipped_at=late - timedelta(days=2))
    longer = with_values(TEXT, {f"clauses/{clause.id}/within/days": str(clause.within.days + 5)})
    effect = compare(before, read_policy(longer), [(order, "regular")], now=NOW, time_zone=ZONE)
    assert effect.changed
    assert {one.request.action for one in effect.changed} == {"return"}
    assert any((one.before.outcome, one.after.outcome) == ("refused", "allowed") for one in effect.changed)


def test_another_sentence_is_a_change_too() -> None:
    other = with_values(TEXT, {"clauses/cancel-delivered/texts/en": "It has been delivered."})
    orders = [(an_order(an_item()), "regular")]
    effect = compare(read_policy(TEXT), read_policy(other), orders, now=NOW, time_zone=ZONE)
    assert [one.request.action for one in effect.changed] == ["cancel"]
