"""The tables of what the reader learns from, and of what it became."""

from __future__ import annotations

import sqlalchemy as sa

from xiaoer.db.schema import Json, UtcDateTime, shop_table

utterances = shop_table(
    "utterances",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("mark", sa.Text, nullable=False),  # of the normal form: lines that read alike carry the same
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("label", sa.Text),  # an intent, "oos", or nothing yet
    sa.Column("source", sa.Text, nullable=False),  # seed, imported, conversation, written
    sa.Column("origin", sa.Text, nullable=False),  # the file that it came in
    sa.Column("conversation_id", sa.Text),
    sa.Column("seq", sa.Integer),
    sa.Column("split", sa.Text, nullable=False),  # train or test; test lines are frozen
    sa.Column("entities", Json, nullable=False),
    sa.Column("labelled_by", sa.Text),  # or skipped
    sa.Column("labelled_at", UtcDateTime),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("skipped_at", UtcDateTime),
    sa.Column("duplicate_of", sa.Text),
    sa.Column("batch", sa.Text),  # the act of labelling, so that it can be undone whole
    sa.Column("reading", Json, nullable=False),  # how the published model read it when it was queued
    sa.Column("priority", sa.Float, nullable=False),
    sa.Column("cluster", sa.Text, nullable=False),
    sa.Index("ix_utterances_label", "shop_id", "split", "label"),
    sa.Index("ix_utterances_mark", "shop_id", "mark"),
    sa.Index("ix_utterances_batch", "shop_id", "batch"),
)

entity_words = shop_table(  # synonyms, lookups and patterns that came with an import, to be given back in an export
    "entity_words",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # synonym, lookup, regex
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("words", Json, nullable=False),
    sa.UniqueConstraint("shop_id", "kind", "name", "value", "language", name="uq_entity_words"),
)

training_runs = shop_table(
    "training_runs",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),  # running, stopping, done, failed, interrupted, stopped
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("started_by", sa.Text, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("share", sa.Float, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("settings", Json, nullable=False),
    sa.Column("process", Json, nullable=False),
    sa.Column("error", Json, nullable=False),
    sa.Column("version_id", sa.Text),
    sa.Index("ix_training_runs_started", "shop_id", "started_at"),
)

model_versions = shop_table(
    "model_versions",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("data_hash", sa.Text, nullable=False),
    sa.Column("settings", Json, nullable=False),
    sa.Column("figures", Json, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("intents", sa.Integer, nullable=False),
    sa.UniqueConstraint("shop_id", "number", name="uq_model_versions_number"),
)

publications = shop_table(  # the newest one names the version that reads
    "publications",
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("version_id", sa.Text, nullable=False),
    sa.Column("previous_id", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),  # publish, roll_back
)
