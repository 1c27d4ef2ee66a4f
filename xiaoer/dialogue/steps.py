"""What each kind of step does when it is its turn. Pure: a view in, an outcome out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from xiaoer.aftersales.describe import to_json
from xiaoer.aftersales.types import Request, Verdict
from xiaoer.aftersales.verdict import judge
from xiaoer.dialogue.answers import say
from xiaoer.dialogue.effects import Act, LookUp, Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.goods import match
from xiaoer.dialogue.outcome import Become, Filled, Finished, Leave, Need, Outcome, Propose
from xiaoer.dialogue.reasoned import question_of
from xiaoer.dialogue.requests import find_variant, request_of
from xiaoer.dialogue.slots import circumstances, items, order, payments, places, products, swaps, talk, wants
from xiaoer.dialogue.state import Focus, Proposal
from xiaoer.dialogue.verify import verify
from xiaoer.dialogue.view import View
from xiaoer.dialogue.wanted import filters_of

Resolver = Callable[[View, Step], Outcome]

RESOLVERS: Mapping[str, Resolver] = {
    "order": order.resolve,
    "items": items.resolve,
    "products": products.resolve,
    "swaps": swaps.resolve,
    "address": places.resolve,
    "payment_id": payments.resolve,
    "payment": wants.resolve_payment,
    "invoice_title": wants.resolve_invoice_title,
    "remedy": wants.resolve_remedy,
    "reason": circumstances.resolve_reason,
    "fault": circumstances.resolve_fault,
    "condition": circumstances.resolve_condition,
    "photo": circumstances.resolve_photo,
    "intent": talk.resolve_intent,
}
# A changed slot empties those that were chosen because of it.
DEPENDENTS: Mapping[str, tuple[str, ...]] = {
    "order": ("items", "swaps", "picked", "remedy", "payment_id"),
    "items": ("swaps", "picked", "condition"),
    "swaps": ("picked",),
}
_NEVER_WITHOUT_WORD = {
    "reason": "reason",
    "condition": "condition",
    "photo": "photo",
    "fault": "fault",
    "payment": "payment_id",
}


_OF_CUSTOMER: Mapping[str, tuple[str, ...]] = {"change_default_address": ("address",)}


def take(view: View, step: Step) -> Outcome:
    """Do one step."""
    return _STEPS[step.kind](view, step)


def _collect(view: View, step: Step) -> Outcome:
    if step.name in view.goal.slots:
        return Filled(view.goal)
    outcome = RESOLVERS[step.name](view, step)
    if step.name == "order" and isinstance(outcome, Filled):
        return _as_it_is(View(view.state, view.context, outcome.goal), step) or outcome
    return outcome


def _as_it_is(view: View, step: Step) -> Outcome | None:
    """"Exchange" said of an order that has not been sent is a change of it, and the other way round: the flow that fits."""
    becomes: Mapping[str, Any] = step.options.get("becomes", {})
    state = view.order.state if view.order else ""
    return next((Become(intent, view.goal) for intent, states in becomes.items() if state in states), None)


def _look_up(view: View, step: Step) -> Outcome:
    key = step.name
    if key in view.working.failed and key != "queue":  # without it nothing true can be said
        return Finished((Part("records_down"),))
    if key in view.working.found or key in view.working.failed:
        return Filled(view.goal)
    arguments: dict[str, Any] = {}
    what = step.name
    if step.name == "item_product":
        what, arguments = "products", {"ids": [item.product_id for item, _ in view.items]}
    elif step.name == "products":
        arguments = {"ids": list(view.goal.value("products") or ())}
    elif step.name == "advice":
        arguments = filters_of(view)
    elif step.name == "facts":
        key = f"facts:{view.goal.id}"
        if key in view.working.found or key in view.working.failed:
            return Filled(view.goal)
        arguments = question_of(view)
    elif step.name == "answer":
        arguments = {"question": view.goal.words, "language": view.context.language, "intent": view.goal.intent}
        key = f"answer:{view.goal.id}"
        if key in view.working.found or key in view.working.failed:
            return Filled(view.goal)
    return Need(LookUp(what, key, arguments))


def _judge(view: View, step: Step) -> Outcome:
    """Ask the policy. An early judgement only stops what cannot become allowed, before anything more is asked."""
    if view.goal.acted or _is_confirmed(view):  # what was said yes to is judged once more by the commit, on the record itself
        return Filled(view.goal)
    order_ = view.order
    if order_ is None:
        return Finished((Part("no_orders"),))
    if step.name == "cancel" and (only := _only_part(view)) is not None:
        return only
    verdict = _most_lenient(view, step.name) if step.options.get("early") else judge_now(view, step.name)
    if verdict.outcome == "refused":
        focus = Focus(order_id=order_.id, intent=view.goal.intent)
        return Finished((Part("refused", {"verdict": verdict, "order": order_, "flow": view.goal.flow}),), focus)
    if step.options.get("early"):
        return Filled(view.goal)
    for need in verdict.needs:
        slot = _NEVER_WITHOUT_WORD.get(need)
        if slot is not None and slot not in view.goal.slots:
            return RESOLVERS[slot](view, step)
    if verdict.outcome == "needs_person":
        part = Part("needs_person", {"verdict": verdict, "order": order_, "flow": view.goal.flow})
        return Leave(f"policy:{verdict.why}", (part,))
    if verdict.outcome == "needs_evidence":
        return circumstances.resolve_photo(view, step)
    return Filled(view.goal)


def _only_part(view: View) -> Outcome | None:
    """"Cancel just the lamp": an order is cancelled as a whole or not at all, and that is said before anything is asked."""
    order, named = view.order, view.named
    if order is None or not (named.refs or named.excluded) or len(order.items) < 2:
        return None
    meant = {item.id for _, item in match(named.refs, order.items).pairs}
    wants_rest = bool(named.excluded) or view.says(r"\b(?:only|just|nothing but)\b|只|单独|仅|\bremove\b|去掉|\bkeep\b|保留")
    if not wants_rest or len(meant) == len(order.items):
        return None
    focus = Focus(order_id=order.id, intent=view.goal.intent)
    named_items = [item for item in order.items if item.id in meant]
    return Finished((Part("whole_order_only", {"order": order, "items": named_items}),), focus)


def _most_lenient(view: View, action: str) -> Verdict:
    """The verdict as it would be at best: refused only if no reason, condition or photo could still change that."""
    asked = judge_now(view, action)
    if asked.outcome != "refused":
        return asked
    request = request_of(view, action)
    known = {name for name in ("reason", "condition", "photo") if name in view.goal.slots}
    tries = [
        replace(
            request,
            reason=request.reason if "reason" in known else reason,
            condition=request.condition if "condition" in known else "unopened",
            has_evidence=True,
        )
        for reason in ("no_reason", "quality")
    ]
    return next((one for one in (_judge_request(view, t) for t in tries) if one.outcome != "refused"), asked)


def judge_now(view: View, action: str) -> Verdict:
    """The policy's verdict on the goal as far as it is collected."""
    return _judge_request(view, request_of(view, action))


def _judge_request(view: View, request: Request) -> Verdict:
    order_ = view.order
    assert order_ is not None
    return judge(
        view.context.policy,
        request,
        order_,
        level=view.level,
        now=view.context.now,
        time_zone=view.context.shop.time_zone,
    )


def _confirm(view: View, step: Step) -> Outcome:
    """Read back; go on only when the yes belongs to exactly this."""
    order_ = view.order
    if view.goal.acted or _is_confirmed(view):
        return Filled(view.goal)
    if step.name in _OF_CUSTOMER:
        return _confirm_own(view, step)
    if order_ is None:
        return Finished((Part("no_orders"),))
    verdict = judge_now(view, step.name)
    proposal = Proposal(
        id=f"{view.context.turn_key}-{view.goal.id}",
        goal_id=view.goal.id,
        action=step.name,
        request=dict(to_json(verdict)["request"]),
        verdict=to_json(verdict),
        order_version=order_.version,
    )
    facts = {"verdict": verdict, "order": order_, "items": view.items, "goal": view.goal, "proposal": proposal.id}
    facts["products"] = view.found_products("item_product") or ()
    wanted = {swap.variant_id: find_variant(view, swap.variant_id) for swap in verdict.request.swaps}
    facts["variants"] = {number: variant for number, variant in wanted.items() if variant is not None}
    facts["method"] = view.context.customer.find_payment(verdict.request.payment_id or order_.payment_id)
    return Propose(Part(f"confirm_{step.name}", facts), proposal)


def _confirm_own(view: View, step: Step) -> Outcome:
    """Read back what changes of the customer's own record; no order and no policy stands beside it."""
    request = {name: view.goal.value(name) for name in _OF_CUSTOMER[step.name]}
    proposal = Proposal(f"{view.context.turn_key}-{view.goal.id}", view.goal.id, step.name, request, {}, 0)
    return Propose(Part(f"confirm_{step.name}", {"goal": view.goal, "proposal": proposal.id, **request}), proposal)


def _is_confirmed(view: View) -> bool:
    current = view.state.proposal
    return view.working.is_confirmed and current is not None and current.goal_id == view.goal.id


def _act(view: View, step: Step) -> Outcome:
    """Commit what was read back; acts without a proposal are those that change nothing of an order."""
    if view.goal.acted:
        return Filled(view.goal)
    proposal = view.state.proposal
    if proposal is not None and proposal.goal_id == view.goal.id and proposal.action == step.name:
        slots = {name: slot.value for name, slot in view.goal.slots.items()}
        arguments = {
            "request": proposal.request,
            "verdict": proposal.verdict,
            "order_version": proposal.order_version,
            "slots": slots,
        }
        return Need(Act(step.name, proposal.id, arguments))
    arguments = {"order_id": view.goal.value("order"), "words": view.goal.words}
    return Need(Act(step.name, f"{view.context.turn_key}-{view.goal.id}", arguments))


def _become(view: View, step: Step) -> Outcome:
    """The customer said which of the likely wishes it is: the goal goes on as that one."""
    return Become(str(view.goal.value("intent")))


def _hand_off(view: View, step: Step) -> Outcome:
    return Leave(step.name)


def _verify(view: View, step: Step) -> Outcome:
    if view.context.is_partial:  # who asks and what they ordered isn't known now: neither ask for proof nor guess
        return Finished((Part("records_down"),))
    return verify(view)


def _say(view: View, step: Step) -> Outcome:
    return say(view, step.name)


_STEPS: Mapping[str, Resolver] = {
    "verify": _verify,
    "collect": _collect,
    "look_up": _look_up,
    "judge": _judge,
    "confirm": _confirm,
    "act": _act,
    "say": _say,
    "become": _become,
    "hand_off": _hand_off,
}
