"""What the loop works on: frozen values, JSON-ready, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Source = Literal["seed", "imported", "conversation", "written"]
Split = Literal["train", "test"]
RunState = Literal["running", "stopping", "done", "failed", "interrupted", "stopped"]
PublicationKind = Literal["publish", "roll_back"]
SHIPPED_BY = "xiaoer"  # who made a model of the lines that Xiaoer ships
SOURCES: tuple[Source, ...] = ("seed", "imported", "conversation", "written")


@dataclass(frozen=True, slots=True)
class Utterance:
    """A line that the reader learns from, is tried on, or that waits for its label.

    `label` is an intent, "oos" (outside of what the shop does) or None; `entities` are {"start", "end", "entity", …} by characters
    of `text`; `reading` is how the published model read it when it was queued; lines of one `cluster` are alike.
    """

    id: str
    text: str
    mark: str
    language: Literal["zh", "en"]
    label: str | None
    source: Source
    split: Split
    created_at: datetime
    origin: str = ""
    conversation_id: str | None = None
    seq: int | None = None
    entities: tuple[Mapping[str, Any], ...] = ()
    labelled_by: str | None = None
    labelled_at: datetime | None = None
    skipped_at: datetime | None = None
    duplicate_of: str | None = None
    batch: str | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    priority: float = 0.0
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class EntityWords:
    """What an entity may be called: the `words` of one `value`. `kind`: synonym, lookup or regex."""

    kind: Literal["synonym", "lookup", "regex"]
    name: str
    value: str
    language: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which labelled lines are asked for; an empty field asks for all."""

    search: str = ""
    label: str = ""
    language: str = ""
    source: str = ""
    split: str = ""


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One training, from the press of the button to its end. `share` 0..1; `error` {"en", "zh"} where it failed."""

    id: str
    state: RunState
    started_at: datetime
    started_by: str
    updated_at: datetime
    ended_at: datetime | None
    share: float
    step: str
    settings: Mapping[str, Any]
    process: Mapping[str, Any]
    error: Mapping[str, str]
    version_id: str | None

    @property
    def is_open(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in ("running", "stopping")


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A trained model: what it was made of, how good it is, who made it. Its file is `models/<shop>/<id>.npz`."""

    id: str
    number: int
    made_at: datetime
    made_by: str
    data_hash: str
    settings: Mapping[str, Any]
    figures: Mapping[str, Any]
    bytes: int
    lines: int
    intents: int


@dataclass(frozen=True, slots=True)
class Publication:
    """Which version reads since when, who said so, and which one read before."""

    seq: int
    at: datetime
    by: str
    version_id: str
    previous_id: str | None
    kind: PublicationKind
