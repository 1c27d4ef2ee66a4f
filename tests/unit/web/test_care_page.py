"""The care of the knowledge at the console: a question in vain, staff answer it, the gap closes; the lint."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from tests.unit.web.shop import BO, LIN, SHOP
from tests.unit.web.staff import Browser, open_browser, talk
from xiaoer.app import App
from xiaoer.conversations.types import Conversation
from xiaoer.db.scope import Scope
from xiaoer.desk import hold, speak
from xiaoer.insights.care import read_gaps
from xiaoer.knowledge import edit, store
from xiaoer.knowledge.store_questions import list_questions

QUESTION = "Do you engrave names on the bottles?"
REPLY = "We engrave bottles for ¥20, which takes three more days."


@pytest.fixture
async def lin(app: App, web: FastAPI) -> AsyncIterator[Browser]:
    """A member of staff."""
    browser = await open_browser(app, web, LIN)
    yield browser
    await browser.client.aclose()


async def answered_by(app: App, lin: Browser, question: str, reply: str) -> Conversation:
    """A customer asks, and a member of staff answers in the machine's place."""
    conversation = await talk(app, BO, question, language="en")

    def answer(scope: Scope) -> None:
        hold.take_over(scope, conversation.id, lin.staff)
        speak.reply(scope, conversation.id, lin.staff, reply, client_id="r1")

    await app.turns.change(SHOP, conversation.id, answer)
    return conversation


async def test_what_is_asked_of_the_knowledge_is_kept(app: App, lin: Browser) -> None:
    conversation = await talk(app, BO, QUESTION, language="en")
    asked = await app.database.read(SHOP, lambda scope: list_questions(scope, since=app.clock().replace(year=2020)))
    assert [(one.conversation_id, one.text, one.language, one.audience) for one in asked][:1] == [
        (conversation.id, QUESTION, "en", "customer")
    ]
    assert asked[0].outcome != "answer"


async def test_from_a_gap_to_an_article(app: App, lin: Browser) -> None:
    await answered_by(app, lin, QUESTION, REPLY)
    page = await lin.get("/care", language="en")
    assert QUESTION in page.text
    found = re.search(r"/care/gaps/(\w+)", page.text)
    assert found
    gap = await lin.get(f"/care/gaps/{found[1]}", language="en")
    assert REPLY in gap.text.replace("&#39;", "'")
    assert "1 question would be answered" in gap.text
    assert "0 would suffer" in gap.text

    await lin.post(f"/care/gaps/{found[1]}/accept", language="en")
    _, draft = await app.database.read(SHOP, lambda scope: edit.open_draft(scope, f"gap-{found[1]}"))
    (text,) = draft.article.texts
    assert (text.title, text.body) == (QUESTION, REPLY)
    assert await app.database.read(SHOP, read_gaps) == ()
    again = await lin.post(f"/care/gaps/{found[1]}/accept", language="en")  # the double click
    assert again.status_code == 404


async def test_a_gap_that_nobody_will_fill(app: App, lin: Browser) -> None:
    await talk(app, BO, QUESTION, language="en")
    (gap,) = await app.database.read(SHOP, read_gaps)
    for _ in range(2):
        page = await lin.post(f"/care/gaps/{gap.id}/dismiss", language="zh")
        assert page.status_code == 200
    assert "没有知识缺口" in page.text


async def test_the_lint_names_the_article_and_the_numbers(app: App, lin: Browser) -> None:
    def spoil(scope: Scope) -> str:
        article = next(one for one in store.list_articles(scope) if one.find_text("zh") and one.find_text("en"))
        texts = [replace(one, body=one.body + ("\n\n退款 97 天内到账。" if one.language == "zh" else "")) for one in article.texts]
        store.save_article(scope, replace(article, texts=tuple(texts)))
        return article.id

    article_id = await app.database.write(SHOP, spoil)
    for language in ("zh", "en"):
        page = await lin.get("/care/lint", language=language)
        assert page.status_code == 200
        assert article_id in page.text
        assert "97 天" in page.text


async def test_the_lint_hears_what_staff_say(app: App, lin: Browser) -> None:
    listed = await app.database.read(SHOP, store.list_articles)
    article = next(one for one in listed if one.find_text("en"))
    text = article.find_text("en")
    assert text is not None

    def timed(scope: Scope) -> None:
        body = f"{text.body}\n\nIt takes 3 working days."
        zh = [replace(one, body=f"{one.body}\n\n需要 3 个工作日。") for one in article.texts if one.language == "zh"]
        store.save_article(scope, replace(article, texts=(replace(text, body=body), *zh)))

    await app.database.write(SHOP, timed)
    conversation = await answered_by(app, lin, text.title, "That takes 9 working days.")
    page = await lin.get("/care/lint", language="en")
    assert "9 working days" in page.text
    assert f"/desk/conversations/{conversation.id}" in page.text
