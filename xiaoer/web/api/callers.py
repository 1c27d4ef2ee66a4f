"""Who calls the chat API, as FastAPI dependencies, and how fast they may."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from xiaoer.app import App
from xiaoer.errors import NotSignedIn, TooMany
from xiaoer.web.api.pace import Pace
from xiaoer.web.identity import Visit, read_token

_bearer = HTTPBearer(auto_error=False, description="The token that POST /chat/sessions gave.")


def app_of(connection: HTTPConnection) -> App:
    """The App that this server serves."""
    app: App = connection.app.state.xiaoer
    return app


_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def find_visit(request: Request, credentials: _Credentials) -> Visit | None:
    """The session of the caller, None without a token; NotSignedIn for one that is not good."""
    if credentials is None:
        return None
    app = app_of(request)
    visit = read_token(app.secret, credentials.credentials, now=app.clock())
    app.assistant_of(visit.shop_id)  # a shop that was closed down lets nobody in
    request.state.language = visit.language
    return visit


async def get_visit(request: Request, credentials: _Credentials) -> Visit:
    """The session of the caller; NotSignedIn without a good token."""
    visit = await find_visit(request, credentials)
    if visit is None:
        raise NotSignedIn(
            "Open a session first: POST /api/v1/chat/sessions.", "请先建立会话：POST /api/v1/chat/sessions。"
        )
    return visit


async def _the_app(connection: HTTPConnection) -> App:  # async, or FastAPI would use a thread for it
    return app_of(connection)


TheApp = Annotated[App, Depends(_the_app)]
Signed = Annotated[Visit, Depends(get_visit)]
MaybeSigned = Annotated[Visit | None, Depends(find_visit)]


def keep_pace(pace: Pace, key: str, *, cost: float = 1) -> None:
    """TooMany, with the seconds to wait, for a caller that is too fast."""
    wait = pace.take(key, cost=cost)
    if wait:
        seconds = math.ceil(wait)
        raise TooMany(
            f"That was a lot at once. Wait {seconds} seconds and send it again.",
            f"发送得太快了，请 {seconds} 秒后再试。",
            retry_after_s=seconds,
        )


def line_key(visit: Visit) -> str:
    """Lines and pictures are counted for each customer, whatever the number of windows."""
    return f"{visit.shop_id}/{visit.customer_id}"
