"""The demo shop, open once for each module and engine; every story has customers of its own (see talk.py)."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.conftest import NOW, StandingClock
from tests.flows.talk import Talk
from xiaoer.app import App
from xiaoer.settings import read_settings

Begin = Callable[..., Awaitable[Talk]]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def records(request: pytest.FixtureRequest) -> str:
    """Which engine the records of this module are on."""
    return str(request.param)


@pytest.fixture(scope="module")
def shop_url(request: pytest.FixtureRequest, records: str, shop_folder: Path) -> Iterator[str]:
    """Where the records of this module are."""
    if records == "sqlite":
        yield f"sqlite:///{shop_folder / 'xiaoer.sqlite3'}"
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("spruce_template")
    name = server.clone(template)
    yield server.url_of(name)
    server.drop(name)


@pytest.fixture(scope="module")
def shop_folder(records: str, spruce_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of the demo shop for this module and engine alone: what lies in it belongs to its records."""
    folder = tmp_path_factory.mktemp("flows") / "spruce"
    shutil.copytree(spruce_folder, folder)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(shop_url: str, shop_folder: Path) -> AsyncIterator[App]:
    """The demo shop on a Monday morning, staff at their desks."""
    settings = read_settings(data_dir=shop_folder, database_url=shop_url, always_online=True)
    opened = await App.open(settings, clock=StandingClock(NOW))
    yield opened
    await opened.close()


@pytest.fixture
def begin(app: App) -> Begin:
    """Begin a conversation: `await begin("cus_mei", "zh")`."""

    async def open_(who: str, language: str = "zh") -> Talk:
        return await Talk.begin(app, who, language)

    return open_
