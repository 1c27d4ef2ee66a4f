"""Make what the demo needs, where it is missing: records, intent model, index.

The making runs in a process of its own (`python -m xiaoer.cli.prepare FOLDER`): the memory that it needs is given back before
the server starts, and a start that finds everything there imports none of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from xiaoer.app import model_path, models_folder, open_knowledge
from xiaoer.cli.main import run_clearly
from xiaoer.cli.progress import bar
from xiaoer.cli.records import records
from xiaoer.cli.train import train_and_keep
from xiaoer.db.engine import Database, utc_now
from xiaoer.db.scope import Scope
from xiaoer.demo.refresh import refresh_dates
from xiaoer.demo.seed import is_seeded, keep_credentials, renew_credentials, seed
from xiaoer.demo.seed_knowledge import fit_knowledge
from xiaoer.demo.seeding import SHOP_ID
from xiaoer.demo.utterances import TEST, TRAINING, shipped_lines
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.model import FORMAT, IntentModel
from xiaoer.nlu.train import SETTINGS, hash_of
from xiaoer.nlu.training.published import version_path
from xiaoer.nlu.training.shipped import sync_shipped
from xiaoer.nlu.training.types import SHIPPED_BY
from xiaoer.settings import Settings, read_settings
from xiaoer.shop import store_shops

_NOTE = "shipped_utterances"  # a hash of those that were brought in last


def prepare(settings: Settings) -> None:
    """Everything that the demo needs is there afterwards, with its dates moved to today."""
    if not asyncio.run(_is_whole(settings)):
        _make_apart(settings)


async def _is_whole(settings: Settings) -> bool:
    async with records(settings) as database:
        if not await is_seeded(database) or not await is_trained(database, settings.data_dir):
            return False
        knowledge = open_knowledge(settings)
        is_ready = await database.read(SHOP_ID, knowledge.is_ready)
        knowledge.close()
        if is_ready:
            await _freshen(settings, database)
        return is_ready


async def _freshen(settings: Settings, database: Database) -> None:
    await refresh_dates(database, now=utc_now())
    if not (settings.data_dir / "demo-credentials").is_file():  # cut off between seeding and keeping them
        keep_credentials(settings.data_dir, await renew_credentials(database))


def _make_apart(settings: Settings) -> None:
    command = [sys.executable, "-m", "xiaoer.cli.prepare", str(settings.data_dir.absolute())]
    code = subprocess.run(command, check=False).returncode
    if code:  # it has said why
        raise SystemExit(code if code > 0 else 128 - code)


def make(folder: Path) -> None:
    """Make what is missing in this process, with a bar for each part."""
    settings = read_settings(data_dir=folder, shop=SHOP_ID)
    asyncio.run(_make_records(settings))
    asyncio.run(_make_model(settings))
    asyncio.run(_make_index(settings))


async def _make_records(settings: Settings) -> None:
    async with records(settings) as database:
        if not await is_seeded(database):
            with bar("Seeding the demo shop", "写入演示店铺") as report:
                keep_credentials(settings.data_dir, await seed(database, now=utc_now(), progress=report))
        await _freshen(settings, database)


async def _make_model(settings: Settings) -> None:
    """Bring in the lines that this version ships; train, unless the model that is there was made of them already."""
    async with records(settings) as database:
        if await is_trained(database, settings.data_dir):
            return
        await database.write(SHOP_ID, lambda scope: sync_shipped(scope, shipped_lines()))
        lines = await database.read(SHOP_ID, lambda scope: utterances.list_lines(scope, "train"))
        about = _read_about(await database.read(SHOP_ID, lambda scope: _path_of(scope, settings.data_dir)))
        if about is None or about.get("hash") != hash_of(lines):
            await train_and_keep(database, settings)
        await database.write(SHOP_ID, note_trained)


async def _make_index(settings: Settings) -> None:
    knowledge = open_knowledge(settings)
    async with records(settings) as database:
        if not await database.read(SHOP_ID, knowledge.is_ready):
            with bar("Building the knowledge index", "建立知识索引") as report:
                model = IntentModel.load(await database.read(SHOP_ID, lambda scope: _path_of(scope, settings.data_dir)))
                await database.write(SHOP_ID, knowledge.encode)
                await database.read(SHOP_ID, lambda scope: fit_knowledge(knowledge, scope, model=model, progress=report))
    knowledge.close()


async def is_trained(database: Database, data_dir: Path) -> bool:
    """Whether the model that reads is whole and, unless the shop made it, was trained from the lines that this version ships."""

    def look(scope: Scope) -> tuple[Path, bool, bool]:
        last = versions.find_publication(scope)
        is_own = last is not None and versions.get_version(scope, last.version_id).made_by not in ("", SHIPPED_BY)
        return _path_of(scope, data_dir), is_own, store_shops.find_note(scope, _NOTE) == _hash_of_files()

    path, is_own, is_noted = await database.read(SHOP_ID, look)
    return (is_own or is_noted) and _read_about(path) is not None


def note_trained(scope: Scope) -> None:
    """Remember that the lines of this version are here and a model was made of them."""
    store_shops.save_note(scope, _NOTE, _hash_of_files())


def _path_of(scope: Scope, data_dir: Path) -> Path:
    last = versions.find_publication(scope)
    return model_path(data_dir, SHOP_ID) if last is None else version_path(models_folder(data_dir, SHOP_ID), last.version_id)


def _hash_of_files() -> str:
    files = [json.dumps(SETTINGS).encode(), *(path.read_bytes() for path in (*TRAINING, *TEST))]
    return hashlib.sha256(b"".join(files)).hexdigest()


def _read_about(path: Path) -> Mapping[str, Any] | None:
    """What the model says it was made of, or None where the file is not there, not whole, or of another version."""
    try:
        with zipfile.ZipFile(path) as packed:
            if packed.testzip() is not None:
                return None
        with np.load(path, allow_pickle=False) as data:
            header = json.loads(data["header"].tobytes())
            about: Mapping[str, Any] = header["about"]
            return about if header["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


if __name__ == "__main__":
    run_clearly(lambda: make(Path(sys.argv[1])))
