"""The loop a shop lives in, in a real browser: label by keyboard → train → compare → publish → roll back."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.audit import find_faults, look
from tests.browser.customer import Customer
from tests.browser.server import ROOT, DemoServer
from tests.browser.windows import Windows
from tests.unit.nlu import foreign

PICTURES = ROOT / "artifacts" / "screenshots"
TRAINED_MS = 300_000
ASKED = ("这个保温杯能不能刻字", "保温杯上可以刻字吗", "杯子刻字要加钱吗", "刻字大概要几天")


def wait_for_queue(page: Page, server: DemoServer) -> None:
    """The page looks for new lines by itself and shows what it found."""
    page.goto(f"{server.base}/training")
    expect(page.locator("[data-row]").first).to_be_visible(timeout=90_000)


def picture(page: Page, name: str) -> list[str]:
    """The page at three widths, light and dark, and what is wrong with it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    for width, height in ((390, 844), (1280, 800), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = look(page) if scheme == "dark" else find_faults(page)
            faults += [f"{name} {width} {scheme}: {one}" for one in found]
            page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", animations="disabled")
    page.set_viewport_size({"width": 1280, "height": 800})
    return faults


def test_label_train_compare_publish_roll_back(server: DemoServer, windows: Windows, wu: Any) -> None:
    visitor = Customer(windows.open("zh")).visit(server.base, "visitor").open()
    for line in ASKED:
        visitor.say(line)
        expect(visitor.log.locator("li.customer").last).to_contain_text(line)

    page = windows.open("zh", storage_state=wu)
    wait_for_queue(page, server)
    rows = page.locator("[data-row]")
    faults = picture(page, "training-queue-zh")

    # label by keyboard: walk to the engraving lines, make an intent of them, a whole cluster where they stand together
    engraving = page.locator("[data-row]", has_text="刻字")
    while engraving.count():
        before = rows.count()
        engraving.first.locator("input[list]").focus()
        page.keyboard.press("Escape")
        if engraving.first.locator("[data-whole]").count():
            page.keyboard.press("x")
            expect(engraving.first.locator("[data-whole]")).to_be_checked()
        page.keyboard.press("/")
        page.keyboard.type("+engraving")
        page.keyboard.press("Enter")
        expect(rows).not_to_have_count(before)
    current = page.locator("[data-row][aria-current]")
    words = current.locator(".words").inner_text()
    page.keyboard.press("j")
    expect(current.locator(".words")).not_to_have_text(words)
    page.keyboard.press("k")
    expect(current.locator(".words")).to_have_text(words)
    count = rows.count()
    page.keyboard.press("s")
    expect(rows).to_have_count(count - 1)
    page.keyboard.press("u")
    expect(rows).to_have_count(count)
    page.keyboard.press("1")
    expect(rows).to_have_count(count - 1)

    # train, with progress that survives a reload
    page.goto(f"{server.base}/training/versions")
    page.get_by_role("button", name="训练新版本").click()
    expect(page.locator("#run[data-run=running]")).to_be_visible()
    faults += picture(page, "training-running-zh")
    page.reload()
    expect(page.locator("#run")).to_be_visible()
    expect(page.locator("#run[data-run=done]")).to_be_visible(timeout=TRAINED_MS)
    page.get_by_role("link", name="查看", exact=True).click()

    # compare: what was asked is read as the new intent, and only a look was taken
    page.get_by_role("link", name="对比 2").click()
    expect(page.locator("#changes-title")).to_be_visible(timeout=90_000)
    page.get_by_role("navigation", name="哪些回答会改变").get_by_role("link", name=re.compile("最近一周")).click()
    changed = page.locator("table.changes tr", has_text="保温杯上可以刻字吗")
    expect(changed.locator("td").last).to_contain_text("engraving", timeout=90_000)
    page.get_by_role("searchbox", name="搜索语料").fill("几天")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("table.changes tbody tr")).to_have_count(1)
    faults += picture(page, "training-compare-zh")

    # publish, and the running assistant reads with it at once; roll back in one click
    page.get_by_role("button", name="发布第 2 版").click()
    expect(page.get_by_role("status").first).to_contain_text("使用第 2 版")
    faults += picture(page, "training-versions-zh")
    page.get_by_role("button", name="回滚到第 1 版").click()
    expect(page.get_by_role("status").first).to_contain_text("使用第 1 版")
    expect(page.locator("tr.reading")).to_contain_text("第 1 版")
    assert not faults


def test_a_file_of_another_system_comes_in(server: DemoServer, windows: Windows, wu: Any) -> None:
    page = windows.open("en", storage_state=wu)
    page.goto(f"{server.base}/training/exchange")
    faults = picture(page, "training-exchange-en")
    upload: Any = {"name": "bot.zip", "mimeType": "application/zip", "buffer": foreign.zipped(foreign.DIALOGFLOW_ES)}
    page.get_by_label("File", exact=True).set_input_files([upload])
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_label("What “Default Welcome Intent” is here")).to_have_value("greeting")
    expect(page.get_by_label("What “Default Fallback Intent” is here")).to_have_value("oos")
    faults += picture(page, "training-mapping-en")
    page.get_by_label("What “order status” is here").select_option("order_status")
    page.get_by_role("button", name="Bring the lines in").click()
    expect(page.get_by_role("status").first).to_contain_text("added")
    page.get_by_role("link", name="See them").click()
    expect(page.locator("li.line").first).to_be_visible()
    faults += picture(page, "training-lines-en")
    with page.expect_download() as download:
        page.goto(f"{server.base}/training/exchange")
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "spruce-csv.csv"
    assert not faults


def test_labelling_without_scripts(server: DemoServer, windows: Windows, wu: Any) -> None:
    plain = windows.open("zh", storage_state=wu, java_script_enabled=False)
    plain.goto(f"{server.base}/training/lines")
    plain.locator("summary", has_text="添加语料").click()
    form = plain.locator("details.add")
    form.locator("[name=text]").fill("可以送到学校驿站吗，下午没课")
    form.locator("[name=other]").fill("shipping_policy")
    form.get_by_role("button", name="保存").click()
    expect(plain.locator("li.line", has_text="可以送到学校驿站吗")).to_be_visible()
    plain.get_by_role("searchbox", name="搜索语料").fill("学校驿站")
    plain.get_by_role("button", name="筛选").click()
    expect(plain.locator("li.line")).to_have_count(1)
    plain.locator("li.line input[type=checkbox]").check()
    plain.get_by_role("button", name="移入测试集").click()
    expect(plain.locator("li.line.frozen")).to_have_count(1)
