"""The parts of a turn's story, each by itself: tint, facts behind the words, passages, the path through a flow."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.dialogue.flow import read_flows
from xiaoer.nlu.model import Contribution
from xiaoer.replies.words import Words
from xiaoer.web.console.explain.diagram import diagrams_of
from xiaoer.web.console.explain.facts import ground
from xiaoer.web.console.explain.found import highlight
from xiaoer.web.console.explain.story import percent
from xiaoer.web.console.explain.tint import heaviest, tint
from xiaoer.web.templates import read_catalogue

WORDS = Words("zh", labels={"grey": {"zh": "灰色", "en": "grey"}})
T = read_catalogue("zh")


def gram(start: int, end: int, weight: float, text: str = "x") -> Contribution:
    return Contribution(start, end, text, weight)


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5), st.floats(-3, 3)), max_size=12))
def test_a_tinted_text_is_still_the_text(text: str, found: list[tuple[int, int, float]]) -> None:
    stretches = tint(text, [gram(start, start + length, weight) for start, length, weight in found])
    assert "".join(one.text for one in stretches) == text
    assert all(-2 <= one.level <= 4 for one in stretches)
    assert all(one.level != other.level for one, other in pairwise(stretches))


def test_what_spoke_for_it_is_deepest_and_what_spoke_against_it_is_of_the_other_tint() -> None:
    stretches = tint("退货不了", [gram(0, 2, 2.0), gram(2, 4, -1.5)])
    assert [(one.text, one.level) for one in stretches] == [("退货", 4), ("不了", -2)]
    assert [one.level for one in tint("hello", [])] == [0]


def test_the_heaviest_pieces_come_first_and_once() -> None:
    found = heaviest([gram(0, 1, 0.1, "a"), gram(2, 3, -2.0, "b"), gram(4, 5, 0.1, "a"), gram(0, 1, 1.0, " ")])
    assert [one.gram for one in found] == ["b", "a"]


FACTS: list[dict[str, Any]] = [
    {
        "template": "order_status",
        "order": {
            "id": "SP2026111780413",
            "state": "delivered",
            "total_minor": 18700,
            "delivered_at": "2026-11-21T04:10:00+00:00",
            "payment_kind": "wechat",
            "items": [
                {
                    "names": {"zh": "云柔连帽卫衣", "en": "Cloud Hoodie"},
                    "options": {"colour": "grey", "size": "M"},
                    "quantity": 2,
                }
            ],
        },
    }
]
TEXT = (
    "订单 SP2026111780413（云柔连帽卫衣，灰色 / M × 2）已签收，11月21日 12:10，共 ¥187，原路退回微信支付，7 天内可退。"
)


def test_every_value_in_the_reply_is_found_in_the_facts() -> None:
    pieces, facts = ground(TEXT, FACTS, WORDS)
    assert "".join(one.text for one in pieces) == TEXT
    found = {one.text: (one.group, one.path) for one in facts}
    assert found["SP2026111780413"] == ("order", "id")
    assert found["¥187"] == ("order", "total_minor")
    assert found["11月21日 12:10"] == ("order", "delivered_at")
    assert found["已签收"] == ("order", "state")
    assert found["微信支付"] == ("order", "payment_kind")
    assert found["灰色 / M"] == ("order", "items.options")
    assert {"云柔连帽卫衣", "2"} <= set(found)
    assert [one.number for one in facts] == list(range(1, len(facts) + 1))
    assert [one.text for one in pieces if one.is_loose] == [
        "7"
    ]  # no fact stands behind it: the template says so itself


def test_a_number_is_not_found_inside_of_another() -> None:
    pieces, facts = ground("共 12 件，¥1,299", [{"order": {"quantity": 2, "stock": 1, "points": 299}}], WORDS)
    assert not facts
    assert [one.text for one in pieces if one.is_loose] == ["12", "1,299"]


def test_a_name_is_read_in_the_replys_own_language() -> None:
    english = replace(WORDS, language="en")
    _, facts = ground("Order SP2026111780413 (Cloud Hoodie) was delivered", FACTS, english)
    assert [one.text for one in facts] == ["SP2026111780413", "Cloud Hoodie", "delivered"]


VALUES = st.one_of(st.text(max_size=9), st.integers(), st.none())


@given(st.text(max_size=60), st.dictionaries(st.text(max_size=8), VALUES, max_size=5))
def test_a_grounded_text_is_still_the_text(text: str, facts: dict[str, Any]) -> None:
    pieces, _ = ground(text, [facts], WORDS)
    assert "".join(one.text for one in pieces) == text


@given(st.text(max_size=80), st.text(max_size=30))
def test_a_highlighted_passage_is_still_the_passage(passage: str, question: str) -> None:
    assert "".join(text for text, _ in highlight(passage, question)) == passage


def test_the_words_of_the_question_are_marked() -> None:
    marked = [text for text, is_marked in highlight("满 99 元包邮，标准快递运费 10 元。", "运费怎么算") if is_marked]
    assert marked == ["运费"]
    marked = [
        text for text, is_marked in highlight("Shipping is free from ¥99.", "what does shipping cost") if is_marked
    ]
    assert marked == ["Shipping"]


def step(code: str, outcome: str, goal: int = 1, flow: str = "return", **more: Any) -> dict[str, Any]:
    return {"goal": goal, "flow": flow, "step": code, "outcome": outcome, **more}


def test_the_path_through_a_flow_is_the_last_pass() -> None:
    first = [step("verify", "filled"), step("collect:order", "ask", slot="order")]
    second = [step("verify", "filled"), step("collect:order", "filled"), step("collect:items", "filled"),
              step("judge:return", "filled"), step("collect:reason", "ask", slot="reason")]  # fmt: skip
    flows = read_flows()
    (drawn,) = diagrams_of([*first, *second], flows, T)
    assert drawn.title == "退货退款"
    assert [node.status for node in drawn.nodes] == ["done"] * 4 + ["stop"] + ["ahead"] * (len(flows.by_id["return"].steps) - 5)
    assert drawn.nodes[4].outcome == "询问 原因"
    assert [node.code for node in drawn.nodes].count(
        "judge:return"
    ) == 2  # the same step twice: only the first was taken
    ys = [node.y for node in drawn.nodes]
    assert ys == sorted(ys)
    assert drawn.height > ys[-1]


def test_each_goal_has_its_own_drawing() -> None:
    steps = [step("say:greeting", "finished", 2, "greeting"), step("verify", "ask", 1, "order_status", slot="verify")]
    assert [one.title for one in diagrams_of(steps, read_flows(), T)] == ["问好", "查订单"]
    assert diagrams_of([step("x", "filled", flow="a flow of a newer version")], read_flows(), T) == ()


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0, "0.0%"), (0.0004, "<0.1%"), (0.341, "34.1%"), (0.99951, ">99.9%"), (1.0, "100.0%")]
)
def test_a_probability_is_certain_only_when_it_is(share: float, shown: str) -> None:
    assert percent(share) == shown
