"""Laws of the decision, for any order of events: it ends, it forgets nothing, and it never acts without a yes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.dialogue.talk import (
    DELIVERED,
    ENGINE,
    MOST_EFFECTS,
    ORDERS,
    PAID,
    answer_of,
    context_of,
    find,
    named,
    obliging,
    press,
    result_of,
    say,
    wish,
)
from xiaoer.dialogue.context import Context
from xiaoer.dialogue.effects import Act, Effect, HandOff, LookUp, Say
from xiaoer.dialogue.engine import MOST_LOOK_UPS
from xiaoer.dialogue.events import Done, Event, Failed, Found, Said
from xiaoer.dialogue.state import State, from_json, to_json
from xiaoer.dialogue.wishes import is_yes
from xiaoer.nlu.types import Entity
from xiaoer.replies.compose import compose
from xiaoer.replies.writers.templates import read_templates

INTENTS = sorted(ENGINE.flows.by_intent)
WRITER = read_templates()
WITHOUT_READ_BACK = {"urge", "unsubscribe", "feedback"}

# ── what may be said ──────────────────────────────────────────────────────────────────────────────────────────────────
ENTITIES: dict[str, list[Any]] = {
    "order_number": [DELIVERED.id, PAID.id, "SP2026010100001"],
    "tracking_number": ["SF0000000000017"],
    "product": [{"product_ids": ["hoodie"], "score": 1.0}, {"product_ids": ["gone"], "score": 1.0}],
    "kind": [{"product_ids": ["kettle", "hoodie"], "word": "水壶"}],
    "colour": ["grey", "blue", "pink"],
    "size": ["M", "XL", "44"],
    "quantity": [1, 2, 99],
    "ordinal": [1, 2, -1, 9],
    "date": [{"from": "2026-11-18", "to": "2026-11-18"}],
    "phone": ["+8613800138000"],
    "email": ["mei@spruce.example"],
    "last_digits": ["8000", "1234"],
    "code": ["483920"],
    "payment": ["alipay", "card"],
    "reason": ["size", "quality", "missing", "damaged", "cheaper", "other"],
    "money": [{"minor": 30000, "currency": "CNY", "op": "max"}],
    "attribute": [{"key": "power_w", "op": "min", "value": 1000}],
    "laptop": [{"inches": 15.6}],
    "body": [{"height_cm": 170}],
    "address": [
        {"region": "上海", "city": "上海市", "district": "浦东新区", "line": "世纪大道100号"},
        {"region": "", "city": "", "district": "", "line": ""},
    ],
    "yes": ["plain", "conditional"],
    "no": ["plain"],
}
TEXTS = [
    *("退货", "好的", "第二个", "都退", "除了水壶", "大一码", "没拆", "没有照片", "个人", "补发", "另外还要", "换成蓝色的"),
    *("上一个订单", "it", "云柔卫衣", "1", "②", "²", "9" * 40, "8000", "", "\ud800"),
]
entity = st.sampled_from(sorted(ENTITIES)).flatmap(
    lambda kind: st.sampled_from(ENTITIES[kind]).map(lambda value: named(kind, value))
)
SLOTS = st.sampled_from(["order", "items", "reason", "variant", "nothing"])
CHOICES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.just({}),
    st.fixed_dictionaries({"answer": st.sampled_from(["yes", "no"]), "proposal": st.sampled_from(["latest", "cnv_1-1-1", None])}),
    st.fixed_dictionaries({"slot": SLOTS, "value": st.sampled_from([DELIVERED.id, "size", None, [["x", 1]]])}),
    st.fixed_dictionaries({"intent": st.sampled_from([*INTENTS, "no_such_intent", 7])}),
)


@st.composite
def words(draw: st.DrawFn) -> Said:
    """A message: one or two wishes, some entities, sometimes a button or a picture."""
    text, entities = draw(st.sampled_from(TEXTS)), tuple(draw(st.lists(entity, max_size=3)))
    wishes = tuple(draw(st.lists(one_wish(text, entities), min_size=1, max_size=2)))
    attachments = ({"id": "upl_1"},) if draw(st.booleans()) and draw(st.booleans()) else ()
    return say(text, "", *entities, wishes=wishes, choice=draw(CHOICES), attachments=attachments, is_follow_up=draw(st.booleans()))


@st.composite
def one_wish(draw: st.DrawFn, text: str, entities: tuple[Entity, ...]) -> Any:
    chance = draw(st.sampled_from([0.2, 0.56, 0.97]))
    intent = draw(st.sampled_from([*INTENTS, "affirm", "deny", "return_request", "exchange_request"]))
    outcome = draw(st.sampled_from(["answer", "answer", "ask", "outside"]))
    return wish(intent, text, chance=chance, outcome=outcome, entities=entities)


@st.composite
def worlds(draw: st.DrawFn) -> Any:
    """How the world answers: mostly well, sometimes not."""
    knows = draw(st.sampled_from(["answer", "did_you_mean", "unknown"]))
    failures = draw(st.sets(st.integers(0, 20), max_size=4))
    code = draw(st.sampled_from(["unavailable", "changed", "refused", "too_many", "unsure", "unknown"]))
    asked = iter(range(1000))

    def answer(effect: Effect) -> Event:
        assert isinstance(effect, LookUp | Act)
        if next(asked) in failures:
            return Failed(effect.key, code if isinstance(effect, Act) or code in ("unavailable", "too_many") else "unknown")
        return Found(effect.key, find(effect, knows=knows)) if isinstance(effect, LookUp) else Done(effect.key, result_of(effect))

    return answer


# Half of what is said answers what was asked (a number picks among the answers): so tasks come to their end.
LINES = st.one_of(words(), st.integers(0, 5), st.integers(0, 5))
OPENINGS = st.tuples(st.sampled_from(INTENTS), st.lists(entity, max_size=2)).map(lambda one: say("你好", one[0], *one[1]))
TASKS = [flow.intents[0] for flow in ENGINE.flows.by_id.values() if flow.group == "task"]
STRAIGHT = st.tuples(st.sampled_from(TASKS).map(lambda one: say("你好", one)), st.lists(st.integers(0, 5), min_size=3, max_size=7))
CROOKED = st.tuples(st.one_of(OPENINGS, words()), st.lists(LINES, max_size=8))
TALKS = st.one_of(STRAIGHT, CROOKED).map(lambda talk: [talk[0], *talk[1]])
CONTEXTS = st.sampled_from(
    [
        context_of(*ORDERS),
        context_of(DELIVERED),
        context_of(),
        context_of(is_signed_in=False),
        context_of(DELIVERED, is_signed_in=False),
        context_of(*ORDERS, is_partial=True, missing=("orders",)),
        context_of(*ORDERS, language="en", staff_online=False),
    ]
)


def in_turn(line: Said | int, state: State, seq: int, context: Context) -> tuple[Said, Context]:
    """The line as the seq-th of a conversation; a button may name the proposal that is really open."""
    said = obliging(state, seq, line) if isinstance(line, int) else line
    choice = dict(said.choice)
    if choice.get("proposal") == "latest":
        choice["proposal"] = state.proposal.id if state.proposal else "none"
    return replace(said, seq=seq, choice=choice), replace(context, turn_key=f"cnv_1-{seq}")


@settings(max_examples=250)
@given(talk=TALKS, context=CONTEXTS, answer=worlds())
def test_every_turn_ends_whatever_happens(talk: list[Said | int], context: Context, answer: Any) -> None:
    state = State()
    for seq, line in enumerate(talk, 1):
        said, here = in_turn(line, state, seq, context)
        event: Event = said
        done: Counter[str] = Counter()
        for _ in range(MOST_EFFECTS):
            state, effect = ENGINE.decide(state, event, here)
            if isinstance(effect, Say | HandOff):
                break
            done[type(effect).__name__] += 1
            event = answer(effect)
        assert isinstance(effect, Say | HandOff), "a turn must end"
        assert done["LookUp"] <= MOST_LOOK_UPS + 1, "the queue may be asked on top"
        assert effect.parts, "a turn that says nothing leaves the customer waiting"
        json.dumps(to_json(state))
        for language in ("zh", "en"):
            reply = compose(WRITER, effect, replace(here, language=language))  # every part has words in both languages
            assert reply.text.strip()
            assert "None" not in reply.text


@settings(max_examples=150)
@given(talk=TALKS, context=CONTEXTS, answer=worlds())
def test_nothing_is_changed_without_a_yes_to_the_latest_read_back(talk: list[Said | int], context: Context, answer: Any) -> None:
    state = State()
    for seq, line in enumerate(talk, 1):
        said, here = in_turn(line, state, seq, context)
        open_proposal = state.proposal
        event: Event = said
        for _ in range(MOST_EFFECTS):
            state, effect = ENGINE.decide(state, event, here)
            if isinstance(effect, Say | HandOff):
                break
            if isinstance(effect, Act) and effect.action not in WITHOUT_READ_BACK:
                assert open_proposal is not None, "nothing was read back"
                assert effect.key == open_proposal.id
                assert effect.arguments["request"] == open_proposal.request
                pressed = said.choice.get("answer") == "yes" and said.choice.get("proposal") == open_proposal.id
                assert pressed or (not said.choice.get("answer") and is_yes(said.understanding))
            event = answer(effect)


KEYS = ["answer:1", "queue", "products", "verify:x:y", "old"]


@settings(max_examples=150)
@given(talk=TALKS, context=CONTEXTS, answer=worlds(), late=st.lists(st.sampled_from(KEYS)))
def test_late_and_foreign_answers_do_no_harm(talk: list[Said | int], context: Context, answer: Any, late: list[str]) -> None:
    """Found and Failed events that nobody asked for, in any order, still end in an ending."""
    state = State()
    for seq, line in enumerate(talk, 1):
        said, here = in_turn(line, state, seq, context)
        events: list[Event] = [said]
        for key in late:
            value = {"answer:1": answer_of("answer"), "queue": find(LookUp("queue", "queue")), "products": ()}.get(key)
            events.append(Failed(key, "unavailable") if value is None else Found(key, value))
        for event in events:
            state, effect = ENGINE.decide(state, event, here)
        for _ in range(MOST_EFFECTS):
            if isinstance(effect, Say | HandOff):
                break
            state, effect = ENGINE.decide(state, answer(effect), here)
        assert isinstance(effect, Say | HandOff)


@settings(max_examples=150)
@given(talk=TALKS, context=CONTEXTS, answer=worlds())
def test_a_state_out_of_json_goes_on_the_same(talk: list[Said | int], context: Context, answer: Any) -> None:
    kept, fresh = State(), State()
    for seq, line in enumerate(talk, 1):
        said, here = in_turn(line, kept, seq, context)
        fresh = from_json(json.loads(json.dumps(to_json(fresh))))
        endings = []
        for state in (kept, fresh):
            event: Event = said
            effect: Effect | None = None
            for _ in range(MOST_EFFECTS):
                state, effect = ENGINE.decide(state, event, here)
                if isinstance(effect, Say | HandOff):
                    break
                event = Found(effect.key, find(effect)) if isinstance(effect, LookUp) else Done(effect.key, result_of(effect))
            endings.append((state, effect))
        (kept, one), (fresh, other) = endings
        assert isinstance(one, Say | HandOff)
        assert isinstance(other, Say | HandOff)
        assert [part.template for part in one.parts] == [part.template for part in other.parts]
        assert json.loads(json.dumps(to_json(kept))) == json.loads(json.dumps(to_json(fresh)))
    assert from_json(to_json(State())) == State() == from_json({})


@settings(max_examples=100)
@given(talk=TALKS, answer=worlds())
def test_a_visitor_is_told_nothing_before_proving_an_order(talk: list[Said | int], answer: Any) -> None:
    state, context = State(), context_of(is_signed_in=False)
    for seq, line in enumerate(talk, 1):
        said, here = in_turn(line, state, seq, context)
        event: Event = said
        for _ in range(MOST_EFFECTS):
            state, effect = ENGINE.decide(state, event, here)
            if isinstance(effect, Say | HandOff):
                break
            event = answer(effect)
        assert isinstance(effect, Say | HandOff)
        if not state.verified.order_ids:
            reply = compose(WRITER, effect, here)
            told = reply.text + json.dumps(reply.cards, ensure_ascii=False)
            assert not [part for part in effect.parts if part.facts.get("order") is not None]
            assert DELIVERED.address["line"] not in told
            assert str(DELIVERED.shipments[0].tracking_number) not in told


def test_deciding_changes_nothing_but_the_state_it_returns() -> None:
    state, said = State(), press({"intent": "return_request"}, 1)
    first = ENGINE.decide(state, said, context_of(*ORDERS))
    assert state == State()
    assert ENGINE.decide(state, said, context_of(*ORDERS)) == first
