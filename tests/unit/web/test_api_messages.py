"""Saying, reading and rating over HTTP: once only, nothing lost, nothing of anybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.unit.web.conftest import OpenSession
from tests.unit.web.shop import BO, LIN, MEI, OTHER, SHOP
from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations.store import NewMessage
from xiaoer.desk import hold, speak
from xiaoer.desk import store as desk
from xiaoer.web.api.answers import MessagesOut
from xiaoer.web.api.pace import Pace

PATH = "/api/v1/chat/messages"


async def say(
    client: httpx2.AsyncClient, session: dict[str, Any], text: str, client_id: str = "a", **more: Any
) -> httpx2.Response:
    """Send a line."""
    return await client.post(PATH, json={"client_id": client_id, "text": text, **more}, headers=session["headers"])


async def read(client: httpx2.AsyncClient, session: dict[str, Any], **query: Any) -> dict[str, Any]:
    """Read the conversation."""
    answer = await client.get(PATH, params=query, headers=session["headers"])
    assert answer.status_code == 200, answer.text
    MessagesOut.model_validate(answer.json(), strict=True)
    found: dict[str, Any] = answer.json()
    return found


async def test_a_line_is_stored_and_answered(app: App, client: httpx2.AsyncClient, open_session: OpenSession) -> None:
    session = await open_session()
    stored = await say(client, session, "运费怎么算")
    await app.turns.drain()
    assert stored.status_code == 201
    assert stored.json()["text"] == "运费怎么算"
    found = await read(client, session)
    assert [line["author"] for line in found["messages"]] == ["customer", "assistant"]
    assert found["conversation"]["holder"] == "assistant"
    assert found["messages"][0]["created_at"].endswith("Z")


async def test_the_same_line_twice_is_stored_once(
    app: App, client: httpx2.AsyncClient, open_session: OpenSession
) -> None:
    session = await open_session()
    first, again = await say(client, session, "你好"), await say(client, session, "你好，再发一次")
    await app.turns.drain()
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert sum(line["author"] == "customer" for line in (await read(client, session))["messages"]) == 1


async def test_reading_goes_on_after_a_number_and_back_before_one(
    app: App, client: httpx2.AsyncClient, open_session: OpenSession
) -> None:
    session = await open_session()

    def fill(scope: Any) -> None:
        for number in range(1, 11):
            line = NewMessage(author="staff", kind="note" if number == 9 else "text", text=f"{number}", language="zh")
            conversations.add_message(scope, session["conversation_id"], line)

    await app.database.write(SHOP, fill)

    async def seqs(**query: Any) -> tuple[list[int], bool]:
        found = await read(client, session, **query)
        return [line["seq"] for line in found["messages"]], found["more"]

    assert await seqs(limit=4) == ([1, 2, 3, 4], True)
    assert await seqs(after=4, limit=4) == ([5, 6, 7, 8], True)
    assert await seqs(after=8, limit=4) == ([10], False)  # 9 is a note for staff
    assert await seqs(before=5, limit=3) == ([2, 3, 4], True)
    assert await seqs(before=2, limit=3) == ([1], False)
    assert await seqs(before=2**31 - 1, limit=3) == ([8, 10], True)
    assert await seqs(after=10) == ([], False)


async def test_what_staff_say_comes_with_their_name_and_notes_do_not_come(
    app: App, client: httpx2.AsyncClient, open_session: OpenSession
) -> None:
    session = await open_session()
    await say(client, session, "你好")
    await app.turns.drain()

    def answer(scope: Any) -> None:
        lin = desk.find_staff_by_email(scope, LIN)
        assert lin is not None
        hold.take_over(scope, session["conversation_id"], lin)
        speak.add_note(scope, session["conversation_id"], lin, "这位顾客有点着急")
        speak.reply(scope, session["conversation_id"], lin, "您好，我是林", client_id="l1")

    await app.turns.change(SHOP, session["conversation_id"], answer)
    found = await read(client, session)
    assert found["conversation"]["holder"] == "staff"
    assert found["conversation"]["staff_name"] == "Lin 林"
    assert [(line["author"], line["kind"], line["staff_name"]) for line in found["messages"][2:]] == [
        ("system", "event", "Lin 林"),
        ("staff", "text", "Lin 林"),
    ]
    assert "着急" not in str(found)


BAD_LINES: dict[str, tuple[dict[str, Any], str]] = {
    "nothing said": ({"client_id": "a", "text": " \n "}, "text"),
    "too long": ({"client_id": "a", "text": "字" * 4001}, "text"),
    "text that is no text": ({"client_id": "a", "text": 5}, "text"),
    "no client id": ({"text": "hi"}, "client_id"),
    "an empty client id": ({"client_id": "", "text": "hi"}, "client_id"),
    "a long client id": ({"client_id": "x" * 65, "text": "hi"}, "client_id"),
    "a client id with spaces": ({"client_id": "a b", "text": "hi"}, "client_id"),
    "an unknown field": ({"client_id": "a", "text": "hi", "author": "staff"}, "author"),
    "a choice that is a list": ({"client_id": "a", "text": "hi", "choice": [1]}, "choice"),
    "a choice with other keys": ({"client_id": "a", "text": "hi", "choice": {"shop": "x"}}, "choice"),
    "a choice whose intent is no text": ({"client_id": "a", "text": "hi", "choice": {"intent": {"a": 1}}}, "choice"),
    "a choice that is huge": ({"client_id": "a", "text": "hi", "choice": {"value": "x" * 3000}}, "choice"),
    "a choice with a zero": ({"client_id": "a", "text": "hi", "choice": {"value": "\0"}}, "choice"),
    "attachments that are none": ({"client_id": "a", "text": "hi", "attachments": ["../../secret"]}, "attachments"),
    "too many attachments": ({"client_id": "a", "text": "hi", "attachments": ["a", "b", "c", "d", "e"]}, "attachments"),
}


@pytest.mark.parametrize("how", BAD_LINES)
async def test_a_bad_line_says_what_to_change_and_stores_nothing(
    client: httpx2.AsyncClient, open_session: OpenSession, how: str
) -> None:
    session = await open_session()
    body, field = BAD_LINES[how]
    answer = await client.post(PATH, json=body, headers=session["headers"])
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (422, "invalid", field), answer.text
    assert (await read(client, session))["messages"] == []


async def test_four_thousand_characters_fit_and_are_stored_whole(
    app: App, client: httpx2.AsyncClient, open_session: OpenSession
) -> None:
    session = await open_session()
    text = "😀字" * 2000
    stored = await say(client, session, text)
    await app.turns.drain()
    assert stored.json()["text"] == text


async def test_what_cannot_be_stored_is_left_out(client: httpx2.AsyncClient, open_session: OpenSession) -> None:
    session = await open_session()
    body = '{"client_id": "a", "text": "ok\\u0000\\ud800\\u0007\\r\\n\\tnext"}'
    headers = {**session["headers"], "Content-Type": "application/json"}
    answer = await client.post(PATH, content=body, headers=headers)
    assert answer.json()["text"] == "ok\n\tnext"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        "[" * 100_000,
        '{"client_id": NaN}',
        '{"a":' * 5000 + "1" + "}" * 5000,
        "\x00\xff",
    ],
)
async def test_hostile_bodies_get_a_problem(client: httpx2.AsyncClient, open_session: OpenSession, body: str) -> None:
    session = await open_session()
    headers = {**session["headers"], "Content-Type": "application/json"}
    answer = await client.post(PATH, content=body.encode("latin-1"), headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"]
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_without_its_type_is_not_read(client: httpx2.AsyncClient, open_session: OpenSession) -> None:
    session = await open_session()
    answer = await client.post(PATH, content='{"client_id": "a", "text": "hi"}', headers=session["headers"])
    assert answer.status_code == 422


@pytest.mark.parametrize("has_length", [True, False])
async def test_a_body_that_is_too_large_is_refused(
    client: httpx2.AsyncClient, open_session: OpenSession, has_length: bool
) -> None:
    session = await open_session()

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 10_000

    content = b"x" * 400_000 if has_length else chunks()
    headers = {**session["headers"], "Content-Type": "application/json"}
    answer = await client.post(PATH, content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic YTpi", "Bearer ..", "bearer é"])
async def test_without_a_good_token_there_is_nothing(client: httpx2.AsyncClient, header: str | None) -> None:
    headers = {} if header is None else {b"Authorization": header.encode()}
    for method, path in (("GET", PATH), ("POST", PATH), ("POST", f"{PATH}/1/rating"), ("GET", "/api/v1/articles/x")):
        answer = await client.request(method, path, headers=headers, json={} if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), path


async def test_nobody_reads_or_writes_in_another_conversation(
    client: httpx2.AsyncClient, open_session: OpenSession, identity: Callable[..., str], app: App
) -> None:
    mei, bo = await open_session(identity=identity(MEI)), await open_session(identity=identity(BO))
    elsewhere = await open_session(shop=OTHER, identity=identity(MEI, shop=OTHER))
    await say(client, mei, "只有我看得见")
    await app.turns.drain()
    for other in (bo, elsewhere):
        assert (await read(client, other))["messages"] == []
        assert (
            await client.post(f"{PATH}/2/rating", json={"useful": True}, headers=other["headers"])
        ).status_code == 404


async def test_who_writes_too_fast_waits_and_what_is_sent_again_is_free(
    app: App, web: FastAPI, client: httpx2.AsyncClient, open_session: OpenSession
) -> None:
    web.state.pace = Pace(app.settings.messages_per_minute, clock=lambda: 0.0)
    session = await open_session()
    answers = [
        await say(client, session, "你好", f"n{number}") for number in range(app.settings.messages_per_minute + 1)
    ]
    await app.turns.drain()
    assert [answer.status_code for answer in answers[:-1]] == [201] * app.settings.messages_per_minute
    problem = answers[-1].json()
    assert (answers[-1].status_code, problem["code"]) == (429, "too_many")
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert (await say(client, session, "你好", "n0")).status_code == 200
    assert (await say(client, await open_session(), "你好")).status_code == 201  # nobody else waits for it


async def test_one_address_cannot_open_sessions_without_end(client: httpx2.AsyncClient, web: FastAPI) -> None:
    web.state.pace_of_addresses = Pace(20, clock=lambda: 0.0)
    answers = [await client.post("/api/v1/chat/sessions", json={}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [201] * 20 + [429]


async def test_a_choice_with_half_a_character_is_none(client: httpx2.AsyncClient, open_session: OpenSession) -> None:
    session = await open_session()
    body = '{"client_id": "a", "text": "hi", "choice": {"value": "\\ud800"}}'
    headers = {**session["headers"], "Content-Type": "application/json"}
    assert (await client.post(PATH, content=body, headers=headers)).json()["field"] == "choice"


@pytest.mark.parametrize("useful", [True, False, None])
async def test_an_answer_is_rated_and_the_rating_taken_back(
    app: App, client: httpx2.AsyncClient, open_session: OpenSession, useful: bool | None
) -> None:
    session = await open_session()
    await say(client, session, "你好")
    await app.turns.drain()
    for value in (True, useful):
        answer = await client.post(f"{PATH}/2/rating", json={"useful": value}, headers=session["headers"])
        assert answer.json() == {"seq": 2, "useful": value}
    assert (await read(client, session))["messages"][1]["useful"] is useful


@pytest.mark.parametrize(
    ("seq", "status"), [("1", 404), ("99", 404), ("0", 422), ("-1", 422), ("x", 422), ("9" * 30, 422)]
)
async def test_only_answers_can_be_rated(
    app: App, client: httpx2.AsyncClient, open_session: OpenSession, seq: str, status: int
) -> None:
    session = await open_session()
    await say(client, session, "你好")
    await app.turns.drain()
    answer = await client.post(f"{PATH}/{seq}/rating", json={"useful": True}, headers=session["headers"])
    assert answer.status_code == status


async def test_a_button_keeps_the_language_of_the_conversation(
    app: App, client: httpx2.AsyncClient, open_session: OpenSession
) -> None:
    session = await open_session(language="en")
    first = await say(client, session, "I want to talk to a person", choice={"intent": "human_request"})
    await app.turns.drain()
    assert first.json()["language"] == "en"
    found = await read(client, session)
    assert found["conversation"]["holder"] == "queue"
    assert found["conversation"]["queue"] == {"position": 1, "waiting": 1}
    assert found["messages"][1]["language"] == "en"


@pytest.mark.parametrize(
    ("article", "language", "status", "title"),
    [
        ("shipping-fee", "zh", 200, "运费怎么算？"),
        ("shipping-fee", "en", 200, "What does shipping cost?"),
        ("only-chinese", "en", 200, "只有中文"),
        ("for-members", "zh", 404, ""),
        ("for-staff", "zh", 404, ""),
        ("nothing", "zh", 404, ""),
    ],
)
async def test_an_article_is_read_by_whom_it_is_for(
    client: httpx2.AsyncClient, open_session: OpenSession, article: str, language: str, status: int, title: str
) -> None:
    session = await open_session()
    answer = await client.get(f"/api/v1/articles/{article}", params={"language": language}, headers=session["headers"])
    assert (answer.status_code, answer.json().get("title") if status == 200 else "") == (status, title)


@pytest.mark.parametrize(
    "choice",
    [
        {"intent": "no_such_intent"},
        {"answer": "maybe", "proposal": "none"},
        {"answer": "yes"},
        {"slot": "order", "value": {"deep": [{"er": None}]}},
        {"slot": "", "value": 1e308},
        {"value": [1, 2, 3]},
        {"intent": "return_request", "slot": "order", "value": "SP1", "answer": "yes", "proposal": "1"},
    ],
)
async def test_a_choice_that_was_never_offered_is_answered_all_the_same(
    app: App, client: httpx2.AsyncClient, open_session: OpenSession, choice: dict[str, Any]
) -> None:
    session = await open_session()
    assert (await say(client, session, "确认办理", choice=choice)).status_code == 201
    await app.turns.drain()
    assert [line["author"] for line in (await read(client, session))["messages"]] == ["customer", "assistant"]
