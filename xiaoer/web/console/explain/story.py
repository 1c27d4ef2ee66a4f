"""A turn as a story: the trace and the machine that made it, in the words of whoever reads. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xiaoer.assistant import Assistant
from xiaoer.replies.words import Words
from xiaoer.web.console.explain.diagram import Diagram, diagrams_of
from xiaoer.web.console.explain.facts import Fact, Piece, ground
from xiaoer.web.console.explain.found import Looked, looked_of
from xiaoer.web.console.explain.read import TurnRecord
from xiaoer.web.console.explain.remembered import Remembered, remembered_of
from xiaoer.web.console.explain.tint import Tinted, heaviest, tint
from xiaoer.web.console.verdict_card import verdict_card
from xiaoer.web.templates import Catalogue

STEPS = ("understand", "gather", "decide", "look_up", "act", "compose")
_MOST_BARS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A length with its number. `share` 0..1 of the longest possible."""

    name: str
    title: str
    share: float
    text: str
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class WishPart:
    """One wish of the message: its tints (the winner first), its bars, and what the thresholds made of it."""

    tints: tuple[Tinted, ...]
    bars: tuple[Bar, ...]
    outcome: str
    outside: float


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the page tells, top to bottom. `pressed`: the button that spoke instead of words, or empty."""

    turn_id: str
    text: str
    pressed: str
    wishes: tuple[WishPart, ...]
    ask_below: float
    outside_from: float
    is_same_model: bool
    entities: tuple[Mapping[str, Any], ...]
    marks: tuple[str, ...]
    remembered: Remembered
    looked_up: tuple[Looked, ...]
    diagrams: tuple[Diagram, ...]
    ending: str
    reason: str
    verdicts: tuple[Mapping[str, Any], ...]
    acts: tuple[Mapping[str, Any], ...]
    pieces: tuple[Piece, ...]
    facts: tuple[Fact, ...]
    sources: tuple[Mapping[str, Any], ...]
    timings: tuple[Bar, ...]
    total: str


def story_of(record: TurnRecord, assistant: Assistant, t: Catalogue, words: Words) -> Story:
    """The story of a turn. `words` in the reader's language; what was written is read in its own."""
    trace = record.turn.trace
    understood, decided, written = trace["understood"], trace["decided"], trace["written"]
    model = assistant.reader.model
    spoken = replace(words, language=understood["language"])
    pieces, facts = ground(written["text"], written["facts"], spoken)
    times, total = _timings(trace["ms"], t)
    return Story(
        turn_id=record.turn.id,
        text=understood["text"],
        pressed=record.said[0].text if len(record.said) == 1 and record.said[0].data.get("choice") else "",
        wishes=tuple(_wish(one, understood["text"], assistant, t) for one in understood["wishes"]),
        ask_below=model.calibration.ask_below,
        outside_from=model.calibration.outside_from,
        is_same_model=understood.get("model_version", "") == model.version,
        entities=tuple(_entity(one, t) for one in understood["entities"]),
        marks=_marks(understood, t),
        remembered=remembered_of(trace["remembered"], record, assistant, t, words),
        looked_up=looked_of(trace["looked_up"], assistant, t, words),
        diagrams=diagrams_of(decided["steps"], assistant.engine.flows, t),
        ending=decided["ending"],
        reason=decided["reason"],
        verdicts=tuple(verdict_card(one, words) for one in decided["verdicts"]),
        acts=tuple(_act(one, t, words) for one in trace["acts"]),
        pieces=pieces,
        facts=facts,
        sources=tuple(written["sources"]),
        timings=times,
        total=total,
    )


def title_of_intent(intent: str, assistant: Assistant, t: Catalogue) -> str:
    """What staff call an intent: its flow's title, told apart where a flow serves several."""
    if t.has(f"explain.intent.{intent}"):
        return t(f"explain.intent.{intent}")
    flow = assistant.engine.flows.find_for(intent)
    return flow.titles[t.language] if flow is not None else intent


def _wish(wish: Mapping[str, Any], text: str, assistant: Assistant, t: Catalogue) -> WishPart:
    words = text[wish["start"] : wish["end"]]
    scores = wish["intents"][:_MOST_BARS]
    bars = tuple(
        Bar(
            one["intent"],
            title_of_intent(one["intent"], assistant, t),
            one["probability"],
            percent(one["probability"]),
            place == 0,
        )
        for place, one in enumerate(scores)
    )
    tints = tuple(_tinted(words, bar, assistant) for bar in bars[:2])
    return WishPart(tints, bars, wish["outcome"], wish["oos_score"])


def _tinted(words: str, bar: Bar, assistant: Assistant) -> Tinted:
    found = assistant.reader.explain(words, bar.name, most=200)
    return Tinted(bar.name, bar.title, bar.share, tint(words, found), heaviest(found))


def _entity(entity: Mapping[str, Any], t: Catalogue) -> Mapping[str, Any]:
    value = entity["value"]
    shown = value if isinstance(value, str) else ", ".join(_plain_pairs(value))
    return {"kind": t.code("explain.entity", entity["kind"]), "text": entity["text"], "value": shown}


def _plain_pairs(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [
            f"{key}: {'…' if isinstance(one, list) and len(one) > 3 else one}"
            for key, one in value.items()
            if one is not None
        ]
    return [str(value)]


def _marks(understood: Mapping[str, Any], t: Catalogue) -> tuple[str, ...]:
    marks = [t.code("desk.language", understood["language"])]
    if understood["mood"] != "calm":
        marks.append(t.code("explain.mood", understood["mood"]))
    flags = ("is_urgent", "is_follow_up", "is_correction", "is_partial")
    return (*marks, *(t(f"explain.flag.{name}") for name in flags if understood.get(name)))


def _act(act: Mapping[str, Any], t: Catalogue, words: Words) -> Mapping[str, Any]:
    shown = {"case_id", "order_id", "refund_minor", "tracking_number", "state"}
    pairs = [(key, value) for key, value in (act["result"] or {}).items() if key in shown and value]
    return {
        "title": t.code("explain.action", act["action"]),
        "outcome": act["outcome"],
        "outcome_text": t.code("explain.act_outcome", act["outcome"]),
        "key": act["key"],
        "result": [(t.code("explain.result", key), words.money(v) if key == "refund_minor" else v) for key, v in pairs],
    }


def _timings(ms: Mapping[str, float], t: Catalogue) -> tuple[tuple[Bar, ...], str]:
    total = sum(ms.values())
    longest = max(ms.values(), default=0.0) or 1.0
    named: Sequence[str] = [name for name in STEPS if name in ms] + [name for name in ms if name not in STEPS]
    bars = tuple(Bar(name, t.code("explain.time", name), ms[name] / longest, f"{ms[name]:.1f} ms") for name in named)
    return bars, f"{total:.1f} ms"


def percent(share: float) -> str:
    """A probability as a person reads it; never 100 % unless it is."""
    if 0 < share < 0.001:
        return "<0.1%"
    return ">99.9%" if 0.9995 <= share < 1 else f"{share * 100:.1f}%"
