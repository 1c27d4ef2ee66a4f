"""`xiaoer knowledge`: articles in from files, folders and help centres, and out as a folder of Markdown."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from xiaoer.cli.care import gaps, lint
from xiaoer.cli.options import DataDir, ShopId
from xiaoer.cli.progress import bar
from xiaoer.cli.records import records
from xiaoer.cli.terminal import language as spoken_here
from xiaoer.cli.terminal import spoken, tell
from xiaoer.db.scope import Scope
from xiaoer.errors import Invalid, NotFound
from xiaoer.knowledge import store
from xiaoer.knowledge.edit import MOST_NAME
from xiaoer.knowledge.ingest.fetch import Fetcher
from xiaoer.knowledge.ingest.files import list_files, sources_of
from xiaoer.knowledge.ingest.run import Importing, Sources, new_import, undo_import
from xiaoer.knowledge.ingest.site import MOST_PAGES, Site
from xiaoer.knowledge.ingest.types import OUTCOMES, Import, Item, Options
from xiaoer.knowledge.ingest.unreadable import Unreadable
from xiaoer.knowledge.ingest.write import as_file, path_of
from xiaoer.knowledge.pictures import find_picture, keep_picture
from xiaoer.knowledge.prose import pictures_in
from xiaoer.knowledge.types import Article
from xiaoer.settings import Settings, read_settings
from xiaoer.shop import store_shops

commands = typer.Typer(help="The shop's knowledge: bring articles in, take them out, look after them.", no_args_is_help=True)
commands.command("lint")(lint)
commands.command("gaps")(gaps)
_PICTURES = "pictures"
_WORDS = {
    "added": "新增", "updated": "更新", "drafted": "存为草稿", "archived": "归档", "gone": "来源中已没有", "kept": "保持原样",
    "unchanged": "没有变化", "problem": "有问题",
}  # fmt: skip


@commands.callback()
def _group() -> None:
    """The shop's knowledge: bring articles in, take them out."""


@commands.command("import")
def import_(
    what: Annotated[list[str], typer.Argument(help="Files, folders, a page, a help centre or its sitemap (https://…).")],
    language: Annotated[str, typer.Option(help="zh or en; without it, told from each text.")] = "",
    audience: Annotated[str, typer.Option(help="Who may read the articles: all, members or staff.")] = "all",
    category: Annotated[str, typer.Option(help="Their category where the source names none.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Keep everything as drafts, to be reviewed in the console.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and store nothing.")] = False,
    pages: Annotated[int, typer.Option(min=1, max=20_000, help="Fetch at most so many pages of a site.")] = MOST_PAGES,
    report: Annotated[Path | None, typer.Option(help="Write the report into this file, a JSON line for each item.")] = None,
    data_dir: DataDir = None,
    shop: ShopId = None,
) -> int:
    """Bring articles in; again, to bring them up to date. Exit 1 when something could not be read; the rest is in all the same."""
    options = _options(language, audience, category, draft)
    found = read_settings(data_dir=data_dir, shop=shop)
    items: list[Item] = []
    asyncio.run(_import_all(found, what, options, items, is_dry=dry_run, most_pages=pages))
    if report is not None:
        lines = (json.dumps({k: v for k, v in asdict(item).items() if k != "before"}, ensure_ascii=False) for item in items)
        report.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    _print(items)
    _sum_up(items, is_dry=dry_run)
    return 1 if any(item.outcome == "problem" for item in items) else 0


@commands.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="The folder to write into; new, or empty.")],
    archived: Annotated[bool, typer.Option("--archived", help="Archived articles, too.")] = False,
    data_dir: DataDir = None,
    shop: ShopId = None,
) -> None:
    """Write the articles as Markdown with front matter, a file each, and their pictures; `import` reads it back without loss."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid(f"{folder} is there and not empty.", f"{folder} 已存在且不是空文件夹。", field="folder")
    found = read_settings(data_dir=data_dir, shop=shop)
    count = asyncio.run(_export(found, folder, with_archived=archived))
    tell(f"{count} articles of shop {found.shop} → {folder}", f"店铺 {found.shop} 的 {count} 篇文章 → {folder}")


@commands.command("undo")
def undo(
    import_id: Annotated[str, typer.Argument(help="Id of the import (the console and `import` show it).")],
    data_dir: DataDir = None,
    shop: ShopId = None,
) -> None:
    """Take an import back; what somebody changed since is left as it is."""
    found = read_settings(data_dir=data_dir, shop=shop)

    async def take_back() -> Import:
        async with records(found) as database:
            return await undo_import(database, found.shop, import_id, by="")

    about = asyncio.run(take_back())
    left = about.counts.get("left", 0)
    tell(f"Undone; {left} articles were changed since and are left as they are.", f"已撤销；{left} 篇之后又改过，保持原样。")


def _options(language: str, audience: str, category: str, draft: bool) -> Options:
    if language not in ("", "zh", "en"):
        raise Invalid("The language is zh or en.", "语言应为 zh 或 en。", field="language")
    if audience not in ("all", "members", "staff"):
        raise Invalid("The audience is all, members or staff.", "可见范围应为 all、members 或 staff。", field="audience")
    if len(category) > MOST_NAME:
        raise Invalid(f"A category has at most {MOST_NAME} characters.", f"分类最多 {MOST_NAME} 个字。", field="category")
    return Options(language, audience, category, draft)  # type: ignore[arg-type]


async def _import_all(
    settings: Settings, what: Sequence[str], options: Options, items: list[Item], *, is_dry: bool, most_pages: int
) -> None:
    """Every argument as an import of its own, so that each can be undone by itself."""
    async with records(settings) as database:
        await database.read(settings.shop, lambda scope: store_shops.get_shop(scope, settings.shop))
        for name in what:
            sources = await _open(settings, name, options, items, most_pages)
            if not is_dry and sources is not None and sources.root and not name.startswith(("http://", "https://")):
                _take_pictures(settings, Path(name) / _PICTURES)
            if sources is None:
                continue
            with bar(f"Importing {name}", f"导入 {name}") as report:

                def progress(about: Import, report: Any = report) -> None:
                    report(about.done / max(1, about.total), about.doing)

                about = new_import([name], options, by="", more={"from": "cli"})
                run = Importing(database, settings.shop, about, options, is_dry=is_dry, progress=progress)
                ended = await run.run(sources)
            items += run.items
            if not is_dry:
                tell(f"{name}: import {ended.id}", f"{name}：导入编号 {ended.id}")


async def _open(settings: Settings, name: str, options: Options, items: list[Item], most_pages: int) -> Sources | None:
    if name.startswith(("http://", "https://")):
        fetcher = Fetcher(allow_private=settings.import_private_addresses)
        try:
            return await Site(name, options, fetcher, most_pages).open()
        except Unreadable as error:
            await fetcher.close()
            items.append(Item("problem", name, "", reason={"en": error.en, "zh": error.zh}))
            return None
    return _open_path(settings, name, options)


def _open_path(settings: Settings, name: str, options: Options) -> Sources:
    """A folder with all its files, or one file."""
    path = Path(name).expanduser()
    if path.is_dir():
        root = path.resolve().name
        files = [(f"{root}/{one.relative_to(path).as_posix()}", one) for one in list_files(path)]
        return sources_of(files, options, most_mb=settings.import_mb, root=root)
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", f"没有文件 {path}。", field="what")
    return sources_of([(path.name, path)], options, most_mb=settings.import_mb)


def _take_pictures(settings: Settings, folder: Path) -> None:
    """The pictures of an exported folder, into the shop's own."""
    for path in sorted(folder.glob("upl_*")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            keep_picture(settings.data_dir / "uploads" / settings.shop, path.read_bytes(), most_mb=settings.upload_mb)


async def _export(settings: Settings, folder: Path, *, with_archived: bool) -> int:
    async with records(settings) as database:

        def read(scope: Scope) -> tuple[Article, ...]:
            store_shops.get_shop(scope, settings.shop)
            return store.list_articles(scope)

        articles = [one for one in await database.read(settings.shop, read) if with_archived or one.state != "archived"]
    _write(articles, folder, settings.data_dir / "uploads" / settings.shop)
    return len(articles)


def _write(articles: Sequence[Article], folder: Path, uploads: Path) -> None:
    """The folder, with a file for each article and the pictures that they show."""
    folder.mkdir(parents=True, exist_ok=True)
    for article in articles:
        path = folder / path_of(article)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_file(article), "utf-8", newline="\n")
        for name in (name for text in article.texts for name in pictures_in(text.body)):
            picture = find_picture(uploads, name)
            if picture is not None:
                (folder / _PICTURES).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(picture, folder / _PICTURES / name)


def _print(items: Sequence[Item]) -> None:
    """A line for each item but the unchanged ones: outcome, source, place, title, reason."""
    for item in items:
        if item.outcome == "unchanged":
            continue
        outcome = spoken(item.outcome, _WORDS[item.outcome])
        reason = item.reason.get(spoken_here(), "")
        parts = (outcome, item.source, item.place, item.title, reason)
        print("\t".join(" ".join(part.split()) for part in parts).rstrip())


def _sum_up(items: Sequence[Item], *, is_dry: bool) -> None:
    counts = Counter(item.outcome for item in items)
    en = ", ".join(f"{counts[one]} {one}" for one in OUTCOMES if counts[one]) or "nothing found"
    zh = "，".join(f"{_WORDS[one]} {counts[one]}" for one in OUTCOMES if counts[one]) or "没有内容"
    tell(f"{en}{' (dry run: nothing was stored)' if is_dry else ''}", f"{zh}{'（试运行，没有写入）' if is_dry else ''}")
