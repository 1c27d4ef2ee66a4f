"""Flows as data: what a goal needs, in which order, until it is done. Read from YAML, checked, then only values.

A flow:
    id         its name            intents    the intents that start it
    group      information (answers and is done) | task (collects, judges, confirms, acts) | talk
    titles     what staff and customers call it, {"zh": …, "en": …}
    sure       how likely the wish must be to start it unasked (default: as any other); for acts without a read-back
    family     tasks of one family replace each other when the customer changes their mind (return → exchange)
    steps      a list; each is `kind` or `kind: name`, with options beside it

The step kinds, and what they do when it is their turn:
    verify     the speaker must be signed in or have proven an order; otherwise ask for two facts
    collect    the slot `name` must be filled: from the words, the focus, the records; otherwise ask
    look_up    `name` must be found (see effects.LookUp)
    judge      the policy's verdict on action `name`; what it needs is collected, a refusal is said and ends the goal
    confirm    read everything back and wait for an explicit yes
    act        commit `name`, once
    say        say the part `name`, and the goal is done
    become     go on as the flow of the intent in slot "intent"
    hand_off   give the conversation to staff because of `name`
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal, get_args

from xiaoer.errors import ConfigurationError
from xiaoer.yaml_text import read_yaml

StepKind = Literal["verify", "collect", "look_up", "judge", "confirm", "act", "say", "become", "hand_off"]
Group = Literal["information", "task", "talk"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow."""

    kind: StepKind
    name: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flow:
    """How one kind of goal is worked on."""

    id: str
    group: Group
    titles: Mapping[str, str]
    intents: tuple[str, ...]
    steps: tuple[Step, ...]
    family: str = ""
    sure: float = 0.0


@dataclass(frozen=True, slots=True)
class Flows:
    """All flows of an installation, found by id or by intent."""

    by_id: Mapping[str, Flow]
    by_intent: Mapping[str, Flow]

    def find_for(self, intent: str) -> Flow | None:
        """The flow that an intent starts, or None."""
        return self.by_intent.get(intent)


def read_flows(texts: Iterable[str] | None = None) -> Flows:
    """The flows out of YAML texts (default: the ones shipped). ConfigurationError names the flow and the mistake."""
    if texts is None:
        folder = files("xiaoer.dialogue") / "flows"
        texts = [entry.read_text("utf-8") for entry in sorted(folder.iterdir(), key=str) if entry.name.endswith(".yaml")]
    by_id: dict[str, Flow] = {}
    by_intent: dict[str, Flow] = {}
    for text in texts:
        for data in read_yaml(text) or ():
            flow = _flow(data)
            if flow.id in by_id:
                raise ConfigurationError(f"Flow {flow.id!r} is defined twice.", f"流程“{flow.id}”定义了两次。")
            by_id[flow.id] = flow
            for intent in flow.intents:
                if intent in by_intent:
                    raise ConfigurationError(
                        f"Intent {intent!r} starts both flow {by_intent[intent].id!r} and {flow.id!r}; leave it in one.",
                        f"意图“{intent}”同时启动流程“{by_intent[intent].id}”和“{flow.id}”，请只保留一个。",
                    )
                by_intent[intent] = flow
    return Flows(by_id, by_intent)


def _flow(data: Mapping[str, Any]) -> Flow:
    name = str(data.get("id", "?"))
    missing = [key for key in ("id", "group", "titles", "steps") if key not in data]
    if missing or data["group"] not in get_args(Group) or set(data["titles"]) < {"zh", "en"}:
        raise ConfigurationError(
            f"Flow {name!r}: needs id, titles in zh and en, steps and a group of {get_args(Group)}; missing {missing}.",
            f"流程“{name}”需要 id、中英文 titles、steps，以及取值为 {get_args(Group)} 的 group；缺少 {missing}。",
        )
    return Flow(
        id=name,
        group=data["group"],
        titles=data["titles"],
        intents=tuple(data.get("intents", ())),
        steps=tuple(_step(name, step) for step in data["steps"]),
        family=str(data.get("family", "")),
        sure=float(data.get("sure", 0.0)),
    )


def _step(flow: str, data: Any) -> Step:
    if isinstance(data, str):
        data = {data: ""}
    kinds = [key for key in data if key in get_args(StepKind)]
    if len(kinds) != 1:
        raise ConfigurationError(
            f"Flow {flow!r}: step {data!r} must name exactly one of {get_args(StepKind)}.",
            f"流程“{flow}”的步骤 {data!r} 必须且只能是 {get_args(StepKind)} 之一。",
        )
    return Step(kinds[0], str(data[kinds[0]] or ""), {key: value for key, value in data.items() if key != kinds[0]})
