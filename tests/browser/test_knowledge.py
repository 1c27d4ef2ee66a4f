"""Knowledge from the first word to the customer's answer, in a real browser: written, tried, published, restored, imported."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.audit import find_faults, look
from tests.browser.customer import Customer
from tests.browser.server import DemoServer
from tests.browser.windows import Windows
from tests.unit.knowledge.ingest.build import shop_book
from xiaoer.knowledge import store_drafts

TITLE, QUESTION = "企业团建礼盒怎么订", "团建礼盒怎么订"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Desk:
    """The form of an article."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.zh = page.locator("#text-zh")
        self.body = self.zh.get_by_role("textbox", name="正文")
        self.title = self.zh.get_by_label("标题（标准问）")
        self.kept = page.locator("[data-autosaved]")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def told(self, words: str) -> None:
        expect(self.page.locator(".notice[role=status]").first).to_contain_text(words)


@pytest.fixture
def desk(server: DemoServer, windows: Windows, wu: Any) -> Desk:
    """Wu's window."""
    return Desk(windows.open("zh", storage_state=wu))


def test_written_tried_published_edited_and_brought_back(server: DemoServer, windows: Windows, desk: Desk) -> None:
    page = desk.page
    page.goto(f"{server.base}/desk")
    page.get_by_role("navigation", name="页面").get_by_role("link", name="知识库").click()
    page.get_by_role("link", name="新建文章").click()
    desk.title.fill(TITLE)
    desk.zh.get_by_role("button", name="添加一条").click()
    page.keyboard.type("公司想订一批礼盒")
    page.keyboard.press("Enter")
    page.keyboard.type("团购礼盒有优惠吗")
    desk.body.fill("满 20 份起订，")
    desk.body.press("End")
    desk.zh.get_by_role("button", name="加粗").click()
    page.keyboard.type("每份 300 元")
    expect(desk.zh.locator(".preview")).to_have_text(re.compile("满 20 份起订，每份 300 元"))
    page.get_by_label("分类").fill("orders")
    page.get_by_label("分类").blur()
    expect(desk.kept).to_contain_text("已自动保存")

    page.get_by_role("searchbox", name="像顾客一样提问").fill(QUESTION)
    desk.press("试一下")
    expect(page.locator("#tried .mark")).to_have_text("本篇")
    desk.press("发布")
    desk.told("已发布")
    customer = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    expect(customer.ask(QUESTION)).to_contain_text("300 元")

    article = page.url.split("?")[0].rsplit("/", 1)[-1]
    desk.body.fill("满 20 份起订，每份 **500 元**。")
    expect(desk.zh.locator(".preview strong")).to_have_text("500 元")
    desk.press("保存草稿")
    desk.told("线上内容没有变化")
    expect(customer.ask(QUESTION)).to_contain_text("300 元")
    desk.press("发布")
    desk.told("已发布")
    expect(customer.ask(QUESTION)).to_contain_text("500 元")

    page.goto(f"{server.base}/knowledge/{article}/history")
    expect(page.locator(".changes del").filter(has_text="300")).to_have_count(1)
    expect(page.locator(".changes ins").filter(has_text="500")).to_have_count(1)
    page.get_by_role("link", name="v1").click()
    desk.press("恢复为草稿")
    desk.told("旧版本已存为草稿")
    desk.press("发布")
    desk.told("已发布")
    answer = customer.ask(QUESTION)
    expect(answer).to_contain_text("300 元")
    answer.locator("button.source").click()
    expect(customer.panel.locator(".article-text strong")).to_contain_text("300 元")
    versions = server.read(lambda scope: store_drafts.list_versions(scope, article))
    assert [one.article.version for one in versions] == [3, 2, 1]
    assert versions[2].article.texts[0].similar == ("公司想订一批礼盒", "团购礼盒有优惠吗")


def test_two_windows_write_at_once_and_lose_nothing(server: DemoServer, windows: Windows, wu: Any, lin: Any) -> None:
    windows.expect_trouble("409")
    mine, theirs = Desk(windows.open("zh", storage_state=wu)), Desk(windows.open("zh", storage_state=lin))
    for one in (mine, theirs):
        one.page.goto(f"{server.base}/knowledge/return-how")
    theirs.body.fill("林写的步骤")
    expect(theirs.kept).to_contain_text("已自动保存")
    mine.body.fill("吴写的步骤")
    expect(mine.kept).to_contain_text("同事")
    mine.press("保存草稿")
    expect(mine.page.get_by_role("heading", name="同事刚刚也改了这篇")).to_be_visible()
    expect(mine.page.locator(".changes del")).to_have_text(["林"])
    expect(mine.body).to_have_value("吴写的步骤")
    mine.body.fill("林和吴写的步骤")
    mine.press("保存草稿")
    mine.told("草稿已保存")
    theirs.page.reload()
    expect(theirs.body).to_have_value("林和吴写的步骤")
    expect(theirs.page.get_by_role("button", name="发布", exact=True)).to_have_count(0)
    theirs.press("提交审核")
    theirs.told("已提交审核")
    mine.page.goto(f"{server.base}/knowledge?state=in_review")
    expect(mine.page.locator(".article-row")).to_have_count(1)


def test_a_list_of_questions_is_brought_in_and_taken_back(
    server: DemoServer, windows: Windows, desk: Desk, tmp_path: Path
) -> None:
    page, book = desk.page, tmp_path / "问答.xlsx"
    book.write_bytes(shop_book())
    page.goto(f"{server.base}/knowledge")
    page.get_by_role("link", name="导入").click()
    page.get_by_label("文件", exact=False).first.set_input_files(book)
    desk.press("开始导入")
    expect(page.locator(".page-head .mark")).to_have_text("已完成")
    expect(page.locator(".outcome")).to_have_text(["全部", "新增 6", "有问题 2"])
    page.get_by_role("link", name="有问题").click()
    expect(page.locator(".report tbody tr").first).to_contain_text("常见问题!6")
    page.get_by_role("link", name="全部").click()
    faults = find_faults(page)
    page.get_by_role("link", name="价目表 › 静泉水壶").click()
    expect(desk.body).to_have_value("- 商品：静泉水壶\n- 价格：¥159.00")
    expect(page.locator(".origin")).to_contain_text("问答.xlsx")
    page.go_back()
    desk.press("撤销这次导入")
    desk.told("已撤销")
    assert not faults


def test_without_scripts_everything_is_a_form(server: DemoServer, windows: Windows, wu: Any) -> None:
    page = windows.open("zh", storage_state=wu, java_script_enabled=False)
    desk = Desk(page)
    page.goto(f"{server.base}/knowledge/new")
    desk.title.fill("门店可以自提吗")
    desk.zh.get_by_label("相似问").fill("能去店里拿吗\n支持自提吗")
    desk.body.fill("杭州门店可以**自提**。")
    page.get_by_label("分类").fill("shipping")
    desk.zh.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    desk.zh.get_by_role("button", name="上传到正文").click()
    expect(desk.zh.locator(".preview strong")).to_have_text("自提")
    expect(desk.zh.locator(".preview img")).to_have_count(1)
    page.get_by_role("searchbox", name="像顾客一样提问").fill("门店能自提吗")
    page.get_by_role("button", name="试一下").click()
    expect(page.locator("#tried .mark")).to_have_text("本篇")
    desk.press("发布")
    desk.told("已发布")
    page.get_by_role("link", name="返回知识库").click()
    page.get_by_role("searchbox").fill("自提")
    page.get_by_role("button", name="搜索").click()
    expect(page.locator(".article-row").filter(has_text="门店可以自提吗")).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "path",
    ["/knowledge", "/knowledge?state=archived", "/knowledge/new", "/knowledge/return-no-reason",
     "/knowledge/return-no-reason/history", "/knowledge/imports"],
)  # fmt: skip
def test_the_pages_at_every_width(server: DemoServer, windows: Windows, wu: Any, path: str, language: str) -> None:
    page = windows.open(language, storage_state=wu)
    page.goto(server.base + path)
    page.locator("h1").wait_for()
    faults = find_faults(page)
    for width in (390, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        faults += look(page)
    assert not faults
