"""A shop with an encoder: trainings use the one that the settings name, the app opens it once, or says that it is not there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from tests import tiny_encoder
from tests.conftest import StandingClock
from tests.unit.nlu.finetune.models import FILLERS, GROUPS, lines_of
from xiaoer.app import App, encoders_path
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.errors import ConfigurationError
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.training import labelling
from xiaoer.nlu.training.published import version_path
from xiaoer.nlu.training.trainings import Trainings
from xiaoer.nlu.training.types import TrainingRun
from xiaoer.nlu.training.work import carry_out, silent
from xiaoer.settings import read_settings

SHOP = "spruce"


def make_encoder(root: Path) -> Path:
    return tiny_encoder.make(root / "tiny", FILLERS, same=[tuple(words) for words in GROUPS.values()])


async def ended(database: Database, run_id: str) -> TrainingRun:
    """The run once it has ended."""
    while True:
        run = await database.read(SHOP, lambda scope: versions.get_run(scope, run_id))
        if not run.is_open:
            return run
        await asyncio.sleep(0.05)


@pytest.fixture
async def filled(database: Database) -> Database:
    def fill(scope: Scope) -> None:
        for text, label in lines_of(160, 1):
            labelling.add(scope, text, label, by="stf_lin")

    await database.write(SHOP, fill)
    return database


async def test_a_training_in_the_background_takes_the_installations_encoder(
    filled: Database, database_url: str, tmp_path: Path
) -> None:
    make_encoder(encoders_path(tmp_path))
    trainings = Trainings(filled, database_url, tmp_path / "models", "tiny")
    run = await trainings.start(SHOP, by="stf_lin")
    done = await ended(filled, run.id)
    assert (done.state, done.error) == ("done", {})
    (version,) = await filled.read(SHOP, versions.list_versions)
    assert version.settings["encoder"] == "tiny"
    model = IntentModel.load(version_path(tmp_path / "models" / SHOP, version.id))
    assert model.encoder is not None
    assert model.about["encoder"]["is_used"]
    assert list(encoders_path(tmp_path).glob(".vectors/*.npz"))
    await trainings.close()


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_training_says_which_encoder_is_missing(filled: Database, database_url: str, tmp_path: Path) -> None:
    trainings = Trainings(filled, database_url, tmp_path / "models", "lost")
    run = await trainings.start(SHOP, by="stf_lin")
    done = await ended(filled, run.id)
    assert done.state == "failed"
    assert "xiaoer encoders add lost" in done.error["en"]
    assert done.error["zh"] != done.error["en"]
    await trainings.close()


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_without_an_encoder_the_settings_name_none(filled: Database, tmp_path: Path) -> None:
    version = await carry_out(filled, SHOP, tmp_path / "models" / SHOP, by="stf_lin", settings={"seed": 0}, report=silent)
    assert "encoder" not in version.settings
    assert IntentModel.load(version_path(tmp_path / "models" / SHOP, version.id)).dense is None


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_app_opens_it_once(spruce_data: Path, spruce_sqlite_url: str, clock: StandingClock, engine: str) -> None:
    make_encoder(encoders_path(spruce_data))
    settings = read_settings(data_dir=spruce_data, database_url=spruce_sqlite_url, encoder="tiny")
    app = await App.open(settings, clock=clock)
    try:
        assert app.encoder is not None
        assert app.encoder is app.encoder
        assert np.allclose(np.linalg.norm(app.encoder.embed(["please do it"]), axis=1), 1, atol=1e-5)
    finally:
        await app.close()


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_an_encoder_that_is_not_there_stops_the_start(
    spruce_data: Path, spruce_sqlite_url: str, clock: StandingClock, engine: str
) -> None:
    settings = read_settings(data_dir=spruce_data, database_url=spruce_sqlite_url, encoder="lost")
    with pytest.raises(ConfigurationError, match="XIAOER_ENCODER") as caught:
        await App.open(settings, clock=clock)
    assert "lost" in caught.value.zh
