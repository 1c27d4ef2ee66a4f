"""Settings come from the command line, the environment, a .env file, then defaults; a wrong one is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xiaoer.errors import ConfigurationError
from xiaoer.settings import PREFIX, Settings, read_settings, sources


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting of the machine that runs the tests counts."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_everything_has_a_default_and_a_description(bare: Path) -> None:
    settings = read_settings()
    assert settings.data_dir == bare / "share" / "xiaoer"
    assert settings.records_url == f"sqlite:///{bare}/share/xiaoer/xiaoer.sqlite3"
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_command_line_outdoes_the_environment_which_outdoes_the_file(monkeypatch: pytest.MonkeyPatch, bare: Path) -> None:
    (bare / ".env").write_text("XIAOER_PORT=1111\nXIAOER_HOST=0.0.0.0\n# XIAOER_SHOP=no\nXIAOER_LANGUAGE=en\n")
    monkeypatch.setenv("XIAOER_PORT", "2222")
    monkeypatch.setenv("XIAOER_HOST", "::1")
    given = {"port": 3333, "host": None}
    settings = read_settings(**given)
    assert (settings.port, settings.host, settings.language, settings.shop) == (3333, "::1", "en", "spruce")
    told = sources(settings, given)
    assert told["port"] == "command line"
    assert told["host"] == "environment XIAOER_HOST"
    assert told["language"] == ".env file"
    assert told["shop"] == "default"
    assert set(told) == set(Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "ten"), ("PORT", "70000"), ("LANGUAGE", "fr"), ("LOG_LEVEL", "loud"), ("UPLOAD_MB", "0"), ("DATABASE_URL", "mysql://x")],
)
def test_a_wrong_value_is_named_with_what_was_expected(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"XIAOER_{name}", value)
    with pytest.raises(ConfigurationError) as caught:
        read_settings()
    for text in (caught.value.en, caught.value.zh):
        assert f"XIAOER_{name}" in text
        assert value in text
    assert caught.value.field == name.lower()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_SECRET", "hush-hush" * 5)
    settings = read_settings()
    assert settings.secret.get_secret_value() == "hush-hush" * 5
    assert "hush-hush" not in repr(settings)


def test_a_secret_that_is_too_short_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_SECRET", "hush-hush")
    with pytest.raises(ConfigurationError, match="32") as caught:
        read_settings()
    assert "hush-hush" not in caught.value.en + caught.value.zh


def test_a_password_in_the_databases_url_is_not_shown_when_it_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_DATABASE_URL", "mysql://root:hush-hush@host/x")
    with pytest.raises(ConfigurationError) as caught:
        read_settings()
    assert "hush-hush" not in caught.value.en + caught.value.zh


def test_settings_do_not_change() -> None:
    with pytest.raises(Exception, match="frozen"):
        read_settings().port = 1


def test_postgres_is_taken_as_given() -> None:
    settings = read_settings(database_url="postgresql://x@host/y")
    assert settings.records_url == "postgresql://x@host/y"
