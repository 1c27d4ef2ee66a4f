"""A real server, a real browser: one of each for a module, windows for each test. No window may complain of anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests import spruce
from tests.browser.server import DemoServer, serving
from tests.browser.windows import PATIENCE_MS, Windows, browsing
from tests.services import find_chromium, lacking
from xiaoer.db.engine import utc_now
from xiaoer.nlu.model import IntentModel

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives Chromium."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is."""
    path = find_chromium()
    if path is None:
        lacking("chromium", "no Chromium here; on Debian: apt-get install chromium fonts-noto-cjk")
    expect.set_options(timeout=PATIENCE_MS)
    return path


@pytest.fixture(scope="session")
def demo_folder(chromium_path: str, tmp_path_factory: pytest.TempPathFactory, spruce_model: IntentModel) -> Path:
    """The demo's data folder as of now, to copy from: made once, by whichever test process comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with spruce.alone(shared / "demo.lock"):
        spruce.make_folder(shared / "demo", spruce_model, utc_now())
    return shared / "demo"


@pytest.fixture(scope="module")
def server(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """A server with records of its own for this module."""
    folder = tmp_path_factory.mktemp("server") / "data"
    shutil.copytree(demo_folder, folder)
    with serving(folder) as started:
        yield started


@pytest.fixture(scope="module")
def browser(chromium_path: str, server: DemoServer) -> Iterator[Browser]:
    """Chromium; for the module only, because its event loop would be in the way of other modules' tests."""
    with browsing(chromium_path) as started:
        yield started


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """Windows for this test. At its end nothing may have gone wrong in any of them."""
    opened = Windows(browser)
    yield opened
    unexpected = opened.unexpected()
    opened.close()
    assert not unexpected


@pytest.fixture(scope="module")
def lin(browser: Browser, server: DemoServer) -> Any:
    """Lin's browser after the link that `xiaoer demo` prints: its cookies, for windows in which Lin sits."""
    return _signed_in(browser, server.desk)


@pytest.fixture(scope="module")
def wu(browser: Browser, server: DemoServer) -> Any:
    """The same of Wu, the lead, by the link to the explain page."""
    return _signed_in(browser, server.explain)


def _signed_in(browser: Browser, link: str) -> Any:
    context = browser.new_context(locale="zh-CN")
    context.new_page().goto(link)
    state = context.storage_state()
    context.close()
    return state
