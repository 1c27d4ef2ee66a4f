"""The desk's pages and the parts that a page fetches. What staff do is in `verbs`, what comes by itself in `stream`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from xiaoer.knowledge import knowledge
from xiaoer.knowledge.types import Answer
from xiaoer.web.console.desk import read
from xiaoer.web.console.desk.draw import desk_page, places_of
from xiaoer.web.console.desk.stream import MOST_SEQ, streams
from xiaoer.web.console.desk.verbs import verbs
from xiaoer.web.console.desk.view import thread_of, tools_of
from xiaoer.web.console.reader import reader_of
from xiaoer.web.session import SignedIn, StaffSession, app_of
from xiaoer.web.templates import language_of, render

router = APIRouter(include_in_schema=False)

Question = Annotated[str, Query(max_length=200)]


@router.get("/desk")
async def show_inbox(request: Request, session: SignedIn, tab: str = "") -> Response:
    """The inbox with no conversation open."""
    return await desk_page(request, session, tab=tab)


@router.get("/desk/conversations/{conversation_id}")
async def show_conversation(
    request: Request,
    session: SignedIn,
    conversation_id: str,
    tab: str = "",
    show: str = "",
    whole: bool = False,
    question: Question = "",
) -> Response:
    """A conversation beside the inbox and its customer."""
    answer = await _ask(request, session, question) if question.strip() else None
    return await desk_page(
        request,
        session,
        tab=tab,
        conversation_id=conversation_id,
        show=show,
        whole=whole,
        question=question,
        answer=answer,
    )


@router.get("/desk/conversations/{conversation_id}/earlier")
async def show_earlier(
    request: Request,
    session: SignedIn,
    conversation_id: str,
    before: Annotated[int, Query(ge=1, le=MOST_SEQ)],
    tab: str = "",
) -> Response:
    """The lines just before a sequence number, as a part of the page."""
    app = app_of(request)
    reader = reader_of(app, session, language_of(request))
    record = await app.database.read(
        session.shop_id, lambda scope: read.read_earlier(scope, conversation_id, before_seq=before)
    )
    thread = thread_of(app, session.shop_id, record, reader)
    return render(request, "desk/_earlier.html", thread=thread, tab=tab, **tools_of(app, session, reader))


@router.get("/desk/knowledge")
async def show_answer(
    request: Request, session: SignedIn, conversation: str, question: Question = "", tab: str = ""
) -> Response:
    """What the shop's articles say to a question of staff, as a part of the page."""
    app = app_of(request)
    answer = await _ask(request, session, question) if question.strip() else None
    reader = reader_of(app, session, language_of(request))
    return render(
        request,
        "desk/_knowledge.html",
        conversation_id=conversation,
        tab=tab,
        question=question,
        answer=answer,
        **tools_of(app, session, reader),
    )


@router.get("/desk/find")
async def find(
    request: Request, session: SignedIn, wanted: Annotated[str, Query(max_length=100)] = "", part: bool = False
) -> Response:
    """Customers, orders and places by name: the list for the dialog, or a page of its own."""
    app = app_of(request)
    reader = reader_of(app, session, language_of(request))
    pairs = await app.database.read(session.shop_id, lambda scope: read.find_anything(scope, wanted.strip()))
    found = [
        {"id": conversation.id, "name": customer.name or customer.email, "last": conversation.last_text}
        for customer, conversation in pairs
    ]
    return render(
        request,
        "desk/_find_results.html" if part else "desk/find.html",
        page="desk",
        wanted=wanted,
        found=found,
        places=places_of(reader.t.language, wanted),
        **tools_of(app, session, reader),
    )


async def _ask(request: Request, session: StaffSession, question: str) -> Answer:
    app = app_of(request)
    asked = knowledge.Question(question, language_of(request), "staff", app.clock())
    return await app.knowledge.ask(app.database, session.shop_id, asked)


router.include_router(verbs)
router.include_router(streams)
