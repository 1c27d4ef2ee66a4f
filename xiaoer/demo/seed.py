"""Store the demo shop: once, in small transactions, and the same when it was cut off in between and is begun again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from xiaoer.aftersales.policy import read_policy
from xiaoer.customers import store as customers
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.demo.refresh import refresh_dates
from xiaoer.demo.seed_articles import seed_articles
from xiaoer.demo.seed_catalogue import read_products, read_words
from xiaoer.demo.seed_conversations import add_talks, read_talks
from xiaoer.demo.seed_history import History, make_history
from xiaoer.demo.seed_staff import Credential, add_demo_staff
from xiaoer.demo.seeding import LAST_STEP, SHOP_ID, find_seeding, is_whole, save_seeding
from xiaoer.demo.utterances import shipped_lines
from xiaoer.nlu.training.shipped import sync_shipped
from xiaoer.shop import store_coupons, store_orders, store_policies, store_products, store_shops
from xiaoer.shop.types import Product, Shop

__all__ = [
    "SHOP",
    "SHOP_ID",
    "SeedResult",
    "is_seeded",
    "keep_credentials",
    "policy_text",
    "refresh_dates",
    "renew_credentials",
    "seed",
]

SHOP = Shop(
    id=SHOP_ID,
    names={"zh": "云杉优选", "en": "Spruce Market"},
    currency="CNY",
    time_zone="Asia/Shanghai",
    email="service@spruce.example",
)
_PRODUCTS, _ORDERS = 64, 150  # so many in one transaction
T = TypeVar("T")
Report = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What seeding came to. `credentials` only where the staff accounts were made just now; they are told nowhere else."""

    shop_id: str
    is_new: bool
    counts: Mapping[str, int]
    credentials: tuple[Credential, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """One transaction, done once: its name, how much of the whole it is, and the work."""

    name: str
    share: float
    work: Callable[[Scope], Any]


async def is_seeded(database: Database) -> bool:
    """Whether everything of the demo shop is there."""
    return is_whole(await database.read(SHOP_ID, find_seeding))


async def seed(database: Database, *, now: datetime, progress: Report | None = None) -> SeedResult:
    """Store what is not there yet; run again it changes nothing. `now` (aware) is the moment that everything is told from.

    Cut off halfway, it goes on from the moment at which it was begun first.
    """
    report = progress or (lambda share, what: None)
    noted = await database.read(SHOP_ID, find_seeding)
    begun = datetime.fromisoformat(noted["at"]) if noted else now
    if is_whole(noted):
        return SeedResult(SHOP_ID, is_new=False, counts={})
    products, policy = read_products(), policy_text()
    history = make_history(begun, products, read_policy(policy))
    made: list[Credential] = []
    steps = tuple(_steps(products, policy, history, begun, made))
    reached, whole = 0.0, sum(step.share for step in steps)
    for step in steps:
        await database.write(SHOP_ID, partial(_once, step=step, begun=begun))
        reached += step.share
        report(reached / whole, step.name)
    return SeedResult(SHOP_ID, is_new=True, counts=_counts(products, history), credentials=tuple(made))


def policy_text() -> str:
    """The after-sales policy of the demo shop, as its YAML."""
    return (files("xiaoer.demo") / "policy.yaml").read_text("utf-8")


async def renew_credentials(database: Database) -> SeedResult:
    """New passwords for the demo's staff, where the file with the old ones is lost: they are kept nowhere else."""
    _, credentials = await database.write(SHOP_ID, add_demo_staff)
    return SeedResult(SHOP_ID, is_new=False, counts={}, credentials=credentials)


def keep_credentials(data_dir: Path, result: SeedResult) -> Path:
    """Write the passwords of the demo's staff where only this user can read them, if there are new ones; the file."""
    path = data_dir / "demo-credentials"
    if result.credentials:
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text("".join(f"{one.role}\t{one.email}\t{one.password}\n" for one in result.credentials), "utf-8")
    return path


def _steps(
    products: Sequence[Product], policy: str, history: History, begun: datetime, made: list[Credential]
) -> Iterator[_Step]:
    def add_shop(scope: Scope) -> None:
        store_shops.save_shop(scope, SHOP, identity_secret=secrets.token_urlsafe(32))
        store_shops.save_words(scope, read_words())
        store_policies.add_policy(scope, policy, version=read_policy(policy).version)

    def add_conversations(scope: Scope) -> None:
        staff, credentials = add_demo_staff(scope)
        made[:] = credentials
        add_talks(scope, read_talks(history, begun), staff)

    yield _Step("shop", 1, add_shop)
    for number, some in _batches(products, _PRODUCTS):
        yield _Step(f"products {number}", 3, partial(store_products.add_products, new=some))
    yield _Step("articles", 12, seed_articles)
    yield _Step("utterances", 6, lambda scope: sync_shipped(scope, shipped_lines()))
    yield _Step("customers", 1, partial(customers.add_customers, new=history.customers))
    yield _Step("coupons", 1, partial(store_coupons.add_coupons, new=history.coupons))
    for number, batch in _batches(history.orders, _ORDERS):
        yield _Step(f"orders {number}", 5, partial(store_orders.add_orders, new=batch))
    yield _Step(LAST_STEP, 8, add_conversations)


def _once(scope: Scope, step: _Step, begun: datetime) -> None:
    noted = find_seeding(scope) or {"at": begun.isoformat(), "done": []}
    if step.name in noted["done"]:
        return
    step.work(scope)
    save_seeding(scope, {**noted, "done": [*noted["done"], step.name]})


def _batches(things: Sequence[T], size: int) -> Iterator[tuple[int, Sequence[T]]]:
    for number, start in enumerate(range(0, len(things), size), 1):
        yield number, things[start : start + size]


def _counts(products: Sequence[Product], history: History) -> dict[str, int]:
    return {
        "products": len(products),
        "variants": sum(len(product.variants) for product in products),
        "customers": len(history.customers),
        "orders": len(history.orders),
        "coupons": len(history.coupons),
    }
