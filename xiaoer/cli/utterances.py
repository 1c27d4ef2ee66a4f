"""`xiaoer utterances`: labelled lines in and out, in the formats of others; and what customers said that may be worth a label."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from xiaoer.app import App, prepare_folder
from xiaoer.cli.options import DataDir, ShopId
from xiaoer.cli.records import records
from xiaoer.cli.terminal import language, tell
from xiaoer.db.scope import Scope
from xiaoer.errors import Invalid, NotFound
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu.exchange.bring import bring
from xiaoer.nlu.exchange.formats import ENDINGS, read_file, suggest, write_file
from xiaoer.nlu.exchange.types import FORMATS, Brought, Foreign
from xiaoer.nlu.training.collecting import Collected, collect
from xiaoer.nlu.training.types import EntityWords, Utterance
from xiaoer.settings import Settings, read_settings

commands = typer.Typer(help="The labelled lines of a shop.", no_args_is_help=True)
_console = Console(highlight=False, markup=False, soft_wrap=True)
_SKIP = "-"
Format = Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}; without it the file tells.")]


@commands.callback()
def _group() -> None:
    """The labelled lines of a shop."""


@commands.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, Excel, Rasa YAML, or a zip exported by Rasa, Dialogflow ES or CX, or Lex V2.")],
    kind: Format = "",
    names: Annotated[
        list[str] | None, typer.Option("--map", help="THEIRS=OURS; THEIRS=- leaves an intent out. Repeatable.")
    ] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only show how the intents would be called here.")] = False,
    data_dir: DataDir = None,
    shop: ShopId = None,
) -> None:
    """Bring labelled lines into a shop. What is there already is brought up to date; damaged lines are told one by one."""
    if not file.is_file():
        raise NotFound(f"There is no file {file}.", f"没有文件 {file}。", field="file")
    found = read_file(file.name, file.read_bytes(), kind)
    settings = read_settings(data_dir=data_dir, shop=shop)
    prepare_folder(settings.data_dir)
    mapping, done = asyncio.run(_import(settings, found, _parsed(names or (), found), file.name, is_dry=dry))
    _show(found, mapping)
    for problem in (found if done is None else done).problems:
        tell(f"{problem.where}: {problem.en}", f"{problem.where}：{problem.zh}")
    if done is not None:
        new, changed, same, out, wrong = done.added, done.updated, done.unchanged, done.skipped, len(done.problems)
        tell(
            f"{new} added, {changed} changed, {same} as before, {out} left out, {wrong} problems",
            f"新增 {new} 条，更新 {changed} 条，未变 {same} 条，跳过 {out} 条，问题 {wrong} 处",
        )


async def _import(
    settings: Settings, found: Foreign, given: dict[str, str | None], origin: str, *, is_dry: bool
) -> tuple[dict[str, str | None], Brought | None]:
    async with records(settings) as database:
        known = await database.read(settings.shop, utterances.count_labels)
        mapping = {**suggest(found, known), **given}
        if is_dry:
            return mapping, None

        def store(scope: Scope) -> Brought:
            return bring(scope, found, mapping=mapping, by="cli", origin=origin)

        return mapping, await database.write(settings.shop, store)


def _parsed(names: list[str] | tuple[str, ...], found: Foreign) -> dict[str, str | None]:
    given: dict[str, str | None] = {}
    for one in names:
        theirs, equals, ours = one.partition("=")
        if not equals or theirs not in found.intents:
            raise Invalid(
                f"--map {one}: expected THEIRS=OURS with an intent of the file ({', '.join(found.intents)}).",
                f"--map {one}：应为 文件中的意图=本店意图，文件中的意图有：{'、'.join(found.intents)}。",
                field="map",
            )
        given[theirs] = None if ours == _SKIP else ours
    return given


def _show(found: Foreign, mapping: dict[str, str | None]) -> None:
    table = Table("intent there", "lines", "here") if language() == "en" else Table("文件中的意图", "条数", "本店意图")
    for name, count in found.intents.items():
        table.add_row(name, str(count), mapping[name] or _SKIP)
    _console.print(table)


@commands.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    kind: Format = "",
    split: Annotated[str, typer.Option("--split", help="train, test, or all.")] = "all",
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")] = False,
    data_dir: DataDir = None,
    shop: ShopId = None,
) -> None:
    """Write a shop's labelled lines into a file, in a format of others."""
    if file.exists() and not replace:
        raise Invalid(
            f"{file} is there already. Choose another name or give --replace.", f"{file} 已存在，请换个名字或加 --replace。"
        )
    if split not in ("train", "test", "all"):
        raise Invalid("--split is train, test or all.", "--split 只能是 train、test 或 all。", field="split")
    chosen = kind or next((name for name, ending in ENDINGS.items() if file.suffix == f".{ending}" and ending != "zip"), "")
    if not chosen:
        raise Invalid(f"Name a --format for {file.name}.", f"请用 --format 指定 {file.name} 的格式。", field="format")
    settings = read_settings(data_dir=data_dir, shop=shop)

    def read(scope: Scope) -> tuple[list[Utterance], tuple[EntityWords, ...]]:
        lines = utterances.list_known(scope)
        return [one for one in lines if split in ("all", one.split)], utterances.list_entity_words(scope)

    async def work() -> tuple[list[Utterance], tuple[EntityWords, ...]]:
        async with records(settings) as database:
            return await database.read(settings.shop, read)

    lines, words = asyncio.run(work())
    temporary = file.with_name(file.name + ".part")
    try:
        temporary.write_bytes(write_file(chosen, lines, words))
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    tell(f"{len(lines)} lines → {file}", f"{len(lines)} 条语料 → {file}")


@commands.command("collect")
def collect_(data_dir: DataDir = None, shop: ShopId = None) -> None:
    """Queue what customers said since the last look and the reader is unsure of, for labelling on the page Training."""
    settings = read_settings(data_dir=data_dir, shop=shop)

    async def work() -> Collected:
        app = await App.open(settings)
        try:
            return await collect(app.database, settings.shop, app.assistant_of(settings.shop).reader, now=app.clock())
        finally:
            await app.close()

    found = asyncio.run(work())
    tell(
        f"{found.said} lines said, {found.queued} wait for a label, {found.copies} were said before",
        f"新消息 {found.said} 条，待标注 {found.queued} 条，重复 {found.copies} 条",
    )
