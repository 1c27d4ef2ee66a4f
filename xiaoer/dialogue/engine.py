"""The decision: `(state, event) → (state, effect)`. Pure: no I/O, no clock, no randomness.

Every turn ends in Say or HandOff: look-ups are counted and bounded, and each pass of the loop takes a goal off the stack,
returns an effect, or fills a slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from xiaoer.dialogue.choice import count_asked, weigh
from xiaoer.dialogue.context import Context
from xiaoer.dialogue.deeds import MOST_DEEDS, deed_of
from xiaoer.dialogue.effects import Effect, HandOff, LookUp, Part, Say
from xiaoer.dialogue.events import Done, Event, Failed, Found, Said
from xiaoer.dialogue.flow import Flows
from xiaoer.dialogue.hear import add_part, find_goal, hear, put_goal
from xiaoer.dialogue.outcome import Ask, Become, Filled, Finished, Leave, Need, Outcome, Propose, Split
from xiaoer.dialogue.state import Focus, Goal, Question, State, Verified, Working
from xiaoer.dialogue.steps import take
from xiaoer.dialogue.summary import summary_of
from xiaoer.dialogue.view import View
from xiaoer.dialogue.wishes import is_no, is_yes

MOST_LOOK_UPS = 12
MOST_DIGRESSIONS = 1
MOST_REPAIRS = 3
MOST_SPLIT = 12  # goals on the stack, after one became several
_MOST_PASSES = 64
_KEPT_FOR_LATER = ("address", "phone", "reason", "condition", "colour", "size", "payment", "company", "quantity")


@dataclass(frozen=True, slots=True)
class Engine:
    """The flows of a shop, ready to decide."""

    flows: Flows

    def decide(self, state: State, event: Event, context: Context) -> tuple[State, Effect]:
        """One step of the conversation: what is remembered now, and the one thing to do next."""
        match event:
            case Said():
                state = _hear(state, event, context, self.flows)
            case Found():
                state = _keep_found(state, event)
            case Done():
                state = _keep_done(state, event)
            case Failed():
                state = _keep_failed(state, event)
        return self._advance(state, _known(state, context))

    def _advance(self, state: State, context: Context) -> tuple[State, Effect]:
        for _ in range(_MOST_PASSES):
            if not state.goals:
                return self._end(state)
            state, outcome = weigh(*self._run(state, context))
            state, effect = self._settle(state, outcome, context)
            if effect is not None:
                return state, effect
        return self._leave(state, Leave("loop"), context)

    def _run(self, state: State, context: Context) -> tuple[State, Outcome]:
        """Walk the top goal's flow until a step needs more than filling in."""
        goal = state.goals[-1]
        outcome: Outcome = Finished(())
        for step in self.flows.by_id[goal.flow].steps:
            outcome = take(View(state, context, goal), step)
            state = _trace(state, goal, f"{step.kind}:{step.name}".rstrip(":"), outcome)
            if not isinstance(outcome, Filled):
                break
            goal = outcome.goal
            state = put_goal(state, goal)
        return state, outcome

    def _settle(self, state: State, outcome: Outcome, context: Context) -> tuple[State, Effect | None]:
        """Turn an outcome into the state's next form and, unless the loop goes on, an effect."""
        match outcome:
            case Need(effect=LookUp() as look_up):
                if state.working.look_ups >= MOST_LOOK_UPS:
                    return self._leave(state, Leave("too_many_look_ups"), context)
                return _count_look_up(state), look_up
            case Need(effect=act):
                return state, act
            case Ask():
                return self._ask(state, outcome, context)
            case Propose():
                return self._propose(state, outcome, context)
            case Finished():
                return self._finish(state, outcome, context)
            case Leave():
                return self._leave(state, outcome, context)
            case Split() | Become():
                return self._turn_into(state, outcome), None
            case Filled():  # a flow without an ending step: nothing more to do for this goal
                return replace(state, goals=state.goals[:-1]), None

    def _turn_into(self, state: State, become: Become | Split) -> State:
        if isinstance(become, Split):
            return _split(state, become.goals)
        flow = self.flows.find_for(become.intent) or self.flows.by_id["unclear"]
        kept = {} if become.goal is None else become.goal.slots
        goal = replace(state.goals[-1], flow=flow.id, intent=become.intent, slots=kept)
        return put_goal(state, goal)

    def _ask(self, state: State, ask: Ask, context: Context) -> tuple[State, Effect | None]:
        goal = state.goals[-1]
        before = state.question
        again = before is not None and before.goal_id == goal.id and before.slot == ask.slot
        parts = list(state.working.parts)
        understanding = state.working.understanding
        titles = {"titles": self.flows.by_id[goal.flow].titles}
        asked, digressed = count_asked(before if again else None, is_digression=bool(parts))
        is_old = again or (understanding is not None and goal.words not in understanding.text)
        if parts and is_old and self.flows.by_id[goal.flow].group == "talk":  # which was meant is no matter any more
            return replace(state, goals=state.goals[:-1], question=None), None
        if digressed > MOST_DIGRESSIONS:  # to be asked the same after every answer is a nuisance
            set_aside = replace(state, goals=state.goals[:-1], question=None, proposal=None)
            return add_part(set_aside, Part("set_aside", titles)), None
        if parts:
            parts.append(Part("resume", titles))
        elif again and ask.slot != "verify" and ask.part.template != "order_not_found":
            parts += _before_asking_again(state)
        question = Question(goal.id, ask.slot, asked, ask.choices, digressed)
        state = replace(state, question=question, proposal=None)
        return _close(state), Say((*parts, replace(ask.part, facts={**ask.part.facts, "choices": ask.choices})), ask.expects)

    def _propose(self, state: State, propose: Propose, context: Context) -> tuple[State, Effect | None]:
        before = state.question
        again = before is not None and before.goal_id == propose.proposal.goal_id and before.slot == "confirm"
        asked, digressed = count_asked(before if again else None, is_digression=bool(state.working.parts))
        question = Question(propose.proposal.goal_id, "confirm", asked, (), digressed)
        state = replace(state, proposal=propose.proposal, question=question)
        parts = state.working.parts or ((Part("again"),) if again else ())
        return _close(state), Say((*parts, propose.part), "yes_no")

    def _finish(self, state: State, finished: Finished, context: Context) -> tuple[State, Effect | None]:
        repairs = 0 if finished.is_understood else state.repairs + 1
        if repairs >= MOST_REPAIRS:
            return self._leave(state, Leave("not_understood"), context)
        for part in finished.parts:
            state = add_part(state, part)
        goal = state.goals[-1]
        is_open = state.question is not None and state.question.goal_id == goal.id
        return replace(
            state,
            goals=state.goals[:-1],
            focus=_merge(state.focus, finished.focus),
            repairs=repairs,
            question=None if is_open else state.question,
            proposal=None if state.proposal and state.proposal.goal_id == goal.id else state.proposal,
        ), None

    def _leave(self, state: State, leave: Leave, context: Context) -> tuple[State, Effect]:
        """Give the conversation to staff; how long the queue is must be known first, to say so honestly."""
        working = state.working
        if "queue" not in working.found and "queue" not in working.failed and leave.reason != "loop":
            return _count_look_up(state), LookUp("queue", "queue")
        summary = summary_of(state, leave.reason, context, self.flows)
        facts = {"reason": leave.reason, "queue": working.found.get("queue"), "shop": context.shop}
        parts = (*working.parts, *leave.parts, Part("handoff", facts))
        state = replace(state, goals=(), question=None, proposal=None, repairs=0)
        return _close(state), HandOff(parts, leave.reason, summary)

    def _end(self, state: State) -> tuple[State, Effect]:
        parts = state.working.parts or (Part("anything_else"),)
        return _close(replace(state, question=None, proposal=None)), Say(parts)


def _hear(state: State, said: Said, context: Context, flows: Flows) -> State:
    """What is in the record already is told, whatever the customer says by now: a no comes too late for it."""
    proposal = state.proposal
    if proposal is None or context.committed is None:
        return hear(state, said, context, flows)
    done = _keep_done(state, Done(proposal.id, context.committed))
    if is_no(said.understanding):
        heard = replace(done, working=Working(understanding=said.understanding, seq=said.seq))
    else:
        heard = hear(done, replace(said, choice={}), context, flows)
    told_first = sorted(heard.goals, key=lambda goal: goal.id == proposal.goal_id)
    return replace(heard, goals=tuple(told_first), working=replace(heard.working, done=done.working.done))


def _split(state: State, goals: Sequence[Goal]) -> State:
    """The goal at the top as several, the first one on top; each keeps everything that was said for all of them."""
    first, *others = goals
    numbered = [replace(goal, id=state.next_goal_id + place) for place, goal in enumerate(others)]
    stack = (*state.goals[:-1], *reversed(numbered), first)
    return replace(state, goals=stack[-MOST_SPLIT:], next_goal_id=state.next_goal_id + len(others))


def _known(state: State, context: Context) -> Context:
    """The context of a customer who has proven in this very turn who they are."""
    found = next((value for key, value in state.working.found.items() if key.startswith("identify:") and value), None)
    if found is None or context.is_signed_in:
        return context
    return replace(context, customer=found["customer"], orders=tuple(found["orders"]), is_signed_in=True)


def _keep_found(state: State, event: Found) -> State:
    working = replace(state.working, found={**state.working.found, event.key: event.value})
    state = replace(state, working=working)
    if event.key.startswith("verify:") and event.value is not None:
        owned = (*(one for one in state.verified.order_ids if one != event.value["order"].id), event.value["order"].id)
        question = None if state.question is not None and state.question.slot == "verify" else state.question
        state = replace(state, verified=Verified(event.value["customer_id"], owned, event.value["level"]), question=question)
    if event.key.startswith("identify:") and event.value is not None:
        customer = event.value["customer"]
        question = None if state.question is not None and state.question.slot == "verify" else state.question
        state = replace(state, verified=Verified(customer.id, (), customer.level, is_whole=True), question=question)
    return state


def _keep_done(state: State, event: Done) -> State:
    working = replace(state.working, done={**state.working.done, event.key: event.result})
    goal = find_goal(state, int(event.key.rpartition("-")[2]))
    deeds = (*state.deeds, deed_of(state.proposal, event.result))[-MOST_DEEDS:]
    state = replace(state, working=working, proposal=None, question=None, deeds=deeds if state.proposal else state.deeds)
    return state if goal is None else put_goal(state, replace(goal, acted=True))


def _keep_failed(state: State, event: Failed) -> State:
    """A failed look-up is worked around by the step that asked; a failed act takes its goal off the stack, undone."""
    goal = state.goals[-1] if state.goals else None
    is_act = goal is not None and event.key.endswith(f"-{goal.id}") and not event.key.startswith(("answer:", "verify:"))
    working = replace(state.working, failed={**state.working.failed, event.key: event.code})
    state = replace(state, working=working)
    if not is_act or goal is None:
        return state
    state = replace(state, goals=state.goals[:-1], proposal=None, question=None)
    return add_part(state, Part(f"act_{event.code}", {"flow": goal.flow}))


def _before_asking_again(state: State) -> list[Part]:
    """What the words held for a later question is kept, and said so; a bare yes ("go on") was understood well enough."""
    understanding = state.working.understanding
    if understanding is None or is_yes(understanding):
        return []
    return [Part("noted" if any(understanding.has(kind) for kind in _KEPT_FOR_LATER) else "again")]


def _count_look_up(state: State) -> State:
    return replace(state, working=replace(state.working, look_ups=state.working.look_ups + 1))


def _trace(state: State, goal: Goal, step: str, outcome: Outcome) -> State:
    line: dict[str, Any] = {"goal": goal.id, "flow": goal.flow, "step": step, "outcome": type(outcome).__name__.lower()}
    if isinstance(outcome, Ask):
        line["slot"] = outcome.slot
    return replace(state, working=replace(state.working, steps=(*state.working.steps, line)))


def _merge(focus: Focus, new: Focus | None) -> Focus:
    """What is in focus now; what the new one leaves open stays as it was."""
    if new is None:
        return focus
    return Focus(
        order_id=new.order_id or focus.order_id,
        item_id=new.item_id if new.order_id else focus.item_id,
        product_ids=new.product_ids or (() if new.order_id else focus.product_ids),
        options=new.options if new.product_ids or new.order_id else focus.options,
        intent=new.intent or focus.intent,
    )


def _close(state: State) -> State:
    """Keep what the trace tells (the steps and choices); everything else of the working memory ends with the turn."""
    return replace(state, working=Working(steps=state.working.steps, found=state.working.found, choices=state.working.choices))
