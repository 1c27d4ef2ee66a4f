"""What stands around every request: a number to find it by, a limit on bodies, headers that browsers
obey, and the last net for defects."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xiaoer.web.errors import render_error, unexpected

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[\w.-]{1,64}")
# Pages load only what this server serves, run no inline script and stand in nobody's frame.
_PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
_SHARED = ("/widget/", "/ui/", "/pictures/")  # other shops' pages embed these
_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class Guard:
    """ASGI middleware. Sets `scope["request_id"]` and the security headers, limits bodies, and turns an unexpected exception
    into a 500.
    """

    def __init__(self, app: ASGIApp, *, most_body: int, uploads: Mapping[str, int]) -> None:
        """`uploads`: the ends of addresses that take files, each with how many bytes it takes."""
        self.app = app
        self.most_body = most_body
        self.uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; sockets only get their number."""
        given = Headers(scope=scope).get("x-request-id", "") if scope["type"] in ("http", "websocket") else ""
        scope["request_id"] = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_started = False

        async def send_guarded(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                _add_headers(MutableHeaders(scope=message), scope)
            await send(message)

        try:
            await self.app(scope, self._limited(scope, receive), send_guarded)
        except Exception:
            log.exception("request %s failed: %s %s", scope["request_id"], scope["method"], scope["path"])
            if has_started:  # half an answer is out; only breaking the connection tells the reader
                raise
            request = Request(scope, receive)
            await render_error(request, unexpected())(scope, receive, send_guarded)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """Reading a body that is too large ends in a 413. (Starlette's own limit would answer in plain text.)"""
        most = next((size for ending, size in self.uploads.items() if scope["path"].endswith(ending)), self.most_body)
        told = Headers(scope=scope).get("content-length", "")
        seen = 0

        async def receive_limited() -> Message:
            nonlocal seen
            if told.isdecimal() and int(told) > most:
                raise HTTPException(413)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413)
            return message

        return receive_limited


def _add_headers(headers: MutableHeaders, scope: Scope) -> None:
    headers["X-Request-ID"] = scope["request_id"]
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    is_page = headers.get("content-type", "").startswith("text/html")
    headers.setdefault("Content-Security-Policy", _PAGE_POLICY if is_page else _DATA_POLICY)
    is_shared = scope["path"].startswith(_SHARED)
    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_shared else "same-origin")
    if is_page or scope["path"].startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")
