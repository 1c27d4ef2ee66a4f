"""Build the demo shop's index, and fit when to answer on its own questions and on lines that nobody can answer."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial

from xiaoer.db.scope import Scope
from xiaoer.demo.utterances import TRAINING
from xiaoer.knowledge.answerable import Answerable
from xiaoer.knowledge.knowledge import Knowledge
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import OUTSIDE


def fit_knowledge(
    knowledge: Knowledge,
    scope: Scope,
    *,
    model: IntentModel | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Answerable:
    """The fitted decision; the index is up to the records afterwards. `model`: what the shop's reader reads with."""
    hear = None if model is None else partial(understood, model)
    return knowledge.fit(scope, outside=read_outside(), hear=hear, progress=progress)


def understood(model: IntentModel, text: str) -> str:
    """The wish as the dialogue hands it on: the likeliest, or that it lies outside."""
    prediction = model.predict(text)
    return OUTSIDE if prediction.outcome == "outside" else prediction.intents[0][0]


def read_outside() -> tuple[tuple[str, str], ...]:
    """(language, line) of every training line that lies outside of what the shop does."""
    found: list[tuple[str, str]] = []
    for path in TRAINING:
        language = path.stem.rpartition("_")[2]
        with path.open(encoding="utf-8", newline="") as file:
            found += [(language, row["text"]) for row in csv.DictReader(file) if row["intent"] == OUTSIDE]
    return tuple(found)
