"""`xiaoer utterances`: in and out again, with a table of names and a line for everything that did not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command
from tests.unit.nlu import foreign


def test_in_with_a_table_of_names_and_out_in_another_format(xiaoer: Command, tmp_path: Path) -> None:
    (tmp_path / "agent.zip").write_bytes(foreign.zipped(foreign.DIALOGFLOW_ES))
    dry = xiaoer("utterances", "import", tmp_path / "agent.zip", "--dry-run", "--data-dir", tmp_path)
    assert dry.code == 0, dry.err
    assert "Default Fallback Intent" in dry.out
    assert "oos" in dry.out
    words = ("utterances", "import", tmp_path / "agent.zip", "--map", "Default Welcome Intent=greeting", "--data-dir", tmp_path)
    done = xiaoer(*words, "--map", "order status=-")
    assert done.code == 0, done.err
    assert "3 added, 0 changed, 0 as before, 3 left out, 2 problems" in done.err
    again = xiaoer(*words)
    assert "3 added, 0 changed, 3 as before" in again.err
    out = tmp_path / "lines.yml"
    assert xiaoer("utterances", "export", out, "--data-dir", tmp_path).code == 0
    assert '[last week]{"entity": "date"' in out.read_text("utf-8")
    assert "greeting" in out.read_text("utf-8")
    assert xiaoer("utterances", "export", out, "--data-dir", tmp_path).code == 1
    assert xiaoer("utterances", "export", out, "--replace", "--split", "test", "--data-dir", tmp_path).code == 0
    assert "greeting" not in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "no.csv"), "There is no file"),
        (("import", "here.bin"), "none of CSV"),
        (("import", "here.csv", "--map", "x=y"), "expected THEIRS=OURS"),
        (("import", "here.csv", "--format", "watson"), "no format"),
        (("export", "out.zip"), "Name a --format"),
        (("export", "out.csv", "--split", "half"), "train, test or all"),
    ],
)
def test_what_cannot_be_done_is_one_line(xiaoer: Command, bare: Path, words: tuple[str, ...], said: str) -> None:
    (bare / "here.bin").write_bytes(b"\x00")
    (bare / "here.csv").write_text("text,intent\nhi,greeting\n")
    done = xiaoer("utterances", *words, "--data-dir", bare / "data")
    assert done.code == 1
    assert said in done.err
    assert len(done.err.splitlines()) == 1
