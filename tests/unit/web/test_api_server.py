"""What holds for every address: errors, headers, files, health, the reference."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.unit.web.conftest import OpenSession
from xiaoer.app import App
from xiaoer.db.engine import Database
from xiaoer.errors import Conflict, Invalid, NotSignedIn, RecordsUnavailable, TooMany, XiaoerError
from xiaoer.web.files import ASK_AGAIN, FOREVER
from xiaoer.web.language import accepted, as_language
from xiaoer.web.sentences import describe

PROBLEM = "application/problem+json"


def raises(web: FastAPI, path: str, error: Exception) -> None:
    """An address that fails."""

    async def fail() -> None:
        raise error

    web.add_api_route(path, fail)


async def test_an_error_is_a_problem_under_api_and_a_page_elsewhere(web: FastAPI, client: httpx2.AsyncClient) -> None:
    error = Conflict("Somebody was faster.", "别人抢先了。", field="x")
    raises(web, "/api/v1/fail", error)
    raises(web, "/fail", error)
    problem = await client.get("/api/v1/fail", headers={"Accept-Language": "zh-CN"})
    assert problem.headers["content-type"] == PROBLEM
    assert problem.json() == {
        "type": "urn:xiaoer:problem:conflict",
        "title": "已被改动",
        "status": 409,
        "detail": "别人抢先了。",
        "code": "conflict",
        "field": "x",
    }
    page = await client.get("/fail", headers={"Accept-Language": "en"})
    assert (page.status_code, page.headers["content-type"]) == (409, "text/html; charset=utf-8")
    assert "Somebody was faster." in page.text


async def test_a_defect_tells_nothing_of_its_insides(
    web: FastAPI, client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    raises(web, "/api/v1/fail", ValueError("the password is hunter2"))
    raises(web, "/fail", ValueError("the password is hunter2"))
    for path in ("/api/v1/fail", "/fail"):
        answer = await client.get(path, headers={"X-Request-ID": "seen-7", "Origin": "https://shop.example"})
        assert answer.status_code == 500
        assert "hunter2" not in answer.text
        assert "seen-7" in answer.text
        assert answer.headers["access-control-allow-origin"] == "*"  # else the widget could not read it
    assert "hunter2" in caplog.text
    assert "seen-7" in caplog.text


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (TooMany("Slow down.", retry_after_s=7), 429, "7"),
        (RecordsUnavailable("The disk is full."), 503, "5"),
        (Invalid("Wrong."), 422, None),
        (XiaoerError("Odd."), 500, None),
    ],
)
async def test_when_to_try_again_stands_in_the_headers(
    web: FastAPI, client: httpx2.AsyncClient, error: XiaoerError, status: int, retry: str | None
) -> None:
    raises(web, "/api/v1/fail", error)
    answer = await client.get("/api/v1/fail")
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, retry)


async def test_staff_who_are_not_signed_in_are_led_to_the_sign_in(web: FastAPI, client: httpx2.AsyncClient) -> None:
    raises(web, "/desk/fail", NotSignedIn("Sign in."))
    answer = await client.get("/desk/fail?tab=mine&q=退货")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/sign-in?next=%2Fdesk%2Ffail%3Ftab%3Dmine")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/chat/messages", 405)]
)
async def test_addresses_that_are_none_get_a_problem(
    client: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path, headers={"Accept-Language": "zh"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert answer.json()["detail"].endswith("。")


async def test_an_address_that_is_none_is_a_page_for_people(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/nothing/here", headers={"Accept-Language": "zh"})
    assert (answer.status_code, "没有找到" in answer.text) == (404, True)


@pytest.mark.parametrize(
    ("path", "is_page"), [("/shop", True), ("/api/v1/docs", True), ("/healthz", False), ("/ui/tokens.css", False)]
)
async def test_every_answer_carries_the_headers_that_browsers_obey(
    client: httpx2.AsyncClient, path: str, is_page: bool
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    if is_page:
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=", answer.text)
        assert not re.search(r"(?:src|href)=\"https?:", answer.text)  # nothing from elsewhere


@pytest.mark.parametrize("given", ["a b", "x" * 100, "<script>", "é"])
async def test_a_request_number_that_is_none_is_replaced(client: httpx2.AsyncClient, given: str) -> None:
    answer = await client.get("/healthz", headers={b"X-Request-ID": given.encode()})
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])


async def test_files_are_kept_by_their_mark_and_asked_for_again_without(client: httpx2.AsyncClient) -> None:
    loader = await client.get("/widget/xiaoer-chat.js")
    mark = re.search(r'const MARK = "(~[0-9a-f]{10}/)";', loader.text)
    assert mark
    assert loader.headers["cache-control"] == ASK_AGAIN
    assert (
        await client.get("/widget/xiaoer-chat.js", headers={"If-None-Match": loader.headers["etag"]})
    ).status_code == 304
    marked = await client.get(f"/widget/{mark.group(1)}chat.js")
    plain = await client.get("/widget/chat.js")
    old = await client.get("/widget/~0000000000/chat.js")
    assert marked.content == plain.content == old.content
    assert [one.headers["cache-control"] for one in (marked, plain, old)] == [FOREVER, ASK_AGAIN, ASK_AGAIN]
    assert marked.headers["content-type"] == "text/javascript; charset=utf-8"
    assert marked.headers["cross-origin-resource-policy"] == "cross-origin"
    again = await client.get("/widget/chat.js", headers={"If-None-Match": plain.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/console/storefront/page.py", "/console/storefront/shop.html", "/console/storefront/words.zh.yaml", "/ui/../server.py",
        "/widget/~x/../../server.py", "/widget/%2e%2e/server.py", "/console/", "/widget",
    ],
)  # fmt: skip
async def test_only_what_browsers_load_is_served(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code in (404, 307)


async def test_every_module_of_the_widget_is_served_and_imports_only_its_own(client: httpx2.AsyncClient) -> None:
    waiting, seen = ["/widget/chat.js"], set()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = await client.get(path)
        assert answer.status_code == 200, path
        for name in re.findall(r'from "([^"]+)"', answer.text):
            assert name.startswith("."), name
            target = str(httpx2.URL(f"http://x{path}").join(name).path)
            waiting += [target] if target not in seen else []
    assert len(seen) > 20


@pytest.mark.parametrize("overrides", [{"allowed_origins": ("https://shop.example",)}])
@pytest.mark.parametrize(("origin", "is_allowed"), [("https://shop.example", True), ("https://evil.example", False)])
async def test_only_pages_that_may_embed_the_widget_read_the_api(
    client: httpx2.AsyncClient, origin: str, is_allowed: bool
) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    before = await client.options("/api/v1/chat/messages", headers=asked)
    after = await client.get("/api/v1/chat/messages", headers={"Origin": origin})
    allowed = [answer.headers.get("access-control-allow-origin") == origin for answer in (before, after)]
    assert allowed == [is_allowed, is_allowed]
    assert "access-control-allow-credentials" not in after.headers


async def test_health_reads_the_records(app: App, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    good = await client.get("/healthz")
    assert (good.status_code, good.json()["status"], good.json()["shops"]) == (200, "ok", 2)

    async def fail(self: Database, shop_id: str, function: Callable[..., Any]) -> None:
        raise RecordsUnavailable("The database is gone.")

    monkeypatch.setattr(Database, "read", fail)
    bad = await client.get("/healthz")
    assert (bad.status_code, bad.json()["status"]) == (503, "unavailable")


async def test_the_reference_shows_every_operation(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/api/v1/openapi.json")).json()
    page = (await client.get("/api/v1/docs")).text
    assert len(document["paths"]) >= 7
    for path, item in document["paths"].items():
        assert path in page
        for operation in item.values():
            assert operation["description"], path
            if path.startswith("/api/"):
                assert PROBLEM in operation["responses"]["default"]["content"], path
    assert "HTTPValidationError" not in json.dumps(document)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("fr, zh;q=0.4, en;q=0.5", "en"),
        ("de", None),
        ("", None),
        (None, None),
        ("en;q=0", None),
        ("en;q=x, zh", "zh"),
        ("," * 5000, None),
    ],
)
def test_the_browsers_wish_is_read(header: str | None, language: str | None) -> None:
    assert accepted(header) == language


@pytest.mark.parametrize(("tag", "language"), [("zh_Hant", "zh"), ("EN", "en"), ("fr", "zh"), (None, "zh"), ("", "zh")])
def test_a_tag_is_one_of_ours_or_the_default(tag: str | None, language: str) -> None:
    assert as_language(tag, "zh") == language


@pytest.mark.parametrize(
    ("error", "zh", "field"),
    [
        ({"type": "missing", "loc": ("body", "client_id")}, "缺少“client_id”。", "client_id"),
        ({"type": "json_invalid", "loc": ("body", 3), "ctx": {"error": "x"}}, "请求内容不是有效的 JSON。", "3"),
        ({"type": "greater_than_equal", "loc": ("query", "limit"), "ctx": {"ge": 1}}, "“limit”不能小于 1。", "limit"),
        ({"type": "never_heard_of", "loc": ("body", "a", 0, "b")}, "“a.0.b”不正确。", "a.0.b"),
        ({"type": "string_too_long", "loc": ("body", "x"), "ctx": {}}, "“x”不正确。", "x"),
    ],
)
def test_what_fastapi_finds_is_a_sentence(error: dict[str, Any], zh: str, field: str) -> None:
    found = describe([error])
    assert (found.zh, found.field) == (zh, field)


async def test_a_session_speaks_its_language_where_the_browser_says_none(
    client: httpx2.AsyncClient, open_session: OpenSession
) -> None:
    session = await open_session(language="en")
    answer = await client.get("/api/v1/articles/nothing", headers=session["headers"])
    assert answer.json()["detail"] == "There is no such article."
