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
    op.create_table('article_history',
    sa.Column('shop_id', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('article', Json, nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('shop_id', 'article_id', 'version', name=op.f('pk_article_history'))
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
    sa.PrimaryKeyConstraint('shop_id', 'id', name=op.f('pk_articles'))
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
        for table in ("article_changes", "article_history", "articles", "conversations", "messages", "turns"):
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
    op.drop_table('messages')
    op.drop_index('ix_conversations_inbox', table_name='conversations')
    op.drop_index('ix_conversations_customer', table_name='conversations')
    op.drop_table('conversations')
    op.drop_table('articles')
    op.drop_table('article_history')
    op.drop_table('article_changes')
