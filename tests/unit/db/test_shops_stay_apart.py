"""The law of many shops: whatever one shop does, the others can neither see it nor be changed by it.

Every function of every room's store takes part by itself: a random program of calls is run once with another shop's calls
in between, sharing every id, and once without them. What the shop was answered and what it finally stores must be the same.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import secrets
import types
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import xiaoer
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation, Turn
from xiaoer.customers.types import Customer
from xiaoer.db.engine import Database
from xiaoer.db.schema import load_all_tables
from xiaoer.db.scope import Scope
from xiaoer.desk.types import Staff
from xiaoer.errors import XiaoerError
from xiaoer.knowledge.store_vectors import Stored
from xiaoer.knowledge.types import Article, ArticleText
from xiaoer.shop.types import Coupon, Order, OrderItem, Product, Variant

OURS, OTHERS = "spruce", "maple"
ABOVE_SHOPS = {"list_shops", "get_shop", "save_shop"}  # the table of shops stands above them all
Call = tuple[str, str, dict[str, Any]]  # shop, function, arguments


def store_functions() -> dict[str, Callable[..., Any]]:
    """Every public function of a store that takes a scope, as "room.store.function"."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.walk_packages(xiaoer.__path__, "xiaoer."):
        if module.name.rpartition(".")[2].startswith("store"):
            for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
                is_own = function.__module__ == module.name and not name.startswith("_")
                if is_own and "scope" in inspect.signature(function).parameters and name not in ABOVE_SHOPS:
                    found[f"{module.name.removeprefix('xiaoer.')}.{name}"] = function
    return found


FUNCTIONS = store_functions()
succeeded: Counter[str] = Counter()

# ── arguments out of type hints, from so few values that calls meet ───────────────────────────────────────────────────
MADE_IDS = [f"{prefix}_{'0' * 25}{last}" for prefix in ("cnv", "vis", "trn") for last in "12"]
WORDS = st.sampled_from(["a", "b", "queue", "all", *MADE_IDS, "AS20261123000001"])
NUMBERS = st.integers(0, 3)
MOMENTS = st.sampled_from([datetime(2026, 11, day, 2, tzinfo=UTC) for day in (20, 23)])
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: WORDS,
    int: NUMBERS,
    float: st.sampled_from([0.0, 0.5]),
    bool: st.booleans(),
    datetime: MOMENTS,
    date: st.just(date(2026, 11, 23)),
    timedelta: st.just(timedelta(days=1)),
    type(None): st.none(),
    Any: st.one_of(WORDS, NUMBERS),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """A strategy for the values of a type hint."""
    if hint in SIMPLE:
        return SIMPLE[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(parts)
    if origin in (Union, types.UnionType):
        return st.one_of(*(values_of(part) for part in parts))
    if origin is tuple and (len(parts) != 2 or parts[1] is not Ellipsis):
        return st.tuples(*(values_of(part) for part in parts))
    if origin in (tuple, Sequence, Iterable, list):
        return st.lists(values_of(parts[0]), max_size=2).map(tuple)
    if origin is set:
        return st.sets(values_of(parts[0]), max_size=2)
    if origin in (Mapping, dict):
        return st.dictionaries(values_of(parts[0]), values_of(parts[1]), max_size=1)
    if is_dataclass(hint):
        return dataclass_of(hint)
    raise NotImplementedError(f"no values for {hint}; add its strategy")


def dataclass_of(kind: Any, **known: Any) -> st.SearchStrategy[Any]:
    """Values of a frozen dataclass: the known fields as given, every other one by its hint."""
    hints = get_type_hints(kind)
    others = {field.name: values_of(hints[field.name]) for field in fields(kind) if field.name not in known}
    return st.builds(kind, **known, **others)


# Values that name rows which both shops have, so that calls do their work.
SIMPLE[Variant] = dataclass_of(Variant, id=st.just("a"), product_id=st.just("a"))
SIMPLE[OrderItem] = dataclass_of(OrderItem, id=st.just("a"))
SIMPLE[Order] = dataclass_of(
    Order, id=st.just("a"), version=st.integers(1, 2), items=values_of(tuple[OrderItem]), invoices=st.just(())
)
SIMPLE[Stored] = st.builds(Stored, WORDS, st.just(("x",)), st.just(np.ones((1, 2), dtype=np.float32)))
SIMPLE[Conversation] = dataclass_of(Conversation, id=st.just(MADE_IDS[0]), version=st.integers(1, 2))


def foundation(shop: str) -> list[Call]:
    """The same ids in either shop, with that shop's own words."""
    names, moment = {"zh": shop, "en": shop}, datetime(2026, 11, 20, 2, tzinfo=UTC)
    item = OrderItem("a", "a", "a", names, {"size": "M"}, "shoes", 2, 900, 800)
    product = Product("a", "shoes", names, names, names, {}, (Variant("a", "a", {"size": "M"}, 900, 5),))
    order = Order("a", "a", "paid", "CNY", moment, (item,), 1800, 0, 200, 1600, {"city": shop}, coupon_code="a")
    article = Article("a", "b", "all", ("a",), (ArticleText("zh", shop, (), shop),), 1, moment)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("customers.store.save_customer", {"customer": Customer("a", shop, "zh", False, moment, email="a", points=9)}),
        ("desk.store.save_staff", {"member": Staff("a", "a", shop, "lead", "zh"), "password_hash": shop}),
        ("shop.store_products.save_product", {"product": product}),
        ("shop.store_orders.save_order", {"order": order}),
        ("shop.store_coupons.save_coupon", {"customer_id": "a", "coupon": Coupon("a", "a", names, 5, 9, moment, "used")}),
        ("shop.store_shops.save_words", {"words": {"colours": shop}}),
        ("shop.store_shops.save_note", {"key": "identity_secret", "text": shop}),
        ("knowledge.store.save_article", {"article": article}),
        ("conversations.store.add_conversation", {"customer_id": "a", "channel": "a", "language": "zh"}),
    ]
    lines = [NewMessage("customer", shop, "zh", "a"), NewMessage("assistant", shop, "zh", "b")]
    calls += [("conversations.store.add_message", {"conversation_id": MADE_IDS[0], "new": line}) for line in lines]
    calls.append(("conversations.store_turns.save_turn", {"turn": Turn("a", MADE_IDS[0], 1, 1, 2, "say", moment)}))
    return [(shop, name, arguments) for name, arguments in calls]


def calls_of(name: str) -> st.SearchStrategy[Call]:
    """A call of one store function in one of the two shops."""
    hints = get_type_hints(FUNCTIONS[name])
    wanted = [one for one in inspect.signature(FUNCTIONS[name]).parameters if one != "scope"]
    arguments = st.fixed_dictionaries({one: values_of(hints[one]) for one in wanted})
    return st.tuples(st.sampled_from([OURS, OTHERS]), st.just(name), arguments)


# A shuffle rather than single draws: Hypothesis would draw a few favourites, and every function must have its turn.
PROGRAMS = st.permutations(sorted(FUNCTIONS)).flatmap(lambda names: st.tuples(*(calls_of(one) for one in names[:28])))

# ── running a program, and undoing it ─────────────────────────────────────────────────────────────────────────────────


class Undo(Exception):
    """Carries what was seen out of a transaction that is thrown away."""

    def __init__(self, seen: Any) -> None:
        super().__init__("undo")
        self.seen = seen


async def outcome(database: Database, program: Sequence[Call]) -> Any:
    """What our shop was answered, and its rows at the end."""
    numbers = {shop: itertools.count(1) for shop in (OURS, OTHERS)}

    def play(scope: Scope) -> None:
        answers = [answer for call in program if (answer := run(scope, call, numbers)) and call[0] == OURS]
        raise Undo((answers, rows_of(scope, OURS)))

    try:
        await database.write(OURS, play)
    except Undo as undo:
        return undo.seen
    raise AssertionError("unreachable")


def run(scope: Scope, call: Call, numbers: Mapping[str, Iterator[int]]) -> str:
    """One call in its own savepoint: what it returned or raised, in words."""
    shop, name, arguments = call
    if scope.dialect == "postgresql":
        scope.connection.execute(sa.text("SELECT set_config('xiaoer.shop_id', :shop, true)"), {"shop": shop})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xiaoer.db.ids.time.time_ns", lambda: 0)
        patch.setattr(secrets, "randbits", lambda bits: next(numbers[shop]))
        patch.setattr(secrets, "randbelow", lambda bound: next(numbers[shop]))
        scope.connection.exec_driver_sql("SAVEPOINT call")
        try:
            answer = repr(FUNCTIONS[name](Scope(scope.connection, shop, scope.now), **arguments))
            succeeded[name] += 1
        except (XiaoerError, sa.exc.SQLAlchemyError, LookupError, ValueError, StopIteration) as error:
            scope.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT call")
            answer = type(error).__name__
    return f"{name}: {answer}"


def rows_of(scope: Scope, shop: str) -> dict[str, list[str]]:
    """Everything that is stored of a shop, seen past every scope."""
    if scope.dialect == "postgresql":
        scope.connection.execute(sa.text("SELECT set_config('xiaoer.shop_id', :shop, true)"), {"shop": shop})
    tables = [table for table in load_all_tables().sorted_tables if "shop_id" in table.c]
    return {
        table.name: sorted(map(repr, scope.connection.execute(sa.select(table).where(table.c.shop_id == shop))))
        for table in tables
    }


async def keeps_the_law(database: Database, program: tuple[Call, ...]) -> None:
    whole = [*foundation(OURS), *foundation(OTHERS), *program]
    together = await outcome(database, whole)
    alone = await outcome(database, [call for call in whole if call[0] == OURS])
    assert together == alone


SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # every example undoes what it did


@pytest.mark.parametrize("engine", ["sqlite"])
@settings(max_examples=40, suppress_health_check=SHARED)
@given(program=PROGRAMS)
async def test_what_one_shop_does_changes_nothing_for_another(database: Database, program: tuple[Call, ...]) -> None:
    await keeps_the_law(database, program)


@pytest.mark.postgres
@pytest.mark.parametrize("engine", ["postgres"])
@settings(max_examples=12, suppress_health_check=SHARED)  # a statement is a way over the wire and back
@given(program=PROGRAMS)
async def test_nor_does_it_on_postgres(database: Database, program: tuple[Call, ...]) -> None:
    await keeps_the_law(database, program)


async def test_the_foundation_stands(database: Database) -> None:
    answers, _ = await outcome(database, foundation(OURS))
    assert not [one for one in answers if one.endswith("Error")]


def test_most_store_functions_took_part() -> None:
    """A law that no call obeys proves nothing: nearly all functions must have done their work at least once."""
    idle = sorted(set(FUNCTIONS) - set(succeeded))
    if sum(succeeded.values()) > 500:  # the property ran in this process
        assert len(idle) <= len(FUNCTIONS) // 5, f"never succeeded: {', '.join(idle)}"
