"""Bringing knowledge in from the console: files or an address, a report, back again."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.unit.knowledge.ingest.build import shop_book
from tests.unit.web.shop import LIN, SHOP
from tests.unit.web.staff import WU, Browser, add_lead, open_browser
from xiaoer.app import App
from xiaoer.knowledge import store, store_imports
from xiaoer.knowledge.ingest.run import new_import
from xiaoer.knowledge.ingest.types import Import, Options
from xiaoer.web.console.knowledge.running import Running

HELP = "# 退货\n\n七天内可退。\n\n## 运费\n\n质量问题我们出。\n".encode()


@pytest.fixture
async def lin(app: App, web: FastAPI) -> Browser:
    """Staff."""
    return await open_browser(app, web, LIN)


@pytest.fixture
async def wu(app: App, web: FastAPI) -> Browser:
    """A lead."""
    await add_lead(app)
    return await open_browser(app, web, WU)


async def bring(web: FastAPI, browser: Browser, files: dict[str, bytes], **fields: str) -> httpx2.Response:
    """Send the form, and wait until everything is in; the import's page."""
    form = {"form_token": await browser.token(), **fields}
    sent = [("files", (name, data)) for name, data in files.items()] or None
    page = await browser.client.post(
        "/knowledge/imports", data=form, files=sent, headers={"Accept-Language": "zh"}, follow_redirects=True
    )
    if hasattr(web.state, "imports"):
        running: Running = web.state.imports
        await running.drain()
    return await browser.get(str(page.url)) if page.status_code == 200 else page


def id_of(page: httpx2.Response) -> str:
    return str(page.url).split("?")[0].rsplit("/", 1)[-1]


async def imports_of(app: App) -> tuple[Import, ...]:
    return await app.database.read(SHOP, store_imports.list_imports)


async def titles(app: App) -> set[str]:
    found = await app.database.read(SHOP, store.list_articles)
    return {one.texts[0].title for one in found if one.state == "published" and one.texts}


async def test_a_lead_imports_reads_the_report_and_takes_it_back(app: App, web: FastAPI, wu: Browser) -> None:
    before = await titles(app)
    page = await bring(web, wu, {"../shop.xlsx": shop_book(), "help.md": HELP}, audience="all", category="导入的")
    assert "已完成" in page.text
    assert "常见问题!6" in page.text
    assert "这一行没有答案" in page.text
    assert {"怎么退货", "退货 › 运费"} <= await titles(app)
    problems = await wu.get(f"/knowledge/imports/{id_of(page)}?outcome=problem")
    assert problems.text.count("<tr>") == 3  # the head and two
    found = await wu.get("/knowledge?source=shop.xlsx")
    assert "共 6 篇" in found.text
    assert not list((app.settings.data_dir / "imports").rglob("0"))
    again = await bring(web, wu, {"help.md": HELP}, category="导入的")
    assert "没有变化" in again.text
    undone = await wu.post(f"/knowledge/imports/{id_of(page)}/undo")
    assert "已撤销" in undone.text
    assert await titles(app) == before
    assert "已撤销" in (await wu.get("/knowledge/imports")).text


async def test_what_staff_import_waits_for_a_lead(app: App, web: FastAPI, lin: Browser, wu: Browser) -> None:
    page = await bring(web, lin, {"help.md": HELP})
    assert "存为草稿" in page.text
    assert "退货 › 运费" not in await titles(app)
    path = f"/knowledge/imports/{id_of(page)}"
    assert (await lin.post(f"{path}/publish")).status_code == 403
    done = await wu.post(f"{path}/publish")
    assert "已发布 2 篇" in done.text
    assert "退货 › 运费" in await titles(app)


@pytest.mark.parametrize(
    ("fields", "files", "says"),
    [({}, {}, "请选择文件"), ({"url": "ftp://x"}, {}, "https://"), ({"url": "https://x.example"}, {"a.md": HELP}, "二选一"),
     ({"audience": "friends"}, {"a.md": HELP}, "选项不正确")],
)  # fmt: skip
async def test_what_is_chosen_wrongly_is_said(
    app: App, web: FastAPI, wu: Browser, fields: dict[str, str], files: dict[str, bytes], says: str
) -> None:
    page = await bring(web, wu, files, **fields)
    assert page.status_code == 422
    assert says in page.text
    assert await imports_of(app) == ()


async def test_an_address_inside_this_network_is_a_problem_in_the_report(app: App, web: FastAPI, wu: Browser) -> None:
    page = await bring(web, wu, {}, url="http://127.0.0.1:1/help")
    assert "内网" in page.text


async def test_one_that_was_cut_off_is_taken_up_again(app: App, web: FastAPI, wu: Browser) -> None:
    about = new_import(["help.md"], Options(), by=wu.staff.id, more={"from": "console", "url": ""})
    about = await app.database.write(SHOP, lambda scope: store_imports.add_import(scope, about))
    folder = app.settings.data_dir / "imports" / SHOP / about.id
    lay(folder)
    page = await wu.get(f"/knowledge/imports/{about.id}")
    assert "导入中断了" in page.text
    await wu.post(f"/knowledge/imports/{about.id}/go_on")
    await web.state.imports.drain()
    page = await wu.get(f"/knowledge/imports/{about.id}")
    assert "已完成" in page.text
    assert "退货 › 运费" in await titles(app)
    late = await wu.post(f"/knowledge/imports/{about.id}/go_on")
    assert late.status_code == 409


def lay(folder: Any) -> None:
    folder.mkdir(parents=True)
    (folder / "0").write_bytes(HELP)
    (folder / "names.json").write_text('[["0", "help.md"]]', "utf-8")


async def test_progress_is_a_part_that_fetches_itself(app: App, web: FastAPI, wu: Browser) -> None:
    page = await bring(web, wu, {"help.md": HELP})
    part = await wu.get(f"/knowledge/imports/{id_of(page)}?part=1")
    assert part.text.lstrip().startswith('<div class="import" id="import"')
    assert "hx-trigger" not in part.text
    assert re.search(r"新增 <strong>2</strong>", part.text)
    assert (await wu.get("/knowledge/imports/nothing")).status_code == 404
