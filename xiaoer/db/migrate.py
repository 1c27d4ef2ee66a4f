"""Bring a database's schema up to date on an open connection: Alembic's revisions in `migrations/versions`."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from xiaoer.db.schema import load_all_tables

FOLDER = Path(__file__).parent / "migrations"


def config_for(connection: sa.Connection) -> Config:
    """Alembic's settings around this connection; nothing is read from a file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = load_all_tables()
    return config


def upgrade(connection: sa.Connection) -> None:
    """To the newest revision."""
    command.upgrade(config_for(connection), "head")
