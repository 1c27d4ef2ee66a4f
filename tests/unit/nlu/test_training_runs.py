"""Trainings in the background, and which of the versions they make reads: interrupted, failed, published, rolled back."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import StandingClock
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, Invalid, ModelUnavailable
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.training import labelling
from xiaoer.nlu.training.comparing import compare
from xiaoer.nlu.training.figures import auroc, evaluate
from xiaoer.nlu.training.published import find_previous, forget, load_published, load_version, publish, version_path
from xiaoer.nlu.training.trainings import Trainings
from xiaoer.nlu.training.types import TrainingRun
from xiaoer.nlu.training.work import carry_out, in_words, silent

SHOP = "spruce"
LINES = {
    "return_request": ("我要退货", "想把衣服退了", "I want to return this", "send it back please"),
    "order_status": ("订单到哪一步了", "我的订单怎么样了", "what about my order", "order status please"),
    "oos": ("今天天气怎么样", "给我讲个笑话", "who won the match", "write me a poem"),
}
TEST = (("退掉这件", "return_request"), ("查订单", "order_status"), ("明天下雨吗", "oos"))


@pytest.fixture
async def filled(database: Database) -> Database:
    """Records with a few labelled lines, three of them frozen."""

    def fill(scope: Scope) -> None:
        for label, texts in LINES.items():
            for text in texts:
                labelling.add(scope, text, label, by="stf_lin")
        frozen = [labelling.add(scope, text, label, by="stf_lin").id for text, label in TEST]
        labelling.move(scope, frozen, "test", by="stf_wu")

    await database.write(SHOP, fill)
    return database


@pytest.fixture
async def trainings(filled: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Trainings]:
    """Trainings that are ended with the test."""
    started = Trainings(filled, database_url, tmp_path / "models")
    yield started
    await started.close()


async def ended(database: Database, run_id: str) -> TrainingRun:
    """The run once it has ended."""
    while True:
        run = await database.read(SHOP, lambda scope: versions.get_run(scope, run_id))
        if not run.is_open:
            return run
        await asyncio.sleep(0.05)


async def make(database: Database, folder: Path, **settings: Any) -> str:
    """The id of a version made in this process."""
    return (await carry_out(database, SHOP, folder, by="stf_lin", settings=settings, report=silent)).id


async def test_a_training_in_the_background_makes_a_version_with_its_figures(
    filled: Database, trainings: Trainings, tmp_path: Path
) -> None:
    run = await trainings.start(SHOP, by="stf_lin")
    with pytest.raises(Conflict, match="going on"):
        await trainings.start(SHOP, by="stf_wu")
    done = await ended(filled, run.id)
    assert (done.state, done.share, done.error) == ("done", 1.0, {})
    (version,) = await filled.read(SHOP, versions.list_versions)
    assert version.id == done.version_id
    assert (version.number, version.made_by, version.lines, version.intents) == (1, "stf_lin", 12, 2)
    assert version.figures["test"]["lines"] == 3
    assert len(version.data_hash) == 64
    path = version_path(tmp_path / "models" / SHOP, version.id)
    assert version.bytes == path.stat().st_size
    assert IntentModel.load(path).labels == ("order_status", "return_request")
    assert await filled.read(SHOP, versions.find_publication) is None  # that is for a lead to say


async def test_what_is_asked_to_stop_stops(filled: Database, trainings: Trainings) -> None:
    run = await trainings.start(SHOP, by="stf_lin")
    await trainings.stop(SHOP, run.id)
    assert (await ended(filled, run.id)).state in ("stopped", "done")  # it may have been faster
    again = await trainings.start(SHOP, by="stf_lin")
    assert (await ended(filled, again.id)).state == "done"


async def test_closing_leaves_a_clear_record(filled: Database, trainings: Trainings) -> None:
    run = await trainings.start(SHOP, by="stf_lin")
    await trainings.close()
    assert (await filled.read(SHOP, lambda scope: versions.get_run(scope, run.id))).state in ("interrupted", "failed", "done")
    assert not (await filled.read(SHOP, lambda scope: versions.get_run(scope, run.id))).is_open


async def test_a_process_that_is_killed_is_told_in_words(filled: Database, trainings: Trainings) -> None:
    run = await trainings.start(SHOP, by="stf_lin")
    process = trainings._processes[run.id]
    os.kill(process.pid, signal.SIGKILL)
    found = await ended(filled, run.id)
    assert found.state == "failed"
    assert "memory" in found.error["en"]
    assert "内存" in found.error["zh"]


async def test_what_was_cut_off_without_a_word_is_found_at_the_next_start(
    filled: Database, trainings: Trainings, clock: StandingClock
) -> None:
    gone = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await gone.wait()
    dead = {"pid": gone.pid, "host": socket.gethostname()}
    for process, passed in ((dead, timedelta()), ({"pid": 1, "host": "another-machine"}, timedelta(minutes=2))):
        run = await filled.write(SHOP, lambda scope: versions.add_run(scope, by="stf_lin", settings={}))

        def tell(scope: Scope, run: TrainingRun = run, process: dict[str, Any] = process) -> TrainingRun:
            return versions.save_progress(scope, run.id, share=0.4, step="fold 1 of 10", process=process)

        assert (await filled.write(SHOP, tell)).is_open
        clock.pass_time(passed)
        await trainings.settle(SHOP)
        found = await filled.read(SHOP, partial(versions.get_run, run_id=run.id))
        assert (found.state, found.share) == ("interrupted", 0.4)


async def test_the_child_ends_when_its_parent_does(filled: Database, trainings: Trainings) -> None:
    run = await trainings.start(SHOP, by="stf_lin")
    stdin = trainings._processes[run.id].stdin
    assert stdin is not None
    stdin.close()  # what happens when the parent is killed
    assert (await ended(filled, run.id)).state in ("interrupted", "done")


async def test_too_little_to_learn_from(database: Database, database_url: str, tmp_path: Path) -> None:
    trainings = Trainings(database, database_url, tmp_path)
    run = await trainings.start(SHOP, by="stf_lin")
    found = await ended(database, run.id)
    await trainings.close()
    assert found.state == "failed"
    assert "at least two intents" in found.error["en"]


@pytest.mark.parametrize(
    ("error", "en", "zh"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "x.npz"), "disk is full", "磁盘已满"),
        (PermissionError(errno.EACCES, "Permission denied", "x.npz"), "x.npz cannot be", "x.npz 无法读写"),
        (MemoryError(), "memory", "内存"),
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero", "ZeroDivisionError"),
    ],
)
def test_failures_are_told_in_words(error: BaseException, en: str, zh: str) -> None:
    words = in_words(error)
    assert en in words["en"]
    assert zh in words["zh"]


async def test_a_full_disk_leaves_no_half_version(filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_up(self: IntentModel, path: Path) -> None:
        path.with_suffix(".tmp").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(IntentModel, "save", fill_up)
    with pytest.raises(OSError, match="No space"):
        await make(filled, tmp_path)
    assert not {".npz", ".tmp"} & {Path(name).suffix for name in os.listdir(tmp_path)}
    assert await filled.read(SHOP, versions.list_versions) == ()


# ── publish and roll back ────────────────────────────────────────────────────────────────────────────────────────────
async def test_publish_and_roll_back_walk_through_the_versions(filled: Database, tmp_path: Path) -> None:
    one, two, three = [await make(filled, tmp_path, seed=seed) for seed in range(3)]

    async def say(version_id: str, kind: str = "publish") -> None:
        await filled.write(SHOP, lambda scope: publish(scope, version_id, by="stf_wu", kind=kind))  # type: ignore[arg-type]

    async def previous() -> str | None:
        found = await filled.read(SHOP, find_previous)
        return found.id if found else None

    await say(one)
    assert await previous() is None
    await say(two)
    await say(two)  # twice is once
    await say(three)
    assert await previous() == two
    await say(two, "roll_back")
    assert await previous() == one
    await say(one, "roll_back")
    assert await previous() is None
    await say(three)
    assert await previous() == one
    log = await filled.read(SHOP, versions.list_publications)
    assert [entry.kind for entry in log] == ["publish", "roll_back", "roll_back", "publish", "publish", "publish"]
    with pytest.raises(Invalid):
        await filled.write(SHOP, lambda scope: forget(scope, three, by="stf_wu"))
    with pytest.raises(Invalid):
        await filled.write(SHOP, lambda scope: forget(scope, one, by="stf_wu"))
    await filled.write(SHOP, lambda scope: forget(scope, two, by="stf_wu"))
    assert [one.number for one in await filled.read(SHOP, versions.list_versions)] == [3, 1]


async def test_a_model_put_there_by_hand_becomes_version_one(filled: Database, tmp_path: Path) -> None:
    assert await load_published(filled, SHOP, tmp_path) is None
    made = await make(filled, tmp_path / "elsewhere")
    version_path(tmp_path / "elsewhere", made).rename(tmp_path / "intents.npz")
    await filled.write(SHOP, lambda scope: versions.forget_version(scope, made))
    first = await load_published(filled, SHOP, tmp_path)
    again = await load_published(filled, SHOP, tmp_path)
    assert first is not None
    assert again is not None
    assert first[0] == again[0]
    assert [name for name in os.listdir(tmp_path) if name.endswith(".npz")] == [f"{first[0]}.npz"]


async def test_a_damaged_file_is_told_before_anything_changes(filled: Database, tmp_path: Path) -> None:
    made = await make(filled, tmp_path)
    version_path(tmp_path, made).write_bytes(b"PK nothing")
    version = await filled.read(SHOP, lambda scope: versions.get_version(scope, made))
    with pytest.raises(ModelUnavailable, match="version 1"):
        await load_version(tmp_path, version)


async def test_what_a_cut_off_training_left_behind_is_swept(filled: Database, tmp_path: Path) -> None:
    (tmp_path / "ver_orphan.npz").write_bytes(b"x")
    (tmp_path / "ver_orphan.tmp").write_bytes(b"x")
    made = await make(filled, tmp_path)
    assert [name for name in os.listdir(tmp_path) if name.startswith("ver_")] == [f"{made}.npz"]


# ── figures and comparison ───────────────────────────────────────────────────────────────────────────────────────────
async def test_figures_and_what_would_change(filled: Database, tmp_path: Path) -> None:
    before = IntentModel.load(version_path(tmp_path, await make(filled, tmp_path)))
    figures = evaluate(before, [(text, label) for label, texts in LINES.items() for text in texts])
    assert (figures["inside"], figures["outside"], figures["accuracy"]) == (8, 4, 1.0)
    assert figures["auroc"] > 0.9
    assert 0 <= figures["ece"] <= 1
    assert figures["confusions"] == []

    def teach(scope: Scope) -> None:
        for text in ("可以刻字吗", "能刻字不", "杯子上刻名字", "can you engrave it", "刻个字要钱吗"):
            labelling.add(scope, text, "engraving", by="stf_lin")

    await filled.write(SHOP, teach)
    after = IntentModel.load(version_path(tmp_path, await make(filled, tmp_path)))
    traffic = [("上面能刻字吗", "zh"), ("上面能刻字吗", "zh"), ("我要退货", "zh")]
    found = compare(before, after, [("帮我刻字", "engraving", "zh"), ("我要退货", "return_request", "zh")], traffic)
    assert [(one.text, one.times, one.after.intent) for one in found.traffic_changes] == [("上面能刻字吗", 2, "engraving")]
    assert [(one.text, one.verdict) for one in found.test_changes] == [("帮我刻字", "better")]
    assert found.traffic_lines == 3
    assert found.before is not None
    assert found.after is not None
    assert found.after["accuracy"] > found.before["accuracy"]
    same = compare(after, after, [("帮我刻字", "engraving", "zh")], traffic)
    assert same.test_changes == same.traffic_changes == ()


def test_a_side_without_lines_has_no_area() -> None:
    assert auroc(np.array([]), np.array([0.5])) is None
    assert auroc(np.array([0.1, 0.2]), np.array([0.2, 0.9])) == 0.875
