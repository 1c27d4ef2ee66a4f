"""An App behind HTTP: `make_web(app)`. Whoever opened the App closes it."""

from __future__ import annotations

import logging
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, RedirectResponse, Response

from xiaoer.app import App
from xiaoer.errors import UnavailableError
from xiaoer.shop import store_shops as shops
from xiaoer.web.api import aftersales, articles, chat, socket
from xiaoer.web.api.answers import PROBLEMS, HealthOut
from xiaoer.web.api.pace import Pace
from xiaoer.web.console.care.page import router as care
from xiaoer.web.console.desk.page import router as desk
from xiaoer.web.console.explain.page import router as explain
from xiaoer.web.console.flows.page import router as flows
from xiaoer.web.console.knowledge.page import router as knowledge
from xiaoer.web.console.policy.page import router as policy
from xiaoer.web.console.reference.page import router as reference
from xiaoer.web.console.sign_in.page import router as sign_in
from xiaoer.web.console.storefront.page import is_demo
from xiaoer.web.console.storefront.page import router as storefront
from xiaoer.web.console.storefront.pictures import router as pictures
from xiaoer.web.console.training.bringing import MOST_FILE
from xiaoer.web.console.training.looks import Looks
from xiaoer.web.console.training.page import router as training
from xiaoer.web.errors import add_error_pages
from xiaoer.web.files import Files
from xiaoer.web.guard import Guard
from xiaoer.web.widget_files import WidgetFiles

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
MOST_BODY = 256 * 1024
_IMPORTS_AT_ONCE = 4  # files of the largest size that one form may send
_SESSIONS_PER_LINE = 20  # many people may share one address; one of them must not fill the record with strangers
_ABOUT = """Customers talk, staff answer, programs look on. Errors are problem details (RFC 9457) with a stable `code`.

The socket is `GET /api/v1/chat/socket`, JSON frames. The client's first one is `{"type": "hello", "token": "…", "after": 12}`: \
lines after number 12 come, or the newest ones without `after`. Then it sends `say` (the fields of POST /messages), `typing`, and \
`ping` every 25 seconds; the server sends `messages`, `conversation`, `typing`, `stored`, `error` and `pong`."""


def make_web(app: App) -> FastAPI:
    """Everything that is served over HTTP. The App stands in `web.state.xiaoer`."""
    web = FastAPI(
        title="Xiaoer 小二",
        summary="Customer service for online shops.",
        description=_ABOUT,
        version=_version(),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # FastAPI's page loads its scripts from a CDN; ours is in console/reference
        redoc_url=None,
        middleware=_middleware(app),
        form_limits={"max_files": 20, "max_fields": 100, "max_part_size": MOST_BODY},
        telemetry={"tracing": False, "metrics": False, "logs": False},  # nothing is reported to anybody
    )
    web.state.xiaoer = app
    web.state.training_looks = Looks()
    web.state.pace = Pace(app.settings.messages_per_minute)
    web.state.pace_of_addresses = Pace(_SESSIONS_PER_LINE * app.settings.messages_per_minute)
    add_error_pages(web)
    for router in (chat.router, socket.router, articles.router, aftersales.router):
        web.include_router(router, responses=PROBLEMS)
    for router in (sign_in, desk, knowledge, explain, care, policy, flows, training, reference, storefront, pictures):
        web.include_router(router)
    web.add_api_route("/healthz", tell_health, methods=["GET"], tags=["health"], response_model=HealthOut)
    web.add_api_route("/", show_start, methods=["GET"], include_in_schema=False)
    web.mount("/widget", WidgetFiles(HERE / "widget"), name="widget")
    web.mount("/ui", Files(HERE / "ui"), name="ui")
    web.mount("/console", Files(HERE / "console"), name="console")
    return web


async def tell_health(request: Request) -> Response:
    """Alive, and the records answer. 503 when they do not."""
    app: App = request.app.state.xiaoer
    try:
        listed = await app.database.read("", shops.list_shops)
    except UnavailableError as error:
        log.warning("health: %s", error)
        return JSONResponse({"status": "unavailable", "code": error.code}, 503)
    return JSONResponse({"status": "ok", "version": _version(), "shops": len(listed)})


async def show_start(request: Request) -> Response:
    """The demo's shop where there is one, else the desk."""
    return RedirectResponse("/shop" if await is_demo(request.app.state.xiaoer) else "/desk", status_code=303)


def _middleware(app: App) -> list[Middleware]:
    """From outside to inside. CORS stands outside the guard, so that other sites' pages can read errors too."""
    cors: dict[str, Any] = {
        "allow_origins": list(app.settings.allowed_origins),
        "allow_methods": ["GET", "POST"],
        "allow_headers": ["Authorization", "Content-Type", "X-Request-ID"],
        "expose_headers": ["X-Request-ID", "Retry-After"],
        "max_age": 86400,
    }
    most_picture = app.settings.upload_mb * 1024 * 1024 + MOST_BODY
    uploads = {
        "/chat/uploads": most_picture,
        "/picture": most_picture,
        "/training/import": MOST_FILE + MOST_BODY,
        "/knowledge/imports": _IMPORTS_AT_ONCE * app.settings.import_mb * 1024 * 1024 + MOST_BODY,
    }
    return [Middleware(CORSMiddleware, **cors), Middleware(Guard, most_body=MOST_BODY, uploads=uploads)]


def _version() -> str:
    try:
        return version("xiaoer")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"
