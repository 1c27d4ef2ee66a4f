"""The policy at the console: read, draft, effect, publish, restore; who may, and what happens when two do it at once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import fields

import httpx2
import pytest
from fastapi import FastAPI

from tests.unit.web.shop import LIN, SHOP
from tests.unit.web.staff import WU, Browser, add_lead, open_browser
from xiaoer.aftersales.policy import ACTIONS, ASKS, CLOCKS, FLAGS, LISTS, NUMBERS, PAYERS, THENS
from xiaoer.aftersales.told import Told
from xiaoer.app import App
from xiaoer.privacy.store import list_audit
from xiaoer.shop import store_policies
from xiaoer.shop.types import PublishedPolicy
from xiaoer.web.language import Language
from xiaoer.web.templates import read_catalogue


@pytest.fixture
async def lin(app: App, web: FastAPI) -> AsyncIterator[Browser]:
    """A member of staff."""
    browser = await open_browser(app, web, LIN)
    yield browser
    await browser.client.aclose()


@pytest.fixture
async def wu(app: App, web: FastAPI) -> AsyncIterator[Browser]:
    """A lead."""
    await add_lead(app)
    browser = await open_browser(app, web, WU)
    yield browser
    await browser.client.aclose()


async def in_force(app: App) -> PublishedPolicy:
    found = await app.database.read(SHOP, store_policies.find_policy)
    assert found is not None
    return found


def a_window(app: App) -> tuple[str, int]:
    """A clause of a return with a window in days, as a field's name, and its days."""
    for clause in app.assistant_of(SHOP).policy.clauses:
        if "return" in clause.actions and clause.then == "allow" and clause.within and clause.within.days:
            return f"clauses/{clause.id}/within/days", clause.within.days
    raise AssertionError("no return has a window")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whatever_a_policy_may_say_has_words(language: Language) -> None:
    t = read_catalogue(language)
    keys = [f"policy.condition.{one}" for one in (*LISTS, *NUMBERS, *FLAGS)]
    keys += [f"policy.flag.{one}.{said}" for one in FLAGS for said in ("yes", "no")]
    keys += [f"policy.asks.{one}" for one in ASKS] + [f"policy.then.{one}" for one in THENS]
    keys += [f"policy.payer.{one}" for one in PAYERS] + [f"policy.clock.{one}" for one in CLOCKS]
    keys += [f"explain.action.{one}" for one in ACTIONS]
    keys += [f"policy.field.{one.name}" for one in fields(Told) if one.name != "warranty_days"]
    assert [key for key in keys if not t.has(key)] == []


@pytest.mark.parametrize(("language", "heading"), [("zh", "售后政策"), ("en", "Policy")])
async def test_every_clause_is_shown_in_words(lin: Browser, app: App, language: str, heading: str) -> None:
    for action in ("return", "exchange", "cancel", "repair", "told"):
        page = await lin.get(f"/policy?action={action}", language=language)
        assert page.status_code == 200
        assert f"<h1>{heading}</h1>" in page.text
        for clause in app.assistant_of(SHOP).policy.clauses:
            assert (f'id="{clause.id}"' in page.text) is (action in clause.actions)


async def test_no_code_is_left_without_words(lin: Browser) -> None:
    """A key of `when` or of a field that has no word would be shown as it is."""
    for action in (*ACTIONS, "told"):
        page = await lin.get(f"/policy?action={action}")
        shown = re.findall(r'<span class="condition">([^<]+)</span>|<label[^>]*>\s*<span>([^<]+)</span>', page.text)
        words = [one or other for one, other in shown]
        assert words
        assert [one for one in words if not re.search(r"[一-鿿]", one)] == []


async def test_a_change_is_a_draft_until_a_lead_publishes_it(lin: Browser, wu: Browser, app: App) -> None:
    name, days = a_window(app)
    before = await in_force(app)
    saved = await lin.post("/policy/values", action="return", clause=name.split("/")[1], revision="0", **{name: str(days + 3)})
    assert saved.status_code == 200
    assert "放弃草稿" in saved.text
    assert (await in_force(app)) == before

    effect = await lin.get("/policy/effect")
    assert f"{days + 3}" in effect.text
    refused = await lin.post("/policy/publish", revision="1", version="2026-2")
    assert refused.status_code == 403
    assert "主管" in refused.text
    assert (await in_force(app)) == before

    done = await wu.post("/policy/publish", revision="1", version="2026-2", note="宽限三天")
    assert done.status_code == 200
    after = await in_force(app)
    assert (after.number, after.version, after.note, after.saved_by) == (before.number + 1, "2026-2", "宽限三天", wu.staff.id)
    policy = app.assistant_of(SHOP).policy  # the running machine judges by it at once
    assert policy.version == "2026-2"
    window = next(clause.within for clause in policy.clauses if clause.id == name.split("/")[1])
    assert window is not None
    assert window.days == days + 3
    changed = [line for line in after.text.splitlines() if line not in before.text.splitlines()]
    assert len(changed) == 2  # the number and the version; every comment stays
    audit = await app.database.read(SHOP, lambda scope: list_audit(scope, about="policy"))
    assert [(line.who, line.what) for line in audit] == [(wu.staff.id, "policy_published")]


async def test_an_earlier_version_is_brought_back_through_a_draft(wu: Browser, app: App) -> None:
    name, days = a_window(app)
    first = await in_force(app)
    await wu.post("/policy/values", action="return", revision="0", **{name: str(days + 1)})
    await wu.post("/policy/publish", revision="1", version="2026-2")
    shown = await wu.get(f"/policy/versions/{first.number}")
    assert f"/policy/versions/{first.number}/restore" in shown.text
    await wu.post(f"/policy/versions/{first.number}/restore")
    await wu.post("/policy/publish", revision="1", version="2026-3")
    after = await in_force(app)
    assert after.number == first.number + 2
    assert after.text == first.text.replace('"2026-1"', '"2026-3"')


async def test_a_version_names_one_text_only(wu: Browser, app: App) -> None:
    name, days = a_window(app)
    before = await in_force(app)
    await wu.post("/policy/values", action="return", revision="0", **{name: str(days + 1)})
    refused = await wu.post("/policy/publish", revision="1", version=before.version, note="keep me")
    assert refused.status_code == 409
    assert "keep me" in refused.text
    assert (await in_force(app)) == before


async def test_what_is_no_policy_is_shown_again_with_what_to_change(lin: Browser, app: App) -> None:
    before = await in_force(app)
    broken = before.text.replace("then: allow", "then: maybe", 1) + "# 我的说明 😀\n"
    page = await lin.post("/policy/text", text=broken, revision="0")
    assert page.status_code >= 400
    assert "then" in page.text
    assert "我的说明 😀" in page.text
    assert await app.database.read(SHOP, store_policies.find_draft) is None
    name, _ = a_window(app)
    for wrong in ("-1", "sieben", "", "7.5", "9" * 13):
        page = await lin.post("/policy/values", action="return", revision="0", **{name: wrong})
        assert page.status_code == 422, wrong
    assert await app.database.read(SHOP, store_policies.find_draft) is None


async def test_two_who_write_at_once_lose_nothing(lin: Browser, wu: Browser, app: App) -> None:
    text = (await in_force(app)).text
    first = await lin.post("/policy/text", text=text + "# lin\n", revision="0")
    assert first.status_code == 200
    second = await wu.post("/policy/text", text=text + "# wu\n", revision="0")
    assert second.status_code == 409
    assert "# wu" in second.text
    assert "# lin" in second.text
    stale = await wu.post("/policy/publish", revision="2", version="2026-2")
    assert stale.status_code == 409
    draft = await app.database.read(SHOP, store_policies.find_draft)
    assert draft is not None
    assert draft.text.endswith("# lin\n")


async def test_a_draft_that_fell_behind_is_not_published_over_another(wu: Browser, app: App) -> None:
    name, days = a_window(app)
    await wu.post("/policy/values", action="return", revision="0", **{name: str(days + 1)})
    newer = (await in_force(app)).text.replace('"2026-1"', '"2026-9"')
    await app.database.write(SHOP, lambda scope: store_policies.add_policy(scope, newer, version="2026-9"))
    refused = await wu.post("/policy/publish", revision="1", version="2026-10")
    assert refused.status_code == 409
    assert await app.database.read(SHOP, store_policies.find_draft) is not None


async def test_the_flows_are_drawn(lin: Browser, app: App) -> None:
    for language in ("zh", "en"):
        page = await lin.get("/flows", language=language)
        assert page.status_code == 200
        for flow in app.assistant_of(SHOP).engine.flows.by_id.values():
            assert f'id="{flow.id}"' in page.text
            assert flow.titles[language] in page.text.replace("&#39;", "'")


async def test_strangers_are_sent_to_sign_in(web: FastAPI) -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=web), base_url="http://shop.test") as nobody:
        for path in ("/policy", "/policy/text", "/policy/effect", "/policy/file", "/flows"):
            answer = await nobody.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/desk/sign-in?next=")
        assert (await nobody.post("/policy/publish", data={"revision": "1", "version": "x"})).status_code == 401
