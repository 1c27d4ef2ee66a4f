"""What a turn leaves behind so that it can be opened: every step's time, what was found, decided and written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

from xiaoer.dialogue.effects import Act, Ending, HandOff, LookUp
from xiaoer.dialogue.events import Done, Event, Failed, Found
from xiaoer.dialogue.state import State
from xiaoer.knowledge.types import Answer, Asked
from xiaoer.nlu.types import Understanding
from xiaoer.replies.compose import Reply

_MOST_LISTED = 5
_MOST_QUESTION = 500  # characters: longer ones are stories, and no article answers them word by word


class Trace:
    """Collects while the turn runs; `to_json` is what is stored."""

    def __init__(self) -> None:
        self.audience = "visitor"
        self._answers: list[tuple[LookUp, Answer]] = []
        self._ms: dict[str, float] = {}
        self._looked_up: list[dict[str, Any]] = []
        self._acts: list[dict[str, Any]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step; the same step twice in a turn adds up."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self._ms[name] = self._ms.get(name, 0.0) + (time.perf_counter() - begun) * 1000

    def add_look_up(self, effect: LookUp, event: Event) -> None:
        """Keep what was asked for and what came back, in short."""
        outcome = event.code if isinstance(event, Failed) else "found"
        value = shorten(event.value) if isinstance(event, Found) else None
        if isinstance(event, Found) and isinstance(event.value, Answer):
            self._answers.append((effect, event.value))
        asked = {} if effect.what == "verify" else plain(effect.arguments)  # the second fact is not kept
        self._looked_up.append({"what": effect.what, "arguments": asked, "outcome": outcome, "value": value})

    def questions(self, turn_id: str, conversation_id: str, seq: int, now: datetime) -> tuple[Asked, ...]:
        """What this turn asked of the knowledge and what it said, as it is kept."""
        return tuple(
            Asked(
                turn_id=turn_id,
                place=place,
                conversation_id=conversation_id,
                seq=seq,
                text=str(effect.arguments["question"])[:_MOST_QUESTION],
                language=effect.arguments["language"],
                audience=self.audience,
                intent=effect.arguments.get("intent", ""),
                outcome=answer.outcome,
                article_id=answer.hits[0].article_id if answer.hits else "",
                asked_at=now,
            )
            for place, (effect, answer) in enumerate(self._answers)
        )

    def add_act(self, effect: Act, event: Event) -> None:
        """Keep what was committed, or why it was not."""
        outcome = event.code if isinstance(event, Failed) else "done"
        result = plain(event.result) if isinstance(event, Done) else None
        self._acts.append({"action": effect.action, "key": effect.key, "outcome": outcome, "result": result})

    def to_json(self, understanding: Understanding, state: State, ending: Ending, reply: Reply) -> dict[str, Any]:
        """The whole trace as JSON values."""
        return {
            "understood": plain(understanding),
            "remembered": {
                "goals": [{"flow": g.flow, "slots": plain(g.slots)} for g in state.goals],
                "focus": plain(state.focus),
                "question": plain(state.question),
                "proposal": plain(state.proposal),
                "verified": bool(state.verified.order_ids),
            },
            "looked_up": self._looked_up,
            "decided": {
                "steps": plain(state.working.steps),
                "choices": plain(state.working.choices),
                "ending": "hand_off" if isinstance(ending, HandOff) else "say",
                "reason": ending.reason if isinstance(ending, HandOff) else "",
                "parts": [part.template for part in ending.parts],
                "verdicts": [plain(part.facts["verdict"]) for part in ending.parts if part.facts.get("verdict")],
            },
            "acts": self._acts,
            "written": {"text": reply.text, "facts": plain(reply.facts), "sources": plain(reply.sources)},
            "ms": {name: round(value, 3) for name, value in self._ms.items()},
        }


def plain(value: Any) -> Any:
    """Any frozen value as JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def shorten(value: Any) -> Any:
    """What was found, short enough to keep with every turn: answers with their passages, other things by id."""
    if isinstance(value, Answer):
        hits = [
            {"article_id": h.article_id, "version": h.version, "title": h.title, "score": h.score, "matched": h.matched,
             "start": h.start, "end": h.end, "passage": h.passage, "language": h.language}
            for h in value.hits[:_MOST_LISTED]
        ]
        return {"outcome": value.outcome, "probability": value.probability, "hits": hits}
    if isinstance(value, list | tuple):
        return [shorten(one) for one in value[:_MOST_LISTED]]
    if isinstance(value, dict):
        return {key: shorten(one) for key, one in value.items()}
    return getattr(value, "id", None) or plain(value)
