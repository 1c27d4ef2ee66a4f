"""Every error leaves through here: as problem details (RFC 9457) for the API, as a page for people."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from xiaoer.errors import (
    CallerError,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooMany,
    UnavailableError,
    XiaoerError,
)
from xiaoer.web.language import Language, language_of
from xiaoer.web.sentences import describe
from xiaoer.web.templates import language_of as language_of_page
from xiaoer.web.templates import render

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_STAFF_PAGES = ("/desk", "/explain", "/policy", "/flows", "/training", "/care")
_TITLES: Sequence[tuple[type[XiaoerError], str, str]] = (
    (Invalid, "That is not valid", "内容不符合要求"),
    (NotSignedIn, "Not signed in", "需要登录"),
    (NotAllowed, "Not allowed", "没有权限"),
    (NotFound, "Not found", "没有找到"),
    (Conflict, "Changed meanwhile", "已被改动"),
    (TooMany, "Too many requests", "请求太频繁"),
    (CallerError, "That request cannot be done", "请求无法处理"),
    (UnavailableError, "Not available just now", "暂时不可用"),
    (XiaoerError, "Something went wrong", "出错了"),
)
_BY_STATUS: Mapping[int, tuple[type[XiaoerError], str, str]] = {
    404: (NotFound, "There is nothing at this address.", "这个地址没有内容。"),
    405: (CallerError, "This address does not take that method.", "这个地址不支持该请求方法。"),
    413: (TooMany, "That is too large. Send less.", "内容太大，请减小后再发送。"),
}


def problem_of(error: XiaoerError, language: Language) -> dict[str, Any]:
    """The error as problem details. `detail` says in the reader's language what is wrong and what to change."""
    problem: dict[str, Any] = {
        "type": f"urn:xiaoer:problem:{error.code}",
        "title": title_of(error, language),
        "status": error.status,
        "detail": error.text(language),
        "code": error.code,
    }
    if error.field:
        problem["field"] = error.field
    return problem


def title_of(error: XiaoerError, language: Language) -> str:
    """A few words for the kind of error."""
    titles = next((zh, en) for kind, en, zh in _TITLES if isinstance(error, kind))
    return titles[0] if language == "zh" else titles[1]


def render_error(request: Request, error: XiaoerError, *, status: int | None = None) -> Response:
    """The answer to a request that failed: problem details under /api, a page elsewhere, the sign-in page for staff."""
    code = status or error.status
    if request.url.path.startswith("/api/"):
        response: Response = _as_problem(request, error, code)
    elif isinstance(error, NotSignedIn) and request.method == "GET" and request.url.path.startswith(_STAFF_PAGES):
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        response = RedirectResponse(f"/desk/sign-in?next={quote(target, safe='')}", status_code=303)
    else:
        response = _as_page(request, error, code)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    elif isinstance(error, UnavailableError):
        response.headers["Retry-After"] = "5"
    return response


def _as_problem(request: Request, error: XiaoerError, code: int) -> Response:
    problem = {**problem_of(error, language_of(request)), "status": code}
    if code >= 500:
        problem["request_id"] = request.scope.get("request_id", "")
    return JSONResponse(problem, code, media_type=MEDIA_TYPE)


def _as_page(request: Request, error: XiaoerError, code: int) -> Response:
    language = language_of_page(request)
    return render(
        request,
        "error/error.html",
        status=code,
        code=code,
        title=title_of(error, language),
        detail=error.text(language),
        request_id=request.scope.get("request_id", "") if code >= 500 else "",
    )


def unexpected() -> XiaoerError:
    """What a caller is told of a defect of ours: nothing about its insides."""
    return XiaoerError(
        "Something went wrong on our side. Try again; if it stays, tell the shop the request number.",
        "系统出了点问题，请稍后再试；如果一直不行，请把请求编号告诉商家。",
    )


def add_error_pages(web: FastAPI) -> None:
    """Render every error that Xiaoer, FastAPI or Starlette raises. Unexpected ones are caught in `guard.Guard`."""
    web.add_exception_handler(XiaoerError, _on_xiaoer)
    web.add_exception_handler(RequestValidationError, _on_validation)
    web.add_exception_handler(HTTPException, _on_http)


async def _on_xiaoer(request: Request, error: Exception) -> Response:
    assert isinstance(error, XiaoerError)
    if error.status >= 500:
        log.warning("%s %s: %s", request.method, request.url.path, error)
    return render_error(request, error)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return render_error(request, describe(error.errors()))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in _BY_STATUS:
        kind, en, zh = _BY_STATUS[error.status_code]
        found: XiaoerError = kind(en, zh)
    else:
        found = CallerError(str(error.detail), "请求无法处理，请检查后再试。")
    response = render_error(request, found, status=error.status_code)
    response.headers.update(error.headers or {})
    return response
