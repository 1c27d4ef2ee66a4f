"""The file's records into a shop, and a shop's records into the file."""

from __future__ import annotations

from typing import Any

from xiaoer.customers import store as customers
from xiaoer.db.scope import Scope
from xiaoer.formats.tau2.read import Records
from xiaoer.formats.tau2.write import write_store
from xiaoer.shop import store_orders, store_products, store_shops
from xiaoer.shop.dictionary import Dictionary
from xiaoer.shop.types import Order

_PAGE = 500


def save_records(scope: Scope, records: Records, dictionary: Dictionary) -> None:
    """Into a shop that holds none yet, with the words that its options are called by in both languages."""
    store_products.add_products(scope, records.products)
    customers.add_customers(scope, records.customers)
    store_orders.add_orders(scope, records.orders)
    store_shops.save_words(scope, dictionary.words_of(records.products))


def dump_records(scope: Scope) -> dict[str, Any]:
    """The shop as it stands now, as the file's JSON values."""
    orders: list[Order] = []
    after = ""
    while page := store_orders.list_orders(scope, after_id=after, limit=_PAGE):
        orders += page
        after = page[-1].id
    return write_store(store_products.list_products(scope), customers.list_all(scope), orders)
