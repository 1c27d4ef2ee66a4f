"""`xiaoer export`: everything of one shop in one file."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path
from typing import Annotated

import typer

from xiaoer import __version__
from xiaoer.app import models_folder
from xiaoer.cli.options import DataDir, ShopId
from xiaoer.cli.progress import Report, bar
from xiaoer.cli.records import records
from xiaoer.cli.terminal import tell
from xiaoer.db.copy import list_tables, read_rows
from xiaoer.db.scope import Scope
from xiaoer.errors import Invalid, NotFound
from xiaoer.knowledge.knowledge import answerable_path
from xiaoer.settings import Settings, read_settings
from xiaoer.shop import store_shops

FORMAT = 1


def export(
    file: Annotated[Path, typer.Argument(help="The zip file to write.")],
    data_dir: DataDir = None,
    shop: ShopId = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")] = False,
) -> None:
    """Write a shop's records, models and pictures into one zip file: a backup, or a move to another machine."""
    if not file.absolute().parent.is_dir():
        raise NotFound(f"There is no folder {file.parent}.", f"没有文件夹 {file.parent}。", field="file")
    if file.exists() and not replace:
        raise Invalid(
            f"{file} is there already. Choose another name or give --replace.", f"{file} 已存在，请换个名字或加 --replace。"
        )
    found = read_settings(data_dir=data_dir, shop=shop)
    lines = asyncio.run(_export(found, file))
    tell(f"{lines} rows of shop {found.shop} → {file}", f"店铺 {found.shop} 的 {lines} 行记录 → {file}")


async def _export(settings: Settings, file: Path) -> int:
    temporary = file.with_name(file.name + ".part")
    try:
        async with records(settings) as database:
            with bar(f"Exporting {settings.shop}", f"导出 {settings.shop}") as report:
                lines = await database.read(settings.shop, lambda scope: _write(scope, settings, temporary, report))
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    return lines


def _write(scope: Scope, settings: Settings, path: Path, report: Report) -> int:
    """One snapshot: all tables as they were at the same moment."""
    shop = store_shops.get_shop(scope, settings.shop)
    written = 0
    path.touch(mode=0o600)  # customers' data and the secret by which they are known
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        about = {"format": FORMAT, "version": __version__, "shop": {n: getattr(shop, n) for n in type(shop).__dataclass_fields__}}
        packed.writestr("xiaoer.json", json.dumps(about, ensure_ascii=False))
        tables = list_tables()
        for number, table in enumerate(tables):
            report(number / len(tables), table.name)
            with packed.open(f"tables/{table.name}.jsonl", "w") as out:
                for row in read_rows(scope, table):
                    out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                    written += 1
        for model in sorted(models_folder(settings.data_dir, settings.shop).glob("*.npz")):
            packed.write(model, f"models/{model.name}")
        fitted = answerable_path(settings.data_dir / "index", settings.shop)
        if fitted.is_file():
            packed.write(fitted, "models/answerable.json")
        uploads = settings.data_dir / "uploads" / settings.shop
        for picture in sorted(uploads.rglob("*")) if uploads.is_dir() else ():
            if picture.is_file():
                packed.write(picture, f"uploads/{picture.relative_to(uploads).as_posix()}")
    return written
