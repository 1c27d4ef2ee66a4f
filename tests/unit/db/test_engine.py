"""Opening the records: what can be said early is said early, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiaoer.db.engine import Database
from xiaoer.errors import ConfigurationError


@pytest.mark.parametrize("url", ["mysql://root@localhost/x", "xiaoer.db", ""])
async def test_an_unknown_url_is_named(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        await Database.open(url)
    assert caught.value.field == "database_url"
    assert "postgresql://" in caught.value.en
    assert "postgresql://" in caught.value.zh


async def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ConfigurationError, match="XIAOER_DATA_DIR"):
        await Database.open(f"sqlite:///{tmp_path / 'taken' / 'xiaoer.sqlite3'}")


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "xiaoer.sqlite3"
    path.write_bytes(b"not a database, but long enough to look at" * 200)
    with pytest.raises(ConfigurationError, match=str(path)):
        await Database.open(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"not a database"), "somebody's file was overwritten"


async def test_a_postgres_that_does_not_answer_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1:1/nothing") as caught:
        await Database.open("postgresql://mei:secret@127.0.0.1:1/nothing")
    assert "secret" not in caught.value.en + caught.value.zh
