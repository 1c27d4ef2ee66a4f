"""`xiaoer import`: what `xiaoer export` wrote, into this installation."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import typer
from rich.console import Console

from xiaoer.app import model_path
from xiaoer.cli.export import FORMAT
from xiaoer.cli.options import DataDir
from xiaoer.cli.progress import Report, bar
from xiaoer.cli.records import records
from xiaoer.db.copy import is_empty, list_tables, write_rows
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, Invalid, NotFound
from xiaoer.knowledge.knowledge import answerable_path
from xiaoer.settings import Settings, read_settings
from xiaoer.shop import store_shops
from xiaoer.shop.types import Shop

_LARGEST = 2 << 30  # bytes unpacked: a small file that unpacks to more is a trap


def import_(
    file: Annotated[Path, typer.Argument(help="A zip file made by `xiaoer export`.")],
    data_dir: DataDir = None,
    name: Annotated[str | None, typer.Option("--as", help="Import under this shop id instead of the exported one.")] = None,
) -> None:
    """Read an exported shop into this installation. The shop must not be here yet; all of it comes in, or nothing."""
    if not file.is_file():
        raise NotFound(f"There is no file {file}.", f"没有文件 {file}。", field="file")
    found = read_settings(data_dir=data_dir)
    try:
        with zipfile.ZipFile(file) as packed:
            shop_id, lines = asyncio.run(_import(found, packed, name))
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Invalid(
            f"{file} was not made by `xiaoer export`, or is damaged ({error}).", f"{file} 不是导出文件，或已损坏（{error}）。"
        ) from error
    Console(stderr=True).print(f"{lines} rows → shop {shop_id}", highlight=False)


async def _import(settings: Settings, packed: zipfile.ZipFile, name: str | None) -> tuple[str, int]:
    if sum(entry.file_size for entry in packed.infolist()) > _LARGEST:
        raise Invalid("The file unpacks to more than 2 GiB.", "文件解压后超过 2 GiB。", field="file")
    about = json.loads(packed.read("xiaoer.json"))
    if about.get("format") != FORMAT:
        raise Invalid(
            f"Format {about.get('format')}; this version reads {FORMAT}.",
            f"格式 {about.get('format')} 不支持，本版本读取 {FORMAT}。",
        )
    shop = Shop(**{**about["shop"], **({"id": name} if name else {})})
    async with records(settings) as database:
        with bar(f"Importing {shop.id}") as report:
            lines = await database.write(shop.id, lambda scope: _read(scope, shop, packed, report))
    _unpack(packed, "models/intents.npz", model_path(settings.data_dir, shop.id))
    _unpack(packed, "models/answerable.json", answerable_path(settings.data_dir / "index", shop.id))
    for entry in packed.namelist():
        if entry.startswith("uploads/") and ".." not in PurePosixPath(entry).parts:
            _unpack(packed, entry, settings.data_dir / "uploads" / shop.id / entry.removeprefix("uploads/"))
    return shop.id, lines


def _read(scope: Scope, shop: Shop, packed: zipfile.ZipFile, report: Report) -> int:
    """In one transaction: the whole shop or nothing of it."""
    if any(one.id == shop.id for one in store_shops.list_shops(scope)) or not is_empty(scope):
        raise Conflict(
            f"Shop {shop.id!r} is here already. Import it under another id: --as NAME.",
            f"店铺“{shop.id}”已存在，可用 --as 换一个 id 导入。",
        )
    store_shops.save_shop(scope, shop)
    tables, written = list_tables(), 0
    for number, table in enumerate(tables):
        report(number / len(tables), table.name)
        written += write_rows(scope, table, _rows(packed, f"tables/{table.name}.jsonl"))
    return written


def _rows(packed: zipfile.ZipFile, name: str) -> Iterator[Mapping[str, Any]]:
    with packed.open(name) as raw:
        for line in io.TextIOWrapper(raw, "utf-8"):
            yield json.loads(line)


def _unpack(packed: zipfile.ZipFile, name: str, path: Path) -> None:
    if name in packed.namelist():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed.read(name))
