"""Opening the records: what can be said early is said early, in one line."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest
import sqlalchemy as sa

from xiaoer.conversations.store import add_conversation, list_of_customer
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.errors import ConfigurationError


def one_conversation(scope: Scope) -> str:
    return add_conversation(scope, customer_id="mei", channel="web", language="zh").id


async def test_what_was_written_is_there_after_closing_and_opening(database_url: str) -> None:
    first = await Database.open(database_url)
    await first.migrate()
    written = await first.write("spruce", one_conversation)
    await first.close()

    second = await Database.open(database_url)
    found = await second.read("spruce", lambda scope: list_of_customer(scope, "mei"))
    await second.close()
    assert [one.id for one in found] == [written]


async def test_a_read_keeps_nothing(database: Database) -> None:
    with contextlib.suppress(sa.exc.DBAPIError):  # PostgreSQL refuses outright; SQLite forgets
        await database.read("spruce", one_conversation)
    assert await database.read("spruce", lambda scope: list_of_customer(scope, "mei")) == ()


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


async def test_a_stop_iteration_does_not_leave_the_caller_waiting(database: Database) -> None:
    def search_in_vain(scope: Scope) -> None:
        next(iter(()))

    for ask in (database.read, database.write):
        with pytest.raises(RuntimeError):
            await asyncio.wait_for(ask("spruce", search_in_vain), 5)
