"""What customers said becomes what may be learned: new lines, the most telling first, without who said them.

A line is telling when the published model is unsure of it (the margin of its two likeliest intents is small, or it lies near the
outside) and when no known line is like it. Settles (Active Learning Literature Survey, 2009, sections 3.1 and 5.1) names the two
uncertainty and density; here density is what a cluster brings along.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from xiaoer.conversations.store_said import SaidLine, list_said
from xiaoer.db.engine import Database
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu.language import language_of
from xiaoer.nlu.model import IntentModel, Prediction
from xiaoer.nlu.normalise import MOST_CHARACTERS, normalise
from xiaoer.nlu.readers.local import LocalReader
from xiaoer.nlu.training.copies import NEAR, Neighbours, cluster, mark_of, vector_of
from xiaoer.nlu.training.masking import mask_line
from xiaoer.nlu.training.types import Utterance
from xiaoer.shop import store_shops

LEAST_TELLING = 0.2  # what is surer and better known than this is not asked about
MOST_OPEN = 500  # a longer queue is read by nobody
FIRST_LOOK = timedelta(days=30)
_LONGEST = 300  # characters: a longer line is a letter, and teaches the reader little
_MOST_SAID = 2_000
_NOTE, _LOOKED = "training_collected", "training_looked"  # the newest line that was looked at, and when that was
_TOP = 4
_NOTHING = (mark_of(""), mark_of(" "))
Report = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Collected:
    """How many lines were said since the last look, how many of them wait for a label now, and how many were said before."""

    said: int
    queued: int
    copies: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What the records hold when the look begins."""

    said: Sequence[SaidLine]
    marks: frozenset[str]
    open_lines: Sequence[Utterance]
    labelled: Sequence[Utterance]


async def collect(database: Database, shop_id: str, reader: LocalReader, *, now: datetime) -> Collected:
    """Queue what was said since the last look. Reading and comparing happen outside of any transaction."""

    def read(scope: Scope) -> _Known:
        noted = store_shops.find_note(scope, _NOTE)
        since = datetime.fromisoformat(noted) if noted else now - FIRST_LOOK
        return _Known(
            list_said(scope, since=since, limit=_MOST_SAID),
            frozenset(utterances.list_marks(scope)),
            utterances.list_open(scope),
            utterances.list_known(scope),
        )

    known = await database.read(shop_id, read)
    if not known.said:
        await database.write(shop_id, lambda scope: store_shops.save_note(scope, _LOOKED, now.isoformat()))
        return Collected(0, 0, 0)
    fresh = await asyncio.to_thread(_choose, known, reader, now)

    def write(scope: Scope) -> Collected:
        scope.lock("training_queue")
        marks = utterances.list_marks(scope)  # another process may have looked meanwhile
        new = [one for one in fresh if one.duplicate_of is not None or one.mark not in marks]
        kept = {one.id for one in new if one.duplicate_of is None} | {one.id for one in known.open_lines}
        new = [one for one in new if one.duplicate_of is None or one.duplicate_of in kept]
        utterances.add_utterances(scope, new)
        store_shops.save_note(scope, _NOTE, known.said[-1].said_at.isoformat())
        store_shops.save_note(scope, _LOOKED, now.isoformat())
        _shorten(scope)
        copies = sum(one.duplicate_of is not None for one in new)
        return Collected(len(known.said), len(new) - copies, copies)

    return await database.write(shop_id, write)


def find_last_look(scope: Scope) -> datetime | None:
    """When the lines were looked through last, or None."""
    noted = store_shops.find_note(scope, _LOOKED)
    return datetime.fromisoformat(noted) if noted else None


def _shorten(scope: Scope) -> None:
    """The least telling lines leave a queue that is too long."""
    waiting = utterances.list_open(scope)
    utterances.forget_utterances(scope, [one.id for one in waiting[MOST_OPEN:]])


def _choose(known: _Known, reader: LocalReader, now: datetime) -> list[Utterance]:
    """The lines worth a question, each with how it was read, how telling it is and which ones are like it."""
    weights = weights_of(reader.model)
    neighbours = Neighbours()
    for line in known.labelled:
        neighbours.add(line.id, vector_of(line.text, weights))
    waiting, by_mark = Neighbours(), {one.mark: one for one in known.open_lines}
    by_id = {one.id: one for one in known.open_lines}
    lines: list[Utterance] = []
    for one in known.open_lines:
        waiting.add(one.id, vector_of(one.text, weights))
    for said in known.said:
        line = _candidate(said, reader, now)
        if line.mark in _NOTHING:
            continue
        vector = vector_of(line.text, weights)
        first = by_mark.get(line.mark)
        if first is None and line.mark not in known.marks:
            near, score = waiting.nearest(vector)
            first = by_id[near] if score >= NEAR else None
        if first is not None:
            lines.append(replace(line, duplicate_of=first.duplicate_of or first.id))
            continue
        line = rated(line, reader.model, neighbours.nearest(vector)[1])
        if line.mark in known.marks or line.priority < LEAST_TELLING:
            continue
        by_mark[line.mark] = by_id[line.id] = line
        waiting.add(line.id, vector)
        lines.append(line)
    return _clustered(lines, known.open_lines, weights)


def _candidate(said: SaidLine, reader: LocalReader, now: datetime) -> Utterance:
    text = " ".join(said.text[:MOST_CHARACTERS].split())
    text = "" if len(text) > _LONGEST else text
    language = language_of(text, said.language)
    masked = mask_line(text, reader.entities(text, normalise(text), now), language)
    return Utterance(
        id=new_id("utt"), text=masked, mark=mark_of(masked), language=language, label=None, source="conversation", split="train",
        created_at=said.said_at, conversation_id=said.conversation_id, seq=said.seq,
    )  # fmt: skip


def rated(line: Utterance, model: IntentModel, likeness: float) -> Utterance:
    """The line with how the model reads it and how much its label would tell. `likeness`: cosine of the nearest known line."""
    found = model.predict(line.text)
    reading = reading_of(found, novelty=1 - likeness)
    telling = 0.45 * (1 - reading["margin"]) + 0.35 * reading["novelty"] + 0.2 * reading["outside"]
    return replace(line, reading=reading, priority=round(telling, 4))


def reading_of(found: Prediction, *, novelty: float) -> dict[str, Any]:
    """How a line was read, as JSON."""
    best = [chance for _, chance in found.intents[:2]]
    return {
        "intents": [[intent, round(chance, 4)] for intent, chance in found.intents[:_TOP]],
        "outcome": found.outcome,
        "margin": round(best[0] - best[1], 4) if len(best) > 1 else 1.0,
        "outside": round(found.oos_score, 4),
        "novelty": round(max(0.0, novelty), 4),
    }


def weights_of(model: IntentModel) -> Mapping[str, float]:
    """How much each feature says, by its name."""
    values = model.weights.tolist()
    return {name: values[number] for name, number in model.vocabulary.items()}


def _clustered(lines: Sequence[Utterance], waiting: Sequence[Utterance], weights: Mapping[str, float]) -> list[Utterance]:
    """New lines join the clusters that wait already, or make up new ones."""
    new = sorted((one for one in lines if one.duplicate_of is None), key=lambda one: -one.priority)
    before = sorted(waiting, key=lambda one: one.cluster != one.id)  # leaders lead again
    leaders = cluster((one.id, vector_of(one.text, weights)) for one in (*before, *new))
    by_id = {one.id: one.cluster for one in waiting}
    placed = [replace(one, cluster=by_id.get(leaders[one.id], leaders[one.id])) for one in new]
    return [*placed, *(one for one in lines if one.duplicate_of is not None)]
