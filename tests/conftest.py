"""What every test can ask for: a clock that stands still, records on both engines, and no network but this machine."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from tests import postgres, spruce
from xiaoer.app import App
from xiaoer.db.engine import Database
from xiaoer.nlu.model import IntentModel
from xiaoer.settings import read_settings

_SLOW = [HealthCheck.too_slow]  # a busy machine is no fault of the test
settings.register_profile("home", deadline=None, max_examples=60, suppress_health_check=_SLOW)
settings.register_profile("ci", deadline=None, max_examples=60, suppress_health_check=_SLOW, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "home")

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai: staff are at the desk


def _search_engine() -> frozenset[str | int]:
    """Name and addresses of the one server that `make contracts` tries out."""
    name = urlsplit(os.environ.get("XIAOER_TEST_INDEX_URL", "")).hostname
    return frozenset() if name is None else frozenset({name, *(found[4][0] for found in socket.getaddrinfo(name, None))})


_SEARCH_ENGINE = _search_engine()


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Nothing leaves this machine: every test works offline, and proves it."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a local socket
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        raise RuntimeError(f"a test reached for {host}; the network is off in tests")


def _is_here(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in _SEARCH_ENGINE:
        return True
    if name in (None, "", "localhost", "0.0.0.0", "::"):
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


sys.addaudithook(_refuse_network)


class StandingClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, by: timedelta) -> None:
        """Let time go by."""
        self.now += by


@pytest.fixture
def clock() -> StandingClock:
    """Monday morning, 23 November 2026."""
    return StandingClock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A real server, one for each test process."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> Iterator[str]:
    """A database that is migrated once and cloned for every test."""
    name = postgres_server.make_template()
    yield name
    postgres_server.drop(name)


@pytest.fixture
def postgres_url(postgres_server: postgres.Server, postgres_template: str) -> Iterator[str]:
    """A fresh database with the newest schema."""
    name = postgres_server.clone(postgres_template)
    yield postgres_server.url_of(name)
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'records' / 'xiaoer.sqlite3'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """Which engine the records are on."""
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, engine: str) -> str:
    """Where the records of this test are."""
    return str(request.getfixturevalue(f"{engine}_url"))


@pytest.fixture
async def database(database_url: str, clock: StandingClock) -> AsyncIterator[Database]:
    """Empty records with the newest schema, on SQLite and on PostgreSQL."""
    opened = await Database.open(database_url, clock=clock)
    await opened.migrate()
    yield opened
    await opened.close()


# ── the demo shop ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="session")
def spruce_model(pytestconfig: pytest.Config) -> IntentModel:
    """The demo shop's intent model; trained only when its lines or the code behind it changed."""
    return spruce.trained_model(pytestconfig.cache.mkdir("xiaoer"))


@pytest.fixture(scope="session")
def spruce_folder(tmp_path_factory: pytest.TempPathFactory, spruce_model: IntentModel) -> Path:
    """The demo shop's data folder, to copy from: made once, by whichever test process comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with spruce.alone(shared / "spruce.lock"):
        spruce.make_folder(shared / "spruce", spruce_model, NOW)
    return shared / "spruce"


@pytest.fixture(scope="session")
def spruce_template(postgres_server: postgres.Server, postgres_template: str) -> Iterator[str]:
    """The demo shop's records on PostgreSQL, to be cloned."""
    name = postgres_server.clone(postgres_template)
    spruce.make_records(postgres_server.url_of(name), NOW)
    yield name
    postgres_server.drop(name)


@pytest.fixture
def spruce_data(spruce_folder: Path, tmp_path: Path) -> Path:
    """A data folder of the demo shop for this test alone."""
    folder = tmp_path / "spruce"
    shutil.copytree(spruce_folder, folder)
    return folder


@pytest.fixture
def spruce_sqlite_url(spruce_data: Path) -> str:
    """The demo shop's records on SQLite."""
    return f"sqlite:///{spruce_data / 'xiaoer.sqlite3'}"


@pytest.fixture
def spruce_postgres_url(postgres_server: postgres.Server, spruce_template: str) -> Iterator[str]:
    """The demo shop's records on PostgreSQL."""
    name = postgres_server.clone(spruce_template)
    yield postgres_server.url_of(name)
    postgres_server.drop(name)


@pytest.fixture
async def spruce_app(
    request: pytest.FixtureRequest, engine: str, spruce_data: Path, clock: StandingClock
) -> AsyncIterator[App]:
    """The demo shop, open and for this test alone, on SQLite and on PostgreSQL; it is Monday morning and staff are there.

    `@pytest.mark.parametrize("engine", ["sqlite"])` keeps a test that has nothing to do with the records to one engine.
    """
    url = request.getfixturevalue(f"spruce_{engine}_url")
    app = await App.open(read_settings(data_dir=spruce_data, database_url=url, always_online=True), clock=clock)
    yield app
    await app.close()
