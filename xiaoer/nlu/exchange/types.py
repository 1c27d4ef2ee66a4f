"""What comes out of a file of somebody else, before anything of it is stored: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xiaoer.nlu.training.types import EntityWords

FORMATS = ("csv", "xlsx", "rasa", "dialogflow-es", "dialogflow-cx", "lex")


@dataclass(frozen=True, slots=True)
class ForeignLine:
    """A line and what it was called there. `where` leads to it in the file; `language` and `split` are empty where the file says none.

    `entities` are {"start", "end", "entity", …} by characters of `text`.
    """

    text: str
    intent: str
    where: str
    language: str = ""
    split: str = ""
    entities: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that was left out, where it stands, and why, in both languages."""

    where: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """Everything that a file holds. `fallbacks`: intents that mean "nothing of ours" there."""

    format: str
    lines: tuple[ForeignLine, ...]
    words: tuple[EntityWords, ...] = ()
    problems: tuple[Problem, ...] = ()
    fallbacks: frozenset[str] = frozenset()

    @property
    def intents(self) -> dict[str, int]:
        """The intents there, with how many lines each has, in the order of the file."""
        counts: dict[str, int] = {}
        for line in self.lines:
            counts[line.intent] = counts.get(line.intent, 0) + 1
        return counts


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import did, line by line of the report."""

    added: int
    updated: int
    unchanged: int
    skipped: int
    words: int
    problems: tuple[Problem, ...]
