"""One training, from the lines in the records to a version with its figures. Runs in a process of its own, or for a command."""

from __future__ import annotations

import asyncio
import errno
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from xiaoer.db.engine import Database
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.errors import XiaoerError
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.encoders.found import FOLDER, opened
from xiaoer.nlu.encoders.shelf import KEPT, get_folder
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import OUTSIDE, train
from xiaoer.nlu.training.figures import evaluate
from xiaoer.nlu.training.published import sweep, version_of, version_path
from xiaoer.nlu.training.types import ModelVersion

Line = tuple[str, str]
Report = Callable[[float, str], None]
_TRAINED = 0.9  # share of the work when the model is there and only its figures are missing
FEWEST = 2  # lines that an intent needs


async def carry_out(
    database: Database, shop_id: str, folder: Path, *, by: str, settings: Mapping[str, Any], run_id: str = "", report: Report
) -> ModelVersion:
    """Train on the shop's labelled lines, try it on the frozen ones, keep it as the next version. Publishes nothing.

    Intents with a single line are left out and named in the figures. Invalid: there is too little to learn from.
    """

    def read(scope: Scope) -> tuple[list[Line], list[Line], set[str]]:
        known = {one.id for one in versions.list_versions(scope, limit=10_000)}
        return utterances.list_lines(scope, "train"), utterances.list_lines(scope, "test"), known

    lines, test, known = await database.read(shop_id, read)
    lines, left_out = without_thin(lines)
    model = await asyncio.to_thread(_train, lines, settings, encoders_beside(folder), report)
    report(_TRAINED, "figures")
    figures: dict[str, Any] = {"left_out": left_out}
    if test:
        figures["test"] = await asyncio.to_thread(evaluate, model, test)
    version_id = new_id("ver")
    path = version_path(folder, version_id)
    report(0.98, "saving")
    await asyncio.to_thread(_save, model, path, known)

    def keep(scope: Scope) -> ModelVersion:
        row = version_of(model, path, scope, version_id=version_id, by=by, figures=figures, settings=settings)
        stored = versions.add_version(scope, row)
        if run_id:
            versions.end_run(scope, run_id, state="done", version_id=version_id)
        return stored

    try:
        return await database.write(shop_id, keep)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def without_thin(lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """The lines of intents that have enough of them, and the names of the others."""
    counts = Counter(label for _, label in lines)
    thin = {label for label, count in counts.items() if count < FEWEST and label != OUTSIDE}
    return [line for line in lines if line[1] not in thin], sorted(thin)


def _train(lines: Sequence[Line], settings: Mapping[str, Any], encoders: Path, report: Report) -> IntentModel:
    """With the encoder that the settings name, which may be none."""
    named = str(settings.get("encoder") or "")
    return train(
        lines, seed=int(settings.get("seed", 0)), progress=lambda share, what: report(_TRAINED * share, what),
        encoder=opened(get_folder(encoders, named)) if named else None, kept=encoders / KEPT,
    )  # fmt: skip


def encoders_beside(folder: Path) -> Path:
    """The installation's encoders, from the folder of a shop's models."""
    return folder.parent.parent / FOLDER


def _save(model: IntentModel, path: Path, known: set[str]) -> None:
    """Write the file, and read it back: what cannot be loaded must not become a version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent, known)
    try:
        model.save(path)
        IntentModel.load(path)
    except BaseException:
        path.unlink(missing_ok=True)
        path.with_suffix(".tmp").unlink(missing_ok=True)
        raise


def in_words(error: BaseException) -> dict[str, str]:
    """Why a training failed, in both languages, for people who did not write this."""
    if isinstance(error, XiaoerError):
        return {"en": error.text("en"), "zh": error.text("zh")}
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return {"en": "The disk is full. Free some space and train again.", "zh": "磁盘已满，请清理空间后重新训练。"}
    if isinstance(error, OSError):
        name, reason = error.filename or "?", error.strerror or str(error)
        return {"en": f"{name} cannot be read or written: {reason}.", "zh": f"{name} 无法读写：{reason}。"}
    if isinstance(error, MemoryError):
        return {"en": "There was not enough memory. Train when less is running.", "zh": "内存不足，请在机器空闲时再训练。"}
    text = f"{type(error).__name__}: {error}"[:300]
    return {"en": f"The training broke off: {text}", "zh": f"训练意外中断：{text}"}


def ended_by_itself(code: int) -> dict[str, str]:
    """What the exit code of a process that said nothing means."""
    if code == -9:
        return {
            "en": "The training was killed by the system, most likely for lack of memory. Train when less is running.",
            "zh": "训练进程被系统终止，很可能是内存不足；请在机器空闲时再训练。",
        }
    return {"en": f"The training process ended unexpectedly (code {code}). Train again.", "zh": f"训练进程意外退出（代码 {code}），请重新训练。"}


def quiet(share: float, what: str) -> None:
    """Report to nobody."""


silent: Report = partial(quiet)
