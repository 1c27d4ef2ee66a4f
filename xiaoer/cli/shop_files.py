"""`xiaoer shops import` and `xiaoer shops export`: a whole shop from another system's file, and back into one."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from xiaoer.aftersales.policy import read_policy
from xiaoer.app import prepare_folder
from xiaoer.cli.options import DataDir, ShopId, check_shop_id
from xiaoer.cli.records import records
from xiaoer.cli.terminal import tell
from xiaoer.cli.train import add_lines, train_and_keep
from xiaoer.db.copy import is_empty
from xiaoer.db.engine import utc_now
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, Invalid, NotFound
from xiaoer.formats.tau2 import read as tau2
from xiaoer.formats.tau2.shapes import parse
from xiaoer.formats.tau2.store import dump_records, save_records
from xiaoer.settings import Settings, read_settings
from xiaoer.shop import store_policies, store_shops
from xiaoer.shop.dictionary import Dictionary, common_words
from xiaoer.shop.glossary import read_glossary
from xiaoer.shop.types import Shop

FORMATS = ("tau2",)
Format = Annotated[str, typer.Option("--format", help="The file's format: tau2.")]


def import_(
    file: Annotated[Path, typer.Argument(help="The other system's file.")],
    format_: Format,
    name: Annotated[str | None, typer.Option("--as", help="Id of the new shop; without it the format's name.")] = None,
    zh: Annotated[str, typer.Option(help="Its name in 中文.")] = "",
    en: Annotated[str, typer.Option(help="Its name in English.")] = "",
    policy: Annotated[Path | None, typer.Option(help="Its after-sales policy (YAML), instead of the format's own.")] = None,
    glossary: Annotated[
        Path | None, typer.Option(help="CSV, YAML or JSON: how its English words are called in 中文.")
    ] = None,
    no_model: Annotated[bool, typer.Option("--no-model", help="Do not train its intent model from the shipped lines now.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Make a shop out of another system's file. All of it comes in, or nothing."""
    _check_format(format_)
    found = read_settings(data_dir=data_dir)
    names = {"zh": zh or name or "零售店", "en": en or name or "Retail"}
    shop = Shop(check_shop_id(name or format_), names, tau2.CURRENCY, tau2.TIME_ZONE, "")
    words = common_words() if glossary is None else common_words().with_glossary(read_glossary(glossary))
    text = policy_text() if policy is None else _text(policy, "policy")
    made = asyncio.run(import_shop(found, shop, _text(file, "file"), policy=text, dictionary=words))
    counts = (len(made.products), len(made.customers), len(made.orders))
    if not no_model:
        asyncio.run(_train(read_settings(data_dir=data_dir, shop=shop.id)))
    tell(
        f"{counts[0]} products, {counts[1]} customers, {counts[2]} orders → shop {shop.id}",
        f"{counts[0]} 件商品、{counts[1]} 位顾客、{counts[2]} 笔订单 → 店铺 {shop.id}",
    )


async def _train(settings: Settings) -> None:
    async with records(settings) as database:
        await add_lines(database, settings.shop, ())
        await train_and_keep(database, settings)


async def import_shop(
    settings: Settings, shop: Shop, text: str, *, policy: str, dictionary: Dictionary
) -> tau2.Records:
    """The file's text into a new shop of the installation, in one transaction."""
    version = read_policy(policy).version
    made = tau2.records_of(parse(text), dictionary, now=utc_now())
    prepare_folder(settings.data_dir)

    def save(scope: Scope) -> None:
        if any(one.id == shop.id for one in store_shops.list_shops(scope)) or not is_empty(scope):
            raise Conflict(
                f"Shop {shop.id!r} is here already. Import it under another id: --as NAME.",
                f"店铺“{shop.id}”已存在，可用 --as 换一个 id 导入。",
                field="shop",
            )
        store_shops.save_shop(scope, shop, identity_secret=secrets.token_urlsafe(32))
        store_policies.add_policy(scope, policy, version=version)
        save_records(scope, made, dictionary)

    async with records(settings) as database:
        await database.write(shop.id, save)
    return made


def export(
    format_: Format,
    out: Annotated[Path | None, typer.Option("--out", help="Write here instead of to the terminal.")] = None,
    data_dir: DataDir = None,
    shop: ShopId = None,
) -> None:
    """Write a shop in another system's format."""
    _check_format(format_)
    found = read_settings(data_dir=data_dir, shop=shop if shop is not None else format_)
    text = json.dumps(asyncio.run(_export(found)), ensure_ascii=False, indent=1)
    if out is None:
        sys.stdout.write(f"{text}\n")
    else:
        out.write_text(f"{text}\n", "utf-8")
        tell(f"Shop {found.shop} → {out}", f"店铺 {found.shop} → {out}")


async def _export(settings: Settings) -> dict[str, object]:
    def read(scope: Scope) -> dict[str, object]:
        store_shops.get_shop(scope, settings.shop)
        return dump_records(scope)

    async with records(settings) as database:
        return await database.read(settings.shop, read)


def policy_text() -> str:
    """The policy of the tau2 format, as its YAML."""
    return (files("xiaoer.formats.tau2") / "policy.yaml").read_text("utf-8")


def _check_format(name: str) -> None:
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise Invalid(f"There is no format {name!r}; expected {known}.", f"没有格式 {name!r}，可用：{known}。", field="format")


def _text(path: Path, field: str) -> str:
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", f"没有文件 {path}。", field=field)
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"{path} is not text in UTF-8.", f"{path} 不是 UTF-8 编码的文本。", field=field) from error
