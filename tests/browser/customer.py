"""A customer at the widget, seen from outside: what they press, what they read."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

WORDS = {
    "zh": {"open": "打开客服聊天", "close": "关闭", "field": "输入您的问题", "log": "聊天记录", "person": "转人工"},
    "en": {
        "open": "Open the chat",
        "close": "Close",
        "field": "Write your question",
        "log": "Conversation",
        "person": "Talk to a person",
    },
}

_IS_LOADED = """() => {
  const { conversation, lines } = document.querySelector("xiaoer-chat").app.record;
  return conversation && (conversation.last_seq === 0 || lines.size > 0);
}"""


class Customer:
    """Somebody on the shop's page. `who`: mei and bo are signed in, visitor is not."""

    def __init__(self, page: Page, language: str = "zh") -> None:
        self.page = page
        self.words = WORDS[language]
        self.chat = page.locator("xiaoer-chat")
        self.panel = page.get_by_role("dialog")
        self.log = self.panel.get_by_role("log")
        self.answers = self.log.locator("li.assistant")
        self.mine = self.panel.locator("li.customer")
        self.events = self.log.locator("li.event")
        self.status = self.panel.locator(".status")
        self.label = self.panel.locator(".names .label")

    def visit(self, base: str, who: str = "mei") -> Customer:
        """Come to the shop's first page."""
        self.page.goto(f"{base}/shop?as={who}")
        return self

    def open(self) -> Customer:
        """Open the chat by its mark in the corner, and see what was said before."""
        self.page.get_by_role("button", name=self.words["open"]).click()
        expect(self.panel).to_be_visible()
        self.page.wait_for_function(_IS_LOADED)
        return self

    @property
    def field(self) -> Locator:
        """Where one writes."""
        return self.panel.get_by_role("textbox")

    def say(self, text: str) -> None:
        """Write and press Enter."""
        self.field.fill(text)
        self.field.press("Enter")

    def ask(self, text: str) -> Locator:
        """Say it and wait for the assistant's answer, which is returned."""
        before = self.answers.count()
        self.say(text)
        return self._next(before)

    def press(self, label: str) -> Locator:
        """Press a button of the newest answer and wait for the next one."""
        before = self.answers.count()
        self.panel.get_by_role("button", name=label).last.click()
        return self._next(before)

    def _next(self, before: int) -> Locator:
        expect(self.answers).to_have_count(before + 1)
        return self.answers.nth(before)

    def ask_for_person(self) -> None:
        """Press the button that is always there, and wait in the queue."""
        self.panel.get_by_role("button", name=self.words["person"], exact=True).click()
        expect(self.status.locator(".bar")).to_be_visible()

    @property
    def conversation_id(self) -> str:
        """Which conversation of the record this is."""
        return str(self.chat.evaluate("chat => chat.app.record.conversationId"))
