"""Two models side by side: their figures on the frozen lines, and which messages they would read differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import OUTSIDE
from xiaoer.nlu.training.figures import Line, evaluate
from xiaoer.nlu.wishes import split

MOST_MESSAGES = 2_000


@dataclass(frozen=True, slots=True)
class Read:
    """How one model reads a line: what it wants (the first wish), how surely, and what is done about it."""

    intent: str
    probability: float
    outcome: str

    @property
    def answer(self) -> str:
        """What the reading leads to: an intent, an intent asked back, or outside."""
        return self.intent if self.outcome != "ask" else f"{self.intent}?"


@dataclass(frozen=True, slots=True)
class Change:
    """A line that the two models read differently. `truth` is its label where it has one; `times`: how often it was said."""

    text: str
    language: str
    before: Read
    after: Read
    truth: str | None = None
    times: int = 1

    @property
    def verdict(self) -> str:
        """better, worse or other where the truth is known; otherwise unknown."""
        if self.truth is None:
            return "unknown"
        was, is_now = self.before.intent == self.truth, self.after.intent == self.truth
        return "better" if is_now and not was else "worse" if was and not is_now else "other"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What publishing would change. `before` and `after` are figures on the same frozen lines, None where there are none."""

    before: dict[str, Any] | None
    after: dict[str, Any] | None
    test_changes: tuple[Change, ...]
    traffic_changes: tuple[Change, ...]
    test_lines: int
    traffic_lines: int


def compare(published: IntentModel, candidate: IntentModel, test: Sequence[tuple[str, str, str]], traffic: Sequence[tuple[str, str]]) -> Comparison:
    """`test`: (text, label, language) of the frozen lines; `traffic`: (text, language) of messages, each once per time it was said."""
    lines: list[Line] = [(text, label) for text, label, _ in test]
    said = Counter(traffic)
    return Comparison(
        before=evaluate(published, lines) if lines else None,
        after=evaluate(candidate, lines) if lines else None,
        test_changes=tuple(
            change
            for text, label, language in test
            if (change := _changed(published, candidate, text, language, truth=label)) is not None
        ),
        traffic_changes=tuple(
            change
            for (text, language), times in said.most_common()
            if (change := _changed(published, candidate, text, language, times=times)) is not None
        ),
        test_lines=len(lines),
        traffic_lines=sum(said.values()),
    )


def _changed(
    published: IntentModel, candidate: IntentModel, text: str, language: str, *, truth: str | None = None, times: int = 1
) -> Change | None:
    before, after = read_line(published, text), read_line(candidate, text)
    if before.answer == after.answer:
        return None
    return Change(text, language, before, after, truth, times)


def read_line(model: IntentModel, text: str) -> Read:
    """How a model reads a line, by its first wish."""
    found = split(text, model.predict)[0][1]
    best, chance = found.intents[0]
    return Read(OUTSIDE, chance, "outside") if found.outcome == "outside" else Read(best, chance, found.outcome)
