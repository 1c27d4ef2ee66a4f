"""A scope's statements stay within its shop; whatever else is tried is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from xiaoer.conversations.store import NewMessage, add_conversation, add_message
from xiaoer.conversations.tables import conversations, messages
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope


def open_one(scope: Scope) -> str:
    conversation_id = add_conversation(scope, customer_id="mei", channel="web", language="zh").id
    add_message(scope, conversation_id, NewMessage("customer", "你好", "zh"))
    return conversation_id


Statement = Callable[[Scope], Any]
c, m = conversations.c, messages.c
REFUSED: dict[str, Statement] = {
    "a bare select": lambda s: sa.select(conversations),
    "a bare select of a column": lambda s: sa.select(c.id),
    "a bare count": lambda s: sa.select(sa.func.count()).select_from(conversations),
    "a bare insert": lambda s: sa.insert(conversations).values(id="x", shop_id="maple"),
    "a bare update": lambda s: sa.update(conversations).values(mood="x"),
    "a bare delete": lambda s: sa.delete(messages),
    "text": lambda s: sa.text("SELECT * FROM conversations"),
    "another shop": lambda s: sa.select(conversations).where(c.shop_id == "maple"),
    "another shop beside ours": lambda s: s.select(conversations).where(c.shop_id == "maple"),
    "every other shop": lambda s: sa.select(conversations).where(c.shop_id != s.shop_id),
    "our shop or anything": lambda s: sa.select(conversations).where(sa.or_(c.shop_id == s.shop_id, sa.true())),
    "not our shop": lambda s: sa.select(conversations).where(sa.not_(c.shop_id == s.shop_id)),
    "a bare join": lambda s: s.select(c.id).join(messages, m.conversation_id == c.id),
    "a bare sub-query": lambda s: s.select(c.id).where(c.id.in_(sa.select(m.conversation_id))),
    "a bare sub-query of the same table": lambda s: s.select(m.text).where(
        m.seq == sa.select(sa.func.max(m.seq)).correlate(None).scalar_subquery()
    ),
    "a bare sub-query in a column": lambda s: s.select(c.id, sa.select(sa.func.count(m.seq)).scalar_subquery()),
    "a bare sub-query as a table": lambda s: sa.select(sa.select(m.text).subquery()),
    "a bare half of a union": lambda s: sa.union(s.select(c.id), sa.select(m.text)),
    "an update by a bare sub-query": lambda s: s.update(conversations).values(
        last_text=sa.select(m.text).limit(1).scalar_subquery()
    ),
    "an alias": lambda s: sa.select(conversations.alias().c.id),
}
ALLOWED: dict[str, Statement] = {
    "a select": lambda s: s.select(conversations),
    "a select of a column": lambda s: s.select(c.id, sa.func.count()).group_by(c.id),
    "a join": lambda s: s.join(s.select(c.id, m.text), messages, m.conversation_id == c.id),
    "a sub-query": lambda s: s.select(c.id).where(c.id.in_(s.select(m.conversation_id))),
    "a sub-query that leans on the outer table": lambda s: s.select(c.id).where(
        sa.exists(sa.select(m.seq).where(m.conversation_id == c.id, m.shop_id == s.shop_id))
    ),
    "an update": lambda s: s.update(conversations).values(mood="calm"),
    "a delete": lambda s: s.delete(messages).where(m.seq > 99),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_statement_without_its_shop_is_refused(database: Database, name: str) -> None:
    await database.write("spruce", open_one)
    with pytest.raises(RuntimeError, match="shop"):
        await database.write("spruce", lambda scope: scope.execute(REFUSED[name](scope)))


@pytest.mark.parametrize("name", ALLOWED)
async def test_a_statement_within_its_shop_runs(database: Database, name: str) -> None:
    await database.write("spruce", open_one)
    await database.write("spruce", lambda scope: scope.execute(ALLOWED[name](scope)))


async def test_a_select_sees_one_shop(database: Database) -> None:
    ours, theirs = await database.write("spruce", open_one), await database.write("maple", open_one)
    for shop, seen in (("spruce", ours), ("maple", theirs), ("birch", None)):
        ids = await database.read(shop, lambda scope: [row.id for row in scope.all(scope.select(conversations))])
        assert ids == [seen] * (seen is not None)


async def test_an_insert_carries_its_own_shop_whatever_the_values_say(database: Database) -> None:
    row = {"shop_id": "maple", "conversation_id": await database.write("spruce", open_one), "seq": 9, "client_id": "x"}
    row |= {"author": "staff", "kind": "text", "text": "", "language": "zh", "body": {}}
    await database.write("spruce", lambda s: s.execute(s.insert(messages).values(**row, created_at=s.now)))
    assert await database.read("maple", lambda s: s.first(s.select(messages))) is None


async def test_many_rows_carry_their_own_shop(database: Database) -> None:
    row: dict[str, Any] = {"shop_id": "maple", "conversation_id": await database.write("spruce", open_one)}
    row |= {"author": "staff", "kind": "text", "text": "", "language": "zh", "body": {}}

    def add(scope: Scope) -> None:
        scope.many(messages, [{**row, "seq": seq, "client_id": str(seq), "created_at": scope.now} for seq in (8, 9)])
        scope.many(messages, [])

    await database.write("spruce", add)
    assert await database.read("maple", lambda s: s.all(s.select(messages))) == []
    assert len(await database.read("spruce", lambda s: s.all(s.select(messages)))) == 3


async def test_an_upsert_says_whether_the_row_is_new(database: Database) -> None:
    def put(text: str) -> Callable[[Scope], bool]:
        values = {"key": "policy", "text": text}
        table = sa.Table("shop_notes", conversations.metadata)
        return lambda s: s.upsert(table, {**values, "saved_at": s.now}, keys=["key"], update=["text"])

    assert await database.write("spruce", put("one"))
    assert not await database.write("spruce", put("two"))
    assert await database.write("maple", put("three")), "the same key in another shop is another row"
    table = sa.Table("shop_notes", conversations.metadata)
    assert await database.read("spruce", lambda s: s.scalar(s.select(table.c.text))) == "two"
    assert await database.read("maple", lambda s: s.scalar(s.select(table.c.text))) == "three"
