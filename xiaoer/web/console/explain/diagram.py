"""A flow drawn: its steps from top to bottom, which of them this turn walked, and where it stopped. Pure: only geometry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from xiaoer.dialogue.flow import Flow, Flows, Step
from xiaoer.web.templates import Catalogue

Status = Literal["done", "stop", "ahead"]
NODE_W, NODE_H, GAP, OUT_X, WIDTH = 196, 34, 20, 232, 460


@dataclass(frozen=True, slots=True)
class Node:
    """A step: where it is drawn, what it is called, and what came of it."""

    y: int
    title: str
    kind: str
    code: str
    status: Status
    outcome: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """One goal's flow."""

    title: str
    nodes: tuple[Node, ...]
    width: int
    height: int


def diagrams_of(steps: Sequence[Mapping[str, Any]], flows: Flows, t: Catalogue) -> tuple[Diagram, ...]:
    """One drawing for each goal and flow that the turn worked on, in the order in which it did."""
    walked: dict[tuple[int, str], dict[int, Mapping[str, Any]]] = {}
    place, before = 0, None
    for step in steps:
        goal = (step["goal"], step["flow"])
        goes_on = before is not None and before[0] == goal and before[1] == "filled"
        place = place + 1 if goes_on else 0  # a pass begins at the flow's first step and ends at one that is not filled
        walked.setdefault(goal, {})[place] = step  # the last pass over a step counts
        before = (goal, step["outcome"])
    found = ((flows.by_id.get(flow), taken) for (_, flow), taken in walked.items())
    return tuple(_diagram(flow, taken, t) for flow, taken in found if flow is not None)


def drawing_of(flow: Flow, t: Catalogue) -> Diagram:
    """The flow by itself, with no turn in it."""
    return replace(_diagram(flow, {}, t), width=NODE_W)


def _diagram(flow: Flow, taken: Mapping[int, Mapping[str, Any]], t: Catalogue) -> Diagram:
    nodes = []
    for place, step in enumerate(flow.steps):
        code = f"{step.kind}:{step.name}".rstrip(":")
        line = taken.get(place)
        status: Status = "ahead" if line is None else "done" if line["outcome"] == "filled" else "stop"
        y = place * (NODE_H + GAP) + 2
        nodes.append(Node(y, _title(step, t), step.kind, code, status, "" if line is None else _outcome(line, t)))
    return Diagram(flow.titles[t.language], tuple(nodes), WIDTH, len(nodes) * (NODE_H + GAP) - GAP + 4)


def _title(step: Step, t: Catalogue) -> str:
    kind = t.code("explain.step", step.kind)
    groups = {"collect": "slot", "look_up": "explain.look_up", "judge": "explain.action", "confirm": "explain.action",
              "act": "explain.action", "hand_off": "desk.reason"}  # fmt: skip
    if step.kind not in groups:
        return kind
    name = t.code(groups[step.kind], step.name)
    return f"{kind} {name.lower() if t.language == 'en' else name}"


def _outcome(line: Mapping[str, Any], t: Catalogue) -> str:
    text = t.code("explain.outcome", line["outcome"])
    slot = line.get("slot")
    named = t.code("slot", slot)
    return f"{text} {named.lower() if t.language == 'en' else named}" if slot else text
