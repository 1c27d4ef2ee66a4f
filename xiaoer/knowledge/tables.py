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
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("languages", sa.Text, nullable=False),  # "zh,en": to filter by
    sa.Column("words", sa.Text, nullable=False),  # folded titles, similar questions and bodies, for the console's search
    sa.Index("ix_articles_updated", "shop_id", "updated_at"),
)

# The next version of an article while it is written and reviewed: at most one for each.
article_drafts = shop_table(
    "article_drafts",
    sa.Column("article_id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("article", Json, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("edited_by", sa.Text, nullable=False),
    sa.Column("edited_at", UtcDateTime, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)

article_history = shop_table(
    "article_history",
    sa.Column("article_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("article", Json, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)

# How often an article answered, by day of the shop's clock (UTC): what nobody asks for shows.
article_uses = shop_table(
    "article_uses",
    sa.Column("article_id", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("uses", sa.Integer, nullable=False),
)

# What customers asked of the knowledge and what it said: the unanswered are gaps, the answered are what an edit must not break.
# `settled`: empty while a gap may be made of it; else the article that was written for it, or "-" where nobody will answer it.
questions = shop_table(
    "questions",
    sa.Column("turn_id", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("intent", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("article_id", sa.Text, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("settled", sa.Text, nullable=False),
    sa.Index("ix_questions_asked", "shop_id", "asked_at"),
)

# Where an imported article comes from: `source` is the file or page, `root` the folder or site it was found in (or empty),
# `part` its place inside. `digest` is of all that was read there (empty: it is gone from there), `text_digest` of the words
# alone: an article whose words have another one was edited by a person since.
article_sources = shop_table(
    "article_sources",
    sa.Column("article_id", sa.Text, primary_key=True),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("text_digest", sa.Text, nullable=False),
    sa.Index("ix_article_sources_source", "shop_id", "source"),
    sa.Index("ix_article_sources_root", "shop_id", "root"),
)

knowledge_imports = shop_table(
    "knowledge_imports",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("names", Json, nullable=False),
    sa.Column("options", Json, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("doing", sa.Text, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("counts", Json, nullable=False),
    sa.Column("started_by", sa.Text, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
)

knowledge_import_items = shop_table(
    "knowledge_import_items",
    sa.Column("import_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("article_id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("before", Json, nullable=False),  # what undoing needs: the version before, and the row of article_sources
    sa.Column("reason", Json, nullable=False),  # {"en": …, "zh": …}, empty where all is well
)

# What an encoder made of an article: a digest per text, and all their vectors in a row (float16). Made from the articles, so
# a copy of the records goes without them.
article_vectors = shop_table(
    "article_vectors",
    sa.Column("article_id", sa.Text, primary_key=True),
    sa.Column("encoder", sa.Text, nullable=False),
    sa.Column("digests", Json, nullable=False),
    sa.Column("vectors", sa.LargeBinary, nullable=False),
)
article_vectors.info["is_made"] = True

# The outbox of the index: one row per changed article, written in the transaction of the change. `seq` only grows, and two
# writers cannot take the same one, so "everything above the last seq I applied" is all that a reader must ask for.
article_changes = shop_table(
    "article_changes",
    sa.Column("article_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.UniqueConstraint("shop_id", "seq", name="uq_article_changes_seq"),
)
