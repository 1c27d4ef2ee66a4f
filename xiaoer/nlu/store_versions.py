"""Every query about trainings, the versions they made, and which of them reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, NotFound
from xiaoer.nlu.tables import model_versions, publications, training_runs
from xiaoer.nlu.training.types import ModelVersion, Publication, PublicationKind, TrainingRun

SILENT = timedelta(seconds=60)  # a training that said nothing for so long has died
_RUNNING = ("running", "stopping")


def add_run(scope: Scope, *, by: str, settings: Mapping[str, Any]) -> TrainingRun:
    """Begin a training. Conflict while another one of the shop is going on."""
    scope.lock("training")
    open_run = find_open_run(scope)
    if open_run is not None and scope.now - open_run.updated_at < SILENT:
        raise Conflict("A training is going on already. Wait until it has ended, or stop it.", "已有训练正在进行，请等它结束或先停止它。")
    if open_run is not None:
        end_run(scope, open_run.id, state="interrupted")
    row = {
        "id": new_id("run"), "state": "running", "started_at": scope.now, "started_by": by, "updated_at": scope.now,
        "ended_at": None, "share": 0.0, "step": "begin", "settings": dict(settings), "process": {}, "error": {}, "version_id": None,
    }  # fmt: skip
    scope.execute(scope.insert(training_runs).values(**row))
    return _run(row)


def find_open_run(scope: Scope) -> TrainingRun | None:
    """The training that has not ended, or None."""
    query = scope.select(training_runs).where(training_runs.c.state.in_(_RUNNING))
    row = scope.first(query.order_by(training_runs.c.started_at.desc()).limit(1))
    return None if row is None else _run(row._mapping)


def list_runs(scope: Scope, *, limit: int = 10) -> tuple[TrainingRun, ...]:
    """Trainings, newest first."""
    query = scope.select(training_runs).order_by(training_runs.c.started_at.desc(), training_runs.c.id.desc()).limit(limit)
    return tuple(_run(row._mapping) for row in scope.all(query))


def get_run(scope: Scope, run_id: str) -> TrainingRun:
    """One training, or NotFound."""
    row = scope.first(scope.select(training_runs).where(training_runs.c.id == run_id))
    if row is None:
        raise NotFound("There is no such training.", "没有这次训练。", field="run")
    return _run(row._mapping)


def save_progress(scope: Scope, run_id: str, *, share: float, step: str, process: Mapping[str, Any]) -> TrainingRun:
    """Say how far it is; what comes back says whether it may go on."""
    values = {"share": share, "step": step, "process": dict(process), "updated_at": scope.now}
    mine = scope.update(training_runs).where(training_runs.c.id == run_id, training_runs.c.state.in_(_RUNNING))
    scope.execute(mine.values(**values))
    return get_run(scope, run_id)


def ask_to_stop(scope: Scope, run_id: str) -> None:
    """The training ends at its next step."""
    running = scope.update(training_runs).where(training_runs.c.id == run_id, training_runs.c.state == "running")
    scope.execute(running.values(state="stopping"))


def end_run(
    scope: Scope, run_id: str, *, state: str, error: Mapping[str, str] | None = None, version_id: str | None = None
) -> bool:
    """How it ended; False when that was known already."""
    open_one = scope.update(training_runs).where(training_runs.c.id == run_id, training_runs.c.state.in_(_RUNNING))
    values: dict[str, Any] = {"state": state, "error": dict(error or {}), "version_id": version_id, "ended_at": scope.now}
    if state == "done":
        values["share"] = 1.0
    return scope.execute(open_one.values(**values)).rowcount > 0


def add_version(scope: Scope, version: ModelVersion) -> ModelVersion:
    """Keep a version under the next number; the version with its number."""
    scope.lock("training")
    last = int(scope.scalar(scope.select(sa.func.max(model_versions.c.number))) or 0)
    row = {name: getattr(version, name) for name in ModelVersion.__dataclass_fields__}
    row |= {"number": last + 1, "settings": dict(version.settings), "figures": dict(version.figures)}
    scope.execute(scope.insert(model_versions).values(**row))
    return _version(row)


def list_versions(scope: Scope, *, limit: int = 100) -> tuple[ModelVersion, ...]:
    """Versions, newest first."""
    return tuple(
        _version(row._mapping) for row in scope.all(scope.select(model_versions).order_by(model_versions.c.number.desc()).limit(limit))
    )


def get_version(scope: Scope, version_id: str) -> ModelVersion:
    """One version, or NotFound."""
    row = scope.first(scope.select(model_versions).where(model_versions.c.id == version_id))
    if row is None:
        raise NotFound("There is no such version of the model.", "没有这个模型版本。", field="version")
    return _version(row._mapping)


def get_version_by_number(scope: Scope, number: int) -> ModelVersion:
    """One version by its number, or NotFound."""
    row = scope.first(scope.select(model_versions).where(model_versions.c.number == number))
    if row is None:
        raise NotFound(f"There is no version {number} of the model.", f"没有第 {number} 版模型。", field="version")
    return _version(row._mapping)


def forget_version(scope: Scope, version_id: str) -> None:
    """Take a version out of the list."""
    scope.execute(scope.delete(model_versions).where(model_versions.c.id == version_id))


def find_publication(scope: Scope) -> Publication | None:
    """The newest publication: it names the version that reads. None before there is any."""
    row = scope.first(scope.select(publications).order_by(publications.c.seq.desc()).limit(1))
    return None if row is None else _publication(row._mapping)


def list_publications(scope: Scope, *, limit: int = 50) -> tuple[Publication, ...]:
    """What was published and rolled back, newest first."""
    query = scope.select(publications).order_by(publications.c.seq.desc()).limit(limit)
    return tuple(_publication(row._mapping) for row in scope.all(query))


def add_publication(scope: Scope, version_id: str, *, by: str, kind: PublicationKind) -> Publication:
    """From now on this version reads."""
    scope.lock("training")
    last = find_publication(scope)
    row = {
        "seq": last.seq + 1 if last else 1, "at": scope.now, "by": by, "version_id": version_id,
        "previous_id": last.version_id if last else None, "kind": kind,
    }  # fmt: skip
    scope.execute(scope.insert(publications).values(**row))
    return _publication(row)


def _run(row: Mapping[Any, Any]) -> TrainingRun:
    return TrainingRun(**{name: row[name] for name in TrainingRun.__dataclass_fields__})


def _version(row: Mapping[Any, Any]) -> ModelVersion:
    return ModelVersion(**{name: row[name] for name in ModelVersion.__dataclass_fields__})


def _publication(row: Mapping[Any, Any]) -> Publication:
    return Publication(**{name: row[name] for name in Publication.__dataclass_fields__})
