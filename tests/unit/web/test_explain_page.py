"""The explain pages: a real turn told from what was said to what was written, in both languages, for staff only."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from tests.unit.web.shop import BO, LIN, MEI, SHOP
from tests.unit.web.staff import Browser, open_browser, talk
from xiaoer.app import App
from xiaoer.conversations import store_turns as turns
from xiaoer.conversations.types import Conversation, Turn


@pytest.fixture
async def lin(app: App, web: FastAPI) -> Browser:
    """Staff."""
    return await open_browser(app, web, LIN)


async def turns_of(app: App, conversation: Conversation) -> tuple[Turn, ...]:
    return await app.database.read(SHOP, lambda scope: turns.list_turns(scope, conversation.id))


async def test_before_the_first_turn_it_says_how_to_see_one(lin: Browser) -> None:
    assert "还没有可以解读的对话" in (await lin.get("/explain")).text


async def test_it_begins_with_the_newest_turn(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "你好", "我的订单怎么样了")
    newest = (await turns_of(app, conversation))[-1]
    answer = await lin.get("/explain")
    assert answer.headers["location"] == f"/explain/{newest.id}"


async def test_the_whole_story_is_told(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "我的订单怎么样了")
    (turn,) = await turns_of(app, conversation)
    page = (await lin.get(f"/explain/{turn.id}")).text
    for chapter in ("said", "understood", "remembered", "looked_up", "decided", "written", "timings"):
        assert f'<li class="chapter" id="{chapter}">' in page
    said = re.sub(r"<[^>]+>", "", page.partition('class="words prose"')[2].partition("</p>")[0].partition(">")[2])
    assert said == "我的订单怎么样了"
    assert re.search(r'<span class="tint tint-[1-4]">', page)
    assert "查订单" in page
    assert '<line class="threshold"' in page
    assert '<g class="node stop">' in page
    order_id = turn.trace["remembered"]["focus"]["order_id"]
    assert re.search(rf'<a class="fact" href="#fact-\d+">{order_id}<sup>', page)
    assert page.count("ms</td>") == len(turn.trace["ms"]) + 1


async def test_passages_stand_with_what_matched(app: App, lin: Browser) -> None:
    conversation = await talk(app, BO, "运费怎么算")
    (turn,) = await turns_of(app, conversation)
    page = (await lin.get(f"/explain/{turn.id}")).text
    assert "知识库" in page
    assert "运费怎么算？" in page
    assert "第 1 版" in page


async def test_a_hand_over_says_why(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "转人工")
    (turn,) = await turns_of(app, conversation)
    page = (await lin.get(f"/explain/{turn.id}")).text
    assert "转给人工" in page
    assert "顾客要求人工" in page


async def test_turns_of_a_conversation_lead_to_each_other(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "你好", "运费怎么算", "转人工")
    first, second, third = await turns_of(app, conversation)
    page = (await lin.get(f"/explain/{second.id}")).text
    assert f'href="/explain/{first.id}" rel="prev"' in page
    assert f'href="/explain/{third.id}" rel="next"' in page
    recent = re.findall(r'<a href="/explain/(trn_\w+)"', page)
    assert recent == [third.id, second.id, first.id]


async def test_the_desk_opens_the_short_form_in_place(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "我的订单怎么样了")
    (turn,) = await turns_of(app, conversation)
    desk = (await lin.get(f"/desk/conversations/{conversation.id}")).text
    assert f'href="/explain/{turn.id}" hx-get="/desk/turns/{turn.id}"' in desk
    part = (await lin.get(f"/desk/turns/{turn.id}")).text
    assert part.lstrip().startswith("<div")
    assert "查订单" in part
    assert f'href="/explain/{turn.id}"' in part


async def test_it_is_wholly_in_the_readers_language(app: App, lin: Browser) -> None:
    conversation = await talk(app, BO, "my order status", language="en")
    (turn,) = await turns_of(app, conversation)
    page = (await lin.get(f"/explain/{turn.id}", language="en")).text
    own = (
        re.sub(r"<title>.*?</title>", "", page, flags=re.DOTALL)
        .replace("小二", "")
        .replace("Lin 林", "")
        .replace("中文", "")
    )
    assert not re.findall(r"[㐀-鿿]+", own)


async def test_only_staff_read_it(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "你好")
    (turn,) = await turns_of(app, conversation)
    lin.client.cookies.clear()
    for path in ("/explain", f"/explain/{turn.id}", f"/desk/turns/{turn.id}"):
        answer = await lin.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/desk/sign-in")


async def test_what_a_stranger_typed_cannot_run(app: App, lin: Browser) -> None:
    conversation = await talk(app, BO, "<img src=x onerror=alert(1)> 运费")
    (turn,) = await turns_of(app, conversation)
    for path in (f"/explain/{turn.id}", f"/desk/turns/{turn.id}"):
        assert "<img src=x" not in (await lin.get(path)).text
