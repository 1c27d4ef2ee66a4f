"""The tables of the knowledge: articles, their history, and what the index has yet to pick up."""

from __future__ import annotations

import sqlalchemy as sa

from xiaoer.db.schema import Json, UtcDateTime, shop_table

articles = shop_table(
    "articles",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("intents", Json, nullable=False),
    sa.Column("texts", Json, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Text),
    sa.Column("valid_to", sa.Text),
)

article_history = shop_table(
    "article_history",
    sa.Column("article_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("article", Json, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
)

# The outbox of the index: one row per changed article, written in the transaction of the change. `seq` only grows, and two
# writers cannot take the same one, so "everything above the last seq I applied" is all that a reader must ask for.
article_changes = shop_table(
    "article_changes",
    sa.Column("article_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.UniqueConstraint("shop_id", "seq", name="uq_article_changes_seq"),
)
