"""`xiaoer settings`: every value and where it came from, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command
from xiaoer.settings import PREFIX, Settings


def row_of(out: str, name: str) -> list[str]:
    """What is said of a setting: name, value, source, meaning."""
    (line,) = [one for one in out.splitlines() if one.startswith(f"{PREFIX}{name}\t")]
    return line.split("\t")


def test_every_setting_is_printed_with_its_source(xiaoer: Command, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / ".env").write_text('# ours\nXIAOER_LANGUAGE=en\nexport XIAOER_UPLOAD_MB="5"\n')
    monkeypatch.setenv("XIAOER_SHOP", "maple")
    done = xiaoer("settings", "--port", "9000")
    assert (done.code, done.err) == (0, "")
    for name in Settings.model_fields:
        assert row_of(done.out, name.upper())[3]
    assert row_of(done.out, "PORT")[1:3] == ["9000", "command line"]
    assert row_of(done.out, "SHOP")[1:3] == ["maple", "environment XIAOER_SHOP"]
    assert row_of(done.out, "LANGUAGE")[1:3] == ["en", ".env file"]
    assert row_of(done.out, "UPLOAD_MB")[1:3] == ["5", ".env file"]
    assert row_of(done.out, "HOST")[1:3] == ["127.0.0.1", "default"]


def test_no_secret_is_printed(xiaoer: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_SECRET", "hush-hush" * 5)
    for url in (
        "postgresql://mei:hush-hush@host/name",
        "postgresql://mei:hush%40-hush@host/name",
        "postgresql://mei:hush@hush@host/name",
        "postgresql://mei:hush/hush@host/name",
        "postgresql://host/name?user=mei&password=hush-hush",
    ):
        monkeypatch.setenv("XIAOER_DATABASE_URL", url)
        done = xiaoer("settings")
        assert done.code == 0
        assert "hush" not in done.out, url
        assert "host" in row_of(done.out, "DATABASE_URL")[1]
    assert row_of(done.out, "SECRET")[1] == "******"


def test_a_narrow_terminal_cuts_no_value(xiaoer: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    monkeypatch.setenv("FORCE_COLOR", "1")  # as if it were a terminal
    monkeypatch.setenv("XIAOER_PUBLIC_URL", "https://[x]" + "a" * 60 + ".example")
    out = xiaoer("settings").out
    assert "…" not in out
    assert "https" in out
    assert all(f"{PREFIX}{name.upper()}" in out for name in Settings.model_fields)


def test_a_home_folder_is_understood(xiaoer: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_DATA_DIR", "~/shop")
    assert row_of(xiaoer("settings").out, "DATA_DIR")[1] == str(Path.home() / "shop")
