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

from xiaoer.app import model_path
from xiaoer.cli.main import run_clearly
from xiaoer.cli.progress import bar
from xiaoer.cli.records import records
from xiaoer.cli.train import read_lines, train_and_save
from xiaoer.db.engine import Database, utc_now
from xiaoer.demo.refresh import refresh_dates
from xiaoer.demo.seed import is_seeded, keep_credentials, renew_credentials, seed
from xiaoer.demo.seed_knowledge import fit_knowledge
from xiaoer.demo.seeding import SHOP_ID
from xiaoer.demo.utterances import TRAINING
from xiaoer.knowledge.knowledge import Knowledge
from xiaoer.nlu.train import SETTINGS, hash_of
from xiaoer.settings import Settings, read_settings


def prepare(settings: Settings) -> None:
    """Everything that the demo needs is there afterwards, with its dates moved to today."""
    if not asyncio.run(_is_whole(settings)):
        _make_apart(settings)


async def _is_whole(settings: Settings) -> bool:
    async with records(settings) as database:
        if not await is_seeded(database) or not is_trained(settings.data_dir):
            return False
        knowledge = Knowledge.open(settings.data_dir / "index")
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
    if not is_trained(settings.data_dir):
        train_and_save([line for path in TRAINING for line in read_lines(path)], model_path(settings.data_dir, SHOP_ID))
    asyncio.run(_make_index(settings))


async def _make_records(settings: Settings) -> None:
    async with records(settings) as database:
        if not await is_seeded(database):
            with bar("Seeding the demo shop", "写入演示店铺") as report:
                keep_credentials(settings.data_dir, await seed(database, now=utc_now(), progress=report))
        await _freshen(settings, database)


async def _make_index(settings: Settings) -> None:
    knowledge = Knowledge.open(settings.data_dir / "index")
    async with records(settings) as database:
        if not await database.read(SHOP_ID, knowledge.is_ready):
            with bar("Building the knowledge index", "建立知识索引") as report:
                await database.read(SHOP_ID, lambda scope: fit_knowledge(knowledge, scope, progress=report))
    knowledge.close()


def is_trained(data_dir: Path) -> bool:
    """Whether the model on disk is whole and was trained from the lines that this version ships.

    A mark beside the model remembers the lines' files by their hash, so that they are not read through at every start.
    """
    path = model_path(data_dir, SHOP_ID)
    about = _read_about(path)
    if about is None:
        return False
    mark = path.with_name("trained-from")
    files = hashlib.sha256(b"".join([json.dumps(SETTINGS).encode(), *(one.read_bytes() for one in TRAINING)])).hexdigest()
    stamp = f"{files} {about.get('hash')}"
    if mark.is_file() and mark.read_text("ascii", "replace") == stamp:
        return True
    if about.get("hash") != hash_of([line for one in TRAINING for line in read_lines(one)]):
        return False
    mark.write_text(stamp, "ascii")
    return True


def _read_about(path: Path) -> Mapping[str, Any] | None:
    """What the model says it was made of, or None where the file is not there or not whole."""
    try:
        with zipfile.ZipFile(path) as packed:
            if packed.testzip() is not None:
                return None
        with np.load(path, allow_pickle=False) as data:
            about: Mapping[str, Any] = json.loads(data["header"].tobytes())["about"]
            return about
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


if __name__ == "__main__":
    run_clearly(lambda: make(Path(sys.argv[1])))
