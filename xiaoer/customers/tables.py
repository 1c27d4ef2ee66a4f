"""The tables of who the shop talks to."""

from __future__ import annotations

import sqlalchemy as sa

from xiaoer.db.schema import Json, UtcDateTime, shop_table

customers = shop_table(
    "customers",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_key", sa.Text, nullable=False),  # the name as it is searched: see store.name_key
    sa.Column("family_name", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("is_visitor", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("phone", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("points", sa.Integer, nullable=False),
    sa.Column("spent_12_months_minor", sa.BigInteger, nullable=False),
    sa.Column("wants_marketing", sa.Boolean, nullable=False),
    sa.Column("addresses", Json, nullable=False),  # always read and written whole, with their customer
    sa.Index("ix_customers_name", "shop_id", "name_key"),
    sa.Index("ix_customers_email", "shop_id", "email"),
    sa.Index("ix_customers_phone", "shop_id", "phone"),
)

payment_methods = shop_table(
    "payment_methods",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("brand", sa.Text, nullable=False),
    sa.Column("last4", sa.Text, nullable=False),
    sa.Column("balance_minor", sa.BigInteger),
    sa.CheckConstraint("balance_minor >= 0", name="balance"),
    sa.ForeignKeyConstraint(["shop_id", "customer_id"], ["customers.shop_id", "customers.id"], ondelete="CASCADE"),
    sa.Index("ix_payment_methods_customer", "shop_id", "customer_id"),
)

verification_tries = shop_table(
    "verification_tries",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("order_number", sa.Text, nullable=False),
    sa.Column("tried_at", UtcDateTime, nullable=False),
    sa.Index("ix_verification_tries_conversation", "shop_id", "conversation_id", "tried_at"),
    sa.Index("ix_verification_tries_order", "shop_id", "order_number", "tried_at"),
)
