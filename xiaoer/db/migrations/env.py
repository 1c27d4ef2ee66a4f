"""Alembic's entry: runs the revisions on the connection that `xiaoer.db.migrate` hands over."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from xiaoer.db.schema import UtcDateTime


def _render(kind: str, thing: Any, autogen: Any) -> str | Literal[False]:
    if kind == "type" and isinstance(thing, UtcDateTime):
        autogen.imports.add("from xiaoer.db.schema import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and isinstance(thing, sa.JSON):
        autogen.imports.add("from xiaoer.db.schema import Json")
        return "Json"
    return False


def run() -> None:
    """Run inside the transaction that is open already; the caller commits."""
    config = context.config
    context.configure(
        connection=config.attributes["connection"],
        target_metadata=config.attributes["metadata"],
        render_item=_render,
        transactional_ddl=False,
        render_as_batch=False,
    )
    context.run_migrations()


run()
