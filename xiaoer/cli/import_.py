"""`xiaoer import`: what `xiaoer export` wrote, into this installation."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import typer

from xiaoer.app import models_folder, prepare_folder
from xiaoer.cli.export import FORMAT
from xiaoer.cli.options import DataDir, check_shop_id
from xiaoer.cli.progress import Report, bar
from xiaoer.cli.records import records
from xiaoer.cli.terminal import tell
from xiaoer.db.copy import is_empty, list_tables, write_rows
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, Invalid, ModelUnavailable, NotFound
from xiaoer.knowledge.knowledge import answerable_path
from xiaoer.nlu.model import IntentModel
from xiaoer.settings import Settings, read_settings
from xiaoer.shop import store_shops
from xiaoer.shop.types import Shop

_LARGEST = 2 << 30  # bytes unpacked: a small file that unpacks to more is a trap
_LONGEST = 64 << 20  # bytes of a row
_MODELS, _FITTED, _UPLOADS = "models/", "models/answerable.json", "uploads/"
_DAMAGED = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, EOFError)


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
    except _DAMAGED as error:
        raise Invalid(
            f"{file} was not made by `xiaoer export`, or is damaged ({error}).", f"{file} 不是导出文件，或已损坏（{error}）。"
        ) from error
    tell(f"{lines} rows → shop {shop_id}", f"{lines} 行记录 → 店铺 {shop_id}")


async def _import(settings: Settings, packed: zipfile.ZipFile, name: str | None) -> tuple[str, int]:
    _check_entries(packed)
    shop = _read_shop(packed, name)
    prepare_folder(settings.data_dir)
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".import-") as folder:
        staged = Path(folder)
        _stage(packed, staged)

        def read(scope: Scope) -> int:
            lines = _read(scope, shop, packed, report)
            _put_in_place(settings.data_dir, staged, shop.id)  # last, and before the commit: files without records harm nobody
            return lines

        async with records(settings) as database:
            with bar(f"Importing {shop.id}", f"导入 {shop.id}") as report:
                return shop.id, await database.write(shop.id, read)


def _check_entries(packed: zipfile.ZipFile) -> None:
    """Invalid for what `xiaoer export` never writes: too much, locked, or a name that leads out of the folder."""
    entries = packed.infolist()
    if sum(entry.file_size for entry in entries) > _LARGEST:
        raise Invalid("The file unpacks to more than 2 GiB.", "文件解压后超过 2 GiB。", field="file")
    for entry in entries:
        path = PurePosixPath(entry.filename)
        is_plain = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not entry.flag_bits & 1
        is_inside = not path.is_absolute() and ".." not in path.parts and "//" not in entry.filename
        if not is_plain or not is_inside or set(entry.filename) & set("\\:\0"):
            raise Invalid(
                f"{entry.filename!r} in the file is nothing that `xiaoer export` writes.",
                f"文件中的 {entry.filename!r} 不是 xiaoer export 写入的内容。",
                field="file",
            )


def _read_shop(packed: zipfile.ZipFile, name: str | None) -> Shop:
    about = json.loads(packed.read("xiaoer.json"))
    if about["format"] != FORMAT:
        raise Invalid(
            f"Format {about['format']}; this version reads {FORMAT}.", f"格式 {about['format']} 不支持，本版本读取 {FORMAT}。"
        )
    shop = Shop(**{**about["shop"], **({"id": name} if name is not None else {})})
    check_shop_id(shop.id)
    words = [shop.names["zh"], shop.names["en"], shop.currency, shop.time_zone, shop.email, shop.hours_from, shop.hours_to]
    if not all(isinstance(one, str) for one in words):
        raise ValueError("the shop's own values")
    return shop


def _stage(packed: zipfile.ZipFile, folder: Path) -> None:
    """Unpack the files beside the place where they will be, and look whether the models can be read."""
    for entry in packed.infolist():
        if entry.is_dir() or not entry.filename.startswith((_MODELS, _UPLOADS)):
            continue
        path = folder / entry.filename
        path.parent.mkdir(parents=True, exist_ok=True)
        with packed.open(entry) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
    for model in sorted((folder / _MODELS).glob("*.npz")):
        try:
            IntentModel.load(model)
        except ModelUnavailable as error:
            raise Invalid("An intent model in the file is damaged.", "文件中的意图模型已损坏。", field="file") from error


def _put_in_place(data_dir: Path, staged: Path, shop_id: str) -> None:
    """Move the files to where they belong; what an earlier shop of this id left there gives way. Run again, it does nothing."""
    fitted = answerable_path(data_dir / "index", shop_id)
    shutil.rmtree(data_dir / "index" / shop_id, ignore_errors=True)
    places = {_FITTED: fitted, _MODELS: models_folder(data_dir, shop_id), _UPLOADS: data_dir / "uploads" / shop_id}
    placed: list[Path] = []
    try:
        for name, path in places.items():
            if (staged / name).exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                _take_away(path)
                (staged / name).replace(path)
                placed.append(path)
    except OSError:
        for path in placed:
            _take_away(path)
        raise


def _take_away(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


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


def _rows(packed: zipfile.ZipFile, name: str) -> Iterator[Any]:
    with packed.open(name) as raw:
        while line := raw.readline(_LONGEST + 1):
            if len(line) > _LONGEST:
                raise Invalid(f"{name}: a row has more than 64 MiB.", f"{name}：有一行超过 64 MiB。", field="file")
            yield json.loads(line)
