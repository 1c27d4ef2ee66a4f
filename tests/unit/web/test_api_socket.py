"""The socket: what is new is pushed, what is said is stored once, a lost connection loses nothing, hostile frames break nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.conftest import StandingClock
from tests.unit.web.conftest import OpenSession
from tests.unit.web.shop import BO, LIN, SHOP
from tests.unit.web.sockets import Closed, Socket
from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations.store import NewMessage
from xiaoer.desk import hold, speak
from xiaoer.desk import store as desk
from xiaoer.web.api import socket as module
from xiaoer.web.api.pace import Pace
from xiaoer.web.api.signs import show_typing, typing_topic


async def hello(socket: Socket, session: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Say hello, and read how the conversation stands."""
    socket.send({"type": "hello", "token": session["token"], **more})
    frame: dict[str, Any] = (await socket.until("conversation"))["conversation"]
    return frame


async def test_what_is_said_is_stored_and_the_answer_is_pushed(web: FastAPI, open_session: OpenSession) -> None:
    session = await open_session()
    async with Socket(web) as socket:
        state = await hello(socket, session)
        assert (state["holder"], state["last_seq"], state["queue"]) == ("assistant", 0, None)
        socket.send({"type": "say", "client_id": "c1", "text": "运费怎么算"})
        assert (await socket.until("stored"))["seq"] == 1
        lines = await socket.messages(2)
        assert [line["author"] for line in lines] == ["customer", "assistant"]
        assert lines[0]["client_id"] == "c1"


async def test_the_socket_and_http_tell_the_same(
    web: FastAPI, client: httpx2.AsyncClient, open_session: OpenSession
) -> None:
    session = await open_session()
    async with Socket(web) as socket:
        await hello(socket, session)
        socket.send({"type": "say", "client_id": "c1", "text": "转人工"})
        pushed = await socket.messages(2)
    read = (await client.get("/api/v1/chat/messages", headers=session["headers"])).json()
    assert read["messages"] == pushed


async def test_the_same_line_again_is_stored_once(
    web: FastAPI, client: httpx2.AsyncClient, open_session: OpenSession
) -> None:
    session = await open_session()
    async with Socket(web) as socket:
        await hello(socket, session)
        for _ in range(3):
            socket.send({"type": "say", "client_id": "c1", "text": "你好"})
            assert (await socket.until("stored", client_id="c1"))["seq"] == 1
    read = (await client.get("/api/v1/chat/messages", headers=session["headers"])).json()
    assert [line["author"] for line in read["messages"]].count("customer") == 1


async def test_a_lost_connection_goes_on_from_the_last_line_seen(
    app: App, web: FastAPI, client: httpx2.AsyncClient, open_session: OpenSession
) -> None:
    session = await open_session()
    async with Socket(web) as socket:
        await hello(socket, session)
        socket.send({"type": "say", "client_id": "c1", "text": "你好"})
        last = (await socket.messages(2))[-1]["seq"]
    for number in range(3):  # while nobody is connected
        body = {"client_id": f"h{number}", "text": "在吗"}
        await client.post("/api/v1/chat/messages", json=body, headers=session["headers"])
    await app.turns.drain()
    async with Socket(web) as socket:
        await hello(socket, session, after=last)
        missed = [line["seq"] for line in await socket.messages(4)]
    assert missed == list(range(last + 1, last + 1 + len(missed)))


async def test_a_long_history_comes_in_pages_and_a_first_look_shows_the_newest(
    app: App, web: FastAPI, open_session: OpenSession
) -> None:
    session = await open_session()

    def fill(scope: Any) -> None:
        for number in range(250):
            line = NewMessage(author="staff", text=str(number), language="zh")
            conversations.add_message(scope, session["conversation_id"], line)

    await app.database.write(SHOP, fill)
    async with Socket(web) as socket:
        await hello(socket, session, after=0)
        assert [line["seq"] for line in await socket.messages(250)] == list(range(1, 251))
    async with Socket(web) as socket:
        await hello(socket, session)
        assert [line["seq"] for line in await socket.messages(100)] == list(range(151, 251))
        assert await socket.silence()


async def test_staff_take_over_answer_and_type(app: App, web: FastAPI, open_session: OpenSession) -> None:
    session = await open_session()
    conversation_id = session["conversation_id"]

    def member(scope: Any) -> Any:
        return desk.find_staff_by_email(scope, LIN)

    async with Socket(web) as socket:
        await hello(socket, session)
        show_typing(app.live, SHOP, conversation_id, "staff")
        assert await socket.silence()  # nobody of the staff holds it yet
        lin = await app.database.read(SHOP, member)
        await app.turns.change(SHOP, conversation_id, lambda scope: hold.take_over(scope, conversation_id, lin))
        state = (await socket.until("conversation"))["conversation"]
        assert (state["holder"], state["staff_name"]) == ("staff", "Lin 林")
        show_typing(app.live, SHOP, conversation_id, "staff")
        assert (await socket.until("typing"))["who"] == "staff"
        await app.turns.change(
            SHOP, conversation_id, lambda scope: speak.reply(scope, conversation_id, lin, "您好", client_id="s1")
        )
        assert (await socket.messages(1))[0]["text"] == "您好"
        await app.turns.change(
            SHOP, conversation_id, lambda scope: speak.add_note(scope, conversation_id, lin, "内部备注")
        )
        assert "内部备注" not in str(await socket.until("conversation"))  # only its number is told
        assert await socket.silence()


async def test_the_customers_typing_is_shown_to_staff(app: App, web: FastAPI, open_session: OpenSession) -> None:
    session = await open_session()
    topic = typing_topic(SHOP, session["conversation_id"], "customer")
    async with app.live.listen(topic) as listener, Socket(web) as socket:
        await hello(socket, session)
        socket.send({"type": "typing"})
        assert await listener.wait(timeout_s=5) == {topic}


async def test_the_place_in_the_queue_moves_up(
    app: App, web: FastAPI, open_session: OpenSession, monkeypatch: pytest.MonkeyPatch, clock: StandingClock
) -> None:
    monkeypatch.setattr(module, "QUEUE_S", 0.05)
    first, second = await open_session(), await open_session()

    async def queue(session: dict[str, Any], *, out: bool = False) -> None:
        def change(scope: Any) -> None:
            conversation = conversations.get_conversation(scope, session["conversation_id"])
            conversations.save_holder(
                scope, conversation, holder="closed" if out else "queue", waiting_since=None if out else scope.now
            )

        await app.turns.change(SHOP, session["conversation_id"], change)
        clock.pass_time(timedelta(seconds=1))

    await queue(first)
    await queue(second)
    async with Socket(web) as socket:
        assert (await hello(socket, second))["queue"] == {"position": 2, "waiting": 2}
        await queue(first, out=True)
        assert (await socket.until("conversation"))["conversation"]["queue"] == {"position": 1, "waiting": 1}


async def test_an_answer_that_takes_its_time_is_announced_once(
    app: App, web: FastAPI, open_session: OpenSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TYPING_AFTER_S", 0.03)
    monkeypatch.setattr(app.turns, "start", lambda shop_id, conversation_id: None)  # the machine thinks for ever
    session = await open_session()
    async with Socket(web) as socket:
        await hello(socket, session)
        socket.send({"type": "say", "client_id": "c1", "text": "你好"})
        assert (await socket.until("typing"))["who"] == "assistant"
        assert await socket.silence()


BAD_HELLOS: dict[str, Any] = {
    "no json": "hello",
    "a list": [],
    "another type": {"type": "say", "client_id": "a", "text": "hi"},
    "no token": {"type": "hello"},
    "a token that is no text": {"type": "hello", "token": {"a": 1}},
    "a forged token": {"type": "hello", "token": "a.b.c"},
    "half a character": '{"type": "hello", "token": "\\ud800"}',
}


@pytest.mark.parametrize("how", BAD_HELLOS)
async def test_without_a_good_hello_the_connection_ends(web: FastAPI, how: str) -> None:
    async with Socket(web, accept_language="zh") as socket:
        socket.send(BAD_HELLOS[how])
        error = await socket.until("error")
        assert error["code"] == "not_signed_in"
        assert "。" in error["detail"]
        assert await socket.closed() == module.SIGNED_OUT


async def test_who_says_nothing_is_let_go(
    web: FastAPI, open_session: OpenSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HELLO_S", 0.05)
    monkeypatch.setattr(module, "SILENCE_S", 0.1)
    async with Socket(web) as socket:
        assert await socket.closed()
    session = await open_session()
    async with Socket(web) as socket:
        await hello(socket, session)
        assert await socket.closed() == module.GOING_AWAY


BAD_FRAMES: dict[str, tuple[Any, str]] = {
    "no json": ("{", "type"),
    "a number": ("7", "type"),
    "deep": ("[" * 50_000, "type"),
    "unknown": ({"type": "delete"}, "type"),
    "a type that is a list": ({"type": ["say"]}, "type"),
    "say nothing": ({"type": "say", "client_id": "a"}, "text"),
    "say a number": ({"type": "say", "client_id": "a", "text": 1}, "text"),
    "say too much": ({"type": "say", "client_id": "a", "text": "x" * 4001}, "text"),
    "no client id": ({"type": "say", "text": "hi"}, "client_id"),
    "a client id that is an object": ({"type": "say", "text": "hi", "client_id": {}}, "client_id"),
    "a choice of nothing": ({"type": "say", "text": "hi", "client_id": "a", "choice": "yes"}, "choice"),
    "attachments of others": (
        {"type": "say", "text": "hi", "client_id": "a", "attachments": ["upl_x.png"]},
        "attachments",
    ),
    "attachments as an object": ({"type": "say", "text": "hi", "client_id": "a", "attachments": {}}, "attachments"),
}


@pytest.mark.parametrize("how", BAD_FRAMES)
async def test_a_bad_frame_gets_an_error_and_the_connection_lives_on(
    web: FastAPI, open_session: OpenSession, how: str
) -> None:
    session = await open_session()
    frame, field = BAD_FRAMES[how]
    async with Socket(web) as socket:
        await hello(socket, session)
        socket.send(frame)
        error = await socket.until("error")
        assert (error["code"], error["field"]) == ("invalid", field)
        socket.send({"type": "ping"})
        assert await socket.until("pong")


async def test_binary_frames_are_no_frames(web: FastAPI, open_session: OpenSession) -> None:
    session = await open_session()
    async with Socket(web) as socket:
        await hello(socket, session)
        socket.send_bytes(b"\x00\xff")
        assert (await socket.until("error"))["code"] == "invalid"


async def test_a_flood_of_frames_ends_the_connection(web: FastAPI, open_session: OpenSession) -> None:
    session = await open_session()
    async with Socket(web) as socket:
        await hello(socket, session)
        for _ in range(200):
            socket.send({"type": "ping"})
        assert await socket.closed() == module.POLICY


async def test_a_frame_that_is_far_too_large_ends_the_connection(web: FastAPI, open_session: OpenSession) -> None:
    session = await open_session()
    async with Socket(web) as socket:
        await hello(socket, session)
        socket.send({"type": "say", "client_id": "a", "text": "x" * module.MOST_FRAME})
        assert await socket.closed() == module.POLICY


async def test_too_fast_lines_are_refused_with_the_time_to_wait(
    app: App, web: FastAPI, open_session: OpenSession
) -> None:
    web.state.pace = Pace(app.settings.messages_per_minute, clock=lambda: 0.0)
    session = await open_session()
    async with Socket(web) as socket:
        await hello(socket, session)
        for number in range(app.settings.messages_per_minute + 1):
            socket.send({"type": "say", "client_id": f"n{number}", "text": "你好"})
        error = await socket.until("error")
        assert (error["code"], error["client_id"]) == ("too_many", f"n{app.settings.messages_per_minute}")
        assert error["retry_after_s"] >= 1


async def test_a_session_that_runs_out_ends_the_connection(
    web: FastAPI, open_session: OpenSession, identity: Callable[..., str], clock: StandingClock
) -> None:
    session = await open_session(identity=identity(BO))
    async with Socket(web) as socket:
        await hello(socket, session)
        clock.pass_time(timedelta(hours=13))
        socket.send({"type": "ping"})
        assert (await socket.until("error"))["code"] == "not_signed_in"
        assert await socket.closed() == module.SIGNED_OUT


async def test_a_visitor_who_signs_in_elsewhere_is_told_to_open_a_new_session(
    app: App, web: FastAPI, open_session: OpenSession, identity: Callable[..., str]
) -> None:
    visitor = await open_session()
    async with Socket(web) as socket:
        await hello(socket, visitor)
        await open_session(identity=identity(BO), visitor=visitor["token"])
        await app.turns.change(SHOP, visitor["conversation_id"], lambda scope: None)
        assert (await socket.until("error"))["code"] == "not_found"
        assert await socket.closed()


async def test_a_slow_reader_holds_up_nobody_and_is_let_go(
    app: App, web: FastAPI, open_session: OpenSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SEND_S", 0.2)
    session = await open_session()
    async with Socket(web) as slow, Socket(web) as quick:
        await hello(slow, session)
        await hello(quick, session)
        slow.reading.clear()
        quick.send({"type": "say", "client_id": "c1", "text": "你好"})
        assert len(await quick.messages(2)) == 2
        await asyncio.sleep(0.5)
        slow.reading.set()
        assert await slow.closed() == module.TRY_LATER


@pytest.mark.parametrize(
    ("origin", "is_welcome"),
    [("https://shop.example", True), ("http://shop.test", True), ("https://evil.example", False), ("null", False)],
)
@pytest.mark.parametrize("overrides", [{"allowed_origins": ("https://shop.example",)}])
async def test_only_pages_that_may_embed_the_widget_open_sockets(web: FastAPI, origin: str, is_welcome: bool) -> None:
    if is_welcome:
        async with Socket(web, origin=origin):
            return
    socket = Socket(web, origin=origin)
    with pytest.raises(Closed):
        await socket.__aenter__()
    await socket._task
