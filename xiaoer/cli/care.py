"""`xiaoer knowledge lint` and `xiaoer knowledge gaps`: what to mend in the articles, and what customers asked in vain."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from xiaoer.aftersales.policy import read_policy
from xiaoer.app import open_knowledge
from xiaoer.cli.options import DataDir, ShopId
from xiaoer.cli.records import records
from xiaoer.cli.terminal import language, tell
from xiaoer.db.scope import Scope
from xiaoer.insights.care import DAYS, lint_knowledge, read_gaps
from xiaoer.insights.gaps import Gap, suggest
from xiaoer.knowledge import store
from xiaoer.knowledge.lint import Finding
from xiaoer.settings import Settings, read_settings
from xiaoer.shop import store_policies, store_shops

_console = Console(highlight=False, markup=False, soft_wrap=True)
Days = Annotated[int, typer.Option(min=0, max=3650, help="How many days back questions and replies of staff are read.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def lint(
    strict: Annotated[bool, typer.Option("--strict", help="Fail for housekeeping too: old, unused, out of date.")] = False,
    days: Days = DAYS,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    shop: ShopId = None,
) -> None:
    """Hold articles against each other, the policy, the catalogue and what staff said. Exit 1 when something is wrong."""
    settings = read_settings(data_dir=data_dir, shop=shop)
    found = asyncio.run(_lint(settings, days))
    if as_json:
        _console.print(json.dumps([{**asdict(one), "is_error": one.is_error} for one in found], ensure_ascii=False, indent=1))
    else:
        for one in found:
            sign = "✗" if one.is_error else "·"
            _console.print(f"{sign} {one.kind:<13} {one.article_id or one.source}  {getattr(one, language())}")
    wrong = sum(one.is_error for one in found)
    tell(
        f"{wrong} wrong, {len(found) - wrong} to look after.", f"{wrong} 处错误，{len(found) - wrong} 处待维护。"
    )
    if wrong or (strict and found):
        raise typer.Exit(1)


def gaps(
    days: Days = DAYS, as_json: AsJson = False, data_dir: DataDir = None, shop: ShopId = None
) -> None:
    """List what customers asked and nobody had an article for, the most frequent first, with what would close each gap."""
    settings = read_settings(data_dir=data_dir, shop=shop)
    found = asyncio.run(_gaps(settings, days))
    if as_json:
        _console.print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for one in found:
        _console.print(f"{one['asked']:>4}  {one['question']}")
        if one["suggestion"]:
            _console.print(f"      → {one['suggestion']}: {one['article']}")
    tell(f"{len(found)} gaps.", f"{len(found)} 个知识缺口。")


async def _lint(settings: Settings, days: int) -> tuple[Finding, ...]:
    knowledge = open_knowledge(settings)
    try:
        async with records(settings) as database:

            def read(scope: Scope) -> tuple[Finding, ...]:
                shop = store_shops.get_shop(scope, settings.shop)
                published = store_policies.find_policy(scope)
                policy = read_policy(published.text) if published else None
                return lint_knowledge(scope, knowledge, policy, time_zone=shop.time_zone, days=days)

            return await database.read(settings.shop, read)
    finally:
        knowledge.close()


async def _gaps(settings: Settings, days: int) -> list[dict[str, Any]]:
    async with records(settings) as database:

        def read(scope: Scope) -> list[dict[str, Any]]:
            store_shops.get_shop(scope, settings.shop)
            return [_told(scope, one) for one in read_gaps(scope, days=days)]

        return await database.read(settings.shop, read)


def _told(scope: Scope, gap: Gap) -> dict[str, Any]:
    suggestion = suggest(gap, lambda article_id: store.find_article(scope, article_id), now=scope.now)
    return {
        "id": gap.id,
        "language": gap.language,
        "asked": len(gap.asked),
        "question": gap.question,
        "suggestion": suggestion.kind if suggestion else "",
        "article": suggestion.article.id if suggestion else "",
    }
