"""What staff do at the desk, each a form that works without scripts: hold a conversation, say something in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from xiaoer.conversations.types import Conversation, Message
from xiaoer.db.scope import Scope
from xiaoer.desk import hold, settle, speak, store
from xiaoer.desk.types import Staff
from xiaoer.errors import Invalid, XiaoerError
from xiaoer.web.api.signs import show_typing
from xiaoer.web.console.desk import read
from xiaoer.web.console.desk.draw import desk_page
from xiaoer.web.console.desk.view import draw_lines
from xiaoer.web.console.reader import reader_of
from xiaoer.web.session import FromForm, StaffSession, app_of
from xiaoer.web.templates import language_of

verbs = APIRouter(include_in_schema=False)

_HOLD: dict[str, Callable[[Scope, str, Staff], Conversation]] = {
    "take_over": hold.take_over,
    "hand_back": hold.hand_back,
    "end": hold.end,
}


@verbs.post("/desk/conversations/{conversation_id}/hold")
async def change_holder(
    request: Request,
    session: FromForm,
    conversation_id: str,
    verb: Annotated[str, Form()],
    tab: Annotated[str, Form()] = "",
) -> Response:
    """Take over, hand back, end, or `pass_on:<colleague>`. A colleague who was faster is told on the page."""
    app = app_of(request)
    name, _, to = verb.partition(":")

    def change(scope: Scope) -> Conversation:
        if name == "pass_on":
            return hold.pass_on(scope, conversation_id, session.staff, store.get_staff(scope, to))
        if name not in _HOLD:
            raise Invalid("There is no such verb.", "没有这个操作。", field="verb")
        return _HOLD[name](scope, conversation_id, session.staff)

    try:
        await app.turns.change(session.shop_id, conversation_id, change)
    except XiaoerError as error:
        return await desk_page(request, session, tab=tab, conversation_id=conversation_id, error=error)
    return _back(conversation_id, "mine" if name == "take_over" else tab)


@verbs.post("/desk/conversations/{conversation_id}/cases/{case_id}")
async def carry_case_on(
    request: Request,
    session: FromForm,
    conversation_id: str,
    case_id: str,
    step: Annotated[str, Form()],
    tab: Annotated[str, Form()] = "",
) -> Response:
    """A return or an exchange goes a step on: goods received, fine, money there, or not accepted. Sent twice, done once."""
    app = app_of(request)
    days = app.assistant_of(session.shop_id).policy.refund_days

    def write(scope: Scope) -> dict[str, Any]:
        return settle.carry_on(scope, case_id, step, by=session.staff.id, refund_days=days)

    try:
        await app.turns.change(session.shop_id, conversation_id, write)
    except XiaoerError as error:
        return await desk_page(request, session, tab=tab, conversation_id=conversation_id, show="customer", error=error)
    return _back(conversation_id, tab)


@verbs.post("/desk/conversations/{conversation_id}/typing", status_code=204)
async def sign_typing(request: Request, session: FromForm, conversation_id: str) -> None:
    """The customer sees that whoever holds the conversation is writing."""
    app = app_of(request)
    await app.database.read(session.shop_id, lambda scope: hold.get_held(scope, conversation_id, session.staff))
    show_typing(app.live, session.shop_id, conversation_id, "staff")


@verbs.post("/desk/conversations/{conversation_id}/say")
async def say(
    request: Request,
    session: FromForm,
    conversation_id: str,
    kind: Annotated[str, Form()],
    text: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form(max_length=64)] = "",
    tab: Annotated[str, Form()] = "",
) -> Response:
    """A reply to the customer or a note for colleagues. Sent twice, stored once. The composer gets the drawn line back."""
    app = app_of(request)
    is_composer = request.headers.get("x-part") == "line"
    speak_up = {
        "reply": partial(speak.reply, client_id=client_id),
        "note": partial(speak.add_note, client_id=client_id),
    }.get(kind)
    try:
        if speak_up is None:
            raise Invalid("Choose reply or note.", "请选择回复或备注。", field="kind")
        message = await app.turns.change(
            session.shop_id, conversation_id, lambda scope: speak_up(scope, conversation_id, session.staff, text)
        )
    except XiaoerError as error:
        if is_composer:
            return PlainTextResponse(error.text(language_of(request)), status_code=error.status)
        return await desk_page(request, session, tab=tab, conversation_id=conversation_id, error=error, unsent=text)
    if is_composer:
        return HTMLResponse(await _drawn(request, session, message), status_code=201)
    return _back(conversation_id, tab)


async def _drawn(request: Request, session: StaffSession, message: Message) -> str:
    app = app_of(request)
    record = await app.database.read(
        session.shop_id, lambda scope: read.read_thread(scope, message.conversation_id, after_seq=message.seq - 1)
    )
    reader = reader_of(app, session, language_of(request))
    return dict(draw_lines(app, session, record, reader))[message.seq]


def _back(conversation_id: str, tab: str) -> Response:
    return RedirectResponse(f"/desk/conversations/{conversation_id}?tab={tab}", status_code=303)
