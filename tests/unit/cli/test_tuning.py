"""`xiaoer train intents --encoder`: a Hugging Face folder is fine-tuned first, an encoder that is here is taken as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command
from tests.unit.nlu.finetune import models
from xiaoer.cli.tuning import name_for

LINES = models.lines_of(160, 1)


@pytest.mark.torch
@pytest.mark.filterwarnings("default")
def test_the_command_fine_tunes_trains_and_reports(xiaoer: Command, tmp_path: Path) -> None:
    bert = models.make(tmp_path / "tiny-bert")
    csv = tmp_path / "lines.csv"
    csv.write_text("text,intent\n" + "".join(f"{text},{label}\n" for text, label in LINES), "utf-8")
    data = tmp_path / "data"
    arguments = ("train", "intents", "--data", csv, "--data-dir", data, "--encoder", bert, "--stages", "classify", "--epochs", "3")
    done = xiaoer(*arguments, "--rate", "0.004")
    assert done.code == 0, done.err
    assert "Encoder spruce-tiny-bert" in done.err
    report = json.loads((data / "reports" / "spruce" / "spruce-tiny-bert" / "report.json").read_text("utf-8"))
    assert report["encoder"]["name"] == "spruce-tiny-bert"
    again = xiaoer("train", "intents", "--data-dir", data, "--encoder", "spruce-tiny-bert")
    assert again.code == 0, again.err
    assert "Report" not in again.err


def test_names_of_tuned_encoders_can_name_folders() -> None:
    assert name_for("spruce", "intfloat/multilingual-e5-small") == "spruce-multilingual-e5-small"
    assert name_for("spruce", "./möbel/") == "spruce-m-bel"
