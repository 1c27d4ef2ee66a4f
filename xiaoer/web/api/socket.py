"""The chat over a WebSocket: what is new is pushed, what is said is stored.

The record is the truth: a nudge only makes this file read it again from the last line that was sent. A connection that
was lost says in its hello which line it saw last, and misses nothing. A reader that is slow holds up only itself: nudges
fold into one, and a frame that does not go out within a while ends the connection.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from xiaoer.app import App
from xiaoer.errors import Invalid, NotSignedIn, TooMany, UnavailableError, XiaoerError
from xiaoer.live.memory import Listener, conversation_topic
from xiaoer.web.api.callers import app_of
from xiaoer.web.api.pace import Pace
from xiaoer.web.api.reading import Sight, look
from xiaoer.web.api.saying import say
from xiaoer.web.api.shapes import MOST_SEQ, read_line
from xiaoer.web.api.signs import show_typing, typing_topic
from xiaoer.web.errors import problem_of, unexpected
from xiaoer.web.identity import Visit, read_token
from xiaoer.web.language import as_language, language_of

log = logging.getLogger(__name__)
router = APIRouter(prefix="/api/v1/chat", tags=["chat"])

HELLO_S = 10.0  # to say hello
SILENCE_S = 90.0  # without a frame (clients ping every 25 s) the other end is gone
SEND_S = 20.0  # for one frame to go out
QUEUE_S = 5.0  # between looks at the place in the queue
TYPING_AFTER_S = 0.3  # an answer that takes longer is announced
MOST_FRAME = 128 * 1024  # characters
_FRAMES_PER_LINE = 20  # typing, pings and resent lines beside each line that a customer may say
GOING_AWAY, POLICY, SIGNED_OUT, TRY_LATER = 1001, 1008, 4401, 1013


_UNKNOWN = Invalid(
    "That frame is not known here. Types: say, typing, ping.",
    "无法识别的消息类型，可用：say、typing、ping。",
    field="type",
)


class _Close(Exception):
    """End the connection with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@router.websocket("/socket")
async def chat_socket(socket: WebSocket) -> None:
    """See docs: first frame {"type": "hello", "token": …, "after": SEQ}; then messages flow."""
    if not _is_origin_allowed(socket):
        await socket.close(POLICY)
        return
    await socket.accept()
    try:
        await _Talk(socket).run()
    except BaseExceptionGroup as group:  # from the two tasks of a connection
        code = _code_of(group)
    except (_Close, WebSocketDisconnect) as error:  # while saying hello
        code = _code_of(error)
    if socket.application_state is WebSocketState.CONNECTED:
        with suppress(Exception):
            await socket.close(code)


class _Talk:
    """One connection."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.app: App = app_of(socket)
        self.pace: Pace = socket.app.state.pace
        self.language = language_of(socket)
        frames = _FRAMES_PER_LINE * self.app.settings.messages_per_minute
        self.frames = Pace(frames, burst=frames // 5)
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Hello, then read and write until one side ends it."""
        visit, after = await self._hello()
        topic = conversation_topic(visit.shop_id, visit.conversation_id)
        staff_types = typing_topic(visit.shop_id, visit.conversation_id, "staff")
        async with self.app.live.listen(topic, staff_types) as listener, asyncio.TaskGroup() as group:
            group.create_task(_Tell(self, visit, listener, after, staff_types).run())
            group.create_task(self._hear(visit))

    async def send(self, frame: dict[str, Any]) -> None:
        """One frame, or the end of the connection."""
        text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
        try:
            async with asyncio.timeout(SEND_S), self._sending:
                await self.socket.send_text(text)
        except TimeoutError:
            raise _Close(TRY_LATER) from None
        except RuntimeError as error:  # the other end closed while we were about to write
            raise WebSocketDisconnect(1006) from error

    async def send_error(self, error: XiaoerError, client_id: object = None) -> None:
        """What went wrong, with the line it is about."""
        problem = problem_of(error, self.language)
        frame = {"type": "error", **{name: problem[name] for name in ("code", "title", "detail")}}
        if isinstance(error, TooMany):
            frame["retry_after_s"] = error.retry_after_s
        if error.field:
            frame["field"] = error.field
        if isinstance(client_id, str):
            frame["client_id"] = client_id[:64]
        await self.send(frame)

    async def _hello(self) -> tuple[Visit, int | None]:
        try:
            frame = await self._frame(HELLO_S)
            if frame is None or frame.get("type") != "hello":
                raise NotSignedIn("The first frame must be a hello with a token.", "首帧必须是带 token 的 hello。")
            self.language = as_language(_as_text(frame.get("language")), self.language)
            visit = read_token(self.app.secret, _as_text(frame.get("token")) or "", now=self.app.clock())
            self.app.assistant_of(visit.shop_id)
        except XiaoerError as error:
            await self.send_error(error)
            raise _Close(SIGNED_OUT) from None
        after = frame.get("after")
        return visit, after if isinstance(after, int) and 0 <= after <= MOST_SEQ else None

    async def _frame(self, timeout_s: float) -> dict[str, Any] | None:
        """The next frame as an object; None for one that is none. _Close when nothing comes, or far too much."""
        try:
            async with asyncio.timeout(timeout_s):
                message = await self.socket.receive()
        except TimeoutError:
            raise _Close(GOING_AWAY) from None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        if self.frames.take("") or len(text := message.get("text") or "") > MOST_FRAME:
            raise _Close(POLICY)
        try:
            frame = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return frame if isinstance(frame, dict) else None

    async def _hear(self, visit: Visit) -> None:
        while True:
            frame = await self._frame(SILENCE_S)
            if self.app.clock() >= visit.expires_at:
                await self.send_error(NotSignedIn("The session ran out. Open a new one.", "会话已过期，请重新建立。"))
                raise _Close(SIGNED_OUT)
            kind = frame.get("type") if frame else None
            if kind == "say" and frame:
                await self._say(visit, frame)
            elif kind == "ping":
                await self.send({"type": "pong"})
            elif kind == "typing":
                show_typing(self.app.live, visit.shop_id, visit.conversation_id, "customer")
            else:
                await self.send_error(_UNKNOWN)

    async def _say(self, visit: Visit, frame: dict[str, Any]) -> None:
        client_id = frame.get("client_id")
        try:
            line = read_line(client_id, frame.get("text"), frame.get("choice"), frame.get("attachments"))
            said = await say(self.app, visit, line, self.pace)
        except XiaoerError as error:
            await self.send_error(error, client_id)
            return
        except Exception:
            log.exception("a line could not be stored in conversation %s", visit.conversation_id)
            await self.send_error(unexpected(), client_id)
            return
        await self.send({"type": "stored", "client_id": line.client_id, "seq": said.message.seq})


class _Tell:
    """Pushes what the record holds beyond the last line sent, and how the conversation stands."""

    def __init__(self, talk: _Talk, visit: Visit, listener: Listener, after: int | None, staff_types: str) -> None:
        self.talk, self.visit, self.listener, self.staff_types = talk, visit, listener, staff_types
        self.after = after or 0
        self.is_first_look = after is None
        self.shown: dict[str, Any] | None = None
        self.is_announced = False

    async def run(self) -> None:
        """Until the connection ends."""
        try:
            sight = await self._look()
            while True:
                topics = await self.listener.wait(timeout_s=self._patience(sight))
                if not topics and self._is_owed(sight) and not self.is_announced:
                    self.is_announced = True
                    await self.talk.send({"type": "typing", "who": "assistant"})
                if topics != {self.staff_types}:
                    sight = await self._look()
                if self.staff_types in topics and sight.conversation.holder == "staff":
                    await self.talk.send({"type": "typing", "who": "staff"})
        except XiaoerError as error:  # the conversation went to somebody else, or the records do not answer
            await self.talk.send_error(error)
            raise _Close(TRY_LATER if isinstance(error, UnavailableError) else SIGNED_OUT) from None

    async def _look(self) -> Sight:
        """Read the record and send what is new, page by page."""
        while True:
            sight = await look(self.talk.app, self.visit, after=self.after, recent=self.is_first_look)
            self.is_first_look = False
            state = sight.conversation_json(self.talk.app, self.visit)
            if state != self.shown:
                self.shown = state
                await self.talk.send({"type": "conversation", "conversation": state})
            if sight.messages:
                self.after = sight.messages[-1].seq
                self.is_announced = False
                await self.talk.send({"type": "messages", "messages": sight.messages_json(self.talk.app, self.visit)})
            if not sight.more:
                return sight

    def _is_owed(self, sight: Sight) -> bool:
        conversation = sight.conversation
        return conversation.holder == "assistant" and conversation.customer_seq > conversation.answered_seq

    def _patience(self, sight: Sight) -> float | None:
        if self._is_owed(sight) and not self.is_announced:
            return TYPING_AFTER_S
        return QUEUE_S if sight.place is not None else None


def _is_origin_allowed(socket: WebSocket) -> bool:
    """Browsers say which page opens a socket; only pages that may embed the widget may. Others say nothing."""
    origin = socket.headers.get("origin")
    allowed = app_of(socket).settings.allowed_origins
    if origin is None or "*" in allowed or origin in allowed:
        return True
    return origin.partition("://")[2] == socket.headers.get("host")


def _as_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _code_of(error: BaseException) -> int:
    """Why the connection ends; a defect of ours is written down."""
    if isinstance(error, BaseExceptionGroup):
        inner = [one for one in error.exceptions if not isinstance(one, WebSocketDisconnect)]
        return _code_of(inner[0]) if inner else 1000
    if isinstance(error, _Close):
        return error.code
    if not isinstance(error, WebSocketDisconnect):
        log.error("a chat socket failed", exc_info=error)
        return 1011
    return 1000
