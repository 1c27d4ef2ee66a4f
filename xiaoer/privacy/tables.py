"""The table of the audit."""

from __future__ import annotations

import sqlalchemy as sa

from xiaoer.db.schema import Json, UtcDateTime, shop_table

audit = shop_table(
    "audit",
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Index("ix_audit_about", "shop_id", "about"),
)
