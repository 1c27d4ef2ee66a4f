"""A flow drawn: its steps from top to bottom, which of them this turn walked, and where it stopped. Pure: only geometry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    code: str
    status: Status
    outcome: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """One goal's flow."""

    title: str
    nodes: tuple[Node, ...]
    height: int


def diagrams_of(steps: Sequence[Mapping[str, Any]], flows: Flows, t: Catalogue) -> tuple[Diagram, ...]:
    """One drawing for each goal and flow that the turn worked on, in the order in which it did."""
    walked: dict[tuple[int, str], dict[str, Mapping[str, Any]]] = {}
    for step in steps:
        walked.setdefault((step["goal"], step["flow"]), {})[step["step"]] = step  # the last pass over a step counts
    found = ((flows.by_id.get(flow), taken) for (_, flow), taken in walked.items())
    return tuple(_diagram(flow, taken, t) for flow, taken in found if flow is not None)


def _diagram(flow: Flow, taken: Mapping[str, Mapping[str, Any]], t: Catalogue) -> Diagram:
    nodes = []
    for place, step in enumerate(flow.steps):
        code = f"{step.kind}:{step.name}".rstrip(":")
        line = taken.get(code)
        status: Status = "ahead" if line is None else "done" if line["outcome"] == "filled" else "stop"
        y = place * (NODE_H + GAP) + 2
        nodes.append(Node(y, _title(step, t), code, status, "" if line is None else _outcome(line, t)))
    return Diagram(flow.titles[t.language], tuple(nodes), len(nodes) * (NODE_H + GAP) - GAP + 4)


def _title(step: Step, t: Catalogue) -> str:
    kind = t.code("explain.step", step.kind)
    groups = {"collect": "slot", "look_up": "explain.look_up", "judge": "explain.action", "confirm": "explain.action",
              "act": "explain.action", "hand_off": "desk.reason"}  # fmt: skip
    if step.kind not in groups:
        return kind
    return f"{kind} {t.code(groups[step.kind], step.name)}"


def _outcome(line: Mapping[str, Any], t: Catalogue) -> str:
    text = t.code("explain.outcome", line["outcome"])
    slot = line.get("slot")
    return f"{text} {t.code('slot', slot)}" if slot else text
