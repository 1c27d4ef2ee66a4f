"""Signing in and out, the link that signs in once, and the choice of language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from xiaoer.desk import sign_in as accounts
from xiaoer.errors import NotFound, NotSignedIn, TooMany, XiaoerError
from xiaoer.shop.types import Shop
from xiaoer.web.session import (
    FromForm,
    app_of,
    check_origin,
    end_session,
    find_session,
    safe_path,
    start_session,
    use_enter_token,
)
from xiaoer.web.templates import LANGUAGE_COOKIE, LANGUAGES, language_of, render

router = APIRouter(include_in_schema=False)

_A_YEAR_S = 365 * 24 * 3600
_DESK = "/desk"


@router.get("/desk/sign-in")
async def show_sign_in(
    request: Request, to: Annotated[str, Query(alias="next")] = _DESK, shop: str = "", left: bool = False
) -> Response:
    """The form; straight on for who is signed in already."""
    if await find_session(request) is not None:
        return RedirectResponse(safe_path(to, _DESK), status_code=303)
    return _page(request, to=to, shop_id=shop, left=left)


@router.post("/desk/sign-in")
async def sign_in(
    request: Request,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form()],
    shop: Annotated[str, Form()] = "",
    to: Annotated[str, Form(alias="next")] = _DESK,
) -> Response:
    """Check the password and start the session. What exactly was wrong is not told."""
    check_origin(request)
    app = app_of(request)
    shop_id = _shop(request, shop).id
    try:
        staff = await accounts.sign_in(app.database, shop_id, email, password)
    except (NotSignedIn, TooMany) as error:
        return _page(request, to=to, shop_id=shop_id, email=email, error=error)
    response = RedirectResponse(safe_path(to, _DESK), status_code=303)
    start_session(request, response, shop_id=shop_id, staff=staff)
    return response


@router.post("/desk/sign-out")
async def sign_out(session: FromForm) -> Response:
    """End this browser's session."""
    response = RedirectResponse("/desk/sign-in?left=1", status_code=303)
    end_session(response)
    return response


@router.get("/desk/enter")
async def enter(request: Request, token: str = "") -> Response:
    """Sign in by a link that counts once; a used link still leads on for who is signed in."""
    try:
        shop_id, staff, to = await use_enter_token(app_of(request), token)
    except NotSignedIn as error:
        if await find_session(request) is not None:
            return RedirectResponse(_DESK, status_code=303)
        return _page(request, to=_DESK, shop_id="", error=error)
    response = RedirectResponse(to, status_code=303)
    start_session(request, response, shop_id=shop_id, staff=staff)
    return response


@router.post("/desk/language")
async def choose_language(
    request: Request, to: Annotated[str, Form()], path: Annotated[str, Form(alias="next")] = _DESK
) -> Response:
    """Keep the reader's language in a cookie and go back to where they were."""
    check_origin(request)
    response = RedirectResponse(safe_path(path, _DESK), status_code=303)
    if to in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, to, max_age=_A_YEAR_S, samesite="lax", path="/")
    return response


def _page(
    request: Request,
    *,
    to: str,
    shop_id: str,
    email: str = "",
    error: XiaoerError | None = None,
    left: bool = False,
) -> Response:
    app, language = app_of(request), language_of(request)
    shops = [app.assistant_of(one).shop for one in app.shop_ids]
    shop = _shop(request, shop_id)
    response = render(
        request,
        "sign_in/sign_in.html",
        status=error.status if error else 200,
        next=safe_path(to, _DESK),
        shops=[(one.id, one.names[language]) for one in shops],
        shop_id=shop.id,
        shop_name=shop.names[language],
        email=email,
        error=error,
        left=left,
    )
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _shop(request: Request, shop_id: str) -> Shop:
    """The shop that was asked for, else the installation's; NotFound before there is any."""
    app = app_of(request)
    for wanted in (shop_id, app.settings.shop, *app.shop_ids[:1]):
        if wanted in app.shop_ids:
            return app.assistant_of(wanted).shop
    raise NotFound(
        "There is no shop yet. Make one: xiaoer demo, or xiaoer shops import.",
        "还没有店铺，请先运行 xiaoer demo 或 xiaoer shops import。",
    )
