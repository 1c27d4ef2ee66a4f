"""The demo shop for tests: seeded, trained and indexed once, then copied for every test that asks for it."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import xiaoer
from tests.postgres import run_here
from xiaoer.app import model_path
from xiaoer.cli.prepare import note_trained
from xiaoer.cli.train import read_lines
from xiaoer.db.engine import Database
from xiaoer.demo.seed import SHOP_ID, keep_credentials, seed
from xiaoer.demo.seed_knowledge import fit_knowledge
from xiaoer.demo.utterances import TRAINING
from xiaoer.knowledge.knowledge import Knowledge
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import train


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Be the only test process in this block."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def trained_model(cache: Path) -> IntentModel:
    """The demo's intent model; trained when its lines or the code that reads them have changed, else taken from the cache."""
    code = sorted((Path(xiaoer.__file__).parent / "nlu").rglob("*.py"))
    made_of = hashlib.sha256(b"".join(path.read_bytes() for path in (*code, *TRAINING))).hexdigest()[:16]
    kept = cache / f"intents-{made_of}.npz"
    with alone(cache / "intents.lock"):
        if not kept.exists():
            model = train([line for path in TRAINING for line in read_lines(path)])
            model.save(kept)
    return IntentModel.load(kept)


def make_folder(folder: Path, model: IntentModel, now: datetime) -> None:
    """A data folder as `xiaoer demo` leaves it, with the records in SQLite."""
    if (folder / "whole").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model.save(model_path(folder, SHOP_ID))

    async def fill() -> None:
        database = await Database.open(f"sqlite:///{folder / 'xiaoer.sqlite3'}", clock=lambda: now)
        await database.migrate()
        keep_credentials(folder, await seed(database, now=now))
        await database.write(SHOP_ID, note_trained)
        knowledge = Knowledge.open(folder / "index")
        await database.read(SHOP_ID, lambda scope: fit_knowledge(knowledge, scope, model=model))
        knowledge.close()
        await database.close()

    run_here(fill())
    (folder / "whole").touch()


def make_records(url: str, now: datetime) -> None:
    """The demo's records in an empty database with the newest schema."""

    async def fill() -> None:
        database = await Database.open(url, clock=lambda: now)
        await seed(database, now=now)
        await database.close()

    run_here(fill())
