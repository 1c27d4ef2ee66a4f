"""The tables of the people who answer."""

from __future__ import annotations

import sqlalchemy as sa

from xiaoer.db.schema import UtcDateTime, shop_table

staff = shop_table(
    "staff",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("shop_id", "email", name="uq_staff_email"),
)

sign_in_tries = shop_table(
    "sign_in_tries",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("tried_at", UtcDateTime, nullable=False),
    sa.Index("ix_sign_in_tries_email", "shop_id", "email", "tried_at"),
)
