"""Play the conversations of `dialogues.yaml` over real sockets and compare every answer with the record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx2
import websockets

from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations import store_turns as turns
from xiaoer.conversations.types import Conversation, Turn
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.demo.expected import facts_of, identity_of
from xiaoer.demo.read_yaml import read_yaml
from xiaoer.demo.seeding import SHOP_ID
from xiaoer.shop import store_changes

_ANSWER_S = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the message, the turn behind it, who holds the conversation now, how many acts were committed in all."""

    message: Mapping[str, Any]
    turn: Turn
    holder: str
    commits: int


def read_dialogues() -> tuple[Mapping[str, Any], ...]:
    """The dialogues, in the order in which they are played."""
    return tuple(read_yaml("dialogues.yaml"))


async def check(app: App, base: str, *, say: Callable[[str], None]) -> list[str]:
    """What was wrong, one line each; empty when every answer was right. `say` is told of each dialogue."""
    failures: list[str] = []
    async with httpx2.AsyncClient(base_url=base, timeout=_ANSWER_S) as http:
        for dialogue in read_dialogues():
            wrong = await _play(app, http, base, dialogue)
            say(f"{'✗' if wrong else '✓'} {dialogue['id']}")
            failures += [f"{dialogue['id']}: {one}" for one in wrong]
    return failures


async def _play(app: App, http: httpx2.AsyncClient, base: str, dialogue: Mapping[str, Any]) -> list[str]:
    facts = await app.database.read(SHOP_ID, lambda scope: facts_of(scope, dialogue["who"]))
    wrong: list[str] = []
    async with AsyncExitStack() as stack:
        talk = await Talk.open(app, http, base, dialogue, stack)
        for number, line in enumerate(dialogue["lines"], 1):
            before = await app.database.read(SHOP_ID, store_changes.count_commits)
            try:
                answer = await talk.say(line, facts)
            except (TimeoutError, LookupError) as error:
                return [*wrong, f"line {number} ({line.get('say') or line.get('press')}): {error or 'no answer'}"]
            said = line.get("say") or line.get("press")
            wrong += [f"line {number} ({said}): {one}" for one in compare(line, answer, before, facts)]
    return wrong


class Talk:
    """One customer at one socket."""

    def __init__(self, app: App, socket: websockets.ClientConnection, conversation_id: str, language: str) -> None:
        self._app, self._socket, self._conversation_id, self._language = app, socket, conversation_id, language
        self._last: Mapping[str, Any] = {}

    @classmethod
    async def open(
        cls, app: App, http: httpx2.AsyncClient, base: str, dialogue: Mapping[str, Any], stack: AsyncExitStack
    ) -> Talk:
        """A session by the API, as a page of the shop opens it."""
        body: dict[str, Any] = {"shop": SHOP_ID, "language": dialogue["language"]}
        if dialogue["who"] != "visitor":
            body["identity"] = await app.database.read(SHOP_ID, lambda scope: identity_of(scope, dialogue["who"]))
        opened = await http.post("/api/v1/chat/sessions", json=body)
        opened.raise_for_status()
        session = opened.json()
        where = base.replace("http", "ws", 1) + "/api/v1/chat/socket"
        socket = await stack.enter_async_context(websockets.connect(where, max_size=None))
        talk = cls(app, socket, session["conversation_id"], dialogue["language"])
        seen = (await talk._conversation()).last_seq
        await socket.send(json.dumps({"type": "hello", "token": session["token"], "after": seen}))
        return talk

    async def say(self, line: Mapping[str, Any], facts: Mapping[str, Any]) -> Answer:
        """Say or press, and wait for the assistant. LookupError when there is no such button."""
        frame: dict[str, Any] = {"type": "say", "client_id": new_id("chk")}
        if "press" in line:
            button = self._button(line["press"])
            frame |= {"text": button["say"], "choice": button["choice"]}
        else:
            frame["text"] = line["say"].format_map(facts)
        await self._socket.send(json.dumps(frame))
        async with asyncio.timeout(_ANSWER_S):
            self._last = await self._answer(frame["client_id"])
        turn_id = self._last["turn_id"]
        turn = await self._app.database.read(SHOP_ID, lambda scope: turns.get_turn(scope, turn_id))
        commits = await self._app.database.read(SHOP_ID, store_changes.count_commits)
        return Answer(self._last, turn, (await self._conversation()).holder, commits)

    async def _answer(self, client_id: str) -> Mapping[str, Any]:
        own_seq: int | None = None
        async for text in self._socket:
            frame = json.loads(text)
            if frame["type"] == "error":
                raise LookupError(f"{frame['code']}: {frame['detail']}")
            if frame["type"] == "stored" and frame["client_id"] == client_id:
                own_seq = frame["seq"]
            for message in frame.get("messages", ()):
                if message["client_id"] == client_id:
                    own_seq = message["seq"]
                if message["author"] == "assistant" and own_seq is not None and message["seq"] > own_seq:
                    return dict(message)
        raise LookupError("the socket was closed")

    def _button(self, label: str) -> Mapping[str, Any]:
        offered = [*self._last["chips"], *(one for card in self._last["cards"] for one in card.get("buttons", ()))]
        found: Mapping[str, Any] | None = next((one for one in offered if one["label"] == label), None)
        if found is None:
            raise LookupError(f"no button {label!r} among {[one['label'] for one in offered]}")
        return found

    async def _conversation(self) -> Conversation:
        def read(scope: Scope) -> Conversation:
            return conversations.get_conversation(scope, self._conversation_id)

        return await self._app.database.read(SHOP_ID, read)


def compare(line: Mapping[str, Any], answer: Answer, before: int, facts: Mapping[str, Any]) -> list[str]:
    """What of this answer is not as `line` wants it."""
    wrong: list[str] = []
    decided = answer.turn.trace["decided"]
    shown = json.dumps([answer.message["text"], answer.message["cards"]], ensure_ascii=False)
    missing = set(line.get("parts", ())) - set(decided["parts"])
    if missing:
        wrong.append(f"expected {sorted(missing)}, came {decided['parts']}: {answer.message['text']!r}")
    wrong += [f"{text!r} is not in {shown}" for text in _filled(line.get("has", ()), facts) if text not in shown]
    wrong += [f"{text!r} must not stand in {shown}" for text in _filled(line.get("hasnt", ()), facts) if text in shown]
    if "card" in line and line["card"] not in [one["type"] for one in answer.message["cards"]]:
        wrong.append(f"no {line['card']} card")
    if "holder" in line and line["holder"] != answer.holder:
        wrong.append(f"{answer.holder} holds the conversation, not {line['holder']}")
    if line.get("nothing") and answer.commits != before:
        wrong.append("something was committed")
    if "act" in line and (answer.commits != before + 1 or [one["action"] for one in answer.turn.trace["acts"]] != [line["act"]]):
        wrong.append(f"{line['act']} was not committed once: {answer.turn.trace['acts']}")
    return wrong


def _filled(texts: list[str], facts: Mapping[str, Any]) -> list[str]:
    return [text.format_map(facts) for text in texts]
