"""A member of staff at the desk, seen from outside."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

WORDS = {
    "zh": {
        "take": "接手", "back": "交还小二", "end": "结束", "words": "消息内容", "reply": "发送", "note": "保存备注",
        "lines": "会话消息", "inbox": "会话列表", "customer": "顾客", "tab.queue": "排队", "tab.mine": "我的",
        "tab.assistant": "小二接待", "tab.closed": "已结束", "as_reply": "回复", "as_note": "备注",
    },
    "en": {
        "take": "Take over", "back": "Hand back", "end": "End", "words": "Message", "reply": "Send", "note": "Save note",
        "lines": "Messages of the conversation", "inbox": "Inbox", "customer": "Customer", "tab.queue": "Queue",
        "tab.mine": "Mine", "tab.assistant": "With Xiaoer", "tab.closed": "Closed", "as_reply": "Reply", "as_note": "Note",
    },
}  # fmt: skip


class Desk:
    """The desk's page in one window."""

    def __init__(self, page: Page, language: str = "zh") -> None:
        self.page = page
        self.words = WORDS[language]
        self.inbox = page.get_by_role("region", name=self.words["inbox"])
        self.customer = page.get_by_role("complementary", name=self.words["customer"])
        self.log = page.get_by_role("log", name=self.words["lines"])
        self.lines = self.log.locator("li.line")
        self.holder = page.locator("#thread-head .mark[data-holder]")

    def tab(self, name: str) -> Locator:
        """A part of the inbox: queue, mine, assistant, closed."""
        return self.inbox.get_by_role("link", name=self.words[f"tab.{name}"])

    def open(self, tab: str, name: str) -> Desk:
        """Open the first conversation of this customer in a part of the inbox."""
        self.tab(tab).click()
        expect(self.tab(tab)).to_have_attribute("aria-current", "true")
        self.inbox.get_by_role("listitem").get_by_role("link", name=name).first.click()
        expect(self.page.get_by_role("heading", level=2).first).to_contain_text(name)
        return self

    def open_id(self, base: str, conversation_id: str) -> Desk:
        """Open a conversation by its address."""
        self.page.goto(f"{base}/desk/conversations/{conversation_id}?tab=all")
        return self

    def press(self, verb: str) -> None:
        """Take over, hand back or end."""
        self.page.get_by_role("button", name=self.words[verb], exact=True).click()

    def write(self, text: str, *, note: bool = False) -> None:
        """Reply, or leave a note for colleagues, and see it stand in the conversation."""
        self.page.get_by_role("radio", name=self.words["as_note" if note else "as_reply"]).check(force=True)
        self.page.get_by_role("textbox", name=self.words["words"]).fill(text)
        names = re.compile(f"^({self.words['reply']}|{self.words['note']})$")  # without scripts it is one button for both
        self.page.get_by_role("button", name=names).click()
        expect(self.lines.filter(has_text=text)).to_have_count(1)
