"""What the page shows, read from the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from xiaoer.conversations.store_said import list_said
from xiaoer.db.scope import Scope
from xiaoer.desk import store as desk
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.training.comparing import MOST_MESSAGES
from xiaoer.nlu.training.copies import near_copies
from xiaoer.nlu.training.published import find_previous
from xiaoer.nlu.training.types import LineFilter, ModelVersion, Publication, TrainingRun, Utterance

MOST_QUEUED, MOST_LISTED, MOST_COPIES = 60, 50, 200
WEEK = timedelta(days=7)
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class QueueRecord:
    """What waits for a label. `sizes`: lines in each cluster; `copies`: how often a line was said again."""

    lines: tuple[Utterance, ...]
    waiting: int
    sizes: Mapping[str, int]
    copies: Mapping[str, int]
    counts: Counts
    undoable: bool


@dataclass(frozen=True, slots=True)
class LinesRecord:
    """A page of labelled lines."""

    lines: tuple[Utterance, ...]
    total: int
    counts: Counts
    people: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CopiesRecord:
    """Groups of lines that say the same, word by word or nearly."""

    groups: tuple[tuple[Utterance, ...], ...]
    counts: Counts


@dataclass(frozen=True, slots=True)
class VersionsRecord:
    """Versions, which of them reads, and how trainings went."""

    versions: tuple[ModelVersion, ...]
    reading: Publication | None
    previous: ModelVersion | None
    log: tuple[Publication, ...]
    runs: tuple[TrainingRun, ...]
    people: Mapping[str, str]
    counts: Counts


@dataclass(frozen=True, slots=True)
class CompareRecord:
    """What two models are tried on. `traffic`: (text, language) of last week's messages."""

    candidate: ModelVersion
    reading: Publication | None
    versions: tuple[ModelVersion, ...]
    test: tuple[tuple[str, str, str], ...]
    traffic: tuple[tuple[str, str], ...]


def read_queue(scope: Scope, *, staff_id: str, language: str = "") -> QueueRecord:
    """What waits for a label, the most telling clusters first."""
    lines = utterances.list_queue(scope, limit=MOST_QUEUED, language=language)
    sizes: dict[str, int] = {}
    for one in utterances.list_open(scope):
        sizes[one.cluster] = sizes.get(one.cluster, 0) + 1
    return QueueRecord(
        lines,
        utterances.count_open(scope),
        sizes,
        utterances.count_copies(scope, [one.id for one in lines]),
        utterances.count_labels(scope),
        utterances.find_last_batch(scope, staff_id) is not None,
    )


def read_lines(scope: Scope, wanted: LineFilter, *, page: int) -> LinesRecord:
    """A page of labelled lines; pages count from 1."""
    lines = utterances.list_labelled(scope, wanted, limit=MOST_LISTED, offset=(page - 1) * MOST_LISTED)
    return LinesRecord(lines, utterances.count_labelled(scope, wanted), utterances.count_labels(scope), _people(scope))


def read_known(scope: Scope) -> tuple[list[Utterance], list[list[Utterance]], Counts]:
    """Every labelled line, and those that read alike."""
    return utterances.list_known(scope), utterances.list_same(scope), utterances.count_labels(scope)


def copies_of(known: list[Utterance], same: list[list[Utterance]]) -> tuple[tuple[Utterance, ...], ...]:
    """Groups of lines that say the same: those that disagree in label or stand on both sides of the test set first."""
    by_id = {one.id: one for one in known}
    firsts = {group[0].id: list(group) for group in same}
    inside = {one.id for group in same for one in group[1:]}
    pairs = near_copies([(one.id, one.text) for one in known if one.id not in inside])
    for later, earlier, _ in pairs:
        firsts.setdefault(earlier, [by_id[earlier]]).append(by_id[later])
    groups = sorted(firsts.values(), key=lambda group: (-_gravity(group), group[0].text))
    return tuple(tuple(group) for group in groups[:MOST_COPIES])


def _gravity(group: list[Utterance]) -> int:
    return 2 * (len({one.label for one in group}) > 1) + (len({one.split for one in group}) > 1)


def read_versions(scope: Scope) -> VersionsRecord:
    """Everything about versions and trainings."""
    return VersionsRecord(
        versions.list_versions(scope),
        versions.find_publication(scope),
        find_previous(scope),
        versions.list_publications(scope, limit=20),
        versions.list_runs(scope),
        _people(scope),
        utterances.count_labels(scope),
    )


def read_compare(scope: Scope, version_id: str) -> CompareRecord:
    """A version, the one that reads, the frozen lines, and what was said in the last week."""
    said = list_said(scope, since=scope.now - WEEK, limit=MOST_MESSAGES, newest_first=True)
    known = utterances.list_known(scope)
    return CompareRecord(
        versions.get_version(scope, version_id),
        versions.find_publication(scope),
        versions.list_versions(scope),
        tuple((one.text, one.label or "", one.language) for one in known if one.split == "test"),
        tuple((" ".join(one.text.split()), one.language) for one in said),
    )


def _people(scope: Scope) -> dict[str, str]:
    return {one.id: one.name for one in desk.list_staff(scope)}
