"""What comes to an open desk by itself: each line once, after a break from where it broke; parts only when they changed."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from tests.unit.web.events import open_stream
from tests.unit.web.shop import LIN, MEI, SHOP
from tests.unit.web.staff import WU, Browser, add_lead, lines_of, open_browser, talk
from xiaoer.app import App
from xiaoer.conversations.store import NewMessage
from xiaoer.desk import hold, speak
from xiaoer.web.console.desk import stream as module


@pytest.fixture
async def lin(app: App, web: FastAPI) -> Browser:
    """Staff."""
    return await open_browser(app, web, LIN)


async def say(app: App, conversation_id: str, text: str) -> None:
    await app.turns.receive(SHOP, conversation_id, NewMessage(author="customer", text=text, language="zh"))
    await app.turns.drain()


def id_of(html: str) -> str:
    found = re.search(r'\bid="([\w-]+)"', html)
    assert found, html
    return found.group(1)


async def test_new_lines_come_in_order_each_once(app: App, web: FastAPI, lin: Browser) -> None:
    conversation = await talk(app, MEI, "转人工")
    async with open_stream(
        web, lin, f"/desk/stream?conversation={conversation.id}&after={conversation.last_seq}"
    ) as stream:
        await stream.next("part")
        for text in ("一", "二"):
            await say(app, conversation.id, text)
        lines = [await stream.next("line") for _ in range(2)]
    assert [int(one.id) for one in lines] == [conversation.last_seq + 1, conversation.last_seq + 2]
    assert ["一" in lines[0].data, "二" in lines[1].data] == [True, True]


async def test_a_window_that_was_away_gets_what_it_missed(app: App, web: FastAPI, lin: Browser) -> None:
    conversation = await talk(app, MEI, "转人工")
    await say(app, conversation.id, "还在吗")
    everything = await lines_of(app, conversation)
    path = f"/desk/stream?conversation={conversation.id}&after={everything[-1].seq}"
    async with open_stream(web, lin, path, **{"last-event-id": str(everything[-2].seq)}) as stream:
        missed = await stream.next("line")
    assert missed.id == str(everything[-1].seq)
    async with open_stream(web, lin, f"/desk/stream?conversation={conversation.id}&after=0") as stream:
        lines = [await stream.next("line") for _ in everything]
    assert [int(one.id) for one in lines] == [line.seq for line in everything]


async def test_lines_are_drawn_as_on_the_page(app: App, web: FastAPI, lin: Browser) -> None:
    conversation = await talk(app, MEI, "我的订单怎么样了")
    page = (await lin.get(f"/desk/conversations/{conversation.id}")).text
    shown = "\n".join(line.strip() for line in page.splitlines())
    async with open_stream(web, lin, f"/desk/stream?conversation={conversation.id}") as stream:
        for _ in range(conversation.last_seq):
            html = (await stream.next("line")).data
            assert "\n".join(line.strip() for line in html.splitlines()).strip() in shown


async def test_a_new_holder_is_seen_at_once(app: App, web: FastAPI, lin: Browser) -> None:
    wu = await add_lead(app)
    conversation = await talk(app, MEI, "转人工")
    path = f"/desk/stream?conversation={conversation.id}&tab=all&after={conversation.last_seq}"
    async with open_stream(web, lin, path) as stream:
        head = await stream.next("part")
        assert id_of(head.data) == "thread-head"
        assert 'data-holder="queue"' in head.data
        await app.turns.change(SHOP, conversation.id, lambda scope: hold.take_over(scope, conversation.id, wu))
        head = await stream.next("part")
        while 'data-holder="colleague"' not in head.data:
            head = await stream.next("part")
        composer = await stream.next("part")
    assert id_of(composer.data) == "composer"
    assert "Wu 吴 正在接待" in composer.data


async def test_the_inbox_moves_without_a_conversation_open(
    app: App, web: FastAPI, lin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "INBOX_EVERY_S", 0.05)
    async with open_stream(web, lin, "/desk/stream?tab=queue") as stream:
        assert "没有人在排队" in (await stream.next("part")).data
        await talk(app, MEI, "转人工")
        inbox = await stream.next("part")
        while "陈美" not in inbox.data:
            inbox = await stream.next("part")
    assert id_of(inbox.data) == "inbox"


async def test_notes_are_for_staff_and_come_too(app: App, web: FastAPI, lin: Browser) -> None:
    conversation = await talk(app, MEI, "转人工")
    path = f"/desk/stream?conversation={conversation.id}&after={conversation.last_seq}"
    async with open_stream(web, lin, path) as stream:
        await stream.next("part")
        await app.turns.change(
            SHOP, conversation.id, lambda scope: speak.add_note(scope, conversation.id, lin.staff, "看这里")
        )
        assert "看这里" in (await stream.next("line")).data


async def test_a_session_that_ended_ends_the_stream(
    app: App, web: FastAPI, lin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_S", 0.05)

    async def nobody(_request: object) -> None:
        return None

    async with open_stream(web, lin, "/desk/stream?tab=all") as stream:
        monkeypatch.setattr(module, "find_session", nobody)
        await stream.next("leave")


async def test_strangers_and_strange_numbers_get_no_stream(app: App, web: FastAPI, lin: Browser) -> None:
    assert (await lin.get("/desk/stream?conversation=cnv_none")).status_code == 404
    assert (await lin.get("/desk/stream?after=-1")).status_code == 422
    lin.client.cookies.clear()
    assert (await lin.get("/desk/stream")).status_code == 303


async def test_two_windows_of_two_people_both_see_it(app: App, web: FastAPI, lin: Browser) -> None:
    await add_lead(app)
    wu = await open_browser(app, web, WU)
    conversation = await talk(app, MEI, "转人工")
    path = f"/desk/stream?conversation={conversation.id}&after={conversation.last_seq}"
    async with open_stream(web, lin, path) as one, open_stream(web, wu, path, **{"accept-language": "en"}) as other:
        await one.next("part")
        await other.next("part")
        await say(app, conversation.id, "看得到吗")
        assert "看得到吗" in (await one.next("line")).data
        assert "看得到吗" in (await other.next("line")).data
