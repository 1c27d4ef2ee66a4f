"""Bring a database's schema up to date on an open connection: Alembic's revisions in `migrations/versions`."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from xiaoer.db.schema import load_all_tables
from xiaoer.errors import ConfigurationError

FOLDER = Path(__file__).parent / "migrations"
_VERSION = sa.table("alembic_version", sa.column("version_num"))
_NAMED = re.compile(r"""^(?:down_)?revision = ["'](\w+)["']""", re.MULTILINE)


def config_for(connection: sa.Connection) -> Any:
    """Alembic's settings around this connection; nothing is read from a file."""
    config = importlib.import_module("alembic.config").Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = load_all_tables()
    return config


def upgrade(connection: sa.Connection) -> None:
    """To the newest revision. ConfigurationError when the database was made by a newer version of Xiaoer.

    Alembic is imported only where there is something to do: it takes a tenth of a second and 11 MB.
    """
    known, newest = _revisions()
    found = _find_revision(connection)
    if found == newest:
        return
    if found is not None and found not in known:
        raise ConfigurationError(
            f"The records were written by a newer version of Xiaoer (schema {found}; this one knows up to {newest}). "
            "Install the newer version again, or set XIAOER_DATA_DIR or XIAOER_DATABASE_URL to other records.",
            f"这些数据由更新版本的 Xiaoer 写入（结构版本 {found}，本版本最高支持 {newest}）。"
            "请重新安装新版本，或用 XIAOER_DATA_DIR、XIAOER_DATABASE_URL 指向其他数据。",
            field="database_url",
        )
    importlib.import_module("alembic.command").upgrade(config_for(connection), "head")


def _revisions() -> tuple[set[str], str]:
    """The names of all revisions, and of the one that no other is built on."""
    known: set[str] = set()
    below: set[str] = set()
    for path in (FOLDER / "versions").glob("*.py"):
        own, *lower = _NAMED.findall(path.read_text("utf-8"))
        known.add(own)
        below.update(lower)
    (newest,) = known - below
    return known, newest


def _find_revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(sa.select(_VERSION.c.version_num)).scalar()
    return found
