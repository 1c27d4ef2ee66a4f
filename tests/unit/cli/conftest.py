"""The command line: most commands run in this process, those that need less rights or another end in one of their own."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from xiaoer.cli.main import main
from xiaoer.settings import PREFIX

Command = Callable[..., "Ended"]


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what stood on its two outputs."""

    code: int
    out: str
    err: str

    def only_line(self) -> str:
        """The one line that says why it was not possible; nothing else was printed."""
        assert self.code == 2, self
        lines = self.err.splitlines()
        assert len(lines) == 1, self
        assert lines[0].startswith("xiaoer: ")
        assert "Traceback" not in self.err
        return lines[0]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting of the machine that runs the tests counts; the terminal is an English one, wide enough for everything."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "300")
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "share"))
    monkeypatch.chdir(home)
    return home


@pytest.fixture
def xiaoer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process, as the shell would."""

    def run(*words: object, typed: str = "", language: str = "") -> Ended:
        monkeypatch.setattr(sys, "argv", ["xiaoer", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        if language:
            monkeypatch.setenv("LANG", language)
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main()
        printed = capsys.readouterr()
        return Ended(int(caught.value.code or 0), printed.out, printed.err)

    return run


def apart(*words: object, language: str = "en_GB.UTF-8", before: tuple[str, ...] = (), **more: str) -> Ended:
    """Run a command in a process of its own, behind the words of `before`."""
    command = [*before, sys.executable, "-m", "xiaoer", *map(str, words)]
    around = {**os.environ, "LANG": language, **more}
    done = subprocess.run(command, capture_output=True, text=True, env=around, check=False, timeout=120)
    return Ended(done.returncode, done.stdout, done.stderr)


def as_plain_user() -> tuple[str, ...]:
    """Words before a command that make it obey the rights of files and ports, also where the tests run as root."""
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root may do everything, and setpriv, which would take that away, is missing")
    without = "-dac_override,-dac_read_search,-net_bind_service,-fowner"
    return (setpriv, f"--bounding-set={without}", f"--inh-caps={without}")
