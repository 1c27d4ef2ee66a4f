"""`xiaoer shops`: the shops of this installation, their staff, policy and identity secret."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.table import Table

from xiaoer.aftersales.policy import read_policy
from xiaoer.cli.options import DataDir, ShopId, check_shop_id
from xiaoer.cli.records import records
from xiaoer.cli.shop_files import export, import_
from xiaoer.cli.terminal import tell
from xiaoer.db.scope import Scope
from xiaoer.desk.sign_in import add_staff
from xiaoer.desk.types import Role
from xiaoer.errors import Conflict, Invalid, NotFound
from xiaoer.settings import Settings, read_settings
from xiaoer.shop import store_orders, store_policies, store_products, store_shops
from xiaoer.shop.types import Shop

commands = typer.Typer(help="The shops of this installation.", no_args_is_help=True)
commands.command("import")(import_)
commands.command("export")(export)
_console = Console(highlight=False, markup=False, soft_wrap=True)
T = TypeVar("T")


@commands.command("list")
def list_(data_dir: DataDir = None) -> None:
    """The shops, with how much each holds."""
    found = read_settings(data_dir=data_dir)
    table = Table("shop", "name", "products", "orders")
    for shop, products, orders in asyncio.run(_list(found)):
        table.add_row(shop.id, " · ".join(shop.names.values()), str(products), str(orders))
    _console.print(table)


async def _list(settings: Settings) -> list[tuple[Shop, int, int]]:
    async with records(settings) as database:
        shops = await database.read("", store_shops.list_shops)
        counted = []
        for shop in shops:
            products = await database.read(shop.id, store_products.count_products)
            orders = await database.read(shop.id, store_orders.count_orders)
            counted.append((shop, products, orders))
        return counted


@commands.command("add")
def add(
    shop: Annotated[str, typer.Argument(help="Its id: letters, digits and dashes.")],
    zh: Annotated[str, typer.Option(help="Its name in 中文.")],
    en: Annotated[str, typer.Option(help="Its name in English.")],
    policy: Annotated[Path, typer.Option(help="Its after-sales policy (YAML).")],
    email: Annotated[str, typer.Option(help="Where customers can write to.")] = "",
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "CNY",
    time_zone: Annotated[str, typer.Option(help="IANA name.")] = "Asia/Shanghai",
    data_dir: DataDir = None,
) -> None:
    """Add a shop. Train its intents next: xiaoer train intents --shop ID."""
    check_shop_id(shop)
    _check_place(currency, time_zone)
    new = Shop(shop, {"zh": zh, "en": en}, currency, time_zone, email)
    text, version = _policy_text(policy)

    def store(scope: Scope) -> None:
        if any(one.id == shop for one in store_shops.list_shops(scope)):
            raise Conflict(f"Shop {shop!r} is here already.", f"店铺“{shop}”已存在。", field="shop")
        store_shops.save_shop(scope, new, identity_secret=secrets.token_urlsafe(32))
        store_policies.add_policy(scope, text, version=version)

    asyncio.run(_write(read_settings(data_dir=data_dir, shop=shop), store))
    tell(
        f"Shop {shop} added. Train its intents next: xiaoer train intents --shop {shop}",
        f"已添加店铺 {shop}。下一步训练意图：xiaoer train intents --shop {shop}",
    )


@commands.command("policy")
def policy(
    file: Annotated[Path, typer.Argument(help="The after-sales policy (YAML).")], data_dir: DataDir = None, shop: ShopId = None
) -> None:
    """Put an after-sales policy in force (running servers take it at their next start)."""
    found = read_settings(data_dir=data_dir, shop=shop)
    text, version = _policy_text(file)
    asyncio.run(_write_known(found, lambda scope: store_policies.add_policy(scope, text, version=version)))
    count = len(read_policy(text).clauses)
    tell(f"{count} clauses are in force for shop {found.shop}.", f"店铺 {found.shop} 已启用 {count} 条售后条款。")


@commands.command("staff")
def staff(
    email: Annotated[str, typer.Argument(help="Sign-in address.")],
    name: Annotated[str, typer.Option(prompt=True, help="Name that customers see.")],
    lead: Annotated[bool, typer.Option("--lead", help="May take conversations over from colleagues.")] = False,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="At least 8 characters.")
    ] = "",
    data_dir: DataDir = None,
    shop: ShopId = None,
) -> None:
    """Add a member of staff, or give the one with this address a new password."""
    found = read_settings(data_dir=data_dir, shop=shop)
    role: Role = "lead" if lead else "staff"
    language = found.language
    asyncio.run(
        _write_known(found, lambda scope: add_staff(scope, email=email, name=name, role=role, password=password, language=language))
    )
    tell(f"{name} can sign in to shop {found.shop}.", f"{name} 可以登录店铺 {found.shop}。")


@commands.command("secret")
def secret(
    data_dir: DataDir = None,
    shop: ShopId = None,
    renew: Annotated[bool, typer.Option("--renew", help="Make a new one; identities signed with the old one end.")] = False,
) -> None:
    """Print the secret with which the shop's own site signs who its customers are (JWT, HS256)."""
    found = read_settings(data_dir=data_dir, shop=shop)

    def read(scope: Scope) -> str:
        known = store_shops.get_shop(scope, found.shop)
        if renew:
            store_shops.save_shop(scope, known, identity_secret=secrets.token_urlsafe(32))
        return store_shops.get_identity_secret(scope)

    _console.print(asyncio.run(_write(found, read)))


async def _write(settings: Settings, function: Callable[[Scope], T]) -> T:
    async with records(settings) as database:
        return await database.write(settings.shop, function)


async def _write_known(settings: Settings, function: Callable[[Scope], T]) -> T:
    """Only where the shop is there; NotFound otherwise."""

    def write(scope: Scope) -> T:
        store_shops.get_shop(scope, settings.shop)
        return function(scope)

    return await _write(settings, write)


def _check_place(currency: str, time_zone: str) -> None:
    if not re.fullmatch("[A-Z]{3}", currency):
        raise Invalid(
            f"{currency!r} is no ISO 4217 code, such as CNY.", f"{currency!r} 不是 ISO 4217 货币代码（如 CNY）。", field="currency"
        )
    try:
        ZoneInfo(time_zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise Invalid(
            f"There is no time zone {time_zone!r}; expected an IANA name, such as Asia/Shanghai.",
            f"没有时区 {time_zone!r}，应为 IANA 名称（如 Asia/Shanghai）。",
            field="time_zone",
        ) from None


def _policy_text(path: Path) -> tuple[str, str]:
    """The policy's YAML, checked, and its version."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", f"没有文件 {path}。", field="policy")
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"{path} is not text in UTF-8.", f"{path} 不是 UTF-8 编码的文本。", field="policy") from error
    return text, read_policy(text).version
