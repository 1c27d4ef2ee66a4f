"""`xiaoer demo`: a whole shop on this machine, ready to be talked to."""

from __future__ import annotations

import asyncio
import importlib
import tempfile
from pathlib import Path
from socket import socket
from typing import Annotated, Any

import typer
from rich.console import Console

from xiaoer.app import App
from xiaoer.cli.options import DataDir, Host, Port
from xiaoer.cli.prepare import prepare
from xiaoer.cli.serve import address_of, listen, run, run_async
from xiaoer.cli.terminal import messages, spoken
from xiaoer.demo.seed_staff import LIN, WU
from xiaoer.demo.seeding import SHOP_ID
from xiaoer.desk.store import list_staff
from xiaoer.settings import Settings, read_settings
from xiaoer.web.session import enter_link

_console = Console(stderr=True, highlight=False)


def demo(
    data_dir: DataDir = None,
    host: Host = None,
    port: Port = None,
    is_check: Annotated[
        bool,
        typer.Option("--check", help="Play every kind of conversation against a server of its own, in both languages, and end."),
    ] = False,
) -> None:
    """Make the demo shop (once), train, index, and serve it. Prints three links."""
    if is_check:
        with tempfile.TemporaryDirectory(prefix="xiaoer-check-") as folder:
            raise SystemExit(check_demo(_settings(Path(folder), "127.0.0.1", 0)))
    settings = _settings(data_dir, host, port)
    listening = listen(settings)
    prepare(settings)
    run_async(run(settings, listening, ready=lambda app: _say_where(app, address_of(settings, listening))))


def _settings(data_dir: Path | None, host: str | None, port: int | None) -> Settings:
    return read_settings(data_dir=data_dir, host=host, port=port, shop=SHOP_ID, always_online=True)


async def _say_where(app: App, where: str) -> None:
    """The three links; those of staff sign in by themselves, once, within a day."""
    people = {one.email: one.id for one in await app.database.read(SHOP_ID, list_staff)}
    desk = await enter_link(app, shop_id=SHOP_ID, staff_id=people[LIN])
    explain = await enter_link(app, shop_id=SHOP_ID, staff_id=people[WU], to="/explain")
    for name, path in (("商店 Shop", "/shop"), ("客服台 Desk", desk), ("决策解读 Explain", explain)):
        link = where + path
        _console.print(f"[bold red]{name:<12}[/bold red] [link={link}]{link}[/link]", soft_wrap=True)
    kept = app.settings.data_dir / "demo-credentials"
    _console.print(f"[dim]邮箱和密码 e-mail and password: {kept} · Ctrl-C 结束 ends it[/dim]", soft_wrap=True)


def check_demo(settings: Settings) -> int:
    """Serve in this process and play against it over real sockets. 0 when every answer is right."""
    listening = listen(settings)
    prepare(settings)
    failures = run_async(_play(settings, listening))
    for failure in failures:
        messages.print(f"✗ {failure}", style="red")
    wrong = spoken(f"{len(failures)} wrong", f"有 {len(failures)} 处不对")
    messages.print("demo --check: " + (wrong if failures else spoken("every answer was right", "所有回答都正确")))
    return 1 if failures else 0


async def _play(settings: Settings, listening: socket) -> list[str]:
    """What was wrong, while a server runs beside the player."""
    player: Any = importlib.import_module("xiaoer.demo.check")  # it needs an HTTP client, which a plain start does not
    failures: list[str] = []
    played = asyncio.Event()
    talks: list[asyncio.Task[None]] = []

    async def talk(app: App) -> None:
        try:
            failures.extend(await player.check(app, address_of(settings, listening), say=messages.print))
        except Exception as error:  # whatever breaks the player is a failed check, with its reason
            failures.append(f"the check itself broke: {type(error).__name__}: {error}")
        finally:
            played.set()

    async def begin(app: App) -> None:
        talks.append(asyncio.create_task(talk(app)))

    await run(settings, listening, ready=begin, stop=played)
    if not played.is_set():
        failures.append("the server ended before everything was said")
    return failures
