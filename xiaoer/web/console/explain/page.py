"""The explain pages: the newest turn, one turn whole, and the short form that the desk opens in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from xiaoer.app import App
from xiaoer.web.console.explain import diagram
from xiaoer.web.console.explain.read import RecentTurn, find_newest, read_recent, read_turn
from xiaoer.web.console.explain.story import percent, story_of, title_of_intent
from xiaoer.web.console.reader import frame_of, name_of, reader_of, reason_text, short_moment
from xiaoer.web.session import SignedIn, StaffSession, app_of
from xiaoer.web.templates import language_of, render

router = APIRouter(include_in_schema=False)


@router.get("/explain")
async def show_newest(request: Request, session: SignedIn) -> Response:
    """On to the newest turn; before there is any, what to do to see one."""
    newest = await app_of(request).database.read(session.shop_id, find_newest)
    if newest is not None:
        return RedirectResponse(f"/explain/{newest.id}", status_code=303)
    return render(request, "explain/explain.html", story=None, recent=(), **_frame(request, session))


@router.get("/explain/{turn_id}")
async def show_turn(request: Request, session: SignedIn, turn_id: str) -> Response:
    """One turn, from what was said to what was written."""
    app = app_of(request)
    record, recent = await app.database.read(
        session.shop_id, lambda scope: (read_turn(scope, turn_id), read_recent(scope))
    )
    frame = _frame(request, session)
    reader, assistant = reader_of(app, session, language_of(request)), app.assistant_of(session.shop_id)
    return render(
        request,
        "explain/explain.html",
        story=story_of(record, assistant, reader.t, reader.words),
        record=record,
        name=name_of(record.customer, reader.t),
        moment=reader.words.moment(record.turn.created_at),
        recent=[_recent(one, app, session, request) for one in recent],
        **frame,
    )


@router.get("/desk/turns/{turn_id}")
async def show_why(request: Request, session: SignedIn, turn_id: str) -> Response:
    """The short form, as a part of the desk's page."""
    app = app_of(request)
    record = await app.database.read(session.shop_id, lambda scope: read_turn(scope, turn_id))
    reader, assistant = reader_of(app, session, language_of(request)), app.assistant_of(session.shop_id)
    story = story_of(record, assistant, reader.t, reader.words)
    return render(request, "explain/_why.html", story=story, **_frame(request, session))


def _frame(request: Request, session: StaffSession) -> dict[str, Any]:
    app = app_of(request)
    reader = reader_of(app, session, language_of(request))
    tools = {"page": "explain", "reason_text": reason_text, "percent": percent, "geometry": diagram}
    return {**frame_of(app, session, reader), **tools}


def _recent(one: RecentTurn, app: App, session: StaffSession, request: Request) -> Mapping[str, Any]:
    reader = reader_of(app, session, language_of(request))
    understood = one.turn.trace["understood"]
    wish = understood["wishes"][0]
    intent = wish["intents"][0]["intent"] if wish["intents"] and wish["outcome"] != "outside" else "oos"
    return {
        "id": one.turn.id,
        "name": name_of(one.customer, reader.t),
        "text": understood["text"],
        "intent": title_of_intent(intent, app.assistant_of(session.shop_id), reader.t),
        "when": short_moment(one.turn.created_at, reader),
        "is_handed_off": one.turn.ending == "hand_off",
    }
