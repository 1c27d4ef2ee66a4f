"""Every page at three widths, light and dark, in both languages: kept as pictures, and looked over for what people may miss."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.audit import find_faults, look
from tests.browser.customer import Customer
from tests.browser.desk import Desk
from tests.browser.server import ROOT, DemoServer
from tests.browser.windows import Windows

PICTURES = ROOT / "artifacts" / "screenshots"
SIZES = {390: 844, 1280: 800, 1920: 1080}
SCENES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "zh": ("mei", ("我的快递到哪了？", "我想退货，上周买的卫衣", "尺码不合适，太大了", "拆开试了一下，没穿过")),
    "en": ("bo", ("Where is my parcel?", "I want to return the running shoes", "They are too small", "opened but never worn")),
}
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


@pytest.fixture(scope="module")
def scenes(browser: Browser, server: DemoServer) -> Mapping[str, str]:
    """In each language a conversation up to the verdict; their ids."""
    windows, found = Windows(browser), {}
    for language, (who, lines) in SCENES.items():
        customer = Customer(windows.open(language), language).visit(server.base, who).open()
        for line in lines:
            customer.ask(line)
        found[language] = customer.conversation_id
    windows.close()
    return found


def picture(page: Page, name: str) -> list[str]:
    """Take the page at every width, light and dark; what is wrong with it, by picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = look(page) if scheme == "dark" else find_faults(page)
            faults += [f"{name} {width} {scheme}: {one}" for one in found]
            page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", animations="disabled")
    return faults


@LANGUAGES
def test_the_shop_and_the_widget(
    server: DemoServer, windows: Windows, scenes: Mapping[str, str], language: str
) -> None:
    customer = Customer(windows.open(language), language).visit(server.base, SCENES[language][0])
    expect(customer.page.get_by_role("button", name=customer.words["open"])).to_be_visible()
    faults = picture(customer.page, f"shop-{language}")
    customer.open()
    expect(customer.answers).to_have_count(4)
    faults += picture(customer.page, f"widget-{language}")
    assert not faults


@LANGUAGES
def test_the_desk(
    server: DemoServer, windows: Windows, lin: Any, scenes: Mapping[str, str], language: str
) -> None:
    desk = Desk(windows.open(language, storage_state=lin), language)
    desk.open_id(server.base, scenes[language])
    expect(desk.lines).to_have_count(8)
    faults = picture(desk.page, f"desk-{language}")
    desk.page.goto(f"{server.base}/desk?tab=queue")
    expect(desk.inbox.locator("[data-row]")).to_have_count(3)
    assert not faults + picture(desk.page, f"inbox-{language}")


@LANGUAGES
def test_the_explanation(
    server: DemoServer, windows: Windows, lin: Any, scenes: Mapping[str, str], language: str
) -> None:
    desk = Desk(windows.open(language, storage_state=lin), language).open_id(server.base, scenes[language])
    page, address = desk.page, desk.lines.last.locator("a[href^='/explain/']").get_attribute("href")
    page.goto(f"{server.base}{address}")
    expect(page.locator("#timings")).to_be_attached()
    assert not picture(page, f"explain-{language}")


@LANGUAGES
def test_signing_in(server: DemoServer, windows: Windows, language: str) -> None:
    page = windows.open(language)
    page.goto(f"{server.base}/desk/sign-in")
    assert not picture(page, f"sign-in-{language}")


@LANGUAGES
@pytest.mark.parametrize(
    "path", ["/shop/products/clothing-cloud-hoodie", "/shop?q=zzz", "/nothing/here", "/desk/find?wanted=Bo", "/api/v1/docs",
     "/care", "/care/lint", "/policy?action=exchange", "/policy?action=told", "/policy/text", "/flows"]
)
def test_the_other_pages(server: DemoServer, windows: Windows, lin: Any, path: str, language: str) -> None:
    windows.expect_trouble("404")
    page = windows.open(language, storage_state=lin)
    page.goto(server.base + path)
    faults = find_faults(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert not faults + look(page)


def test_nothing_of_it_is_kept_in_the_repository() -> None:
    assert "/artifacts/" in (Path(ROOT) / ".gitignore").read_text("utf-8")
