"""Keep the demo from going stale: what was three days ago when it was made is three days ago today."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from xiaoer.conversations import store as conversations
from xiaoer.conversations import store_inbox
from xiaoer.customers import store as customers
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.demo.seed_standing import BO, MEI
from xiaoer.demo.seeding import SHOP_ID, find_seeding, save_seeding
from xiaoer.shop import store_coupons, store_orders
from xiaoer.shop.types import Coupon, Order

_PAGE = 200
_MOST_CUSTOMERS = 10_000
_OLD_WAIT = timedelta(hours=12)
_FIRST_WAIT = timedelta(minutes=4)


async def refresh_dates(database: Database, *, now: datetime) -> int:
    """Move the demo's orders and coupons on by the whole days since it was made, or since the last time. How many days.

    Orders that somebody has worked with since (their version grew) keep their true times, so nothing comes to lie ahead.
    Unpaid orders are always some minutes old: after half an hour they would have closed.
    """
    return await database.write(SHOP_ID, lambda scope: _refresh(scope, now))


def _refresh(scope: Scope, now: datetime) -> int:
    noted = find_seeding(scope)
    if noted is None:
        return 0
    at = datetime.fromisoformat(noted["at"])
    by = timedelta(days=max(0, (now - at).days))
    if by:
        store_orders.shift_times(scope, by)
        _shift_coupons(scope, by, now)
        _wait_anew(scope, now)
        save_seeding(scope, {**noted, "at": (at + by).isoformat()})
    _put_right(scope, by, now)
    return by.days


def _put_right(scope: Scope, by: timedelta, now: datetime) -> None:
    """Give orders that were worked with their own times back, and unpaid ones a fresh one."""
    after_id, unpaid = "", 0
    while page := store_orders.list_orders(scope, after_id=after_id, limit=_PAGE):
        for order in page:
            if order.version > 1 and by:
                store_orders.save_order(scope, moved(order, -by))
            elif order.version == 1 and order.state == "unpaid":
                unpaid += 1
                store_orders.save_order(scope, _just_placed(order, now, minutes=3 + unpaid * 7 % 23))
        after_id = page[-1].id


def _just_placed(order: Order, now: datetime, *, minutes: int) -> Order:
    return replace(order, placed_at=(now - timedelta(minutes=minutes)).replace(microsecond=0))


def moved(value: Any, by: timedelta) -> Any:
    """The same frozen value with every moment in it moved."""
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, tuple):
        return tuple(moved(one, by) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: moved(getattr(value, one.name), by) for one in fields(value)})
    return value


def _shift_coupons(scope: Scope, by: timedelta, now: datetime) -> None:
    for customer in customers.list_customers(scope, limit=_MOST_CUSTOMERS):
        for coupon in store_coupons.list_coupons(scope, customer.id):
            store_coupons.save_coupon(scope, customer.id, _shifted(coupon, by, now))


def _shifted(coupon: Coupon, by: timedelta, now: datetime) -> Coupon:
    """A coupon that ran out only because the demo grew old is open again."""
    ends = coupon.expires_at + by
    is_open_again = coupon.state == "expired" and ends > now
    return replace(coupon, expires_at=ends, state="open" if is_open_again else coupon.state)


def _wait_anew(scope: Scope, now: datetime) -> None:
    """Whoever has been waiting for half a day waits since some minutes, except for the standing people."""
    for number, conversation in enumerate(store_inbox.list_inbox(scope, "queue", staff_id="")):
        is_old = conversation.waiting_since is not None and conversation.waiting_since < now - _OLD_WAIT
        if is_old and conversation.customer_id not in (MEI, BO):
            since = now - _FIRST_WAIT * (3 - number % 3) ** 2 / 2
            conversations.save_holder(scope, conversation, holder="queue", waiting_since=since)
