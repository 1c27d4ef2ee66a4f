"""The widget in a customer's hands: reading back, keyboard, languages, the queue, who may see an order."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.customer import WORDS, Customer
from tests.browser.desk import Desk
from tests.browser.server import DemoServer
from tests.browser.windows import Windows
from xiaoer.customers import store as customers
from xiaoer.shop import store_orders


def test_the_history_is_there_after_a_reload_and_in_another_tab(server: DemoServer, windows: Windows) -> None:
    visitor = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    visitor.ask("七天无理由退货，运费谁出？")
    visitor.ask("发什么快递，几天到？")
    visitor.field.fill("还没写完的一句")
    seen = visitor.log.locator("li[data-seq]").all_inner_texts()

    visitor.page.reload()
    expect(visitor.panel).to_be_visible()  # it was open, so it is open again
    expect(visitor.log.locator("li[data-seq]")).to_have_count(4)
    assert visitor.log.locator("li[data-seq]").all_inner_texts() == seen
    expect(visitor.field).to_have_value("还没写完的一句")

    page = visitor.page.context.new_page()
    windows.watch(page)
    other = Customer(page).visit(server.base, "visitor").open()
    expect(other.log.locator("li[data-seq]")).to_have_count(4)
    other.ask("价格保护多少天？")
    expect(visitor.log.locator("li[data-seq]")).to_have_count(6)  # and what is said in one is seen in both


def test_unread_lines_are_counted_while_it_is_closed(server: DemoServer, windows: Windows, lin: Any) -> None:
    visitor = Customer(windows.open("en"), "en").visit(server.base, "visitor").open()
    visitor.ask_for_person()
    desk = Desk(windows.open("zh", storage_state=lin)).open_id(server.base, visitor.conversation_id)
    desk.press("take")
    expect(visitor.events.last).to_have_text("Lin 林 has joined the conversation")
    visitor.page.keyboard.press("Escape")
    expect(visitor.panel).to_be_hidden()
    desk.write("Hello, this is Lin.")
    desk.write("How can I help?")
    mark = visitor.page.get_by_role("button", name="Open the chat, 2 unread")
    expect(mark).to_be_visible()
    mark.click()
    expect(visitor.log.locator("li.staff")).to_have_count(2)
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("button", name="Open the chat", exact=True)).to_be_focused()


def test_a_conversation_by_keyboard_alone(server: DemoServer, windows: Windows) -> None:
    visitor = Customer(windows.open("zh")).visit(server.base, "visitor")
    keyboard, page = visitor.page.keyboard, visitor.page
    expect(page.get_by_role("button", name="打开客服聊天")).to_be_visible()
    keyboard.press("Shift+Tab")  # it is the last thing on the page
    expect(page.get_by_role("button", name="打开客服聊天")).to_be_focused()
    keyboard.press("Enter")
    expect(visitor.field).to_be_focused()
    keyboard.type("七天无理由退货，运费谁出？")
    keyboard.press("Shift+Enter")
    keyboard.type("还有多久到账？")
    keyboard.press("Enter")
    expect(visitor.answers).to_have_count(1)
    expect(visitor.mine).to_have_text(re.compile("运费谁出？\n还有多久到账？"))
    expect(visitor.field).to_have_value("")

    source = visitor.answers.last.locator("button.source").first
    for _ in range(20):  # back through the composer to the answer's source
        if source.evaluate("one => one.getRootNode().activeElement === one"):
            break
        keyboard.press("Shift+Tab")
    expect(source).to_be_focused()
    keyboard.press("Enter")
    expect(visitor.panel.get_by_role("button", name="返回聊天")).to_be_focused()
    expect(visitor.panel.locator(".article-text[aria-busy]")).to_have_count(0)
    keyboard.press("Escape")
    expect(source).to_be_focused()
    for _ in range(40):  # the focus stays inside of the panel, whichever way it goes
        keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") == "xiaoer-chat"
    keyboard.press("Escape")
    expect(visitor.panel).to_be_hidden()
    expect(page.get_by_role("button", name="打开客服聊天")).to_be_focused()


def test_a_line_that_an_input_method_composes_is_not_sent_half(server: DemoServer, windows: Windows) -> None:
    visitor = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("Input.imeSetComposition", {"text": "yunfei", "selectionStart": 6, "selectionEnd": 6})
    visitor.field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(visitor.mine).to_have_count(0)
    session.send("Input.insertText", {"text": "运费多少"})
    expect(visitor.field).to_have_value("运费多少")
    visitor.page.keyboard.press("Enter")
    expect(visitor.answers).to_have_count(1)


def test_the_language_is_one_press_away(server: DemoServer, windows: Windows) -> None:
    visitor = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    visitor.ask("七天无理由退货，运费谁出？")
    visitor.panel.get_by_role("button", name="Switch to English").click()
    expect(visitor.panel.get_by_role("textbox", name=WORDS["en"]["field"])).to_be_visible()
    visitor = Customer(visitor.page, "en")
    expect(visitor.answers).to_have_count(1)  # what was said stays
    expect(visitor.label).to_contain_text("staff online")
    expect(visitor.ask("Who pays for the return shipping?")).to_contain_text("¥12")
    visitor.page.reload()
    expect(visitor.panel.get_by_role("button", name="切换到中文")).to_be_visible()


def test_the_way_to_a_person_shows_the_place_in_the_queue(server: DemoServer, windows: Windows, lin: Any) -> None:
    first = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    second = Customer(windows.open("en"), "en").visit(server.base, "visitor").open()
    first.ask_for_person()
    position = int(re.findall(r"第 (\d+) 位", first.status.inner_text())[0])
    second.ask_for_person()
    expect(second.status).to_contain_text(f"number {position + 1} of {position + 1}")

    desk = Desk(windows.open("zh", storage_state=lin)).open_id(server.base, first.conversation_id)
    desk.press("take")
    expect(second.status).to_contain_text(f"number {position} of {position}")
    second.panel.get_by_role("button", name="Leave a message").click()
    expect(second.field).to_be_focused()
    second.say("Please call me about my order")
    expect(second.status).to_contain_text("Noted")


def test_a_visitor_must_prove_an_order(server: DemoServer, windows: Windows) -> None:
    mei = server.read(lambda scope: customers.get_customer(scope, "cus_mei"))
    held = server.read(lambda scope: store_orders.list_orders_of_customer(scope, "cus_mei"))
    order = next(one for one in held if one.state == "shipped")
    parcel = order.shipments[0].tracking_number

    visitor = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    expect(visitor.ask(f"订单 {order.id} 的快递到哪了")).to_contain_text("后四位")
    visitor.ask("尾号 0000")
    for secret in (parcel, mei.name, order.items[0].names["zh"]):
        expect(visitor.panel.get_by_text(secret)).to_have_count(0)
    expect(visitor.ask(f"订单 {order.id}，手机后四位 {mei.phone[-4:]}")).to_contain_text(parcel)


def test_what_can_be_pressed(server: DemoServer, windows: Windows) -> None:
    """Hot questions, useful or not, products to compare, the shop's own buttons."""
    visitor = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    visitor.panel.locator(".hot").get_by_role("button").filter(has_text="运费").press("Enter")
    expect(visitor.answers).to_have_count(1)
    expect(visitor.panel.locator(".hot")).to_have_count(0)
    visitor.page.keyboard.press("Escape")  # works although the button that had the focus is gone
    expect(visitor.panel).to_be_hidden()
    visitor.open()

    visitor.ask("七天无理由退货，运费谁出？")
    visitor.panel.get_by_role("button", name="有用", exact=True).last.click()
    expect(visitor.panel.get_by_text("谢谢反馈").last).to_be_visible()
    visitor.page.reload()
    expect(visitor.panel.get_by_role("button", name="有用", exact=True).last).to_have_attribute("aria-pressed", "true")

    for name in ("云柔连帽卫衣", "随身轻薄羽绒服"):
        card = visitor.ask(f"{name}有货吗？").get_by_role("article").first
        card.get_by_role("button", name="加入对比").click()
    visitor.panel.get_by_role("button", name="对比 2 款").click()
    expect(visitor.answers.last.get_by_role("table")).to_be_visible()

    mei = Customer(windows.open("zh")).visit(server.base, "mei")
    mei.page.get_by_role("listitem").filter(has_text="城行防水双肩包").get_by_role("button", name="问小二").click()
    expect(mei.answers.last).to_contain_text("城行防水双肩包")
