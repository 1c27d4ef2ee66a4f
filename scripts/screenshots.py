"""Take the README's pictures anew: a fresh demo shop, a short scene, three windows. Needs Chromium; takes a minute.

    python -m scripts.screenshots
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.customer import Customer
from tests.browser.desk import Desk
from tests.browser.server import ROOT, DemoServer, serving
from tests.browser.windows import Windows, browsing
from tests.services import find_chromium

PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 300_000  # the README is read over slow lines too
_ARE_DRAWN = """() => [...document.images].every((one) => {
  const { top, bottom } = one.getBoundingClientRect(); // those further away are loaded when somebody comes near
  return one.complete || bottom < 0 || top > innerHeight;
})"""


def main() -> int:
    """Write the pictures and say how large they are; 1 where one has become too large."""
    chromium = find_chromium()
    if chromium is None:
        print("There is no Chromium here. On Debian: apt-get install chromium fonts-noto-cjk", file=sys.stderr)
        return 2
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="xiaoer-pictures-") as temporary:
        folder = Path(temporary) / "data"
        folder.mkdir()
        with serving(folder) as server, browsing(chromium) as browser:
            windows = Windows(browser)
            paths = [take_shop(server, windows), take_desk(server, windows), take_explain(server, windows)]
            windows.close()
    for path in paths:
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")
    return int(any(path.stat().st_size > MOST_BYTES for path in paths))


def take_shop(server: DemoServer, windows: Windows) -> Path:
    """A return that may be done, in Chinese, beside the shop's shelf."""
    mei = Customer(windows.open("zh")).visit(server.base, "mei").open()
    for line in ("我的快递到哪了？", "我想退货，上周买的卫衣", "尺码不合适，太大了"):
        mei.ask(line)
    verdict = mei.ask("拆开试了一下，没穿过").get_by_role("article")
    expect(verdict.get_by_role("button", name="确认办理")).to_be_enabled()
    return take(mei.page, "shop-zh")


def take_desk(server: DemoServer, windows: Windows) -> Path:
    """Lin has taken over from the machine, knows what it knew, and answers."""
    mei = Customer(windows.open("zh")).visit(server.base, "mei").open()
    mei.ask("先不办了，我想问问能不能换成小一码")
    mei.ask_for_person()
    page = windows.open("zh", height=900)
    page.goto(server.desk)
    desk = Desk(page).open_id(server.base, mei.conversation_id)
    desk.press("take")
    expect(desk.holder).to_have_attribute("data-holder", "me")
    desk.write("老顾客，来回运费由店里出，收件时不用再收。", note=True)
    desk.write("您好，我是 Lin。灰色 S 码还有货，可以直接给您换，来回运费由店里出。")
    mei.say("太好了，那就换 S 码，谢谢！")
    expect(desk.lines.last).to_contain_text("那就换 S 码")
    expect(desk.inbox.get_by_role("listitem").filter(has_text="陈美")).to_contain_text("那就换 S 码")
    page.locator("live-stream").evaluate("one => one.scrollTo({ top: 0 })")
    return take(page, "desk-zh")


def take_explain(server: DemoServer, windows: Windows) -> Path:
    """Why an English sentence with everything in it was answered as it was."""
    bo = Customer(windows.open("en"), "en").visit(server.base, "bo").open()
    bo.ask("I want to return the running shoes, they are too small")
    page = windows.open("en", height=1100)
    page.goto(server.explain)
    expect(page.locator("#timings")).to_be_attached()
    return take(page, "explain-en")


def take(page: Page, name: str) -> Path:
    """The window as it is, once its pictures are there and nothing moves any more."""
    page.wait_for_function(_ARE_DRAWN)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    return path


if __name__ == "__main__":
    raise SystemExit(main())
