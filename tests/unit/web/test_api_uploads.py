"""Pictures: known by their bytes, kept for their conversation, seen only with its link or its token."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest

from tests.conftest import StandingClock
from tests.unit.web.conftest import OpenSession
from tests.unit.web.shop import SHOP
from xiaoer.app import App
from xiaoer.web.api import pictures

PATH = "/api/v1/chat/uploads"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 40
WEBP = b"RIFF\x30\x00\x00\x00WEBPVP8 " + b"\x00" * 40


async def send(
    client: httpx2.AsyncClient, session: dict[str, Any], data: bytes, name: str = "photo.png"
) -> httpx2.Response:
    """Upload a file."""
    return await client.post(PATH, files={"file": (name, data)}, headers=session["headers"])


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")],
    ids=["png", "jpeg", "webp"],
)
async def test_a_picture_is_stored_attached_and_shown(
    app: App, client: httpx2.AsyncClient, open_session: OpenSession, data: bytes, media_type: str
) -> None:
    session = await open_session()
    stored = (await send(client, session, data, "../../../etc/passwd")).json()
    path = app.settings.data_dir / "uploads" / SHOP / session["conversation_id"] / stored["id"]
    assert path.read_bytes() == data
    assert path.stat().st_mode & 0o077 == 0
    body = {"client_id": "a", "text": "", "attachments": [stored["id"]]}
    line = (await client.post("/api/v1/chat/messages", json=body, headers=session["headers"])).json()
    assert line["attachments"] == [
        {"id": stored["id"], "kind": "picture", "media_type": media_type, "url": stored["url"]}
    ]
    shown = await client.get(line["attachments"][0]["url"])
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, data, media_type)
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg onload='alert(1)'/>",
        b"GIF89a" + b"\x00" * 20,
        b"\x89PNG\r\n\x1a\n<script>",
        b"RIFF1234WAVE",
        b"MZ\x90",
    ],
)
async def test_other_files_are_refused_whatever_they_are_called(
    client: httpx2.AsyncClient, open_session: OpenSession, data: bytes
) -> None:
    answer = await send(client, await open_session(), data, "photo.png")
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid", "file")


@pytest.mark.parametrize("overrides", [{"upload_mb": 1}])
async def test_a_picture_that_is_too_large_is_refused(client: httpx2.AsyncClient, open_session: OpenSession) -> None:
    session = await open_session()
    a_little = await send(client, session, PNG + b"\x00" * (1024 * 1024))
    far_too = await send(client, session, PNG + b"\x00" * (3 * 1024 * 1024))
    just = await send(client, session, PNG + b"\x00" * (1024 * 1024 - len(PNG)))
    assert (a_little.status_code, a_little.json()["field"]) == (422, "file")
    assert (far_too.status_code, far_too.json()["code"]) == (413, "too_many")
    assert just.status_code == 201


async def test_nothing_but_a_file_is_no_picture(client: httpx2.AsyncClient, open_session: OpenSession) -> None:
    session = await open_session()
    answer = await client.post(PATH, data={"file": "text"}, headers=session["headers"])
    assert answer.status_code == 422
    answer = await client.post(
        PATH, content=b"xx", headers={**session["headers"], "Content-Type": "multipart/form-data"}
    )
    assert answer.status_code in (400, 422)


async def test_a_picture_of_another_conversation_cannot_be_attached(
    client: httpx2.AsyncClient, open_session: OpenSession
) -> None:
    mine, other = await open_session(), await open_session()
    stored = (await send(client, mine, PNG)).json()
    body = {"client_id": "a", "text": "look", "attachments": [stored["id"]]}
    answer = await client.post("/api/v1/chat/messages", json=body, headers=other["headers"])
    assert (answer.status_code, answer.json()["field"]) == (422, "attachments")


async def test_a_link_cannot_be_changed_and_runs_out(
    client: httpx2.AsyncClient, open_session: OpenSession, clock: StandingClock
) -> None:
    session = await open_session()
    url = (await send(client, session, PNG)).json()["url"]
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    later = urlencode({**query, "until": str(int(query["until"]) + 9999)})
    forged = urlencode({**query, "signature": "0" * 32})
    odd = urlencode({**query, "until": "９９９９", "signature": "é"})
    for bad in ("", later, forged, odd):
        assert (await client.get(f"{parts.path}?{bad}")).status_code == 401
    assert (await client.get(url)).status_code == 200
    clock.pass_time(timedelta(days=3))
    assert (await client.get(url)).status_code == 401
    assert (await client.get(parts.path, headers=session["headers"])).status_code == 200


async def test_a_token_opens_only_its_own_pictures(client: httpx2.AsyncClient, open_session: OpenSession) -> None:
    mine, other = await open_session(), await open_session()
    path = urlsplit((await send(client, mine, PNG)).json()["url"]).path
    assert (await client.get(path, headers=other["headers"])).status_code == 404


@pytest.mark.parametrize(
    "name", ["..%2F..%2Fsecret", "upl_short.png", "secret", f"upl_{'0' * 26}.svg", f"upl_{'0' * 26}.png"]
)
async def test_other_names_lead_nowhere(client: httpx2.AsyncClient, open_session: OpenSession, name: str) -> None:
    session = await open_session()
    answer = await client.get(f"{PATH}/{SHOP}/{session['conversation_id']}/{name}", headers=session["headers"])
    assert answer.status_code == 404


async def test_a_conversation_holds_so_many_pictures(
    client: httpx2.AsyncClient, open_session: OpenSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_PER_CONVERSATION", 1)
    session = await open_session()
    answers = [await send(client, session, PNG), await send(client, session, PNG)]
    assert [answer.status_code for answer in answers] == [201, 429]


async def test_a_full_disk_is_told_and_leaves_nothing_half(
    app: App, client: httpx2.AsyncClient, open_session: OpenSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    session = await open_session()
    answer = await send(client, session, PNG)
    assert (answer.status_code, answer.json()["code"]) == (503, "records_unavailable")
    assert os.listdir(app.settings.data_dir / "uploads" / SHOP / session["conversation_id"]) == []
