"""The demo's catalogue, policy and past, read once: they are values."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import pytest

from tests.conftest import NOW
from xiaoer.aftersales.policy import Policy, read_policy
from xiaoer.demo.seed import policy_text
from xiaoer.demo.seed_catalogue import read_products
from xiaoer.demo.seed_history import History, make_history
from xiaoer.shop.types import Product


@cache
def read_all() -> tuple[tuple[Product, ...], Policy]:
    """Products and policy of the demo."""
    return read_products(), read_policy(policy_text())


@cache
def history_at(now: datetime) -> History:
    """The past as seen from a moment."""
    return make_history(now, *read_all())


@pytest.fixture
def products() -> tuple[Product, ...]:
    """Every product."""
    return read_all()[0]


@pytest.fixture
def policy() -> Policy:
    """The after-sales policy."""
    return read_all()[1]


@pytest.fixture
def history() -> History:
    """The past as seen from NOW."""
    return history_at(NOW)
