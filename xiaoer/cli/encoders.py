"""`xiaoer encoders`: bring, list and remove sentence encoders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from xiaoer.app import encoders_path, prepare_folder
from xiaoer.cli.options import DataDir
from xiaoer.cli.progress import bar
from xiaoer.cli.terminal import spoken, tell
from xiaoer.nlu.encoders.folder import Pooling, is_encoder, read_pooling
from xiaoer.nlu.encoders.shelf import add_encoder, list_encoders, remove_encoder
from xiaoer.nlu.encoders.source import pooling_of
from xiaoer.settings import read_settings

commands = typer.Typer(help="Sentence encoders for understanding and search.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """Sentence encoders for understanding and search."""


@commands.command("add")
def add(
    source: Annotated[str, typer.Argument(help="A folder with an encoder or a Hugging Face model, or a model's name on the hub.")],
    name: Annotated[str, typer.Option(help="What to call it here; else the name of its folder.")] = "",
    pooling: Annotated[
        Literal["mean", "cls", "max", "last", "given"] | None,
        typer.Option(help="How the tokens' vectors become one; else what the model says."),
    ] = None,
    prefix: Annotated[
        str | None, typer.Option(help="What stands before every line (e5: 'query: '); else what the model says.")
    ] = None,
    max_length: Annotated[
        int | None, typer.Option(help="Tokens after which a line is cut; else what the model says.", min=4, max=8192)
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Keep 32 bits when converting: four times the size, twice the time.")
    ] = False,
    replace_: Annotated[bool, typer.Option("--replace", help="Put it in the place of one with the same name.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Bring an encoder: copied from a folder in our form, or converted from a Hugging Face one (needs the extra [train])."""
    folder = _root(data_dir)
    chosen = _changed(Path(source).expanduser(), pooling, prefix, max_length)
    with bar("Bringing the encoder", "添加编码器") as report:
        found = add_encoder(folder, source, name=name, exact=exact, pooling=chosen, replace=replace_, tell=report)
    size, kind = f"{found.megabytes:.1f} MB", found.pooling.kind
    en, zh = (f", self-test {found.probed.mean:.3f}", f"，自检 {found.probed.mean:.3f}") if found.probed else ("", "")
    tell(f"{found.name}: {size}, pooling {kind}{en} → {found.folder}", f"{found.name}：{size}，池化 {kind}{zh} → {found.folder}")


@commands.command("list")
def list_(data_dir: DataDir = None) -> None:
    """The encoders of this installation."""
    pooling, tokens, head = spoken("pooling", "池化"), spoken("tokens", "最大词元数"), spoken("classifier", "分类头")
    table = Table(spoken("name", "名称"), "hash", "MB", pooling, tokens, head)
    for one in list_encoders(_root(data_dir)):
        row = (one.name, one.hash, f"{one.megabytes:.1f}", one.pooling.kind, str(one.pooling.max_length))
        table.add_row(*row, spoken("yes", "有") if one.has_head else "")
    Console().print(table)


@commands.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="Its name, as `xiaoer encoders list` shows it.")], data_dir: DataDir = None
) -> None:
    """Take an encoder away. A model that was trained with it goes on without it, by its n-grams alone."""
    remove_encoder(_root(data_dir), name)
    tell(f"{name} is removed.", f"已移除 {name}。")


def _root(data_dir: Path | None) -> Path:
    found = read_settings(data_dir=data_dir)
    prepare_folder(found.data_dir)
    return encoders_path(found.data_dir)


def _changed(folder: Path, kind: str | None, prefix: str | None, max_length: int | None) -> Pooling | None:
    """What the model says of itself, with what the command line said on top; None where it said nothing."""
    given = {"kind": kind, "prefix": prefix, "max_length": max_length}
    named = {key: value for key, value in given.items() if value is not None}
    return replace(_said(folder), **named) if named else None  # type: ignore[arg-type]


def _said(folder: Path) -> Pooling:
    return read_pooling(folder) if is_encoder(folder) else pooling_of(folder)
