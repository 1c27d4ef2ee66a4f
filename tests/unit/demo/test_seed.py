"""Seeding stores the whole demo shop once, goes on where it was cut off, and never lets it grow stale."""

from __future__ import annotations

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import NOW, StandingClock
from tests.unit.demo.seed_laws import check_nothing_ahead, check_state
from xiaoer.aftersales.policy import read_policy
from xiaoer.conversations import store as conversations
from xiaoer.conversations.store_inbox import count_inbox, list_inbox
from xiaoer.conversations.types import Conversation
from xiaoer.customers import store as customers
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.demo.seed import (
    SHOP_ID,
    SeedResult,
    is_seeded,
    keep_credentials,
    refresh_dates,
    renew_credentials,
    seed,
)
from xiaoer.demo.seed_history import History
from xiaoer.demo.seed_staff import LIN, WU
from xiaoer.desk.sign_in import sign_in
from xiaoer.errors import NotSignedIn
from xiaoer.knowledge.store import list_articles
from xiaoer.shop import store_changes, store_coupons, store_orders, store_policies, store_products, store_shops
from xiaoer.shop.types import Order, Product


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo shop in it, made once and copied for every test."""
    path = tmp_path_factory.mktemp("demo") / "seeded.sqlite3"

    async def make() -> None:
        opened = await Database.open(f"sqlite:///{path}", clock=StandingClock())
        await opened.migrate()
        await seed(opened, now=NOW)
        await opened.close()

    asyncio.run(make())
    return path


@pytest.fixture
async def demo(seeded: Path, tmp_path: Path, clock: StandingClock) -> AsyncIterator[Database]:
    """Records with the demo shop in them."""
    shutil.copy(seeded, tmp_path / "demo.sqlite3")
    opened = await Database.open(f"sqlite:///{tmp_path / 'demo.sqlite3'}", clock=clock)
    yield opened
    await opened.close()


def _all_orders(scope: Scope) -> list[Order]:
    found: list[Order] = []
    while page := store_orders.list_orders(scope, after_id=found[-1].id if found else "", limit=500):
        found += page
    return found


def _by_id(orders: list[Order] | tuple[Order, ...]) -> list[Order]:
    return sorted(orders, key=lambda order: order.id)


async def test_everything_is_stored_and_a_second_run_changes_nothing(
    database: Database, clock: StandingClock, history: History, products: tuple[Product, ...]
) -> None:
    assert not await is_seeded(database)
    told: list[tuple[float, str]] = []
    result = await seed(database, now=NOW, progress=lambda share, what: told.append((share, what)))
    assert result.is_new
    assert await is_seeded(database)
    assert [share for share, _ in told] == sorted({share for share, _ in told})
    assert told[-1][0] == pytest.approx(1.0)
    stored = await database.read(SHOP_ID, _all_orders)
    assert _by_id(stored) == _by_id(history.orders)
    assert await database.read(SHOP_ID, store_products.list_products) == products
    assert len(await database.read(SHOP_ID, list_articles)) >= 90
    assert (
        len(await database.read(SHOP_ID, lambda scope: customers.list_customers(scope, limit=500)))
        == result.counts["customers"]
    )
    clock.pass_time(timedelta(minutes=5))
    again = await seed(database, now=clock.now)
    assert (again.is_new, again.credentials) == (False, ())
    assert await database.read(SHOP_ID, store_orders.count_orders) == len(history.orders)


async def test_the_shop_has_names_words_a_policy_and_a_secret_of_its_own(demo: Database) -> None:
    shop = await demo.read(SHOP_ID, lambda scope: store_shops.get_shop(scope, SHOP_ID))
    assert shop.names == {"zh": "云杉优选", "en": "Spruce Market"}
    words = await demo.read(SHOP_ID, store_shops.find_words)
    assert words["colours"]["grey"]["labels"]["zh"] == "灰色"
    policy = await demo.read(SHOP_ID, store_policies.find_policy)
    assert policy is not None
    assert (read_policy(policy.text).id, read_policy(policy.text).version) == ("spruce-aftersales", policy.version)
    assert len(await demo.read(SHOP_ID, store_shops.get_identity_secret)) >= 32


async def test_what_was_cut_off_is_taken_up_again(
    sqlite_url: str, clock: StandingClock, monkeypatch: pytest.MonkeyPatch, history: History
) -> None:
    database = await Database.open(sqlite_url, clock=clock)
    await database.migrate()
    good, calls = store_orders.add_orders, 0

    def stumble(scope: Scope, new: list[Order]) -> None:
        nonlocal calls
        calls += 1
        good(scope, new)
        if calls == 3:
            raise RuntimeError("the light went out")

    monkeypatch.setattr(store_orders, "add_orders", stumble)
    with pytest.raises(RuntimeError, match="light"):
        await seed(database, now=NOW)
    assert not await is_seeded(database)
    assert 0 < await database.read(SHOP_ID, store_orders.count_orders) < len(history.orders)
    clock.pass_time(timedelta(hours=5))
    result = await seed(database, now=clock.now)
    assert len(result.credentials) == 2
    assert _by_id(await database.read(SHOP_ID, _all_orders)) == _by_id(history.orders)
    await database.close()


async def test_staff_sign_in_with_the_passwords_that_were_made(demo: Database, tmp_path: Path) -> None:
    first = await renew_credentials(demo)
    result = await renew_credentials(demo)
    by_email = {one.email: one for one in result.credentials}
    assert (await sign_in(demo, SHOP_ID, LIN, by_email[LIN].password)).role == "staff"
    assert (await sign_in(demo, SHOP_ID, WU, by_email[WU].password)).role == "lead"
    with pytest.raises(NotSignedIn):
        await sign_in(demo, SHOP_ID, LIN, next(one.password for one in first.credentials if one.email == LIN))
    path = keep_credentials(tmp_path, result)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert by_email[WU].password in path.read_text("utf-8")
    kept = path.read_text("utf-8")
    assert keep_credentials(tmp_path, SeedResult(SHOP_ID, is_new=False, counts={})) == path
    assert path.read_text("utf-8") == kept


async def test_the_inbox_is_alive_and_the_machine_owes_nothing(demo: Database) -> None:
    counts = await demo.read(SHOP_ID, lambda scope: count_inbox(scope, staff_id=""))
    assert counts["all"] >= 24
    assert counts["queue"] == 3
    assert counts["closed"] >= 3
    waiting = await demo.read(SHOP_ID, lambda scope: list_inbox(scope, "queue", staff_id=""))
    since = [NOW - one.waiting_since for one in waiting if one.waiting_since]
    assert len(set(since)) == 3
    assert all(timedelta(minutes=2) < one < timedelta(minutes=40) for one in since)
    everything = await demo.read(SHOP_ID, lambda scope: list_inbox(scope, "all", staff_id="", limit=100))
    assert {one.language for one in everything} == {"zh", "en"}
    assert {one.holder for one in everything} == {"assistant", "queue", "staff", "closed"}
    assert await demo.read(SHOP_ID, conversations.list_owed) == ()


async def test_every_line_of_the_inbox_is_told_in_order_and_in_the_past(demo: Database) -> None:
    def read(scope: Scope) -> list[tuple[Conversation, list[str]]]:
        found = []
        for one in list_inbox(scope, "all", staff_id="", limit=100):
            lines = conversations.list_messages(scope, one.id, with_notes=True)
            at = [line.created_at for line in lines]
            assert at == sorted(at)
            assert at[-1] <= NOW
            assert all(line.turn_id is None for line in lines)
            found.append((one, [line.text for line in lines]))
        return found

    talks = await demo.read(SHOP_ID, read)
    assert all("{" not in text for _, lines in talks for text in lines)
    assert len({one.customer_id for one, _ in talks}) == len(talks)
    assert not {"cus_mei", "cus_bo"} & {one.customer_id for one, _ in talks}


async def test_after_some_days_everything_is_as_fresh_as_before(
    demo: Database, clock: StandingClock, history: History
) -> None:
    clock.pass_time(timedelta(days=3, hours=5))
    assert await refresh_dates(demo, now=clock.now) == 3
    assert await refresh_dates(demo, now=clock.now) == 0
    stored = {order.id: order for order in await demo.read(SHOP_ID, _all_orders)}
    for before in history.orders:
        order = stored[before.id]
        check_nothing_ahead(order, clock.now)
        check_state(order)
        if order.state == "unpaid":
            assert timedelta(minutes=2) < clock.now - order.placed_at < timedelta(minutes=30)
        else:
            assert order.placed_at - before.placed_at == timedelta(days=3)
            assert order.delivered_at == (before.delivered_at and before.delivered_at + timedelta(days=3))
    coupons = await demo.read(SHOP_ID, lambda scope: store_coupons.list_coupons(scope, "cus_mei"))
    assert sorted(coupon.state for coupon in coupons) == ["expired", "open", "open", "used"]
    waiting = await demo.read(SHOP_ID, lambda scope: list_inbox(scope, "queue", staff_id=""))
    assert all(one.waiting_since and clock.now - one.waiting_since < timedelta(hours=1) for one in waiting)


async def test_what_somebody_did_keeps_its_true_time(demo: Database, clock: StandingClock, history: History) -> None:
    paid = next(order for order in history.orders if order.customer_id == "cus_mei" and order.state == "paid")
    clock.pass_time(timedelta(days=2, hours=1))
    await demo.write(SHOP_ID, lambda scope: store_changes.cancel(scope, paid))
    clock.pass_time(timedelta(hours=1))
    assert await refresh_dates(demo, now=clock.now) == 2
    order = await demo.read(SHOP_ID, lambda scope: store_orders.get_order(scope, paid.id))
    assert order.cancelled_at == clock.now - timedelta(hours=1)
    assert order.placed_at == paid.placed_at


async def test_an_unpaid_order_is_fresh_even_on_the_same_day(
    demo: Database, clock: StandingClock, history: History
) -> None:
    clock.pass_time(timedelta(hours=9))
    assert await refresh_dates(demo, now=clock.now) == 0
    unpaid = next(order for order in history.orders if order.customer_id == "cus_mei" and order.state == "unpaid")
    order = await demo.read(SHOP_ID, lambda scope: store_orders.get_order(scope, unpaid.id))
    assert clock.now - order.placed_at < timedelta(minutes=30)
    assert replace(order, placed_at=unpaid.placed_at) == unpaid


async def test_records_without_a_demo_are_left_alone(sqlite_url: str, clock: StandingClock) -> None:
    database = await Database.open(sqlite_url, clock=clock)
    await database.migrate()
    assert await refresh_dates(database, now=clock.now) == 0
    await database.close()
