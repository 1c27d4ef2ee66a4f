"""`xiaoer train`: learn from labelled lines, and say which version reads."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from xiaoer.app import models_folder, prepare_folder
from xiaoer.cli.options import DataDir, ShopId
from xiaoer.cli.progress import bar
from xiaoer.cli.records import records
from xiaoer.cli.terminal import tell
from xiaoer.cli.tuning import tell_of, tune
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.demo.utterances import shipped_lines
from xiaoer.errors import Invalid, NotFound
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.exchange.bring import bring
from xiaoer.nlu.exchange.types import Foreign, ForeignLine
from xiaoer.nlu.finetune.plan import Stages, Tuning
from xiaoer.nlu.training.published import load_version, previous_or_conflict, publish
from xiaoer.nlu.training.shipped import sync_shipped
from xiaoer.nlu.training.types import SHIPPED_BY, ModelVersion, PublicationKind
from xiaoer.nlu.training.work import carry_out
from xiaoer.settings import Settings, read_settings

commands = typer.Typer(help="Train the models of a shop.", no_args_is_help=True)
_console = Console(highlight=False, markup=False, soft_wrap=True)
_BY = "cli"
_SHOWN = ("accuracy", "macro_f1", "ece", "auroc")
T = TypeVar("T")
Line = tuple[str, str]


@commands.callback()
def _group() -> None:
    """Train the models of a shop."""


@commands.command("intents")
def intents(
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="CSV with the columns text and intent (oos: outside), added to the shop's lines. Repeatable."),
    ] = None,
    data_dir: DataDir = None,
    shop: ShopId = None,
    seed: Annotated[int, typer.Option(help="Seed of folds and solver: the same lines give the same model.")] = 0,
    keep: Annotated[bool, typer.Option("--keep", help="Make the version, but leave the published one reading.")] = False,
    encoder: Annotated[
        str | None,
        typer.Option(help="An encoder that is here, or a Hugging Face folder or hub name, fine-tuned first. [XIAOER_ENCODER]"),
    ] = None,
    stages: Annotated[Stages, typer.Option(help="Fine-tuning: contrast helps where intents have few lines; auto looks.")] = "auto",
    epochs: Annotated[int, typer.Option(help="Fine-tuning: passes over the lines, at most.", min=1, max=100)] = 6,
    rate: Annotated[float, typer.Option(help="Fine-tuning: learning rate; 0 goes by the model's size.", min=0, max=1)] = 0.0,
) -> None:
    """Train the next version of the intent model from the shop's labelled lines, and publish it."""
    found = read_settings(data_dir=data_dir, shop=shop)
    prepare_folder(found.data_dir)
    lines = [line for path in data or () for line in read_lines(path)]

    async def work(database: Database) -> None:
        await add_lines(database, found.shop, lines)
        tuning = Tuning(stages=stages, epochs=epochs, rate=rate, seed=seed)
        tuned = await tune(database, found, encoder, tuning) if encoder else None
        named = tuned.name if tuned else encoder
        version = await train_and_keep(database, found, by=_BY, seed=seed, is_published=not keep, encoder=named)
        if tuned:
            await tell_of(database, found, tuned, version)

    asyncio.run(_with_records(found, work))


@commands.command("versions")
def list_(data_dir: DataDir = None, shop: ShopId = None) -> None:
    """The versions of the intent model with their figures, newest first; * reads now."""
    found = read_settings(data_dir=data_dir, shop=shop)

    def read(scope: Scope) -> tuple[Sequence[ModelVersion], str]:
        now = versions.find_publication(scope)
        return versions.list_versions(scope), now.version_id if now else ""

    async def show(database: Database) -> None:
        listed, reading = await database.read(found.shop, read)
        table = Table("version", "made", "lines", "intents", "accuracy", "macro-F1", "ECE", "AUROC", "MB")
        for one in listed:
            test = one.figures.get("test", {})
            shown = [f"{test[name]:.3f}" if test.get(name) is not None else "-" for name in _SHOWN]
            number, size = f"{one.number}{' *' if one.id == reading else ''}", f"{one.bytes / 1e6:.1f}"
            table.add_row(number, f"{one.made_at:%Y-%m-%d %H:%M}", str(one.lines), str(one.intents), *shown, size)
        _console.print(table)

    asyncio.run(_with_records(found, show))


@commands.command("publish")
def publish_(
    number: Annotated[int, typer.Argument(help="Number of the version, as `xiaoer train versions` lists it.")],
    data_dir: DataDir = None,
    shop: ShopId = None,
) -> None:
    """Let this version read. Running servers take it within seconds."""
    found = read_settings(data_dir=data_dir, shop=shop)
    asyncio.run(_with_records(found, lambda database: _publish(database, found, number, kind="publish")))


@commands.command("roll-back")
def roll_back(data_dir: DataDir = None, shop: ShopId = None) -> None:
    """Let the version read that did so before the present one was published."""
    found = read_settings(data_dir=data_dir, shop=shop)
    asyncio.run(_with_records(found, lambda database: _publish(database, found, None, kind="roll_back")))


async def _publish(database: Database, settings: Settings, number: int | None, *, kind: PublicationKind) -> None:
    def choose(scope: Scope) -> ModelVersion:
        return previous_or_conflict(scope) if number is None else versions.get_version_by_number(scope, number)

    version = await database.read(settings.shop, choose)
    await load_version(models_folder(settings.data_dir, settings.shop), version)
    await database.write(settings.shop, lambda scope: publish(scope, version.id, by=_BY, kind=kind))
    tell(f"Version {version.number} reads for shop {settings.shop}.", f"店铺 {settings.shop} 现在使用第 {version.number} 版。")


async def add_lines(database: Database, shop_id: str, lines: Sequence[Line]) -> None:
    """Bring these lines into the shop's records; a shop without any labelled line begins with those that Xiaoer ships."""

    def add(scope: Scope) -> None:
        if lines:
            found = Foreign("csv", tuple(ForeignLine(text, label, f"{number}") for number, (text, label) in enumerate(lines, 1)))
            bring(scope, found, mapping={}, by=_BY, origin="train --data")
        elif not utterances.count_labels(scope):
            sync_shipped(scope, shipped_lines())

    await database.write(shop_id, add)


async def train_and_keep(
    database: Database, settings: Settings, *, by: str = SHIPPED_BY, seed: int = 0, is_published: bool = True,
    encoder: str | None = None,
) -> ModelVersion:  # fmt: skip
    """Train on the shop's lines, with a bar; keep the version, and let it read. Without an `encoder` it is the settings' one."""
    named = settings.encoder if encoder is None else encoder
    chosen = {"seed": seed, **({"encoder": named} if named else {})}
    folder = models_folder(settings.data_dir, settings.shop)
    with bar("Training the intent model", "训练意图模型") as report:
        version = await carry_out(database, settings.shop, folder, by=by, settings=chosen, report=report)
    if is_published:
        await database.write(settings.shop, lambda scope: publish(scope, version.id, by=by))
    share = f"{version.figures['held_out']['accuracy']:.1%}"
    code = version.data_hash[:12]
    tell(
        f"{version.lines} lines, {version.intents} intents, held-out accuracy {share}, version {version.number} ({code})",
        f"{version.lines} 条语料，{version.intents} 个意图，留出准确率 {share}，第 {version.number} 版（{code}）",
    )
    return version


async def _with_records(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    async with records(settings) as database:
        return await work(database)


def read_lines(path: Path) -> list[Line]:
    """(text, intent) of every row. Invalid names the row that is wrong."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", f"没有文件 {path}。", field="data")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(
            f"{path} is not a CSV file in UTF-8 ({error}). In Excel, save it as CSV UTF-8.",
            f"{path} 不是 UTF-8 编码的 CSV 文件（{error}）。在 Excel 中请另存为“CSV UTF-8”。",
            field="data",
        ) from error
    if not rows or not {"text", "intent"} <= set(rows[0][1]):
        raise Invalid(f"{path} needs the columns text and intent.", f"{path} 需要有 text 和 intent 两列。", field="data")
    for number, row in rows:
        if not (row["text"] or "").strip() or not (row["intent"] or "").strip():
            raise Invalid(f"{path}, line {number}: text or intent is empty.", f"{path} 第 {number} 行：text 或 intent 为空。")
    return [(row["text"], row["intent"].strip()) for _, row in rows]
