"""Every query about the shops of this installation and the small texts that each keeps (dictionary, secrets)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound
from xiaoer.shop.tables import notes, shops
from xiaoer.shop.types import Shop

_WORDS, _IDENTITY = "words", "identity_secret"


def list_shops(scope: Scope) -> tuple[Shop, ...]:
    """All shops, by id. The table stands above the shops: any scope may ask."""
    rows = scope.all(sa.select(shops).order_by(shops.c.id))  # house: shops has no shop_id
    return tuple(_shop(row._mapping) for row in rows)


def get_shop(scope: Scope, shop_id: str) -> Shop:
    """The shop, or NotFound."""
    row = scope.first(sa.select(shops).where(shops.c.id == shop_id))  # house: shops has no shop_id
    if row is None:
        raise NotFound(f"There is no shop {shop_id!r}.", f"没有店铺“{shop_id}”。", field="shop")
    return _shop(row._mapping)


def save_shop(scope: Scope, shop: Shop, *, identity_secret: str = "") -> None:
    """Insert the shop or bring it to these values; the secret that signs its customers' identities only when given."""
    values = {name: getattr(shop, name) for name in Shop.__dataclass_fields__}
    values["names"] = dict(shop.names)
    changed = scope.execute(sa.update(shops).where(shops.c.id == shop.id).values(**values))  # house: shops has no shop_id
    if changed.rowcount == 0:
        scope.execute(sa.insert(shops).values(**values))  # house: shops has no shop_id
    if identity_secret:
        save_note(scope, _IDENTITY, identity_secret)


def get_identity_secret(scope: Scope) -> str:
    """The secret with which this shop signs who its customers are; NotFound when it has none yet."""
    found = find_note(scope, _IDENTITY)
    if not found:
        raise NotFound("This shop has no identity secret yet.", "该店铺还没有设置身份密钥。", field="shop")
    return found


def save_words(scope: Scope, words: Mapping[str, Any]) -> None:
    """Keep the shop's dictionary of attribute and option values."""
    save_note(scope, _WORDS, json.dumps(words, ensure_ascii=False))


def find_words(scope: Scope) -> dict[str, Any]:
    """The shop's dictionary; empty when it has none."""
    text = find_note(scope, _WORDS)
    return json.loads(text) if text else {}


def save_note(scope: Scope, key: str, text: str) -> None:
    """Keep a small text under a key."""
    scope.upsert(notes, {"key": key, "text": text, "saved_at": scope.now}, keys=["key"], update=["text", "saved_at"])


def find_note(scope: Scope, key: str) -> str | None:
    """The text under this key, or None."""
    found: str | None = scope.scalar(scope.select(notes.c.text).where(notes.c.key == key))
    return found


def forget_note(scope: Scope, key: str) -> None:
    """Drop the text under this key, if there is one."""
    scope.execute(scope.delete(notes).where(notes.c.key == key))


def _shop(row: Mapping[Any, Any]) -> Shop:
    return Shop(**{name: row[name] for name in Shop.__dataclass_fields__})
