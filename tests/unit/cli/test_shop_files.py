"""`xiaoer shops import` and `export`: another system's file by the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.conftest import Command
from tests.unit.formats.small_store import store


def test_by_the_command_line(xiaoer: Command, tmp_path: Path) -> None:
    file, out = tmp_path / "db.json", tmp_path / "out.json"
    file.write_text(json.dumps(store()), "utf-8")
    here = ("--data-dir", tmp_path / "data")
    came = xiaoer("shops", "import", file, "--format", "tau2", "--no-model", *here)
    assert (came.code, "2 products, 3 customers, 7 orders" in came.err) == (0, True), came
    assert xiaoer("shops", "export", "--format", "tau2", "--out", out, *here).code == 0
    assert json.loads(out.read_text("utf-8")) == store()
    again = xiaoer("shops", "import", file, "--format", "tau2", "--no-model", *here)
    assert (again.code, "--as" in again.err) == (1, True)
    unknown = xiaoer("shops", "import", file, "--format", "csv", *here)
    assert (unknown.code, "tau2" in unknown.err) == (1, True)
