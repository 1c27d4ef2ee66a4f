"""What comes to an open desk by itself: new lines, a new holder, an inbox that looks different. Server-sent events.

    line   id = sequence number, data = the line as HTML     once each, in order; a browser resumes by the last id
    part   data = a part of the page with its id             replaces the one that stands there
    leave                                                    the session is over: load the page again

Nudges only say "look again"; every event is made from the record.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse

from xiaoer.app import App
from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound
from xiaoer.live.memory import conversation_topic, inbox_topic
from xiaoer.web.console.desk import read
from xiaoer.web.console.desk.view import draw_lines, inbox_of, panel_of, thread_of, tools_of
from xiaoer.web.console.reader import reader_of
from xiaoer.web.language import Language
from xiaoer.web.session import SignedIn, StaffSession, app_of, find_session
from xiaoer.web.templates import draw, language_of

streams = APIRouter(include_in_schema=False)

BEAT_S = 15.0  # without news a comment is sent, so that proxies keep the line open and a dead browser is noticed
MOST_SEQ = 999_999_999  # what fits into a column of the record
_SEQ = re.compile(r"[0-9]{1,9}")
INBOX_EVERY_S = 1.0  # an inbox under load is drawn at most this often


@dataclass
class _Window:
    """One open desk: what it was sent last."""

    app: App
    session: StaffSession
    language: Language
    tab: str
    conversation_id: str
    seq: int
    is_behind: bool = False
    marks: dict[str, str] = field(default_factory=dict)


@streams.get("/desk/stream")
async def stream(
    request: Request,
    session: SignedIn,
    conversation: str = "",
    tab: str = "",
    after: Annotated[int, Query(ge=0, le=MOST_SEQ)] = 0,
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    """Events for one window, from the last line it has seen."""
    app = app_of(request)
    seen = int(last_event_id) if _SEQ.fullmatch(last_event_id) else after
    window = _Window(app, session, language_of(request), tab, conversation, seen)
    if conversation:
        await app.database.read(session.shop_id, lambda scope: read.read_thread(scope, conversation, after_seq=seen))
    return StreamingResponse(
        _events(request, window),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: Request, window: _Window) -> AsyncIterator[str]:
    shop_id = window.session.shop_id
    everyone, ours = inbox_topic(shop_id), conversation_topic(shop_id, window.conversation_id)
    async with window.app.live.listen(everyone, ours) as listener:
        yield "retry: 2000\n\n"
        heard, checked_at, inbox_at, is_inbox_due = {everyone, ours}, monotonic(), 0.0, True
        while True:
            if window.conversation_id and (ours in heard or not heard):
                async for event in _thread_news(window):
                    yield event
                if window.is_behind:
                    continue
            is_inbox_due = is_inbox_due or everyone in heard or not heard
            if is_inbox_due and monotonic() - inbox_at >= INBOX_EVERY_S:
                inbox_at, is_inbox_due = monotonic(), False
                async for event in _inbox_news(window):
                    yield event
            if not heard:
                yield ": still here\n\n"
            if monotonic() - checked_at >= BEAT_S:
                checked_at = monotonic()
                session = await find_session(request)
                if session is None:
                    yield _event("leave", "")
                    return
                window.session = session
            heard = await listener.wait(timeout_s=INBOX_EVERY_S if is_inbox_due else BEAT_S)


async def _thread_news(window: _Window) -> AsyncIterator[str]:
    app, session = window.app, window.session
    window.is_behind = False

    def read_new(scope: Scope) -> tuple[read.ThreadRecord, read.CustomerRecord | None]:
        thread = read.read_thread(scope, window.conversation_id, after_seq=window.seq)
        is_new = bool(thread.messages) or not window.marks
        return thread, read.read_customer(scope, thread.conversation) if is_new else None

    try:
        record, customer = await app.database.read(session.shop_id, read_new)
    except NotFound:  # erased meanwhile
        yield _event("leave", "")
        return
    reader = reader_of(app, session, window.language)
    for seq, html in draw_lines(app, session, record, reader):
        yield _event("line", html, seq)
        window.seq = seq
    window.is_behind = (
        bool(record.messages) and window.seq < record.conversation.last_seq
    )  # more than one reading holds
    thread = thread_of(app, session.shop_id, record, reader)
    values = {"thread": thread, "tab": window.tab, "unsent": "", **tools_of(app, session, reader)}
    if _is_new(window, "head", thread.version):
        yield _event("part", draw("desk/_head.html", window.language, **values))
        yield _event("part", draw("desk/_composer.html", window.language, **values))
    if customer is not None:
        panel = panel_of(customer, record.conversation, reader)
        if _is_new(window, "panel", panel.version):
            yield _event("part", draw("desk/_panel.html", window.language, panel=panel, **values))


async def _inbox_news(window: _Window) -> AsyncIterator[str]:
    app, session = window.app, window.session
    record = await app.database.read(
        session.shop_id, lambda scope: read.read_inbox(scope, staff=session.staff, tab=window.tab)
    )
    reader = reader_of(app, session, window.language)
    inbox = inbox_of(record, reader, open_id=window.conversation_id)
    if _is_new(window, "inbox", inbox.version):
        values = {"inbox": inbox, **tools_of(app, session, reader)}
        yield _event("part", draw("desk/_inbox.html", window.language, **values))


def _is_new(window: _Window, name: str, mark: str) -> bool:
    is_new = window.marks.get(name) != mark
    window.marks[name] = mark
    return is_new


def _event(name: str, data: str, event_id: int | None = None) -> str:
    lines = "".join(f"data: {line}\n" for line in data.splitlines()) or "data:\n"
    return f"event: {name}\n" + (f"id: {event_id}\n" if event_id is not None else "") + lines + "\n"
