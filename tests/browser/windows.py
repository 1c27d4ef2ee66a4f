"""Browser windows that remember everything that went wrong in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
PATIENCE_MS = 20_000


@dataclass
class Windows:
    """Each window is a browser of its own: other cookies, other storage."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def open(self, language: str = "zh", *, width: int = 1280, height: int = 800, **options: Any) -> Page:
        """A window with an empty page."""
        options = {"viewport": {"width": width, "height": height}, "locale": LOCALES[language], **options}
        options.setdefault("timezone_id", "Asia/Shanghai")
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        page = context.new_page()
        self.watch(page)
        return page

    def watch(self, page: Page) -> None:
        """Remember errors of the page's scripts and whatever the browser complains of."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.trouble.append(f"{page.url}: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.trouble.append(f"{message.location.get('url', '')}: {message.text}")

    def expect_trouble(self, pattern: str) -> None:
        """Complaints like this are part of the test."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        """What went wrong that should not have."""
        return [one for one in self.trouble if not any(re.search(pattern, one) for pattern in self.expected)]

    def close(self) -> None:
        """Close all windows."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@contextmanager
def browsing(executable: str) -> Iterator[Browser]:
    """Headless Chromium for as long as the block lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
