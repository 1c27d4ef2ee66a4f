"""What staff do at the desk, by plain forms: take over, pass on, hand back, end, reply, note."""

from __future__ import annotations

import asyncio

import pytest
from fastapi import FastAPI

from tests.unit.web.conftest import OpenSession
from tests.unit.web.shop import LIN, MEI, SHOP
from tests.unit.web.staff import WU, Browser, add_lead, lines_of, open_browser, talk
from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation
from xiaoer.desk.sign_in import add_staff
from xiaoer.web.api.signs import typing_topic


@pytest.fixture
async def lin(app: App, web: FastAPI) -> Browser:
    """Staff."""
    return await open_browser(app, web, LIN)


@pytest.fixture
async def wu(app: App, web: FastAPI) -> Browser:
    """A lead."""
    await add_lead(app)
    return await open_browser(app, web, WU)


async def holder_of(app: App, conversation: Conversation) -> tuple[str, str | None]:
    found = await app.database.read(SHOP, lambda scope: conversations.get_conversation(scope, conversation.id))
    return found.holder, found.staff_id


async def test_taking_over_silences_the_machine_and_handing_back_wakes_it(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "你好")
    path = f"/desk/conversations/{conversation.id}"
    page = await lin.post(f"{path}/hold", verb="take_over", tab="assistant")
    assert 'data-holder="me"' in page.text
    await app.turns.receive(SHOP, conversation.id, NewMessage(author="customer", text="运费怎么算", language="zh"))
    await app.turns.drain()
    assert (await lines_of(app, conversation))[-1].author == "customer"
    page = await lin.post(f"{path}/say", kind="reply", text="满 99 元包邮", client_id="a")
    assert "满 99 元包邮" in page.text
    page = await lin.post(f"{path}/hold", verb="hand_back", tab="mine")
    assert 'data-holder="assistant"' in page.text
    await app.turns.drain()
    assert (await lines_of(app, conversation))[-1].kind == "event"  # what a person answered is not answered again
    await app.turns.receive(SHOP, conversation.id, NewMessage(author="customer", text="你好", language="zh"))
    await app.turns.drain()
    assert (await lines_of(app, conversation))[-1].author == "assistant"


async def test_without_holding_it_nobody_replies_but_notes_are_kept(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "你好")
    path = f"/desk/conversations/{conversation.id}"
    refused = await lin.post(f"{path}/say", kind="reply", text="我来")
    assert refused.status_code == 403
    assert "请先接手" in refused.text or "请先接起" in refused.text
    assert ">我来</textarea>" in refused.text  # the words are not lost
    noted = await lin.post(f"{path}/say", kind="note", text="老顾客")
    assert noted.status_code == 200
    assert (await lines_of(app, conversation))[-1].kind == "note"


async def test_a_reply_being_written_is_signed_to_the_customer_by_its_holder_only(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "你好")
    path = f"/desk/conversations/{conversation.id}"
    async with app.live.listen(typing_topic(SHOP, conversation.id, "staff")) as listener:
        assert (await lin.post(f"{path}/typing")).status_code == 403
        await lin.post(f"{path}/hold", verb="take_over", tab="assistant")
        assert (await lin.post(f"{path}/typing")).status_code == 204
        assert await listener.wait(timeout_s=1)


async def test_customers_never_see_notes(app: App, lin: Browser, client: object, open_session: OpenSession) -> None:
    session = await open_session()
    await lin.post(f"/desk/conversations/{session['conversation_id']}/say", kind="note", text="秘密备注")
    answer = await lin.client.get("/api/v1/chat/messages", headers=session["headers"])
    assert "秘密备注" not in answer.text


async def test_a_form_sent_twice_is_stored_once(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "转人工")
    path = f"/desk/conversations/{conversation.id}"
    await lin.post(f"{path}/hold", verb="take_over")
    for _ in range(2):
        await lin.post(f"{path}/say", kind="reply", text="在的", client_id="say_1")
    assert [line.text for line in await lines_of(app, conversation) if line.author == "staff"] == ["在的"]


async def test_a_colleague_who_was_faster_is_named(app: App, web: FastAPI, lin: Browser, wu: Browser) -> None:
    conversation = await talk(app, MEI, "转人工")
    await wu.post(f"/desk/conversations/{conversation.id}/hold", verb="take_over")
    late = await lin.post(f"/desk/conversations/{conversation.id}/hold", verb="take_over", tab="queue")
    assert late.status_code == 409
    assert 'role="alert"' in late.text
    assert "Wu 吴 已经" in late.text
    assert await holder_of(app, conversation) == ("staff", wu.staff.id)
    english = await lin.post(f"/desk/conversations/{conversation.id}/hold", language="en", verb="take_over")
    assert "Wu 吴 was faster" in english.text


async def test_two_at_once_and_one_holds_it(app: App, web: FastAPI, lin: Browser) -> None:
    await app.database.write(
        SHOP, lambda scope: add_staff(scope, email="he@spruce.example", name="He 何", role="staff", password="x" * 12)
    )
    he = await open_browser(app, web, "he@spruce.example")
    conversation = await talk(app, MEI, "转人工")
    path = f"/desk/conversations/{conversation.id}/hold"
    answers = await asyncio.gather(lin.post(path, verb="take_over"), he.post(path, verb="take_over"))
    assert sorted(one.status_code for one in answers) == [200, 409]
    events = [line for line in await lines_of(app, conversation) if line.data.get("event") == "taken_over"]
    assert len(events) == 1


async def test_a_lead_takes_over_from_a_colleague_who_then_cannot_talk(app: App, lin: Browser, wu: Browser) -> None:
    conversation = await talk(app, MEI, "转人工")
    path = f"/desk/conversations/{conversation.id}"
    await lin.post(f"{path}/hold", verb="take_over")
    await wu.post(f"{path}/hold", verb="take_over")
    assert await holder_of(app, conversation) == ("staff", wu.staff.id)
    late = await lin.post(f"{path}/say", kind="reply", text="我还在打字")
    assert late.status_code == 403
    assert ">我还在打字</textarea>" in late.text
    assert not [line for line in await lines_of(app, conversation) if line.text == "我还在打字"]


async def test_it_is_passed_on_and_ended(app: App, lin: Browser, wu: Browser) -> None:
    conversation = await talk(app, MEI, "转人工")
    path = f"/desk/conversations/{conversation.id}/hold"
    await lin.post(path, verb="take_over")
    page = await lin.post(path, verb=f"pass_on:{wu.staff.id}")
    assert await holder_of(app, conversation) == ("staff", wu.staff.id)
    assert "Wu 吴 接待中" in page.text
    assert (await lin.post(path, verb="end")).status_code == 403
    ended = await wu.post(path, verb="end")
    assert 'data-holder="closed"' in ended.text
    assert "会话已结束" in ended.text


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("hold", {"verb": "dance"}, 422),
        ("hold", {"verb": "pass_on:stf_nobody"}, 404),
        ("say", {"kind": "shout", "text": "x"}, 422),
        ("say", {"kind": "note", "text": "   "}, 422),
        ("say", {"kind": "note", "text": "x" * 4001}, 422),
    ],
)
async def test_what_makes_no_sense_is_said_on_the_page(
    app: App, lin: Browser, path: str, fields: dict[str, str], status: int
) -> None:
    conversation = await talk(app, MEI, "转人工")
    await lin.post(f"/desk/conversations/{conversation.id}/hold", verb="take_over")
    answer = await lin.post(f"/desk/conversations/{conversation.id}/{path}", **fields)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text


async def test_the_composer_gets_the_drawn_line_or_the_reason(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "转人工")
    path = f"/desk/conversations/{conversation.id}/say"
    form = {"form_token": await lin.token(), "kind": "reply", "text": "您好 <b>", "client_id": "say_2"}
    refused = await lin.client.post(path, data=form, headers={"X-Part": "line", "Accept-Language": "zh"})
    assert refused.status_code == 403
    assert refused.headers["content-type"].startswith("text/plain")
    await lin.post(f"/desk/conversations/{conversation.id}/hold", verb="take_over")
    drawn = await lin.client.post(path, data=form, headers={"X-Part": "line", "Accept-Language": "zh"})
    assert drawn.status_code == 201
    assert drawn.text.count("<li class=") == 1
    assert "您好 &lt;b&gt;" in drawn.text
    page = (await lin.get(f"/desk/conversations/{conversation.id}")).text
    assert drawn.text.strip() in page  # one template draws it everywhere
