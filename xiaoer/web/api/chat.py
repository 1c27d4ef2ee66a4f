"""The chat over HTTP: open a session, read, say, rate, send a picture. The socket is in `socket.py`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Path, Query, Request, Response, UploadFile
from starlette.responses import FileResponse

from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations.pictures import MEDIA_TYPES
from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound, NotSignedIn
from xiaoer.live.memory import conversation_topic
from xiaoer.web.api.answers import MessageOut, MessagesOut, PictureOut, RatingOut, SessionOut
from xiaoer.web.api.callers import MaybeSigned, Signed, TheApp, keep_pace, line_key
from xiaoer.web.api.pace import Pace
from xiaoer.web.api.pictures import find_picture, is_link_good, keep_picture, link_of
from xiaoer.web.api.reading import PAGE, get_own, lines_json, look
from xiaoer.web.api.saying import say
from xiaoer.web.api.sessions import open_session, session_json
from xiaoer.web.api.shapes import MOST_SEQ, OpenSession, Rate, SayLine, read_line
from xiaoer.web.identity import Visit
from xiaoer.web.language import as_language, language_of

router = APIRouter(prefix="/api/v1/chat", tags=["chat"])
_PICTURE_COST = 3  # of the lines in a minute


def pace_of(request: Request) -> Pace:
    """How fast customers may write, shared by all windows of this process."""
    pace: Pace = request.app.state.pace
    return pace


@router.post("/sessions", status_code=201, response_model=SessionOut)
async def add_session(request: Request, body: OpenSession, app: TheApp) -> dict[str, Any]:
    """Open a session, for a signed-in customer (`identity`), a visitor who came back (`visitor`) or a new one."""
    keep_pace(request.app.state.pace_of_addresses, request.client.host if request.client else "")
    language = as_language(body.language, language_of(request))
    request.state.language = language
    opened = await open_session(
        app, body.shop or app.settings.shop, language=language, identity_token=body.identity, visitor_token=body.visitor
    )
    return session_json(app, opened)


@router.get("/messages", response_model=MessagesOut)
async def list_messages(
    app: TheApp,
    visit: Signed,
    after: Annotated[int, Query(ge=0, le=MOST_SEQ, description="Only lines with a greater number.")] = 0,
    before: Annotated[
        int | None, Query(ge=1, le=MOST_SEQ, description="Instead: the last lines with a smaller number.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = PAGE,
) -> dict[str, Any]:
    """The conversation and its lines, oldest first. `more`: ask again with the last `seq` as `after`."""
    sight = await look(app, visit, after=after, before=before, limit=limit)
    return {
        "conversation": sight.conversation_json(app, visit),
        "messages": sight.messages_json(app, visit),
        "more": sight.more,
    }


@router.post(
    "/messages",
    status_code=201,
    response_model=MessageOut,
    responses={200: {"model": MessageOut, "description": "It had been stored before."}},
)
async def add_message(
    request: Request, response: Response, body: SayLine, app: TheApp, visit: Signed
) -> dict[str, Any]:
    """Say something. The answer comes as a later message."""
    line = read_line(body.client_id, body.text, body.choice, body.attachments)
    said = await say(app, visit, line, pace_of(request))
    if not said.is_new:
        response.status_code = 200
    return lines_json(app, visit, [said.message], {})[0]


@router.post("/messages/{seq}/rating", response_model=RatingOut)
async def rate_message(
    seq: Annotated[int, Path(ge=1, le=MOST_SEQ)], body: Rate, app: TheApp, visit: Signed
) -> dict[str, Any]:
    """Say whether an answer of the assistant was useful."""

    def store(scope: Scope) -> None:
        get_own(scope, visit)
        conversations.save_useful(scope, visit.conversation_id, seq, useful=body.useful)

    await app.database.write(visit.shop_id, store)
    app.live.nudge(conversation_topic(visit.shop_id, visit.conversation_id))
    return {"seq": seq, "useful": body.useful}


@router.post("/uploads", status_code=201, response_model=PictureOut)
async def add_picture(
    request: Request, app: TheApp, visit: Signed, file: Annotated[UploadFile, File(description="PNG, JPEG or WebP.")]
) -> dict[str, str]:
    """Send a picture; its id goes into `attachments` of the message that it belongs to."""
    await app.database.read(visit.shop_id, lambda scope: get_own(scope, visit))
    keep_pace(pace_of(request), line_key(visit), cost=_PICTURE_COST)
    data = await file.read(app.settings.upload_mb * 1024 * 1024 + 1)
    picture_id = await keep_picture(app, visit, data)
    return {"id": picture_id, "url": link_of(app, visit.shop_id, visit.conversation_id, picture_id)}


@router.get("/uploads/{shop_id}/{conversation_id}/{picture_id}", response_class=FileResponse)
async def get_picture(
    app: TheApp,
    visit: MaybeSigned,
    shop_id: str,
    conversation_id: str,
    picture_id: str,
    until: str = "",
    signature: str = "",
) -> FileResponse:
    """A picture, for whoever has its link or the session's token."""
    if not is_link_good(app, shop_id, conversation_id, picture_id, until=until, signature=signature, now=app.clock()):
        await _check_own(app, visit, shop_id, conversation_id)
    path = find_picture(app, shop_id, conversation_id, picture_id)
    headers = {
        "Cache-Control": "private, max-age=86400",
        "Content-Disposition": "inline",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",  # the widget stands in the shop's own pages
    }
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix[1:]], headers=headers)


async def _check_own(app: App, visit: Visit | None, shop_id: str, conversation_id: str) -> None:
    if visit is None:
        raise NotSignedIn("This link has run out. Open the conversation again.", "链接已过期，请重新打开会话。")
    if (visit.shop_id, visit.conversation_id) != (shop_id, conversation_id):
        raise NotFound("There is no such picture.", "没有这张图片。", field="id")
    await app.database.read(visit.shop_id, lambda scope: get_own(scope, visit))
