"""The knowledge's pages, by plain forms: write, review, publish, look back, restore; two at once; a list that is looked through."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from tests.unit.web.conftest import OpenSession
from tests.unit.web.shop import LIN, SHOP
from tests.unit.web.staff import WU, Browser, add_lead, open_browser
from xiaoer.app import App
from xiaoer.knowledge import store, store_drafts
from xiaoer.knowledge.types import Article, Draft

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + b"\0" * 40


@pytest.fixture
async def lin(app: App, web: FastAPI) -> Browser:
    """Staff."""
    return await open_browser(app, web, LIN)


@pytest.fixture
async def wu(app: App, web: FastAPI) -> Browser:
    """A lead."""
    await add_lead(app)
    return await open_browser(app, web, WU)


def fields(page: str) -> dict[str, str]:
    """The form of an article as it stands in the page."""
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("revision", "version", "category")}
    assert all(found.values()), page
    return {name: match.group(1) for name, match in found.items() if match}


async def new_id(browser: Browser) -> str:
    page = await browser.get("/knowledge/new")
    found = re.search(r'action="/knowledge/(art_[0-9a-z]+)"', page.text)
    assert found
    return found.group(1)


async def write(browser: Browser, article_id: str, *, do: str = "save", language: str = "zh", **changed: str) -> Any:
    """Open the article (or a new one), change fields, press a button."""
    page = await browser.get(f"/knowledge/{article_id}")
    form = fields(page.text) if page.status_code == 200 else {"revision": "0", "version": "0", "category": ""}
    return await browser.post(f"/knowledge/{article_id}", language=language, **{**form, "do": do, **changed})


async def article(app: App, article_id: str) -> Article | None:
    return await app.database.read(SHOP, lambda scope: store.find_article(scope, article_id))


async def draft_of(app: App, article_id: str) -> Draft | None:
    return await app.database.read(SHOP, lambda scope: store_drafts.find_draft(scope, article_id))


PARROT = {
    "title_zh": "鹦鹉可以快递吗",
    "body_zh": "**活体**不寄。",
    "similar_zh": "寄鹦鹉\n鸟能寄吗",
    "category": "shipping",
}


async def test_from_the_first_word_to_the_customers_answer(
    app: App, lin: Browser, wu: Browser, open_session: OpenSession
) -> None:
    article_id = await new_id(lin)
    page = await write(lin, article_id, **PARROT, note="新品类")
    assert "草稿已保存" in page.text
    assert "<strong>活体</strong>不寄。" in page.text
    page = await write(lin, article_id, do="publish", **PARROT)
    assert page.status_code == 403
    assert "鹦鹉可以快递吗" in page.text  # nothing typed is lost
    page = await write(lin, article_id, do="review", **PARROT, note="请看看")
    assert "已提交审核" in page.text
    assert article_id in (await wu.get("/knowledge?state=in_review")).text
    assert "1 篇待审核" in (await wu.get("/knowledge")).text
    page = await write(wu, article_id, do="publish", **PARROT)
    assert "已发布" in page.text
    found = await article(app, article_id)
    assert found is not None
    assert (found.version, found.state, found.texts[0].similar, found.owner) == (
        1,
        "published",
        ("寄鹦鹉", "鸟能寄吗"),
        "",
    )
    session = await open_session(shop=SHOP)
    out = await lin.client.get(f"/api/v1/articles/{article_id}", headers=session["headers"])
    assert out.json()["html"] == "<p><strong>活体</strong>不寄。</p>\n"


async def test_two_at_once_lose_nothing(app: App, lin: Browser, wu: Browser) -> None:
    article_id = await new_id(lin)
    await write(wu, article_id, do="publish", **PARROT)
    page = await lin.get(f"/knowledge/{article_id}")
    mine = {**fields(page.text), **PARROT, "body_zh": "林写的"}
    await write(wu, article_id, **{**PARROT, "body_zh": "吴写的"})
    answer = await lin.post(f"/knowledge/{article_id}", do="save", **mine)
    assert answer.status_code == 409
    assert "林写的" in answer.text
    assert "<del>吴</del><ins>林</ins>" in answer.text
    assert "Wu 吴" in answer.text
    kept = await draft_of(app, article_id)
    assert kept is not None
    assert kept.article.texts[0].body == "吴写的"
    merged = await lin.post(
        f"/knowledge/{article_id}", do="save", **{**mine, **fields(answer.text), "body_zh": "吴和林写的"}
    )
    assert merged.status_code == 200
    kept = await draft_of(app, article_id)
    assert kept is not None
    assert kept.article.texts[0].body == "吴和林写的"


async def test_words_that_went_live_meanwhile_are_shown_and_not_undone_unseen(app: App, wu: Browser) -> None:
    article_id = await new_id(wu)
    await write(wu, article_id, do="publish", **PARROT)
    await write(wu, article_id, **{**PARROT, "body_zh": "旧稿"})
    live = await article(app, article_id)
    assert live is not None
    moved = replace(live, texts=(replace(live.texts[0], body="导入改的"),))
    await app.database.write(SHOP, lambda scope: store.save_article(scope, moved))
    page = await wu.get(f"/knowledge/{article_id}")
    assert "线上内容已更新到 v2" in page.text
    refused = await write(wu, article_id, do="publish", **{**PARROT, "body_zh": "旧稿"})
    assert refused.status_code == 409
    assert "导入改的" in refused.text
    done = await wu.post(
        f"/knowledge/{article_id}",
        do="publish",
        **{**PARROT, **fields(refused.text), "category": "shipping", "body_zh": "合并的"},
    )
    assert "已发布" in done.text
    live = await article(app, article_id)
    assert live is not None
    assert (live.version, live.texts[0].body) == (3, "合并的")


async def test_drafts_keep_themselves(app: App, lin: Browser) -> None:
    article_id = await new_id(lin)
    form = {"form_token": await lin.token(), "do": "autosave", "revision": "0", "version": "0", "title_zh": "写到一半"}
    headers = {"X-Part": "autosave", "Accept-Language": "zh"}
    answer = await lin.client.post(f"/knowledge/{article_id}", data=form, headers=headers)
    assert answer.json() == {"revision": 1, "said": "10:00 已自动保存"}
    assert (await lin.client.post(f"/knowledge/{article_id}", data=form, headers=headers)).status_code == 409
    again = await lin.client.post(f"/knowledge/{article_id}", data={**form, "revision": "1"}, headers=headers)
    assert again.json()["revision"] == 1  # the same words: nothing new
    assert (
        await lin.client.post(f"/knowledge/{article_id}", data={**form, "form_token": "x"}, headers=headers)
    ).status_code == 403
    wrong = await lin.client.post(
        f"/knowledge/{article_id}", data={**form, "revision": "1", "title_zh": "长" * 201}, headers=headers
    )
    assert wrong.json()["code"] == "invalid"


async def test_what_was_thrown_away_meanwhile_can_be_begun_anew(app: App, lin: Browser, wu: Browser) -> None:
    article_id = await new_id(lin)
    page = await write(lin, article_id, **PARROT)
    mine = {**fields(page.text), **PARROT}
    await write(wu, article_id, do="discard")
    assert await article(app, article_id) is None
    answer = await lin.post(f"/knowledge/{article_id}", do="save", **mine)
    assert answer.status_code == 409
    assert "鹦鹉可以快递吗" in answer.text
    await lin.post(f"/knowledge/{article_id}", do="save", **{**mine, **fields(answer.text), "category": "shipping"})
    assert await draft_of(app, article_id) is not None


async def test_history_shows_what_changed_and_brings_it_back(app: App, lin: Browser, wu: Browser) -> None:
    article_id = await new_id(wu)
    await write(wu, article_id, do="publish", **PARROT, note="第一次")
    await write(wu, article_id, do="publish", **{**PARROT, "body_zh": "活体**可以**寄。"})
    page = await lin.get(f"/knowledge/{article_id}/history")
    assert "<del>" in page.text
    assert "<ins>" in page.text
    first = await lin.get(f"/knowledge/{article_id}/history?version=1")
    assert "第一次" in first.text
    assert "第一版" in first.text
    page = await lin.post(f"/knowledge/{article_id}/restore", version="1", revision="0")
    assert "旧版本已存为草稿" in page.text
    restored = await draft_of(app, article_id)
    assert restored is not None
    assert restored.article.texts[0].body == "**活体**不寄。"
    stale = await lin.post(f"/knowledge/{article_id}/restore", version="1", revision="0")
    assert stale.status_code == 409
    assert (await lin.get("/knowledge/nothing/history")).status_code == 404


async def test_archive_and_bring_back_are_the_leads(app: App, lin: Browser, wu: Browser) -> None:
    article_id = await new_id(wu)
    await write(wu, article_id, do="publish", **PARROT)
    assert (await write(lin, article_id, do="archive")).status_code == 403
    await write(wu, article_id, do="archive")
    assert article_id not in (await wu.get("/knowledge")).text
    assert article_id in (await wu.get("/knowledge?state=archived")).text
    await write(wu, article_id, do="bring_back")
    found = await article(app, article_id)
    assert found is not None
    assert found.state == "published"


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"valid_from": "morgen"}, "2026-11-24"), ({"audience": "friends"}, "可见范围"), ({"title_zh": "长" * 201}, "标题最多"),
     ({"valid_from": "2026-12-01", "valid_to": "2026-11-01"}, "早于"), ({"do": "fly"}, "没有这个操作")],
)  # fmt: skip
async def test_what_was_typed_wrongly_is_said_and_kept(lin: Browser, changed: dict[str, str], says: str) -> None:
    article_id = await new_id(lin)
    page = await write(lin, article_id, **{**PARROT, **changed})
    assert page.status_code == 422
    assert says in page.text
    assert "**活体**不寄。" in page.text


async def test_a_question_is_tried_on_the_draft(app: App, lin: Browser) -> None:
    article_id = await new_id(lin)
    page = await lin.post(f"/knowledge/{article_id}/try", question="鹦鹉能寄吗")
    assert page.status_code == 200
    await write(lin, article_id, **PARROT)
    page = await lin.post(f"/knowledge/{article_id}/try", question="鹦鹉可以快递吗")
    assert "本篇" in page.text
    part = await lin.client.post(
        f"/knowledge/{article_id}/try",
        data={"form_token": await lin.token(), "question": "鹦鹉可以快递吗", "asker": "member"},
        headers={"HX-Request": "true", "Accept-Language": "en"},
    )
    assert part.text.startswith('<div class="tried"')
    assert "this one" in part.text


async def test_pictures_are_checked_kept_and_shown(app: App, lin: Browser) -> None:
    article_id = await new_id(lin)
    form = {"form_token": await lin.token(), "revision": "0", "version": "0", "into": "zh", **PARROT}
    path = f"/knowledge/{article_id}/picture"
    page = await lin.client.post(path, data=form, files={"picture_zh": ("a.png", PNG)}, follow_redirects=True)
    found = re.search(r'<img src="(/api/v1/chat/uploads/spruce/articles/upl_[^"]+)"', page.text)
    assert found, page.text
    assert (await lin.client.get(found.group(1).replace("&amp;", "&"))).content == PNG
    assert (await lin.client.get(found.group(1).split("?")[0])).status_code == 401
    kept = await draft_of(app, article_id)
    assert kept is not None
    form |= {"revision": str(kept.revision), "into": "en"}
    script = {"X-Part": "picture"}
    named = await lin.client.post(path, data=form, files={"picture_en": ("b.png", PNG)}, headers=script)
    assert re.fullmatch(r"upl_[0-9a-z]{26}\.png", named.json()["name"])
    refused = await lin.client.post(path, data=form, files={"picture_en": ("b.png", b"<svg/>")}, headers=script)
    assert (refused.status_code, "PNG" in refused.json()["detail"]) == (422, True)
    page = await lin.client.post(path, data=form, files={"picture_en": ("b.png", b"")})
    assert page.status_code == 422
    assert "鹦鹉可以快递吗" in page.text


async def test_the_preview_is_safe(lin: Browser) -> None:
    text = "<script>alert(1)</script> **x** [a](javascript:alert(1))"
    answer = await lin.post("/knowledge/preview", body_en=text)
    assert "<script" not in answer.text
    assert "<strong>x</strong>" in answer.text
    assert "href" not in answer.text


async def test_the_list_filters_and_pages(app: App, lin: Browser) -> None:
    page = await lin.get("/knowledge")
    count = re.search(r"共 (\d+) 篇", page.text)
    assert count
    assert page.text.count('class="article-row"') == int(count.group(1))
    english = await lin.get("/knowledge", language="en")
    assert f"{count.group(1)} articles" in english.text
    assert "没有符合条件的文章" in (await lin.get("/knowledge?text=zzzz")).text
    for query in (
        "state=draft",
        "language=en",
        "audience=staff",
        "validity=past",
        "owner=nobody",
        "category=x",
        "unused=1",
        "page=9",
    ):
        assert (await lin.get(f"/knowledge?{query}")).status_code == 200
    assert (await lin.get("/knowledge?page=0")).status_code == 422


async def test_strangers_see_nothing(app: App, web: FastAPI, lin: Browser) -> None:
    await lin.client.post("/desk/sign-out", data={"form_token": await lin.token()})
    for path in ("/knowledge", "/knowledge/new", "/knowledge/imports"):
        assert (await lin.client.get(path)).status_code in (303, 401)
