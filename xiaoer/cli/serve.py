"""`xiaoer serve`: the server, on whatever the records hold."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import uvicorn
from rich.console import Console

from xiaoer.app import App
from xiaoer.cli.options import DataDir, Host, Port
from xiaoer.errors import ConfigurationError
from xiaoer.settings import Settings, read_settings
from xiaoer.web.server import make_web

_CLOSE_S = 10
_LARGEST_FRAME = 256 * 1024  # bytes; a line has at most 4,000 characters, pictures come by another way
T = TypeVar("T")


def serve(data_dir: DataDir = None, host: Host = None, port: Port = None) -> None:
    """Serve the API, the widget and the desk."""
    found = read_settings(data_dir=data_dir, host=host, port=port)
    listening = listen(found)
    run_async(run(found, listening, ready=lambda app: _say_where(app, listening)))


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run` on uvloop, where that exists."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415  # not on Windows
    except ModuleNotFoundError:
        return None
    return uvloop.new_event_loop


def listen(settings: Settings) -> socket.socket:
    """A socket bound to the host and port. ConfigurationError says what is wrong with them."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's algorithm off; without it every answer waits 40 ms for a delayed ACK.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        raise ConfigurationError(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}. Stop what uses the port, or choose "
            "another one: --port 8766 (or XIAOER_PORT).",
            f"无法监听 {settings.host}:{settings.port}：{error.strerror or error}。请停掉占用端口的程序，"
            "或换一个端口：--port 8766（或 XIAOER_PORT）。",
            field="port",
        ) from error
    return listening


def address_of(settings: Settings, listening: socket.socket) -> str:
    """How a browser reaches the server."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"


async def run(
    settings: Settings, listening: socket.socket, *, ready: Callable[[App], Awaitable[None]], stop: asyncio.Event | None = None
) -> None:
    """Serve until the process is told to stop (or `stop` is set); `ready` is called once everything answers."""
    logging.getLogger("xiaoer").setLevel(settings.log_level.upper())
    async with opened(settings) as app:
        config = uvicorn.Config(
            make_web(app),
            log_level="warning" if settings.log_level == "info" else settings.log_level,
            ws="websockets-sansio",
            ws_max_size=_LARGEST_FRAME,
            ws_per_message_deflate=False,  # lines are short: packing them costs more than it saves
            timeout_graceful_shutdown=_CLOSE_S,
            proxy_headers=bool(settings.public_url),
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started and not serving.done():  # noqa: ASYNC110  # uvicorn offers no event to wait for
            await asyncio.sleep(0.01)
        if not serving.done():
            gc.collect()
            gc.freeze()  # what stands now stays: looking through it again and again would cost every turn
            await ready(app)
        if stop is not None:
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            server.should_exit = True
        await serving


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[App]:
    """The app, closed again at the end whatever happens."""
    app = await App.open(settings)
    try:
        yield app
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await app.close()


async def _say_where(app: App, listening: socket.socket) -> None:
    where = address_of(app.settings, listening)
    shops = len(app.shop_ids)
    text = f"Xiaoer 小二 · {shops} shop(s) · {where} · desk {where}/desk · API {where}/api/v1/openapi.json"
    Console().print(text, soft_wrap=True)
