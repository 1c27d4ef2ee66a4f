"""What is read from a source, and what became of it: frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from xiaoer.knowledge.types import Article, Audience

Language = Literal["zh", "en"]
# added, updated, unchanged, archived: as the words say, live. drafted: waits for review. kept: left as it is because a person
# edited it since. gone: no longer in the source, to be archived by a lead. problem: could not be read or stored.
Outcome = Literal["added", "updated", "unchanged", "archived", "drafted", "kept", "gone", "problem"]
OUTCOMES: tuple[Outcome, ...] = ("added", "updated", "drafted", "archived", "gone", "kept", "unchanged", "problem")
PATH = " › "  # between the headings of a title


@dataclass(frozen=True, slots=True)
class Piece:
    """An article to be. `place` tells it apart within its source: the headings above it, or the sheet and what its row is about.

    `whole` is an article as `xiaoer knowledge export` wrote it; the other fields only describe it then.
    """

    place: str
    title: str
    body: str
    language: Language
    similar: tuple[str, ...] = ()
    category: str = ""
    audience: Audience | Literal[""] = ""
    whole: Article | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read: where, and why in both languages."""

    place: str
    en: str
    zh: str


Found = Piece | Problem


@dataclass(frozen=True, slots=True)
class Options:
    """How pieces become articles where they do not say it themselves. `language` empty: told from the text."""

    language: Language | Literal[""] = ""
    audience: Audience = "all"
    category: str = ""
    as_drafts: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file is called, and how it is to be read."""

    name: str
    options: Options = Options()

    @property
    def title(self) -> str:
        """The name without folders and ending."""
        return self.name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0].strip() or self.name


@dataclass(frozen=True, slots=True)
class Source:
    """A file or a page that was looked at: `found` is what was in it, `root` the folder or site it belongs to (or empty)."""

    id: str
    root: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an article came from (a row of article_sources)."""

    article_id: str
    root: str
    source: str
    part: str
    digest: str
    text_digest: str


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the report. `version`: of the article afterwards; `before`: what undoing it needs."""

    outcome: Outcome
    source: str
    place: str
    title: str = ""
    article_id: str = ""
    version: int = 0
    before: Mapping[str, Any] = field(default_factory=dict)
    reason: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Import:
    """One import: what was asked for, how far it is, and how many items ended how.

    `state`: running, done, failed, undone. A running one whose process is gone is taken up again from its files.
    """

    id: str
    names: tuple[str, ...]
    options: Mapping[str, Any]
    state: str
    doing: str
    done: int
    total: int
    counts: Mapping[str, int]
    started_by: str
    started_at: datetime
    ended_at: datetime | None


Blocks = Iterator["Heading | str"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in a document; what is no heading is a block of Markdown."""

    level: int
    text: str
