"""Which model reads: versions are files `<id>.npz` in the shop's folder of models, and the newest publication names one of them.

Publishing is one row. A process that serves loads the file first and then puts the whole reader in the place of the old one, so
no message is read by half a model; other processes see the row and do the same.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xiaoer.db.engine import Database
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, Invalid, ModelUnavailable
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.training.types import ModelVersion, Publication, PublicationKind
from xiaoer.privacy.store import add_audit

LOOSE = "intents.npz"  # a model that was put into the folder without a version


def version_path(folder: Path, version_id: str) -> Path:
    """Where the file of a version lies."""
    return folder / f"{version_id}.npz"


def version_of(
    model: IntentModel, path: Path, scope: Scope, *, version_id: str, by: str, figures: Mapping[str, Any], settings: Mapping[str, Any]
) -> ModelVersion:
    """The row of a model that lies in its file already; its number is given when it is stored."""
    about = model.about
    return ModelVersion(
        id=version_id,
        number=0,
        made_at=scope.now,
        made_by=by,
        data_hash=str(about.get("hash", "")),
        settings={**about.get("settings", {}), **settings},
        figures={"held_out": about.get("held_out", {}), **figures},
        bytes=path.stat().st_size,
        lines=int(about.get("lines", 0)),
        intents=len(model.labels),
    )


async def load_published(database: Database, shop_id: str, folder: Path) -> tuple[str, IntentModel] | None:
    """The id and the model of the published version; None when nothing was ever published. ModelUnavailable: its file is damaged.

    A model that lies in the folder without a version (copied there by hand) becomes version 1 and is published.
    """
    found = await database.read(shop_id, versions.find_publication)
    if found is None:
        if not (folder / LOOSE).is_file():
            return None
        return await _adopt(database, shop_id, folder)
    return found.version_id, await asyncio.to_thread(IntentModel.load, version_path(folder, found.version_id))


async def _adopt(database: Database, shop_id: str, folder: Path) -> tuple[str, IntentModel]:
    loose, version_id = folder / LOOSE, new_id("ver")
    path = version_path(folder, version_id)
    model = await asyncio.to_thread(IntentModel.load, loose)
    await asyncio.to_thread(_copy_whole, loose, path)

    def keep(scope: Scope) -> str:
        scope.lock("training")
        now = versions.find_publication(scope)
        if now is not None:  # another process was faster
            return now.version_id
        versions.add_version(scope, version_of(model, path, scope, version_id=version_id, by="", figures={}, settings={}))
        return versions.add_publication(scope, version_id, by="", kind="publish").version_id

    kept = await database.write(shop_id, keep)
    if kept != version_id:
        path.unlink(missing_ok=True)
    loose.unlink(missing_ok=True)
    return kept, model


def _copy_whole(source: Path, target: Path) -> None:
    temporary = target.with_suffix(".part")
    shutil.copyfile(source, temporary)
    temporary.replace(target)


def publish(scope: Scope, version_id: str, *, by: str, kind: PublicationKind = "publish") -> Publication:
    """This version reads from now on. Published twice, it is published once. Load its file before: a damaged one must not read."""
    version = versions.get_version(scope, version_id)
    last = versions.find_publication(scope)
    if last is not None and last.version_id == version_id:
        return last
    made = versions.add_publication(scope, version_id, by=by, kind=kind)
    what = "model_published" if kind == "publish" else "model_rolled_back"
    add_audit(scope, who=by, what=what, about=version_id, data={"number": version.number, "before": made.previous_id})
    return made


def find_previous(scope: Scope) -> ModelVersion | None:
    """To which version one would roll back: the one that read before the present one was published, or None."""
    log = versions.list_publications(scope)
    known = {one.id: one for one in versions.list_versions(scope)}
    undone = 0
    for entry in log:  # a roll-back takes itself and what it undid off the stack
        if entry.kind == "roll_back":
            undone += 1
        elif undone:
            undone -= 1
        else:
            return known.get(entry.previous_id or "")
    return None


def forget(scope: Scope, version_id: str, *, by: str) -> ModelVersion:
    """Take a version out. Invalid for the one that reads and for the one that a roll-back would bring back."""
    version = versions.get_version(scope, version_id)
    last, previous = versions.find_publication(scope), find_previous(scope)
    if (last is not None and last.version_id == version_id) or (previous is not None and previous.id == version_id):
        raise Invalid(
            "The published version and the one before it cannot be deleted.", "正在使用的版本和它的上一个版本不能删除。", field="version"
        )
    versions.forget_version(scope, version_id)
    add_audit(scope, who=by, what="model_deleted", about=version_id, data={"number": version.number})
    return version


def sweep(folder: Path, known: set[str]) -> None:
    """Delete what trainings that were cut off left behind."""
    for path in folder.glob("ver_*"):
        if path.stem not in known:
            path.unlink(missing_ok=True)


def previous_or_conflict(scope: Scope) -> ModelVersion:
    """To which version to roll back. Conflict when there is none."""
    previous = find_previous(scope)
    if previous is None:
        raise Conflict("There is no earlier version to go back to.", "没有更早的版本可以回滚。")
    return previous


async def load_version(folder: Path, version: ModelVersion) -> IntentModel:
    """The model of a version. ModelUnavailable says what to do when its file is gone or damaged."""
    path = version_path(folder, version.id)
    try:
        return await asyncio.to_thread(IntentModel.load, path)
    except ModelUnavailable as error:
        raise ModelUnavailable(
            f"The file of version {version.number} ({path.name}) is gone or damaged. Train again, or choose another version.",
            f"第 {version.number} 版的文件（{path.name}）缺失或已损坏，请重新训练或选择其他版本。",
        ) from error
