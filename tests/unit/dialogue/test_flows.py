"""Every flow, from its first words to its end; and the table of flows itself."""

from __future__ import annotations

import pytest

from tests import people
from tests.unit.dialogue.talk import (
    DELIVERED,
    ENGINE,
    ORDERS,
    PAID,
    PRODUCTS,
    SHIPPED,
    UNPAID,
    Talk,
    context_of,
    failing,
    named,
    no,
    obliging,
    parts_of,
    press,
    say,
    wish,
    yes,
)
from xiaoer.aftersales.policy import read_policy
from xiaoer.demo.seed import policy_text
from xiaoer.dialogue.effects import HandOff
from xiaoer.dialogue.flow import read_flows
from xiaoer.dialogue.steps import RESOLVERS
from xiaoer.errors import ConfigurationError
from xiaoer.replies.writers.templates import read_templates

FLOWS = ENGINE.flows.by_id
INTENTS = sorted(ENGINE.flows.by_intent)
ENDS: dict[str, str] = {  # how a flow ends when everything is there and everybody obliges
    "cancel": "cancel_done", "change_address": "change_address_done", "change_items": "change_items_done",
    "change_payment": "change_payment_done", "return": "return_done", "exchange": "exchange_done",
    "missing_or_damaged": "missing_or_damaged_done", "repair": "repair_done", "invoice": "invoice_done",
    "urge_shipping": "urge_done", "unsubscribe": "unsubscribe_done", "feedback": "feedback_done",
}  # fmt: skip


def played(intent: str, pick: int) -> tuple[list[str], Talk]:
    """A talk that begins with this intent and obliges to its end: every part that was said, and where it stands."""
    talk = Talk(context_of(*ORDERS))
    said = parts_of(talk.turn(say("你好", intent)))
    for seq in range(2, 10):
        if talk.state.question is None and talk.state.proposal is None:
            break
        said += parts_of(talk.turn(obliging(talk.state, seq, pick)))
    return said, talk


@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_comes_to_an_end(intent: str) -> None:
    flow = ENGINE.flows.by_intent[intent]
    ends = [played(intent, pick) for pick in range(4)]
    for said, talk in ends:
        assert not talk.state.goals, said
    if flow.id in ENDS:
        assert any(ENDS[flow.id] in said for said, _ in ends), [said for said, _ in ends]


def test_every_flow_can_be_reached() -> None:
    reached = {flow.id for flow in ENGINE.flows.by_intent.values()}
    assert set(FLOWS) - reached == {"clarify"}, "doubt leads there, no intent does"
    talk = Talk(context_of(*ORDERS))
    doubtful = wish("return_request", "那个", chance=0.4, outcome="ask")
    assert parts_of(talk.turn(say("那个", wishes=(doubtful,)))) == ["clarify"]


def test_every_flow_ends_in_a_step_that_says_something() -> None:
    for flow in FLOWS.values():
        assert flow.steps[-1].kind in ("say", "hand_off", "become"), flow.id


def test_every_step_knows_its_slot_and_its_words() -> None:
    words = read_templates().templates["zh"]
    for flow in FLOWS.values():
        for step in flow.steps:
            if step.kind == "collect":
                assert step.name in RESOLVERS, f"{flow.id}: {step.name}"
            if step.kind == "confirm":
                assert f"confirm_{step.name}" in words, f"{flow.id}: {step.name}"


def test_whatever_changes_an_order_is_judged_and_read_back_first() -> None:
    for flow in FLOWS.values():
        kinds = [step.kind for step in flow.steps]
        if "act" in kinds and flow.id not in ("urge_shipping", "unsubscribe", "feedback"):
            before = kinds[: kinds.index("act")]
            assert "judge" in before or flow.id == "change_default_address", flow.id  # of the customer's own, no order's
            assert before[-1] == "confirm", flow.id


def test_every_action_that_is_judged_has_clauses() -> None:
    policy = read_policy(policy_text())
    for flow in FLOWS.values():
        for step in flow.steps:
            if step.kind == "judge":
                assert any(step.name in clause.actions for clause in policy.clauses), f"{flow.id}: {step.name}"


@pytest.mark.parametrize(
    ("text", "named_in_error"),
    [
        ("- id: x\n  group: task\n  titles: {zh: 一, en: one}", "steps"),
        ("- id: x\n  group: party\n  titles: {zh: 一, en: one}\n  steps: []", "group"),
        ("- id: x\n  group: task\n  titles: {zh: 一}\n  steps: []", "titles"),
        ("- id: x\n  group: task\n  titles: {zh: 一, en: one}\n  steps: [dance]", "dance"),
        ("- id: x\n  group: task\n  titles: {zh: 一, en: one}\n  steps: [{say: a, act: b}]", "exactly one"),
        ("- &x {id: x, group: talk, titles: {zh: 一, en: one}, steps: [{say: a}]}\n- *x", "twice"),
        (
            "- {id: x, intents: [i], group: talk, titles: {zh: 一, en: one}, steps: []}\n"
            "- {id: y, intents: [i], group: talk, titles: {zh: 一, en: one}, steps: []}",
            "both flow",
        ),
    ],
)
def test_a_wrong_flow_is_named_with_its_mistake(text: str, named_in_error: str) -> None:
    with pytest.raises(ConfigurationError, match=named_in_error) as caught:
        read_flows([text])
    assert caught.value.zh != caught.value.en


# ── the turns that matter most ────────────────────────────────────────────────────────────────────────────────────────
def test_a_return_is_judged_read_back_said_yes_to_and_done_once() -> None:
    talk = Talk(context_of(DELIVERED))
    assert parts_of(talk.turn(say("我要退卫衣", "return_request", named("product", {"product_ids": ["hoodie"]})))) == ["ask_pieces"]
    talk.turn(say("1件", "", named("quantity", 1, "1件"), seq=2))
    talk.turn(say("太小了", "", named("reason", "size", "太小了"), seq=3))
    ending = talk.turn(say("没拆过", "", named("condition", "unopened", "没拆过"), seq=4))
    assert parts_of(ending)[-1] == "confirm_return"
    proposal = talk.state.proposal
    assert proposal is not None
    assert proposal.request["items"] == [["itm_hoodie-grey-M", 1]]
    assert not talk.acts
    assert parts_of(talk.turn(yes(5))) == ["return_done"]
    (act,) = talk.acts
    assert (act.action, act.key, act.arguments["order_version"]) == ("return", proposal.id, DELIVERED.version)
    assert parts_of(talk.turn(yes(6))) == ["nothing_open"], "a second yes does nothing"
    assert not talk.acts


@pytest.fixture
def read_back() -> Talk:
    """A cancellation that waits for its yes."""
    talk = Talk(context_of(PAID))
    assert parts_of(talk.turn(say("取消订单", "cancel_order"))) == ["confirm_cancel"]
    return talk


def test_a_no_drops_it(read_back: Talk) -> None:
    assert parts_of(read_back.turn(no(2))) == ["dropped"]
    assert read_back.state.goals == ()
    assert parts_of(read_back.turn(yes(3))) == ["nothing_open"]


def test_a_yes_with_a_condition_is_no_yes(read_back: Talk) -> None:
    read_back.turn(say("可以，但是先退钱", "affirm", named("yes", "conditional", "可以"), seq=2))
    assert not read_back.acts


def test_an_old_button_does_nothing(read_back: Talk) -> None:
    assert read_back.state.proposal is not None
    old = {"answer": "yes", "proposal": "cnv_1-0-9"}
    assert "stale_proposal" in parts_of(read_back.turn(press(old, 2)))
    assert not read_back.acts


def test_a_yes_after_a_question_in_between_counts_only_after_reading_back_again(read_back: Talk) -> None:
    ending = read_back.turn(say("运费怎么算", "shipping_policy", seq=2))
    assert "article" in parts_of(ending)
    if "confirm_cancel" not in parts_of(ending):
        read_back.turn(yes(3))
        assert not read_back.acts


def test_a_change_of_mind_takes_the_order_along() -> None:
    talk = Talk(context_of(DELIVERED))
    talk.turn(say("退卫衣", "return_request", named("product", {"product_ids": ["hoodie"]})))
    talk.turn(say("还是换一件吧", "exchange_request", seq=2))
    assert [goal.flow for goal in talk.state.goals] == ["exchange"]
    assert talk.state.goals[0].value("order") == DELIVERED.id


def test_an_answer_in_between_goes_back_to_the_task() -> None:
    talk = Talk(context_of(DELIVERED))
    talk.turn(say("退卫衣", "return_request", named("product", {"product_ids": ["hoodie"]})))
    ending = talk.turn(say("运费谁出", "shipping_policy", seq=2))
    assert parts_of(ending)[0] == "article"
    assert parts_of(ending)[-1].startswith("ask_")
    assert talk.state.question is not None


def test_a_person_comes_before_everything() -> None:
    talk = Talk(context_of(DELIVERED))
    talk.turn(say("退卫衣", "return_request", named("product", {"product_ids": ["hoodie"]})))
    ending = talk.turn(say("转人工", "human_request", seq=2))
    assert isinstance(ending, HandOff)
    assert ending.reason == "human_request"
    assert [goal["flow"] for goal in ending.summary["goals"]] == ["return"]
    assert ending.summary["goals"][0]["slots"]["order"] == DELIVERED.id
    assert talk.state.goals == ()


def test_after_three_misunderstandings_a_person_is_called() -> None:
    talk = Talk(context_of())
    unknown = [talk.turn(say("xqzv", seq=seq), failing("unavailable")) for seq in (1, 2, 3)]
    assert [type(ending).__name__ for ending in unknown] == ["Say", "Say", "HandOff"]


def test_two_wishes_are_both_answered() -> None:
    talk = Talk(context_of(SHIPPED))
    text = "快递到哪了，运费怎么算"
    ending = talk.turn(say(text, wishes=(wish("logistics_tracking", text), wish("shipping_policy", text))))
    assert set(parts_of(ending)) == {"logistics", "article"}


def test_a_visitor_proves_an_order_first() -> None:
    talk = Talk(context_of(is_signed_in=False))
    assert parts_of(talk.turn(say("我的快递到哪了", "logistics_tracking"))) == ["verify_ask"]
    wrong = say("1234", "", named("order_number", DELIVERED.id), named("last_digits", "1234"), seq=2)
    assert parts_of(talk.turn(wrong))[-1] == "verify_failed"
    right = say("8000", "", named("order_number", DELIVERED.id), named("last_digits", "8000"), seq=3)
    assert parts_of(talk.turn(right)) == ["logistics"]
    assert talk.state.verified.order_ids == (DELIVERED.id,)


def test_the_visitors_tries_run_out() -> None:
    talk = Talk(context_of(is_signed_in=False))
    talk.turn(say("我的快递到哪了", "logistics_tracking"))
    facts = (named("order_number", DELIVERED.id), named("last_digits", "1234"))
    ending = talk.turn(say("1234", "", *facts, seq=2), failing("too_many"))
    assert isinstance(ending, HandOff)
    assert "verify_locked" in parts_of(ending)


@pytest.mark.parametrize("code", ["unavailable", "changed", "refused", "too_many", "unsure", "unknown"])
def test_an_act_that_fails_is_told_and_not_tried_by_itself(read_back: Talk, code: str) -> None:
    ending = read_back.turn(yes(2), failing(code))
    assert f"act_{code}" in parts_of(ending)
    assert len(read_back.acts) == 1
    assert not [goal for goal in read_back.state.goals if goal.flow == "cancel"]


def test_a_world_that_answers_nothing_still_lets_one_talk() -> None:
    for intent in INTENTS:
        talk = Talk(context_of(*ORDERS))
        assert parts_of(talk.turn(say("你好", intent), failing("unavailable"))), intent


def test_a_follow_up_keeps_the_product_and_the_size() -> None:
    talk = Talk(context_of())
    hoodie = named("product", {"product_ids": ["hoodie"], "score": 1.0})
    talk.turn(say("云柔卫衣有XL吗", "stock_check", hoodie, named("size", "XL")))
    assert talk.state.focus.product_ids == ("hoodie",)
    unsure = wish("product_info", "那蓝色的呢", chance=0.5, entities=(named("colour", "blue"),))
    ending = talk.turn(say("那蓝色的呢", "", named("colour", "blue"), seq=2, wishes=(unsure,), is_follow_up=True))
    (part,) = ending.parts
    assert part.facts["wanted"] == {"colour": "blue", "size": "XL"}
    assert [variant.id for variant in part.facts["in_stock"]] == ["hoodie-blue-XL"]


def test_the_first_wish_of_a_task_is_asked_for_its_order_when_several_fit() -> None:
    talk = Talk(context_of(PAID, UNPAID))
    ending = talk.turn(say("取消订单", "cancel_order"))
    assert parts_of(ending) == ["ask_order"]
    assert talk.state.question is not None
    assert [choice["value"] for choice in talk.state.question.choices] == [PAID.id, UNPAID.id]
    assert parts_of(talk.turn(say("第二个", "", named("ordinal", 2, "第二个"), seq=2))) == ["confirm_cancel"]
    assert talk.state.goals[-1].value("order") == UNPAID.id


@pytest.mark.parametrize("text", ["②", "²", "９", "9" * 60, "１"])
def test_a_number_of_any_script_is_read_without_harm(text: str) -> None:
    talk = Talk(context_of(PAID, UNPAID))
    talk.turn(say("取消订单", "cancel_order"))
    talk.turn(say(text, seq=2))


def test_the_products_of_the_tests_are_as_they_say() -> None:
    assert PRODUCTS["hoodie"] == people.hoodie()
    assert not [one for one in PRODUCTS["hoodie"].variants if one.options == {"colour": "grey", "size": "XL"} and one.stock]
