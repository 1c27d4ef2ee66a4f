"""Every query about lines that the reader learns from, is tried on, or that wait for a label."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from xiaoer.db.scope import Scope
from xiaoer.db.text import storable
from xiaoer.errors import NotFound
from xiaoer.nlu.tables import entity_words, utterances
from xiaoer.nlu.training.types import EntityWords, LineFilter, Utterance

_COLUMNS = tuple(Utterance.__dataclass_fields__)
_AT_ONCE = 500  # ids in one statement
_OPEN = (utterances.c.label.is_(None), utterances.c.skipped_at.is_(None), utterances.c.duplicate_of.is_(None))


def add_utterances(scope: Scope, lines: Iterable[Utterance]) -> int:
    """Store new lines; how many."""
    rows = [_row(line) for line in lines]
    for start in range(0, len(rows), _AT_ONCE):
        scope.many(utterances, rows[start : start + _AT_ONCE])
    return len(rows)


def get_utterance(scope: Scope, utterance_id: str) -> Utterance:
    """One line, or NotFound."""
    row = scope.first(scope.select(utterances).where(utterances.c.id == utterance_id))
    if row is None:
        raise NotFound("There is no such line; a colleague may have deleted it.", "没有这条语料，可能已被同事删除。", field="id")
    return _utterance(row._mapping)


def list_by_id(scope: Scope, ids: Sequence[str]) -> tuple[Utterance, ...]:
    """The lines of these ids that are there."""
    found: list[Utterance] = []
    for start in range(0, len(ids), _AT_ONCE):
        query = scope.select(utterances).where(utterances.c.id.in_(ids[start : start + _AT_ONCE]))
        found += [_utterance(row._mapping) for row in scope.all(query)]
    return tuple(found)


def list_labelled(scope: Scope, wanted: LineFilter, *, limit: int = 50, offset: int = 0) -> tuple[Utterance, ...]:
    """Labelled lines, newest first."""
    query = scope.select(utterances).where(*_of(wanted))
    query = query.order_by(utterances.c.created_at.desc(), utterances.c.text, utterances.c.id)
    return tuple(_utterance(row._mapping) for row in scope.all(query.limit(limit).offset(offset)))


def count_labelled(scope: Scope, wanted: LineFilter) -> int:
    """How many labelled lines there are of this kind."""
    return int(scope.scalar(scope.select(sa.func.count(utterances.c.id)).where(*_of(wanted))) or 0)


def list_lines(scope: Scope, split: str) -> list[tuple[str, str]]:
    """(text, label) of every line of a split, in an order that stays the same."""
    query = scope.select(utterances.c.text, utterances.c.label)
    query = query.where(utterances.c.split == split, utterances.c.label.is_not(None), utterances.c.duplicate_of.is_(None))
    return [(row.text, row.label) for row in scope.all(query.order_by(utterances.c.text, utterances.c.label, utterances.c.id))]


def list_known(scope: Scope) -> list[Utterance]:
    """Every labelled line, in an order that stays the same (for exports and copies)."""
    query = scope.select(utterances).where(utterances.c.label.is_not(None), utterances.c.duplicate_of.is_(None))
    rows = scope.all(query.order_by(utterances.c.label, utterances.c.text, utterances.c.id))
    return [_utterance(row._mapping) for row in rows]


def list_shipped(scope: Scope) -> tuple[Utterance, ...]:
    """Every line that came with Xiaoer, also those that people took out."""
    query = scope.select(utterances).where(utterances.c.source == "seed").order_by(utterances.c.id)
    return tuple(_utterance(row._mapping) for row in scope.all(query))


def list_marks(scope: Scope) -> set[str]:
    """The marks of all lines, whatever became of them: none of these is queued again."""
    return {row[0] for row in scope.all(scope.select(utterances.c.mark))}


def list_by_mark(scope: Scope, marks: Sequence[str]) -> dict[str, list[Utterance]]:
    """The lines with these marks."""
    found: dict[str, list[Utterance]] = {}
    for start in range(0, len(marks), _AT_ONCE):
        query = scope.select(utterances).where(utterances.c.mark.in_(marks[start : start + _AT_ONCE]))
        for row in scope.all(query.order_by(utterances.c.created_at, utterances.c.id)):
            found.setdefault(row.mark, []).append(_utterance(row._mapping))
    return found


def list_same(scope: Scope) -> list[list[Utterance]]:
    """Labelled lines that read alike, group by group."""
    known = (utterances.c.label.is_not(None), utterances.c.duplicate_of.is_(None))
    query = scope.select(utterances.c.mark).where(*known).group_by(utterances.c.mark).having(sa.func.count(utterances.c.id) > 1)
    groups = list_by_mark(scope, [row[0] for row in scope.all(query)])
    return [[one for one in group if one.label is not None and one.duplicate_of is None] for group in groups.values()]


def count_labels(scope: Scope) -> dict[str, dict[str, int]]:
    """How many lines each label has: {label: {"train": n, "test": n, "zh": n, "en": n}}."""
    number = sa.func.count(utterances.c.id).label("number")
    query = scope.select(utterances.c.label, utterances.c.split, utterances.c.language, number).where(
        utterances.c.label.is_not(None), utterances.c.duplicate_of.is_(None)
    )
    counts: dict[str, dict[str, int]] = {}
    for row in scope.all(query.group_by(utterances.c.label, utterances.c.split, utterances.c.language)):
        one = counts.setdefault(row.label, {"train": 0, "test": 0, "zh": 0, "en": 0})
        one[row.split] += row.number
        one[row.language] += row.number
    return dict(sorted(counts.items()))


def save_utterance(scope: Scope, line: Utterance) -> None:
    """Bring the stored line to these values."""
    row = _row(line)
    changed = {name: value for name, value in row.items() if name != "id"}
    scope.execute(scope.update(utterances).where(utterances.c.id == line.id).values(**changed))


def save_all(scope: Scope, ids: Sequence[str], values: Mapping[str, Any]) -> int:
    """Change the same columns of many lines; how many there were."""
    changed = 0
    for start in range(0, len(ids), _AT_ONCE):
        statement = scope.update(utterances).where(utterances.c.id.in_(ids[start : start + _AT_ONCE]))
        changed += scope.execute(statement.values(**values)).rowcount
    return changed


def forget_utterances(scope: Scope, ids: Sequence[str]) -> int:
    """Delete lines; how many there were."""
    gone = 0
    for start in range(0, len(ids), _AT_ONCE):
        gone += scope.execute(scope.delete(utterances).where(utterances.c.id.in_(ids[start : start + _AT_ONCE]))).rowcount
    return gone


def list_queue(scope: Scope, *, limit: int = 100, language: str = "") -> tuple[Utterance, ...]:
    """What waits for a label: cluster after cluster, the most telling first."""
    first = scope.select(utterances.c.cluster, sa.func.max(utterances.c.priority).label("best"), sa.func.count().label("many"))
    first = first.where(*_OPEN, *([utterances.c.language == language] if language else []))
    clusters = scope.all(first.group_by(utterances.c.cluster).order_by(sa.desc("best"), utterances.c.cluster).limit(limit))
    order = {row.cluster: place for place, row in enumerate(clusters)}
    query = scope.select(utterances).where(*_OPEN, utterances.c.cluster.in_(list(order)))
    query = query.where(utterances.c.language == language) if language else query
    lines = [_utterance(row._mapping) for row in scope.all(query)]
    lines.sort(key=lambda one: (order[one.cluster], one.id != one.cluster, -one.priority, one.id))
    return tuple(lines[:limit])


def list_cluster(scope: Scope, cluster: str) -> tuple[Utterance, ...]:
    """The open lines of a cluster."""
    query = scope.select(utterances).where(*_OPEN, utterances.c.cluster == cluster)
    return tuple(_utterance(row._mapping) for row in scope.all(query.order_by(utterances.c.priority.desc(), utterances.c.id)))


def list_open(scope: Scope) -> tuple[Utterance, ...]:
    """Everything that waits for a label, the least telling last."""
    query = scope.select(utterances).where(*_OPEN).order_by(utterances.c.priority.desc(), utterances.c.id)
    return tuple(_utterance(row._mapping) for row in scope.all(query))


def count_open(scope: Scope) -> int:
    """How many lines wait for a label."""
    return int(scope.scalar(scope.select(sa.func.count(utterances.c.id)).where(*_OPEN)) or 0)


def count_copies(scope: Scope, ids: Sequence[str]) -> dict[str, int]:
    """How often each of these lines was said again."""
    number = sa.func.count(utterances.c.id).label("number")
    query = scope.select(utterances.c.duplicate_of, number).where(utterances.c.duplicate_of.in_(ids))
    return {row.duplicate_of: row.number for row in scope.all(query.group_by(utterances.c.duplicate_of))}


def list_batch(scope: Scope, batch: str) -> tuple[Utterance, ...]:
    """The lines that were labelled or skipped in one go."""
    return tuple(_utterance(row._mapping) for row in scope.all(scope.select(utterances).where(utterances.c.batch == batch)))


def find_last_batch(scope: Scope, staff_id: str) -> str | None:
    """What this member labelled or skipped last, or None."""
    when = sa.func.coalesce(utterances.c.labelled_at, utterances.c.skipped_at)
    query = scope.select(utterances.c.batch).where(utterances.c.batch.is_not(None), utterances.c.labelled_by == staff_id)
    row = scope.first(query.order_by(when.desc(), utterances.c.batch.desc()).limit(1))
    return None if row is None else str(row[0])


def save_entity_words(scope: Scope, found: Iterable[EntityWords]) -> int:
    """Keep what entities may be called; what is there already takes the new words. How many."""
    many = 0
    for one in found:
        key = hashlib.sha256("\0".join((one.kind, one.name, one.value, one.language)).encode("utf-8", "replace")).hexdigest()[:32]
        row: dict[str, Any] = {"id": key, "kind": one.kind, "name": storable(one.name), "value": storable(one.value)}
        row |= {"language": one.language, "words": [storable(word) for word in one.words]}
        scope.upsert(entity_words, row, keys=["id"], update=["words"])
        many += 1
    return many


def list_entity_words(scope: Scope) -> tuple[EntityWords, ...]:
    """Everything that came with imports."""
    query = scope.select(entity_words).order_by(entity_words.c.kind, entity_words.c.name, entity_words.c.value, entity_words.c.language)
    return tuple(EntityWords(row.kind, row.name, row.value, row.language, tuple(row.words)) for row in scope.all(query))


def _of(wanted: LineFilter) -> list[sa.ColumnElement[bool]]:
    clauses: list[sa.ColumnElement[bool]] = [utterances.c.label.is_not(None), utterances.c.duplicate_of.is_(None)]
    if wanted.search:
        clauses.append(sa.func.lower(utterances.c.text).contains(storable(wanted.search.lower()), autoescape=True))
    for name in ("label", "language", "source", "split"):
        if value := getattr(wanted, name):
            clauses.append(utterances.c[name] == storable(value))
    return clauses


def _row(line: Utterance) -> dict[str, Any]:
    row = {name: getattr(line, name) for name in _COLUMNS}
    row |= {"text": storable(line.text), "label": storable(line.label), "origin": storable(line.origin)}
    return row | {"entities": storable([dict(one) for one in line.entities]), "reading": storable(dict(line.reading))}


def _utterance(row: Mapping[Any, Any]) -> Utterance:
    return Utterance(**{**{name: row[name] for name in _COLUMNS}, "entities": tuple(row["entities"])})
