"""`xiaoer demo`: a whole shop on this machine, ready to be talked to."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from socket import socket
from typing import Annotated

import typer
from rich.console import Console

from xiaoer.app import App, model_path, prepare_folder
from xiaoer.cli.options import DataDir, Host, Port
from xiaoer.cli.progress import bar
from xiaoer.cli.records import records
from xiaoer.cli.serve import address_of, listen, run, run_async
from xiaoer.cli.train import read_lines
from xiaoer.db.engine import utc_now
from xiaoer.demo.check import check
from xiaoer.demo.seed import SHOP_ID, is_seeded, keep_credentials, refresh_dates, renew_credentials, seed
from xiaoer.demo.seed_knowledge import fit_knowledge
from xiaoer.demo.seed_staff import LIN, WU
from xiaoer.demo.utterances import TRAINING
from xiaoer.desk.store import list_staff
from xiaoer.errors import ConfigurationError, ModelUnavailable
from xiaoer.knowledge.knowledge import Knowledge
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import hash_of
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
            settings = _settings(Path(folder), "127.0.0.1", 0)
            raise SystemExit(_check(settings))
    settings = _settings(data_dir, host, port)
    listening = listen(settings)
    prepare(settings)
    people = asyncio.run(_find_staff(settings))
    run_async(run(settings, listening, ready=lambda app: _say_where(app, address_of(settings, listening), people)))


def _settings(data_dir: Path | None, host: str | None, port: int | None) -> Settings:
    return read_settings(data_dir=data_dir, host=host, port=port, shop=SHOP_ID, always_online=True)


def prepare(settings: Settings) -> None:
    """Everything that the demo needs, made where it is missing: records, model, index."""
    prepare_folder(settings.data_dir)
    asyncio.run(_prepare_records(settings))
    if not _is_trained(settings):
        _train(settings)
    asyncio.run(_prepare_index(settings))


async def _prepare_records(settings: Settings) -> None:
    async with records(settings) as database:
        if await is_seeded(database):
            await refresh_dates(database, now=utc_now())
            if not (settings.data_dir / "demo-credentials").is_file():  # cut off between seeding and keeping them
                keep_credentials(settings.data_dir, await renew_credentials(database))
            return
        with bar("Seeding the demo shop") as report:
            result = await seed(database, now=utc_now(), progress=report)
        keep_credentials(settings.data_dir, result)


def _is_trained(settings: Settings) -> bool:
    """Whether the model on disk was trained from the lines that this version ships."""
    lines = [line for path in TRAINING for line in read_lines(path)]
    try:
        return IntentModel.load(model_path(settings.data_dir, SHOP_ID)).about.get("hash") == hash_of(lines)
    except ModelUnavailable:
        return False


def _train(settings: Settings) -> None:
    """In a process of its own: what training needs in memory is given back before the server starts."""
    command = [sys.executable, "-m", "xiaoer", "train", "intents", "--shop", SHOP_ID, "--data-dir", str(settings.data_dir)]
    if subprocess.run(command, check=False).returncode != 0:
        raise ConfigurationError(
            "The intent model could not be trained; the reason stands above.", "意图模型训练失败，原因见上。", field="data_dir"
        )


async def _prepare_index(settings: Settings) -> None:
    knowledge = Knowledge.open(settings.data_dir / "index")
    async with records(settings) as database:
        if not await database.read(SHOP_ID, knowledge.is_ready):
            with bar("Building the knowledge index") as report:
                await database.read(SHOP_ID, lambda scope: fit_knowledge(knowledge, scope, progress=report))
    knowledge.close()


async def _find_staff(settings: Settings) -> dict[str, str]:
    """The ids of the demo's two members of staff by their address."""
    async with records(settings) as database:
        return {one.email: one.id for one in await database.read(SHOP_ID, list_staff)}


def _say_where(app: App, where: str, people: dict[str, str]) -> None:
    """The three links; those of staff sign in by themselves, once, within a day."""
    desk = where + enter_link(app, shop_id=SHOP_ID, staff_id=people[LIN])
    explain = where + enter_link(app, shop_id=SHOP_ID, staff_id=people[WU], to="/explain")
    for name, link in (("商店 Shop", f"{where}/shop"), ("客服台 Desk", desk), ("决策解读 Explain", explain)):
        _console.print(f"[bold red]{name:<12}[/bold red] [link={link}]{link}[/link]", soft_wrap=True)
    kept = app.settings.data_dir / "demo-credentials"
    _console.print(f"[dim]邮箱和密码 e-mail and password: {kept} · Ctrl-C 结束 ends it[/dim]", soft_wrap=True)


def _check(settings: Settings) -> int:
    """Serve in this process and play against it over real sockets. 0 when every answer is right."""
    listening = listen(settings)
    prepare(settings)
    failures = run_async(_play(settings, listening))
    for failure in failures:
        _console.print(f"✗ {failure}", markup=False, style="red")
    _console.print("demo --check: " + ("every answer was right" if not failures else f"{len(failures)} wrong"), markup=False)
    return 1 if failures else 0


async def _play(settings: Settings, listening: socket) -> list[str]:
    """What was wrong, while a server runs beside the player."""
    failures: list[str] = []
    played = asyncio.Event()
    talks: list[asyncio.Task[None]] = []

    async def talk(app: App) -> None:
        try:
            failures.extend(await check(app, address_of(settings, listening), say=lambda text: _console.print(text, markup=False)))
        except Exception as error:  # whatever breaks the player is a failed check, with its reason
            failures.append(f"the check itself broke: {type(error).__name__}: {error}")
        finally:
            played.set()

    await run(settings, listening, ready=lambda app: talks.append(asyncio.create_task(talk(app))), stop=played)
    if not played.is_set():
        failures.append("the server ended before everything was said")
    return failures
