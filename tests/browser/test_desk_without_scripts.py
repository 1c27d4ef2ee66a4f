"""The desk with JavaScript off: every form and link does its work by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.customer import Customer
from tests.browser.desk import WORDS, Desk
from tests.browser.server import DemoServer
from tests.browser.windows import Windows

LIN = "lin@spruce.example"


@pytest.fixture
def plain(windows: Windows) -> Iterator[Page]:
    """A window without scripts."""
    page = windows.open("zh", java_script_enabled=False)
    yield page
    assert page.evaluate("1 + 1") == 2  # the driver still can; the page's own scripts never ran:
    assert "has-script" not in (page.locator("html").get_attribute("class") or "")


def sign_in(page: Page, server: DemoServer, password: str) -> None:
    page.get_by_label("邮箱").fill(LIN)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def test_a_conversation_is_taken_answered_and_given_back(server: DemoServer, windows: Windows, plain: Page) -> None:
    visitor = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    visitor.ask("七天无理由退货，运费谁出？")
    visitor.ask_for_person()

    windows.expect_trouble("401")  # the browser tells its console of every refused page
    plain.goto(f"{server.base}/desk/conversations/{visitor.conversation_id}?tab=queue")
    sign_in(plain, server, "not the password")
    expect(plain.get_by_role("alert")).to_be_visible()
    sign_in(plain, server, server.password_of(LIN))

    desk = Desk(plain)  # led on to where Lin wanted to go
    expect(desk.holder).to_have_attribute("data-holder", "queue")
    expect(desk.lines.filter(has_text="七天无理由退货，运费谁出？")).to_be_visible()
    desk.press("take")
    expect(visitor.events.last).to_have_text("Lin 林 为您服务")

    desk.write("顾客问的是运费，规则里有", note=True)
    desk.write("您好，质量问题由我们出运费。")
    expect(visitor.log.locator("li.staff")).to_contain_text("由我们出运费")
    visitor.say("明白了，谢谢")
    expect(visitor.log.locator("li.customer").last).to_contain_text("明白了")
    plain.get_by_role("link", name="刷新，查看新消息").click()
    expect(desk.lines.last).to_contain_text("明白了，谢谢")

    desk.press("back")
    expect(desk.holder).to_have_attribute("data-holder", "assistant")
    expect(visitor.ask("发什么快递，几天到？")).to_contain_text("快递")
    desk.press("take")
    desk.press("end")
    expect(desk.holder).to_have_attribute("data-holder", "closed")
    expect(visitor.status).to_contain_text("本次服务已结束")
    notes = [one.text for one in server.lines(visitor.conversation_id) if one.kind == "note" and one.author == "staff"]
    assert notes == ["顾客问的是运费，规则里有"]
    expect(visitor.panel.get_by_text("规则里有")).to_have_count(0)


def test_everything_else_is_a_link_or_a_form_too(server: DemoServer, windows: Windows, plain: Page) -> None:
    Customer(windows.open("zh")).visit(server.base, "bo").open().ask("怎么开发票？")
    plain.goto(f"{server.base}/desk")
    sign_in(plain, server, server.password_of(LIN))
    desk = Desk(plain)
    for tab in ("queue", "mine", "assistant", "closed"):
        desk.tab(tab).click()
        expect(desk.tab(tab)).to_have_attribute("aria-current", "true")
    desk.open("assistant", "Bo Larsen")
    plain.get_by_role("link", name="为什么").last.click()
    expect(plain.get_by_role("heading", name="这一轮是怎么回复的")).to_be_visible()
    plain.get_by_role("link", name="在客服台打开").click()
    expect(desk.lines.first).to_be_visible()

    plain.get_by_role("searchbox", name="输入顾客的问题").fill("退货运费谁出")
    plain.get_by_role("search").last.get_by_role("button").click()
    expect(desk.customer.get_by_text("找到答案")).to_be_visible()

    plain.get_by_role("link", name="搜索顾客、订单").click()
    plain.get_by_role("searchbox").fill("Bo")
    plain.get_by_role("searchbox").press("Enter")
    expect(plain.get_by_role("main").get_by_role("link", name="Bo Larsen")).to_be_visible()

    plain.get_by_role("button", name="切换为英文").click()
    expect(plain.get_by_role("link", name="Explain")).to_be_visible()
    plain.locator("summary", has_text="Lin").click()
    plain.get_by_role("button", name="Sign out").click()
    expect(plain.get_by_role("status")).to_have_text("You are signed out.")
    plain.goto(f"{server.base}/desk")
    expect(plain.get_by_role("button", name="Sign in")).to_be_visible()
    assert WORDS["en"]["inbox"] not in plain.content()
