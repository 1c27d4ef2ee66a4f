"""The tables of the record."""

from __future__ import annotations

import sqlalchemy as sa

from xiaoer.db.schema import Json, UtcDateTime, shop_table

conversations = shop_table(
    "conversations",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("staff_id", sa.Text),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("waiting_since", UtcDateTime),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("answered_seq", sa.Integer, nullable=False),
    sa.Column("customer_seq", sa.Integer, nullable=False),  # the newest line of the customer: what is owed an answer
    sa.Column("last_text", sa.Text, nullable=False),
    sa.Column("mood", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", Json, nullable=False),
    sa.Index("ix_conversations_customer", "shop_id", "customer_id", "updated_at"),
    sa.Index("ix_conversations_inbox", "shop_id", "holder", "updated_at"),
)

messages = shop_table(
    "messages",
    sa.Column("conversation_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("staff_id", sa.Text),
    sa.Column("turn_id", sa.Text),
    sa.Column("body", Json, nullable=False),  # cards, sources, chips, attachments, data: only the keys that are not empty
    sa.Column("useful", sa.Boolean),
    sa.UniqueConstraint("shop_id", "conversation_id", "author", "client_id", name="uq_messages_client_id"),
    sa.ForeignKeyConstraint(
        ["shop_id", "conversation_id"], ["conversations.shop_id", "conversations.id"], ondelete="CASCADE"
    ),
)

turns = shop_table(
    "turns",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("first_seq", sa.Integer, nullable=False),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("reply_seq", sa.Integer),
    sa.Column("ending", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("trace", Json, nullable=False),
    sa.ForeignKeyConstraint(
        ["shop_id", "conversation_id"], ["conversations.shop_id", "conversations.id"], ondelete="CASCADE"
    ),
    sa.Index("ix_turns_conversation", "shop_id", "conversation_id", "last_seq"),
    sa.Index("ix_turns_created", "shop_id", "created_at"),
)

feedback = shop_table(  # what customers told the shop about itself
    "feedback",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("said_at", UtcDateTime, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
)
