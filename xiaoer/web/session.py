"""Who of the staff sits at this browser: a signed cookie, read anew at every request; and the wall against forged forms."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.desk import store as desk
from xiaoer.desk.types import Staff
from xiaoer.errors import NotAllowed, NotSignedIn
from xiaoer.privacy.store import add_audit
from xiaoer.shop import store_shops

if TYPE_CHECKING:
    from xiaoer.app import App

COOKIE = "xiaoer_staff"
FORM_FIELD = "form_token"
FORM_HEADER = "x-form-token"
_ENTER_LASTS = timedelta(days=1)
_ENTER_BYTES = 16  # 22 characters
_LINKS = "enter_links"  # the note with the links that were not used yet
_MOST_CHARACTERS = 4096  # a token longer than this is nobody's


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A member of staff who is signed in at a shop. `form_token` must come back with every form."""

    staff: Staff
    shop_id: str
    form_token: str


def app_of(request: Request) -> App:
    """The App that this server serves."""
    app: App = request.app.state.xiaoer
    return app


def start_session(request: Request, response: Response, *, shop_id: str, staff: Staff) -> None:
    """Sign this browser in: the cookie is out of reach of scripts and not sent along by other sites' forms."""
    app = app_of(request)
    lasts = timedelta(hours=app.settings.session_hours)
    token = _sign(app, {"purpose": "staff", "sub": staff.id, "shop": shop_id, "jti": new_id("ses")}, lasts)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https" or app.settings.public_url.startswith("https:"),
        path="/",
    )


def end_session(response: Response) -> None:
    """Sign this browser out."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


async def find_session(request: Request) -> StaffSession | None:
    """Who is signed in, or None. The account is read each time: who leaves the staff is out at once."""
    app = app_of(request)
    claims = _read(app, request.cookies.get(COOKIE, ""), purpose="staff")
    if claims is None or claims["shop"] not in app.shop_ids:
        return None
    staff = await app.database.read(claims["shop"], lambda scope: desk.find_staff(scope, claims["sub"]))
    return None if staff is None else StaffSession(staff, claims["shop"], _form_token(app, claims["jti"]))


async def require_staff(request: Request) -> StaffSession:
    """Who is signed in; NotSignedIn otherwise."""
    found = await find_session(request)
    if found is None:
        raise NotSignedIn("Sign in to go on.", "请先登录。")
    return found


SignedIn = Annotated[StaffSession, Depends(require_staff)]


async def require_form(request: Request, session: SignedIn) -> AsyncIterator[StaffSession]:
    """Who sent this form, from a page of ours: the browser says where it comes from, and its token is the session's.

    Files that came with it are let go of at the end.
    """
    check_origin(request)
    given = request.headers.get(FORM_HEADER) or (await request.form()).get(FORM_FIELD)
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), session.form_token.encode()):
        raise NotAllowed("This page is out of date. Load it again and repeat.", "页面已过期，请刷新后重试。")
    try:
        yield session
    finally:
        await request.close()


FromForm = Annotated[StaffSession, Depends(require_form)]


def check_origin(request: Request) -> None:
    """NotAllowed when a browser says that another site sent this. Clients that are no browsers say nothing and pass."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    hosts = {request.headers.get("host", ""), urlsplit(app_of(request).settings.public_url).netloc}
    is_foreign = site not in (None, "same-origin", "none") or (
        origin is not None and urlsplit(origin).netloc not in hosts
    )
    if is_foreign:
        raise NotAllowed("This form was sent from another site.", "请求来自其他网站，已被拒绝。")


async def enter_link(app: App, *, shop_id: str, staff_id: str, to: str = "/desk") -> str:
    """A path that signs this member in once, within a day, and goes on to `to`. The records keep the token's hash only."""
    token = secrets.token_urlsafe(_ENTER_BYTES)

    def keep(scope: Scope) -> None:
        until = int((scope.now + _ENTER_LASTS).timestamp())
        _save_links(scope, {**_open_links(scope), _hash_of(token): {"staff": staff_id, "to": to, "until": until}})

    await app.database.write(shop_id, keep)
    return f"/desk/enter?token={token}"


async def use_enter_token(app: App, token: str) -> tuple[str, Staff, str]:
    """The shop, the member and where to go; NotSignedIn when the link is not ours, too old, or was used before.

    It is taken out of the records, so it counts once in all processes and after a restart.
    """
    wanted = _hash_of(token)

    def use(scope: Scope) -> tuple[Staff, str] | None:
        links = _open_links(scope)
        link = links.pop(wanted, None)
        staff = None if link is None else desk.find_staff(scope, link["staff"])
        if link is None or staff is None:
            return None
        _save_links(scope, links)
        add_audit(scope, who=staff.id, what="entered", about=staff.id, data={})
        return staff, link["to"]

    for shop_id in app.shop_ids:
        if wanted in await app.database.read(shop_id, _open_links):
            used = await app.database.write(shop_id, use)
            if used is not None:
                return shop_id, used[0], safe_path(used[1], "/desk")
    raise NotSignedIn("This link has been used or is too old. Sign in instead.", "这个链接已使用过或已过期，请登录。")


def _open_links(scope: Scope) -> dict[str, Any]:
    """The links that may still be used, by their tokens' hashes. One who then saves them is alone until the commit."""
    scope.lock(_LINKS)
    text = store_shops.find_note(scope, _LINKS)
    links: dict[str, Any] = json.loads(text) if text else {}
    return {name: link for name, link in links.items() if scope.now.timestamp() < link["until"]}


def _save_links(scope: Scope, links: dict[str, Any]) -> None:
    store_shops.save_note(scope, _LINKS, json.dumps(links))


def _hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def safe_path(path: object, otherwise: str) -> str:
    """A path on this server, or `otherwise`: a link must not lead a signed-in person to another site."""
    if not isinstance(path, str) or not path.startswith("/") or path[1:2] in ("/", "\\") or not path.isprintable():
        return otherwise
    return path


def _key(app: App) -> OctKey:
    return OctKey.import_key(app.secret)


def _sign(app: App, claims: dict[str, Any], lasts: timedelta) -> str:
    now = app.clock()
    times = {"iat": int(now.timestamp()), "exp": int((now + lasts).timestamp())}
    return jwt.encode({"alg": "HS256"}, {**claims, **times}, _key(app))


def _read(app: App, token: str, *, purpose: str) -> dict[str, Any] | None:
    """The claims of a token of ours for this purpose, or None."""
    if not 0 < len(token) <= _MOST_CHARACTERS:
        return None
    try:
        claims = jwt.decode(token, _key(app), algorithms=["HS256"]).claims
    except (JoseError, ValueError):
        return None
    is_whole = all(isinstance(claims.get(name), str) for name in ("sub", "shop", "jti"))
    is_valid = isinstance(claims.get("exp"), int) and app.clock().timestamp() < claims["exp"]
    return claims if is_whole and is_valid and claims.get("purpose") == purpose else None


def _form_token(app: App, session_id: str) -> str:
    return hmac.new(app.secret, b"form|" + session_id.encode(), sha256).hexdigest()
