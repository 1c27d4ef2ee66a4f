"""The widget on a page of somebody else: another address, one script tag, styles that know nothing of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.customer import Customer
from tests.browser.server import DemoServer
from tests.browser.windows import Windows
from xiaoer.demo.expected import identity_of

PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8"><title>Somebody's shop</title><link rel="icon" href="data:,">
    <style>
      * {{ font-family: serif !important; letter-spacing: 3px }}
      button, textarea, li, section {{ display: none !important; background: lime; font-size: 60px }}
      body {{ margin: 0; height: 3000px }}
    </style>
  </head>
  <body>
    <h1>A page that knows nothing of Xiaoer</h1>
    <script src="{base}/widget/xiaoer-chat.js" data-shop="spruce" {more} async></script>
  </body>
</html>
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address at which it is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield tmp_path, f"http://127.0.0.1:{served.server_port}"
        finally:
            served.shutdown()
            thread.join()


def test_one_script_tag_is_all_it_takes(server: DemoServer, windows: Windows, site: tuple[Path, str]) -> None:
    folder, address = site
    (folder / "index.html").write_text(PAGE.format(base=server.base, more='data-language="en"'), "utf-8")
    stranger = Customer(windows.open("zh"), "en")  # the tag says which language, not the browser
    stranger.page.goto(address)
    stranger.open()
    box = stranger.panel.bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (380, 600)
    expect(stranger.field).to_have_css("letter-spacing", "normal")
    expect(stranger.field).to_have_css("background-color", "rgb(251, 250, 248)")
    expect(stranger.ask("Who pays for the return shipping?")).to_contain_text("¥12")
    stranger.answers.last.locator("button.source").first.click()
    expect(stranger.panel.locator(".article-text p").first).to_be_visible()
    stranger.panel.get_by_role("button", name="Back to the chat").click()

    expect(stranger.ask("Is the Cloud Soft Hoodie in stock in black, size XL?")).to_contain_text("Hoodie")
    picture = stranger.answers.last.locator("article img").first
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("one => one.naturalWidth") > 0
    stranger.page.reload()
    expect(stranger.answers).to_have_count(2)


def test_a_buyer_whom_the_shop_vouches_for(server: DemoServer, windows: Windows, site: tuple[Path, str]) -> None:
    folder, address = site
    identity = server.read(lambda scope: identity_of(scope, "cus_bo"))
    more = f'data-language="en" data-identity="{identity}" data-open'
    (folder / "index.html").write_text(PAGE.format(base=server.base, more=more), "utf-8")
    bo = Customer(windows.open("en"), "en")
    bo.page.goto(address)
    expect(bo.panel).to_be_visible()
    expect(bo.ask("Where is my parcel?")).to_contain_text("SP")


def test_a_forged_identity_opens_nothing(server: DemoServer, windows: Windows, site: tuple[Path, str]) -> None:
    windows.expect_trouble("401")
    folder, address = site
    identity = server.read(lambda scope: identity_of(scope, "cus_bo"))
    forged = identity[:-6] + ("AAAAAA" if not identity.endswith("AAAAAA") else "BBBBBB")
    more = f'data-language="en" data-identity="{forged}" data-open'
    (folder / "index.html").write_text(PAGE.format(base=server.base, more=more), "utf-8")
    nobody = Customer(windows.open("en"), "en")
    nobody.page.goto(address)
    expect(nobody.status).to_contain_text("Your sign-in ran out")
    expect(nobody.log.locator("li[data-seq]")).to_have_count(0)
