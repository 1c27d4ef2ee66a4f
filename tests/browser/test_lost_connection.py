"""The server is killed while a customer types: nothing they wrote is lost, nothing is there twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

from playwright.sync_api import expect

from tests.browser.customer import Customer
from tests.browser.desk import Desk
from tests.browser.server import DemoServer
from tests.browser.windows import Windows

BEFORE, ON_THE_WAY, MEANWHILE, AFTER = "七天无理由退货，运费谁出？", "发什么快递？", "质量问题呢？", "运费怎么算？"


def test_nothing_is_lost_and_nothing_is_there_twice(server: DemoServer, windows: Windows, lin: Any) -> None:
    windows.expect_trouble("ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|WebSocket|EventSource")
    visitor = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    visitor.ask(BEFORE)
    desk = Desk(windows.open("zh", storage_state=lin)).open_id(server.base, visitor.conversation_id)
    expect(desk.lines).to_have_count(2)

    visitor.say(ON_THE_WAY)
    server.kill()
    visitor.say(MEANWHILE)
    expect(visitor.panel.get_by_text("还没发出去，连上后会自动重发").last).to_be_visible()
    expect(visitor.status).to_contain_text("连接不上客服，正在重试")
    visitor.field.press_sequentially(AFTER[:4])
    server.start()
    visitor.field.press_sequentially(AFTER[4:])
    expect(visitor.mine.locator("visible=true").filter(has_text=MEANWHILE)).to_have_count(1)
    expect(visitor.panel.locator("li.pending")).to_have_count(0)
    expect(visitor.status.locator(".bar")).to_have_count(0)
    visitor.field.press("Enter")
    expect(visitor.log.locator("li.customer[data-seq]").filter(has_text=AFTER)).to_have_count(1)
    expect(visitor.log.locator("li[data-seq]").last).to_have_class("line assistant first")

    stored = server.lines(visitor.conversation_id)
    assert [one.text for one in stored if one.author == "customer"] == [BEFORE, ON_THE_WAY, MEANWHILE, AFTER]
    assert set(Counter(one.client_id for one in stored if one.author == "customer").values()) == {1}
    for place in (visitor.log.locator("li[data-seq]"), desk.lines):
        expect(place).to_have_count(len(stored))
    for text in (BEFORE, ON_THE_WAY, MEANWHILE, AFTER):
        expect(visitor.mine.filter(has_text=text)).to_have_count(1)
        expect(desk.log.locator("li.by-customer").filter(has_text=text)).to_have_count(1)


def test_what_waits_survives_a_reload(server: DemoServer, windows: Windows) -> None:
    """The line was written without a connection, and the page was left; when the customer is back it goes out, once."""
    windows.expect_trouble("ERR_INTERNET_DISCONNECTED|WebSocket")
    visitor = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    visitor.ask(BEFORE)
    context = visitor.page.context
    context.set_offline(True)
    conversation_id = visitor.conversation_id
    visitor.say(AFTER)
    expect(visitor.panel.get_by_text("网络断开，恢复后会自动发送")).to_be_visible()
    visitor.page.goto("about:blank")
    context.set_offline(False)
    assert len(server.lines(conversation_id)) == 2  # what was said before, and nothing of the new line
    visitor.page.goto(f"{server.base}/shop")
    expect(visitor.answers).to_have_count(2)
    stored = server.lines(conversation_id)
    assert [one.text for one in stored if one.author == "customer"] == [BEFORE, AFTER]


def test_without_a_socket_it_asks_every_few_seconds(server: DemoServer, windows: Windows) -> None:
    """A proxy that lets no WebSocket through."""
    windows.expect_trouble("WebSocket")
    page = windows.open("zh")
    page.add_init_script(
        "window.WebSocket = class extends EventTarget { constructor() { super(); this.readyState = 3; "
        "queueMicrotask(() => this.onclose?.({ code: 1006 })); } send() {} close() {} }"
    )
    visitor = Customer(page).visit(server.base, "visitor").open()
    visitor.ask(BEFORE)
    visitor.ask(AFTER)
    stored = server.lines(visitor.conversation_id)
    assert [one.text for one in stored if one.author == "customer"] == [BEFORE, AFTER]
