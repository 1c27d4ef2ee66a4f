"""The tables of what the shop sells and what became of it."""

from __future__ import annotations

import sqlalchemy as sa

from xiaoer.db.schema import Json, UtcDateTime, metadata, shop_table

# The one table that stands above the shops: it says which there are. It has no `shop_id`, so a Scope leaves it alone.
shops = sa.Table(
    "shops",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("names", Json, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("time_zone", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("hours_from", sa.Text, nullable=False),
    sa.Column("hours_to", sa.Text, nullable=False),
)

notes = shop_table(  # small texts of a shop by key: its dictionary, its identity secret
    "shop_notes",
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
)

policies = shop_table(  # every after-sales policy that was ever in force; the one with the highest number is
    "policies",
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
)

products = shop_table(
    "products",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("names", Json, nullable=False),
    sa.Column("kind", Json, nullable=False),
    sa.Column("description", Json, nullable=False),
    sa.Column("attributes", Json, nullable=False),
    sa.Column("nicknames", Json, nullable=False),
    sa.Column("promotion", sa.Text),
    sa.Column("returnable", sa.Text, nullable=False),
    sa.Column("warranty_months", sa.Integer, nullable=False),
    sa.Column("accessories", Json, nullable=False),
    sa.Column("tags", Json, nullable=False),
    sa.Column("picture", sa.Text, nullable=False),
)

variants = shop_table(
    "variants",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("product_id", sa.Text, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("options", Json, nullable=False),
    sa.Column("price_minor", sa.BigInteger, nullable=False),
    sa.Column("was_price_minor", sa.BigInteger),
    sa.Column("stock", sa.Integer, nullable=False),
    sa.Column("is_counted", sa.Boolean, nullable=False),
    sa.CheckConstraint("stock >= 0", name="stock"),
    sa.Index("ix_variants_product", "shop_id", "product_id"),
)


def _of_order(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """A table of things that hang on an order; `place` keeps their order."""
    return shop_table(
        name,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["shop_id", "order_id"], ["orders.shop_id", "orders.id"], ondelete="CASCADE"),
        sa.Index(f"ix_{name}_order", "shop_id", "order_id"),
    )


orders = shop_table(
    "orders",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("placed_at", UtcDateTime, nullable=False),
    sa.Column("goods_minor", sa.BigInteger, nullable=False),
    sa.Column("shipping_minor", sa.BigInteger, nullable=False),
    sa.Column("discount_minor", sa.BigInteger, nullable=False),
    sa.Column("total_minor", sa.BigInteger, nullable=False),
    sa.Column("address", Json, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    *(
        sa.Column(f"{name}_at", UtcDateTime)
        for name in ("paid", "packed", "shipped", "delivered", "cancelled", "opened")
    ),
    sa.Column("payment_kind", sa.Text, nullable=False),
    sa.Column("payment_id", sa.Text),
    sa.Column("is_dated", sa.Boolean, nullable=False),
    sa.Column("cancel_reason", sa.Text, nullable=False),
    sa.Column("express", sa.Boolean, nullable=False),
    sa.Column("coupon_code", sa.Text),
    sa.Column("items_changed", sa.Boolean, nullable=False),
    sa.Column("refunded_minor", sa.BigInteger, nullable=False),
    sa.Index("ix_orders_customer", "shop_id", "customer_id", "placed_at"),
)

order_items = _of_order(
    "order_items",
    sa.Column("product_id", sa.Text, nullable=False),
    sa.Column("variant_id", sa.Text, nullable=False),
    sa.Column("names", Json, nullable=False),
    sa.Column("options", Json, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("unit_price_minor", sa.BigInteger, nullable=False),
    sa.Column("unit_paid_minor", sa.BigInteger, nullable=False),
    sa.Column("returnable", sa.Text, nullable=False),
    sa.Column("warranty_months", sa.Integer, nullable=False),
    sa.Column("promotion", sa.Text),
    sa.Column("picture", sa.Text, nullable=False),
    sa.Column("returned_quantity", sa.Integer, nullable=False),
    sa.Column("exchanged_quantity", sa.Integer, nullable=False),
    sa.Column("is_gift", sa.Boolean, nullable=False),
    sa.CheckConstraint("returned_quantity <= quantity", name="returned"),
)

shipments = _of_order(
    "shipments",
    sa.Column("courier", sa.Text, nullable=False),
    sa.Column("tracking_number", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("shipped_at", UtcDateTime),
    sa.Column("delivered_at", UtcDateTime),
    sa.Column("expected_at", UtcDateTime),
    sa.Column("events", Json, nullable=False),
    sa.Column("item_ids", Json, nullable=False),
    sa.Column("fulfilment", sa.Text, nullable=False),
    sa.Index("ix_shipments_number", "shop_id", "tracking_number"),
)

payments = _of_order(
    "payments",
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("paid_at", UtcDateTime, nullable=False),
    sa.Column("payment_id", sa.Text),
    sa.Column("entry", sa.Integer, nullable=False),
)

refunds = _of_order(
    "refunds",
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("started_at", UtcDateTime),
    sa.Column("due_at", UtcDateTime),
    sa.Column("arrived_at", UtcDateTime),
    sa.Column("case_id", sa.Text),
    sa.Column("payment_id", sa.Text),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.CheckConstraint("amount_minor >= 0", name="amount"),
)

cases = _of_order(
    "cases",
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("items", Json, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("swaps", Json, nullable=False),
    sa.Column("payment_id", sa.Text),
    sa.Column("verdict", Json, nullable=False),
)

invoices = _of_order(
    "invoices",
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("tax_number", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("issued_at", UtcDateTime),
)

coupons = shop_table(
    "coupons",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("names", Json, nullable=False),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("minimum_minor", sa.BigInteger, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Index("ix_coupons_customer", "shop_id", "customer_id"),
)

commits = shop_table(  # what was done once under an idempotency key, and what came of it
    "commits",
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("order_id", sa.Text),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("result", Json, nullable=False),
    sa.Column("done_at", UtcDateTime, nullable=False),
)

urges = shop_table(  # "hurry up": what the warehouse or the courier was asked to look at
    "urges",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
)
