"""A real App on SQLite in a folder of the test's own, and HTTP over it without a port."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.conftest import StandingClock
from tests.unit.web.shop import SECRETS, SHOP, make_shops
from xiaoer.app import App
from xiaoer.settings import read_settings
from xiaoer.web.identity import Identity, make_identity
from xiaoer.web.server import make_web

OpenSession = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder to copy from."""
    folder = tmp_path_factory.mktemp("shops")
    asyncio.run(make_shops(folder, StandingClock()))
    return folder


@pytest.fixture
def overrides() -> dict[str, Any]:
    """Settings of this test; override the fixture to change them."""
    return {}


@pytest.fixture
async def app(shop_folder: Path, tmp_path: Path, clock: StandingClock, overrides: dict[str, Any]) -> AsyncIterator[App]:
    """An App with the shops spruce and cedar."""
    folder = tmp_path / "data"
    shutil.copytree(shop_folder, folder)
    opened = await App.open(read_settings(**{"data_dir": folder, "shop": SHOP, **overrides}), clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
def web(app: App) -> FastAPI:
    """The App behind HTTP."""
    return make_web(app)


@pytest.fixture
async def client(web: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Whoever calls."""
    transport = httpx2.ASGITransport(app=web, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as opened:
        yield opened


@pytest.fixture
def open_session(client: httpx2.AsyncClient) -> OpenSession:
    """Open a session and return its answer, with `headers` to call with."""

    async def open_it(**body: Any) -> dict[str, Any]:
        answer = await client.post("/api/v1/chat/sessions", json=body)
        assert answer.status_code == 201, answer.text
        session: dict[str, Any] = answer.json()
        return {**session, "headers": {"Authorization": f"Bearer {session['token']}"}}

    return open_it


@pytest.fixture
def identity(clock: StandingClock) -> Callable[..., str]:
    """A JWT as a shop's server makes it."""

    def make(customer_id: str, *, shop: str = SHOP, secret: str = "", hours: float = 1, **said: Any) -> str:
        expires = clock() + timedelta(hours=hours)
        return make_identity(secret or SECRETS[shop], Identity(customer_id, **said), shop_id=shop, expires_at=expires)

    return make
