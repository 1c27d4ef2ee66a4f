"""A customer and a member of staff, each at a window of their own, from the first question to the machine answering again."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.customer import Customer
from tests.browser.desk import Desk
from tests.browser.server import DemoServer
from tests.browser.windows import Windows
from xiaoer.shop import store_changes

A_NOTE = "仓库说今天下午收件，不用再问顾客地址"


def commits(server: DemoServer) -> int:
    return server.read(store_changes.count_commits)


def test_from_a_question_through_a_return_to_a_person_and_back(server: DemoServer, windows: Windows, lin: Any) -> None:
    mei = Customer(windows.open("zh")).visit(server.base, "mei").open()
    desk = Desk(windows.open("zh", storage_state=lin))
    desk.page.goto(f"{server.base}/desk")

    ask_for_the_parcel(mei, desk)
    give_back_the_hoodie(server, mei, desk)
    wait_for_a_person(mei, desk)
    talk_with_lin(mei, desk)
    hand_back(mei, desk)

    # Both windows and the record tell the same story, each line once.
    stored = server.lines(mei.conversation_id)
    assert [one.text for one in stored if one.author == "staff" and one.kind != "note"] == ["您好，我是 Lin，快递员今天下午上门。"]
    assert len({one.seq for one in stored}) == len(stored)
    events = {one.data["event"]: one.seq for one in stored if one.kind == "event"}
    between = [one.author for one in stored if events["taken_over"] < one.seq < events["handed_back"]]
    assert between == ["staff", "staff", "customer"]  # a note, a reply, a question; and not a word of the machine
    expect(desk.lines).to_have_count(len(stored))
    expect(mei.log.locator("li[data-seq]")).to_have_count(len([one for one in stored if one.kind != "note"]))


def ask_for_the_parcel(mei: Customer, desk: Desk) -> None:
    answer = mei.ask("我的快递到哪了？")
    card = answer.get_by_role("article")
    expect(card.locator("[aria-current=step]")).to_have_count(1)
    expect(card).to_contain_text("城行防水双肩包")

    desk.open("assistant", "陈美")
    expect(desk.lines).to_have_count(2)
    expect(desk.holder).to_have_attribute("data-holder", "assistant")
    expect(desk.page.get_by_role("radio", name="回复")).to_be_disabled()


def give_back_the_hoodie(server: DemoServer, mei: Customer, desk: Desk) -> None:
    before = commits(server)
    mei.ask("我想退货，上周买的卫衣")
    mei.ask("尺码不合适，太大了")
    verdict = mei.ask("拆开试了一下，没穿过").get_by_role("article", name="可以")
    expect(verdict).to_contain_text("依据")
    expect(verdict).to_contain_text("¥")
    assert commits(server) == before  # a verdict changes nothing

    done = mei.press("确认办理")
    expect(done).to_contain_text("AS")
    expect(verdict.get_by_role("button", name="确认办理")).to_be_disabled()
    assert commits(server) == before + 1
    expect(desk.lines.filter(has_text="AS").last).to_be_visible()
    expect(desk.customer.get_by_role("heading", name="最近的售后裁决")).to_be_visible()


def wait_for_a_person(mei: Customer, desk: Desk) -> None:
    waiting = int(desk.tab("queue").locator(".count").inner_text())
    mei.ask_for_person()
    expect(mei.status).to_contain_text(f"您是第 {waiting + 1} 位（共 {waiting + 1} 位等待）")
    expect(mei.panel.get_by_role("button", name="排队中")).to_be_disabled()
    expect(desk.tab("queue").locator(".count")).to_have_text(str(waiting + 1))
    expect(desk.holder).to_have_attribute("data-holder", "queue")
    expect(desk.page).to_have_title(f"({waiting + 1}) 陈美 · 客服台 · Xiaoer 小二")


def talk_with_lin(mei: Customer, desk: Desk) -> None:
    desk.press("take")
    expect(mei.label).to_have_text("人工客服 Lin 林")
    expect(mei.events.last).to_have_text("Lin 林 为您服务")
    expect(mei.status.locator(".bar")).to_have_count(0)
    answers = mei.answers.count()

    desk.write(A_NOTE, note=True)
    desk.page.get_by_role("radio", name="回复").check(force=True)
    desk.page.get_by_role("textbox", name="消息内容").press_sequentially("您好")
    expect(mei.panel.get_by_text("Lin 林 正在输入")).to_be_attached()
    desk.write("您好，我是 Lin，快递员今天下午上门。")
    expect(mei.log.locator("li.staff")).to_contain_text("快递员今天下午上门")
    expect(mei.log.locator("li.staff .who")).to_contain_text("Lin 林")

    mei.say("好的，那我的快递到哪了？")  # a question that the machine could answer, were it its turn
    expect(desk.lines.last).to_contain_text("好的，那我的快递到哪了？")
    expect(mei.answers).to_have_count(answers)
    expect(mei.panel.get_by_text(A_NOTE)).to_have_count(0)


def hand_back(mei: Customer, desk: Desk) -> None:
    desk.press("back")
    expect(mei.events.last).to_have_text("接下来由 AI 客服小二为您服务")
    expect(mei.label).to_contain_text("AI 小二")
    answer = mei.ask("我有哪些优惠券？")
    expect(answer).to_contain_text("优惠券")

    why = desk.lines.last.get_by_role("link", name="为什么")
    why.click()
    expect(why).to_have_attribute("aria-expanded", "true")
    expect(desk.lines.last.get_by_role("link", name="查看完整解读")).to_be_visible()


def test_a_return_in_english(server: DemoServer, windows: Windows) -> None:
    bo = Customer(windows.open("en"), "en").visit(server.base, "bo").open()
    before = commits(server)
    bo.ask("I want to return the running shoes")
    bo.ask("They are too small")
    verdict = bo.ask("opened but never worn").get_by_role("article")
    expect(verdict.first).to_contain_text("Refund")
    expect(bo.press("Yes, do it")).to_contain_text("AS")
    assert commits(server) == before + 1


def test_two_staff_never_hold_the_same_conversation(server: DemoServer, windows: Windows, lin: Any, wu: Any) -> None:
    visitor = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    visitor.ask_for_person()
    lins, wus = Desk(windows.open("zh", storage_state=lin)), Desk(windows.open("zh", storage_state=wu))
    for desk in (lins, wus):
        desk.open_id(server.base, visitor.conversation_id)
    wus.press("take")
    expect(lins.holder).to_have_attribute("data-holder", "colleague")
    expect(lins.page.get_by_role("radio", name="回复")).to_be_disabled()
    expect(lins.page.get_by_text("Wu 吴 正在接待")).to_be_visible()
    expect(lins.page.get_by_role("button", name="接手")).to_have_count(0)

    wus.page.locator("summary", has_text="转给同事").click()
    wus.page.get_by_role("button", name="Lin 林").click()
    expect(lins.holder).to_have_attribute("data-holder", "me")
    lins.write("您好，我来帮您。")
    expect(visitor.log.locator("li.staff .who").last).to_contain_text("Lin 林")


def test_the_desk_by_keyboard_alone(server: DemoServer, windows: Windows, lin: Any) -> None:
    visitor = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    visitor.ask_for_person()
    desk = Desk(windows.open("zh", storage_state=lin))
    page, keyboard = desk.page, desk.page.keyboard
    page.goto(f"{server.base}/desk?tab=queue")
    rows = desk.inbox.locator("[data-row]")
    for place in range(rows.count()):  # J walks down, to the one who came last
        keyboard.press("j")
        expect(rows.nth(place)).to_have_attribute("aria-current", "true")
    keyboard.press("k")
    expect(rows.nth(rows.count() - 2)).to_have_attribute("aria-current", "true")
    keyboard.press("j")
    expect(page).to_have_url(re.compile(visitor.conversation_id))

    keyboard.press("t")
    expect(visitor.events.last).to_have_text("Lin 林 为您服务")
    expect(desk.holder).to_have_attribute("data-holder", "me")
    keyboard.press("r")
    words = page.get_by_role("textbox", name=desk.words["words"])
    expect(words).to_be_focused()
    keyboard.type("/")
    expect(page.get_by_role("listbox", name="快捷短语")).to_be_visible()
    keyboard.press("Enter")  # takes the first phrase
    phrase = words.input_value()
    assert len(phrase) > 5
    keyboard.press("Enter")
    expect(visitor.log.locator("li.staff")).to_contain_text(phrase)
    expect(words).to_have_value("")
    keyboard.press("Escape")
    keyboard.press("n")
    keyboard.type("T 和 R 在这里只是字母")
    keyboard.press("Enter")
    expect(desk.lines.last).to_contain_text("只是字母")

    keyboard.press("Escape")
    keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name="搜索")).to_be_focused()
    keyboard.press("Escape")
    keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    keyboard.press("Escape")
    keyboard.press("t")
    expect(visitor.events.last).to_have_text("接下来由 AI 客服小二为您服务")
