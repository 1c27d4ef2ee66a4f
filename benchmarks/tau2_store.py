"""The τ² store for the benchmark: prepared once, as new for every dialogue, and what a dialogue changed in it.

The file is copied into the live one. Triggers in it note every row of the shop's own tables that is written, whoever writes it, so
that nothing but the touched orders and customers has to be looked at, and nothing that was written escapes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from xiaoer.cli.records import records
from xiaoer.cli.shop_files import import_shop, policy_text
from xiaoer.cli.train import add_lines, train_and_keep
from xiaoer.customers import store as customers
from xiaoer.db.migrate import FOLDER
from xiaoer.db.scope import Scope
from xiaoer.demo.utterances import shipped_lines
from xiaoer.formats.tau2.read import CURRENCY, TIME_ZONE
from xiaoer.formats.tau2.write import order_of, user_of
from xiaoer.nlu.train import SETTINGS
from xiaoer.settings import Settings, read_settings
from xiaoer.shop import store_orders
from xiaoer.shop.dictionary import common_words
from xiaoer.shop.glossary import glossary_of
from xiaoer.shop.types import Shop

SHOP = Shop("tau2", {"zh": "零售店", "en": "Retail"}, CURRENCY, TIME_ZONE, "")
_RECORDS = "xiaoer.sqlite3"
# Each of the shop's own tables, with the column that names the order or the customer, or the thing itself.
_WATCHED = {
    "orders": ("order", "id"), "order_items": ("order", "order_id"), "payments": ("order", "order_id"),
    "refunds": ("order", "order_id"), "shipments": ("order", "order_id"), "cases": ("order", "order_id"),
    "invoices": ("order", "order_id"), "customers": ("customer", "id"), "payment_methods": ("customer", "customer_id"),
    "products": ("product", "id"), "variants": ("product", "product_id"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Store:
    """A prepared store: its settings, and the file that dialogues copy."""

    settings: Settings
    template: Path


async def prepare(folder: Path, db: Path, glossary: Mapping[str, Any] | None) -> Store:
    """The store of this file with its machine, made in `folder` unless it is there already from the same parts."""
    place = folder / _mark_of(db, glossary)
    settings, template = read_settings(data_dir=place, shop=SHOP.id), place / "template.sqlite3"
    if not (place / "ready").exists() or not template.exists():
        shutil.rmtree(place, ignore_errors=True)
        words = common_words() if glossary is None else common_words().with_glossary(glossary_of(dict(glossary)))
        await import_shop(settings, SHOP, _text(db), policy=policy_text(), dictionary=words)
        async with records(settings) as database:
            await add_lines(database, SHOP.id, ())
            await train_and_keep(database, settings)
        _copy_whole(place / _RECORDS, template)
        _watch(template)
        (place / "ready").touch()
    return Store(settings, template)


def _mark_of(db: Path, glossary: Mapping[str, Any] | None) -> str:
    """What the prepared store is made of: another file, policy, dictionary, schema or training line makes another one."""
    parts = [db.read_bytes(), json.dumps(glossary, sort_keys=True).encode(), policy_text().encode()]
    parts += [one.read_bytes() for one in sorted(FOLDER.glob("versions/*.py"))]
    parts += [(files("xiaoer.shop") / "words.yaml").read_bytes(), repr(shipped_lines()).encode()]
    parts += [json.dumps(SETTINGS, sort_keys=True, default=str).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _copy_whole(source: Path, target: Path) -> None:
    """The file with what still lies in its log."""
    target.unlink(missing_ok=True)
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=WAL")  # as the live file is, into which it is copied
    old.close()
    new.close()


def refresh(template: Path, live: Path) -> None:
    """The live file as the template is, page by page under the connections that are open to it: their statements stay prepared."""
    with sqlite3.connect(template) as source, sqlite3.connect(live) as target:
        target.execute("PRAGMA synchronous=OFF")
        source.backup(target)
    source.close()
    target.close()


def _watch(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE watched (kind TEXT, id TEXT)")
        for table, (kind, column) in _WATCHED.items():
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in names)
            for event, row, when in (("INSERT", "NEW", "1"), ("UPDATE", "NEW", differs), ("DELETE", "OLD", "1")):
                connection.execute(
                    f"CREATE TRIGGER watch_{table}_{event} AFTER {event} ON {table} WHEN {when} "
                    f"BEGIN INSERT INTO watched VALUES ('{kind}', {row}.{column}); END"
                )
    connection.close()


def touched(path: Path) -> list[tuple[str, str]]:
    """(kind, id) of everything that was written so far, in its order; visitors are nobody's record."""
    connection = sqlite3.connect(path)
    try:
        of_visitors = "kind = 'customer' AND id IN (SELECT id FROM customers WHERE is_visitor)"
        rows = connection.execute(f"SELECT kind, id FROM watched WHERE NOT ({of_visitors}) ORDER BY rowid")
        return [(str(kind), str(one)) for kind, one in rows]
    finally:
        connection.close()


def dump(scope: Scope, marks: Sequence[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """The touched orders and customers as the file's values."""
    orders = {one: order_of(store_orders.get_order(scope, one)) for kind, one in marks if kind == "order"}
    users = {
        one: user_of(customers.get_customer(scope, one), store_orders.list_orders_of_customer(scope, one, limit=1_000))
        for kind, one in marks
        if kind == "customer"
    }
    return {"orders": orders, "users": users}
