"""first"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from xiaoer.db.schema import Json
from xiaoer.db.schema import UtcDateTime

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('article_changes',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'article_id', name=op.f('pk_article_changes')),
    sa.UniqueConstraint('shop_id', 'seq', name='uq_article_changes_seq')
    )
    op.create_table('article_drafts',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('article', Json, nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('edited_by', sa.Text(), nullable=False),
    sa.Column('edited_at', UtcDateTime(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'article_id', name=op.f('pk_article_drafts'))
    )
    op.create_table('article_history',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('article', Json, nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.Column('saved_by', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'article_id', 'version', name=op.f('pk_article_history'))
    )
    op.create_table('article_sources',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Text(), nullable=False),
    sa.Column('root', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('part', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('text_digest', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'article_id', name=op.f('pk_article_sources'))
    )
    op.create_index('ix_article_sources_root', 'article_sources', ['shop_id', 'root'], unique=False)
    op.create_index('ix_article_sources_source', 'article_sources', ['shop_id', 'source'], unique=False)
    op.create_table('article_uses',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Text(), nullable=False),
    sa.Column('day', sa.Text(), nullable=False),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'article_id', 'day', name=op.f('pk_article_uses'))
    )
    op.create_table('article_vectors',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Text(), nullable=False),
    sa.Column('encoder', sa.Text(), nullable=False),
    sa.Column('digests', Json, nullable=False),
    sa.Column('vectors', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'article_id', name=op.f('pk_article_vectors')),
    info={'is_made': True}
    )
    op.create_table('articles',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('audience', sa.Text(), nullable=False),
    sa.Column('intents', Json, nullable=False),
    sa.Column('texts', Json, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Text(), nullable=True),
    sa.Column('valid_to', sa.Text(), nullable=True),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('languages', sa.Text(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_articles'))
    )
    op.create_index('ix_articles_updated', 'articles', ['shop_id', 'updated_at'], unique=False)
    op.create_table('audit',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('data', Json, nullable=False),
    sa.Column('previous', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'seq', name=op.f('pk_audit'))
    )
    op.create_index('ix_audit_about', 'audit', ['shop_id', 'about'], unique=False)
    op.create_table('commits',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=True),
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('result', Json, nullable=False),
    sa.Column('done_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'key', name=op.f('pk_commits'))
    )
    op.create_table('conversations',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('holder', sa.Text(), nullable=False),
    sa.Column('staff_id', sa.Text(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.Column('waiting_since', UtcDateTime(), nullable=True),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.Column('answered_seq', sa.Integer(), nullable=False),
    sa.Column('customer_seq', sa.Integer(), nullable=False),
    sa.Column('last_text', sa.Text(), nullable=False),
    sa.Column('mood', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', Json, nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_conversations'))
    )
    op.create_index('ix_conversations_customer', 'conversations', ['shop_id', 'customer_id', 'updated_at'], unique=False)
    op.create_index('ix_conversations_inbox', 'conversations', ['shop_id', 'holder', 'updated_at'], unique=False)
    op.create_table('coupons',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('names', Json, nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('minimum_minor', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_coupons'))
    )
    op.create_index('ix_coupons_customer', 'coupons', ['shop_id', 'customer_id'], unique=False)
    op.create_table('customers',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_key', sa.Text(), nullable=False),
    sa.Column('family_name', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('is_visitor', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('spent_12_months_minor', sa.BigInteger(), nullable=False),
    sa.Column('wants_marketing', sa.Boolean(), nullable=False),
    sa.Column('addresses', Json, nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_customers'))
    )
    op.create_index('ix_customers_email', 'customers', ['shop_id', 'email'], unique=False)
    op.create_index('ix_customers_name', 'customers', ['shop_id', 'name_key'], unique=False)
    op.create_index('ix_customers_phone', 'customers', ['shop_id', 'phone'], unique=False)
    op.create_table('entity_words',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('words', Json, nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_entity_words')),
    sa.UniqueConstraint('shop_id', 'kind', 'name', 'value', 'language', name='uq_entity_words')
    )
    op.create_table('feedback',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('said_at', UtcDateTime(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_feedback'))
    )
    op.create_table('knowledge_import_items',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('import_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('before', Json, nullable=False),
    sa.Column('reason', Json, nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'import_id', 'seq', name=op.f('pk_knowledge_import_items'))
    )
    op.create_table('knowledge_imports',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('names', Json, nullable=False),
    sa.Column('options', Json, nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('doing', sa.Text(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('counts', Json, nullable=False),
    sa.Column('started_by', sa.Text(), nullable=False),
    sa.Column('started_at', UtcDateTime(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_knowledge_imports'))
    )
    op.create_table('model_versions',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by', sa.Text(), nullable=False),
    sa.Column('data_hash', sa.Text(), nullable=False),
    sa.Column('settings', Json, nullable=False),
    sa.Column('figures', Json, nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.Column('lines', sa.Integer(), nullable=False),
    sa.Column('intents', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_model_versions')),
    sa.UniqueConstraint('shop_id', 'number', name='uq_model_versions_number')
    )
    op.create_table('orders',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('placed_at', UtcDateTime(), nullable=False),
    sa.Column('goods_minor', sa.BigInteger(), nullable=False),
    sa.Column('shipping_minor', sa.BigInteger(), nullable=False),
    sa.Column('discount_minor', sa.BigInteger(), nullable=False),
    sa.Column('total_minor', sa.BigInteger(), nullable=False),
    sa.Column('address', Json, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('paid_at', UtcDateTime(), nullable=True),
    sa.Column('packed_at', UtcDateTime(), nullable=True),
    sa.Column('shipped_at', UtcDateTime(), nullable=True),
    sa.Column('delivered_at', UtcDateTime(), nullable=True),
    sa.Column('cancelled_at', UtcDateTime(), nullable=True),
    sa.Column('opened_at', UtcDateTime(), nullable=True),
    sa.Column('payment_kind', sa.Text(), nullable=False),
    sa.Column('payment_id', sa.Text(), nullable=True),
    sa.Column('is_dated', sa.Boolean(), nullable=False),
    sa.Column('cancel_reason', sa.Text(), nullable=False),
    sa.Column('express', sa.Boolean(), nullable=False),
    sa.Column('coupon_code', sa.Text(), nullable=True),
    sa.Column('items_changed', sa.Boolean(), nullable=False),
    sa.Column('refunded_minor', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_orders'))
    )
    op.create_index('ix_orders_customer', 'orders', ['shop_id', 'customer_id', 'placed_at'], unique=False)
    op.create_table('policies',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('saved_by', sa.Text(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'number', name=op.f('pk_policies'))
    )
    op.create_table('products',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('names', Json, nullable=False),
    sa.Column('kind', Json, nullable=False),
    sa.Column('description', Json, nullable=False),
    sa.Column('attributes', Json, nullable=False),
    sa.Column('nicknames', Json, nullable=False),
    sa.Column('promotion', sa.Text(), nullable=True),
    sa.Column('returnable', sa.Text(), nullable=False),
    sa.Column('warranty_months', sa.Integer(), nullable=False),
    sa.Column('accessories', Json, nullable=False),
    sa.Column('tags', Json, nullable=False),
    sa.Column('picture', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_products'))
    )
    op.create_table('publications',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('version_id', sa.Text(), nullable=False),
    sa.Column('previous_id', sa.Text(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'seq', name=op.f('pk_publications'))
    )
    op.create_table('questions',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('turn_id', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('audience', sa.Text(), nullable=False),
    sa.Column('intent', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Text(), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('settled', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'turn_id', 'place', name=op.f('pk_questions'))
    )
    op.create_index('ix_questions_asked', 'questions', ['shop_id', 'asked_at'], unique=False)
    op.create_table('shop_notes',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'key', name=op.f('pk_shop_notes'))
    )
    op.create_table('shops',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('names', Json, nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('time_zone', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('hours_from', sa.Text(), nullable=False),
    sa.Column('hours_to', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shops'))
    )
    op.create_table('sign_in_tries',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('tried_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_sign_in_tries'))
    )
    op.create_index('ix_sign_in_tries_email', 'sign_in_tries', ['shop_id', 'email', 'tried_at'], unique=False)
    op.create_table('staff',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_staff')),
    sa.UniqueConstraint('shop_id', 'email', name='uq_staff_email')
    )
    op.create_table('training_runs',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('started_at', UtcDateTime(), nullable=False),
    sa.Column('started_by', sa.Text(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('share', sa.Float(), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('settings', Json, nullable=False),
    sa.Column('process', Json, nullable=False),
    sa.Column('error', Json, nullable=False),
    sa.Column('version_id', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_training_runs'))
    )
    op.create_index('ix_training_runs_started', 'training_runs', ['shop_id', 'started_at'], unique=False)
    op.create_table('urges',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_urges'))
    )
    op.create_table('utterances',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('mark', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=True),
    sa.Column('seq', sa.Integer(), nullable=True),
    sa.Column('split', sa.Text(), nullable=False),
    sa.Column('entities', Json, nullable=False),
    sa.Column('labelled_by', sa.Text(), nullable=True),
    sa.Column('labelled_at', UtcDateTime(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('skipped_at', UtcDateTime(), nullable=True),
    sa.Column('duplicate_of', sa.Text(), nullable=True),
    sa.Column('batch', sa.Text(), nullable=True),
    sa.Column('reading', Json, nullable=False),
    sa.Column('priority', sa.Float(), nullable=False),
    sa.Column('cluster', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_utterances'))
    )
    op.create_index('ix_utterances_batch', 'utterances', ['shop_id', 'batch'], unique=False)
    op.create_index('ix_utterances_label', 'utterances', ['shop_id', 'split', 'label'], unique=False)
    op.create_index('ix_utterances_mark', 'utterances', ['shop_id', 'mark'], unique=False)
    op.create_table('variants',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('product_id', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('options', Json, nullable=False),
    sa.Column('price_minor', sa.BigInteger(), nullable=False),
    sa.Column('was_price_minor', sa.BigInteger(), nullable=True),
    sa.Column('stock', sa.Integer(), nullable=False),
    sa.Column('is_counted', sa.Boolean(), nullable=False),
    sa.CheckConstraint('stock >= 0', name=op.f('ck_variants_stock')),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_variants'))
    )
    op.create_index('ix_variants_product', 'variants', ['shop_id', 'product_id'], unique=False)
    op.create_table('verification_tries',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('order_number', sa.Text(), nullable=False),
    sa.Column('tried_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_verification_tries'))
    )
    op.create_index('ix_verification_tries_conversation', 'verification_tries', ['shop_id', 'conversation_id', 'tried_at'], unique=False)
    op.create_index('ix_verification_tries_order', 'verification_tries', ['shop_id', 'order_number', 'tried_at'], unique=False)
    op.create_table('cases',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('items', Json, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('swaps', Json, nullable=False),
    sa.Column('payment_id', sa.Text(), nullable=True),
    sa.Column('verdict', Json, nullable=False),
    sa.ForeignKeyConstraint(['shop_id', 'order_id'], ['orders.shop_id', 'orders.id'], name=op.f('fk_cases_orders'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_cases'))
    )
    op.create_index('ix_cases_order', 'cases', ['shop_id', 'order_id'], unique=False)
    op.create_table('invoices',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('tax_number', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('issued_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['shop_id', 'order_id'], ['orders.shop_id', 'orders.id'], name=op.f('fk_invoices_orders'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_invoices'))
    )
    op.create_index('ix_invoices_order', 'invoices', ['shop_id', 'order_id'], unique=False)
    op.create_table('messages',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.Text(), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('staff_id', sa.Text(), nullable=True),
    sa.Column('turn_id', sa.Text(), nullable=True),
    sa.Column('body', Json, nullable=False),
    sa.Column('useful', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['shop_id', 'conversation_id'], ['conversations.shop_id', 'conversations.id'], name=op.f('fk_messages_conversations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'conversation_id', 'seq', name=op.f('pk_messages')),
    sa.UniqueConstraint('shop_id', 'conversation_id', 'author', 'client_id', name='uq_messages_client_id')
    )
    op.create_table('order_items',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Text(), nullable=False),
    sa.Column('variant_id', sa.Text(), nullable=False),
    sa.Column('names', Json, nullable=False),
    sa.Column('options', Json, nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_price_minor', sa.BigInteger(), nullable=False),
    sa.Column('unit_paid_minor', sa.BigInteger(), nullable=False),
    sa.Column('returnable', sa.Text(), nullable=False),
    sa.Column('warranty_months', sa.Integer(), nullable=False),
    sa.Column('promotion', sa.Text(), nullable=True),
    sa.Column('picture', sa.Text(), nullable=False),
    sa.Column('returned_quantity', sa.Integer(), nullable=False),
    sa.Column('exchanged_quantity', sa.Integer(), nullable=False),
    sa.Column('is_gift', sa.Boolean(), nullable=False),
    sa.CheckConstraint('returned_quantity <= quantity', name=op.f('ck_order_items_returned')),
    sa.ForeignKeyConstraint(['shop_id', 'order_id'], ['orders.shop_id', 'orders.id'], name=op.f('fk_order_items_orders'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_order_items'))
    )
    op.create_index('ix_order_items_order', 'order_items', ['shop_id', 'order_id'], unique=False)
    op.create_table('payment_methods',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('brand', sa.Text(), nullable=False),
    sa.Column('last4', sa.Text(), nullable=False),
    sa.Column('balance_minor', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('balance_minor >= 0', name=op.f('ck_payment_methods_balance')),
    sa.ForeignKeyConstraint(['shop_id', 'customer_id'], ['customers.shop_id', 'customers.id'], name=op.f('fk_payment_methods_customers'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_payment_methods'))
    )
    op.create_index('ix_payment_methods_customer', 'payment_methods', ['shop_id', 'customer_id'], unique=False)
    op.create_table('payments',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('paid_at', UtcDateTime(), nullable=False),
    sa.Column('payment_id', sa.Text(), nullable=True),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['shop_id', 'order_id'], ['orders.shop_id', 'orders.id'], name=op.f('fk_payments_orders'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_payments'))
    )
    op.create_index('ix_payments_order', 'payments', ['shop_id', 'order_id'], unique=False)
    op.create_table('refunds',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('started_at', UtcDateTime(), nullable=True),
    sa.Column('due_at', UtcDateTime(), nullable=True),
    sa.Column('arrived_at', UtcDateTime(), nullable=True),
    sa.Column('case_id', sa.Text(), nullable=True),
    sa.Column('payment_id', sa.Text(), nullable=True),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount_minor >= 0', name=op.f('ck_refunds_amount')),
    sa.ForeignKeyConstraint(['shop_id', 'order_id'], ['orders.shop_id', 'orders.id'], name=op.f('fk_refunds_orders'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_refunds'))
    )
    op.create_index('ix_refunds_order', 'refunds', ['shop_id', 'order_id'], unique=False)
    op.create_table('shipments',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('courier', sa.Text(), nullable=False),
    sa.Column('tracking_number', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('direction', sa.Text(), nullable=False),
    sa.Column('shipped_at', UtcDateTime(), nullable=True),
    sa.Column('delivered_at', UtcDateTime(), nullable=True),
    sa.Column('expected_at', UtcDateTime(), nullable=True),
    sa.Column('events', Json, nullable=False),
    sa.Column('item_ids', Json, nullable=False),
    sa.Column('fulfilment', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['shop_id', 'order_id'], ['orders.shop_id', 'orders.id'], name=op.f('fk_shipments_orders'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_shipments'))
    )
    op.create_index('ix_shipments_number', 'shipments', ['shop_id', 'tracking_number'], unique=False)
    op.create_index('ix_shipments_order', 'shipments', ['shop_id', 'order_id'], unique=False)
    op.create_table('turns',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('first_seq', sa.Integer(), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.Column('reply_seq', sa.Integer(), nullable=True),
    sa.Column('ending', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('trace', Json, nullable=False),
    sa.ForeignKeyConstraint(['shop_id', 'conversation_id'], ['conversations.shop_id', 'conversations.id'], name=op.f('fk_turns_conversations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_turns'))
    )
    op.create_index('ix_turns_conversation', 'turns', ['shop_id', 'conversation_id', 'last_seq'], unique=False)
    op.create_index('ix_turns_created', 'turns', ['shop_id', 'created_at'], unique=False)

    # The second wall between shops: PostgreSQL itself shows a connection only the rows of the shop it is set to.
    if op.get_bind().dialect.name == "postgresql":
        for table in ("article_changes", "article_drafts", "article_history", "article_sources", "article_uses", "article_vectors", "articles", "audit", "commits", "conversations", "coupons", "customers", "entity_words", "feedback", "knowledge_import_items", "knowledge_imports", "model_versions", "orders", "policies", "products", "publications", "questions", "shop_notes", "sign_in_tries", "staff", "training_runs", "urges", "utterances", "variants", "verification_tries", "cases", "invoices", "messages", "order_items", "payment_methods", "payments", "refunds", "shipments", "turns"):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY of_shop ON {table} USING (shop_id = current_setting('xiaoer.shop_id', true)) "
                "WITH CHECK (shop_id = current_setting('xiaoer.shop_id', true))"
            )


def downgrade() -> None:
    op.drop_index('ix_turns_created', table_name='turns')
    op.drop_index('ix_turns_conversation', table_name='turns')
    op.drop_table('turns')
    op.drop_index('ix_shipments_order', table_name='shipments')
    op.drop_index('ix_shipments_number', table_name='shipments')
    op.drop_table('shipments')
    op.drop_index('ix_refunds_order', table_name='refunds')
    op.drop_table('refunds')
    op.drop_index('ix_payments_order', table_name='payments')
    op.drop_table('payments')
    op.drop_index('ix_payment_methods_customer', table_name='payment_methods')
    op.drop_table('payment_methods')
    op.drop_index('ix_order_items_order', table_name='order_items')
    op.drop_table('order_items')
    op.drop_table('messages')
    op.drop_index('ix_invoices_order', table_name='invoices')
    op.drop_table('invoices')
    op.drop_index('ix_cases_order', table_name='cases')
    op.drop_table('cases')
    op.drop_index('ix_verification_tries_order', table_name='verification_tries')
    op.drop_index('ix_verification_tries_conversation', table_name='verification_tries')
    op.drop_table('verification_tries')
    op.drop_index('ix_variants_product', table_name='variants')
    op.drop_table('variants')
    op.drop_index('ix_utterances_mark', table_name='utterances')
    op.drop_index('ix_utterances_label', table_name='utterances')
    op.drop_index('ix_utterances_batch', table_name='utterances')
    op.drop_table('utterances')
    op.drop_table('urges')
    op.drop_index('ix_training_runs_started', table_name='training_runs')
    op.drop_table('training_runs')
    op.drop_table('staff')
    op.drop_index('ix_sign_in_tries_email', table_name='sign_in_tries')
    op.drop_table('sign_in_tries')
    op.drop_table('shops')
    op.drop_table('shop_notes')
    op.drop_index('ix_questions_asked', table_name='questions')
    op.drop_table('questions')
    op.drop_table('publications')
    op.drop_table('products')
    op.drop_table('policies')
    op.drop_index('ix_orders_customer', table_name='orders')
    op.drop_table('orders')
    op.drop_table('model_versions')
    op.drop_table('knowledge_imports')
    op.drop_table('knowledge_import_items')
    op.drop_table('feedback')
    op.drop_table('entity_words')
    op.drop_index('ix_customers_phone', table_name='customers')
    op.drop_index('ix_customers_name', table_name='customers')
    op.drop_index('ix_customers_email', table_name='customers')
    op.drop_table('customers')
    op.drop_index('ix_coupons_customer', table_name='coupons')
    op.drop_table('coupons')
    op.drop_index('ix_conversations_inbox', table_name='conversations')
    op.drop_index('ix_conversations_customer', table_name='conversations')
    op.drop_table('conversations')
    op.drop_table('commits')
    op.drop_index('ix_audit_about', table_name='audit')
    op.drop_table('audit')
    op.drop_index('ix_articles_updated', table_name='articles')
    op.drop_table('articles')
    op.drop_table('article_vectors')
    op.drop_table('article_uses')
    op.drop_index('ix_article_sources_source', table_name='article_sources')
    op.drop_index('ix_article_sources_root', table_name='article_sources')
    op.drop_table('article_sources')
    op.drop_table('article_history')
    op.drop_table('article_drafts')
    op.drop_table('article_changes')
