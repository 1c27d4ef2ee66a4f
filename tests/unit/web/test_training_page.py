"""The page Training without scripts: label, skip, undo, change, freeze, publish, files in and out; and who may do what."""

from __future__ import annotations

import os
import re
from functools import partial

import pytest
from fastapi import FastAPI

from tests.unit.nlu import foreign
from tests.unit.web.shop import LIN, MEI, SHOP
from tests.unit.web.staff import WU, Browser, add_lead, open_browser, talk
from xiaoer.app import App
from xiaoer.db.scope import Scope
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.training import labelling
from xiaoer.nlu.training.types import Utterance
from xiaoer.nlu.training.work import carry_out, silent
from xiaoer.web.console.training.looks import Looks

LINES = {
    "greeting": ("你好", "您好", "hello", "hi there"),
    "return_request": ("我要退货", "想退货", "I want to return this", "return my order"),
    "oos": ("今天天气", "讲个笑话", "what is the weather", "tell me a joke"),
}


@pytest.fixture
async def lin(app: App, web: FastAPI) -> Browser:
    """Staff."""
    return await open_browser(app, web, LIN)


@pytest.fixture
async def wu(app: App, web: FastAPI) -> Browser:
    """The lead."""
    await add_lead(app)
    return await open_browser(app, web, WU)


@pytest.fixture
async def queued(app: App, web: FastAPI, lin: Browser) -> list[Utterance]:
    """What waits after Mei asked for things that the reader does not know."""
    await talk(app, MEI, "杯子可以刻字吗", "<b>这个</b>衣服可以刻字吗 我电话13800138000")
    await lin.get("/training")
    looks: Looks = web.state.training_looks
    await looks.wait(SHOP)
    return list(await app.database.read(SHOP, utterances.list_queue))


async def labels(app: App) -> list[tuple[str, str]]:
    return await app.database.read(SHOP, lambda scope: utterances.list_lines(scope, "train"))


async def fill(app: App) -> None:
    """Enough labelled lines to train from, one of them frozen."""

    def add(scope: Scope) -> None:
        for name, texts in LINES.items():
            for text in texts:
                labelling.add(scope, text, name, by="stf_lin")
        frozen = labelling.add(scope, "帮我退掉", "return_request", by="stf_lin")
        labelling.move(scope, [frozen.id], "test", by="stf_lin")

    await app.database.write(SHOP, add)


async def make_version(app: App) -> str:
    """A version that was trained but not published."""
    return (await carry_out(app.database, SHOP, app.models_of(SHOP), by="stf_lin", settings={}, report=silent)).id


async def test_the_page_is_for_staff(client: object, lin: Browser, web: FastAPI) -> None:
    lin.client.cookies.clear()
    for path in ("/training", "/training/lines", "/training/versions", "/training/exchange", "/training/file?format=csv"):
        answer = await lin.client.get(path)
        assert answer.status_code == 303
        assert "/desk/sign-in" in answer.headers["location"]


async def test_an_empty_queue_says_what_will_appear(lin: Browser) -> None:
    assert "没有待标注的语料" in (await lin.get("/training")).text
    assert "Nothing waits" in (await lin.get("/training", language="en")).text


async def test_what_waits_is_shown_without_the_customer(queued: list[Utterance], lin: Browser) -> None:
    assert len(queued) == 2
    page = (await lin.get("/training")).text
    assert "13800138000" not in page
    assert "00000000000" in page
    assert "&lt;b&gt;" in page
    assert "<b>这个" not in page
    assert page.count("data-row") == 2


async def test_label_skip_and_undo_without_scripts(app: App, queued: list[Utterance], lin: Browser) -> None:
    first, second = queued
    page = await lin.post("/training/label", id=first.id, label="greeting")
    assert page.text.count("data-row") == 1
    assert await labels(app) == [(first.text, "greeting")]
    page = await lin.post("/training/skip", id=second.id)
    assert "没有待标注的语料" in page.text
    page = await lin.post("/training/undo")
    assert page.text.count("data-row") == 1
    page = await lin.post("/training/undo")
    assert page.text.count("data-row") == 2
    assert await labels(app) == []


async def test_an_intent_is_typed_by_its_title_or_made_anew(app: App, queued: list[Utterance], lin: Browser) -> None:
    page = await lin.post("/training/label", id=queued[0].id, other="刻字")
    assert page.status_code == 422
    assert "没有意图“刻字”" in page.text
    await lin.post("/training/label", id=queued[0].id, other="+刻字", whole="1")
    assert {label for _, label in await labels(app)} == {"刻字"}
    await lin.post("/training/undo")
    await lin.post("/training/label", id=queued[0].id, other="转人工")
    assert [label for _, label in await labels(app)] == ["human_request"]


async def test_two_colleagues_label_the_same_line(app: App, queued: list[Utterance], lin: Browser, wu: Browser) -> None:
    await lin.post("/training/label", id=queued[0].id, label="greeting")
    page = await wu.post("/training/label", id=queued[0].id, label="return_request")
    assert page.status_code == 409
    assert "greeting" in page.text
    assert (await wu.post("/training/label", id="utt_gone", label="greeting")).status_code == 404


async def test_lines_are_added_changed_searched_frozen_and_deleted(app: App, lin: Browser, wu: Browser) -> None:
    page = await lin.post("/training/lines", text="可以刻字吗", other="+engraving")
    assert "可以刻字吗" in page.text
    again = await lin.post("/training/lines", text="可以刻字嗎？", other="engraving")
    assert again.status_code == 409
    assert 'value="可以刻字嗎？"' in again.text  # what was typed is not lost
    (line,) = await app.database.read(SHOP, utterances.list_known)
    await lin.post("/training/lines/change", id=line.id, text="能刻字吗", other="engraving", query="label=engraving")
    assert await labels(app) == [("能刻字吗", "engraving")]
    assert "能刻字吗" in (await lin.get("/training/lines?search=刻字")).text
    assert "没有符合条件的语料" in (await lin.get("/training/lines?search=%25")).text
    await lin.post("/training/lines/many", verb="freeze", ids=line.id)
    assert await labels(app) == []
    assert (await lin.post("/training/lines/many", verb="delete", ids=line.id)).status_code == 403
    assert (await lin.post("/training/lines/many", verb="thaw", ids=line.id)).status_code == 403
    await wu.post("/training/lines/many", verb="thaw", ids=line.id)
    assert await labels(app) == [("能刻字吗", "engraving")]
    await lin.post("/training/lines/many", verb="delete", ids=line.id)
    assert await labels(app) == []
    assert (await lin.post("/training/lines/many", verb="delete")).status_code == 422


async def test_copies_are_shown_with_what_they_disagree_in(app: App, lin: Browser) -> None:
    await fill(app)
    assert "没有重复的语料" in (await lin.get("/training/copies")).text
    long = "I want to return this red hoodie because it is much too big for me and the zip is broken"
    for text, name in ((long, "greeting"), (f"{long} 1", "return_request")):
        await app.database.write(SHOP, partial(labelling.add, text=text, words=name, by="stf_lin"))
    page = (await lin.get("/training/copies")).text
    assert page.count("much too big for me") >= 2
    assert 'class="mark wait"' in page


async def test_a_lead_publishes_compares_and_rolls_back(app: App, lin: Browser, wu: Browser) -> None:
    await fill(app)
    before = app.assistant_of(SHOP).version_id
    version = await make_version(app)
    shown = await lin.get(f"/training/versions/{version}")
    assert shown.status_code == 200
    assert "在 1 条冻结测试语料上" in shown.text
    refused = await lin.post(f"/training/versions/{version}/publish")
    assert refused.status_code == 403
    assert app.assistant_of(SHOP).version_id == before
    page = await wu.post(f"/training/versions/{version}/publish")
    assert "从下一条消息起使用第 2 版" in page.text
    assert app.assistant_of(SHOP).version_id == version
    assert app.assistant_of(SHOP).reader.model.labels == ("greeting", "return_request")
    page = await wu.post("/training/roll-back")
    assert "从下一条消息起使用第 1 版" in page.text
    assert app.assistant_of(SHOP).version_id == before
    log = await app.database.read(SHOP, versions.list_publications)
    assert [(entry.kind, entry.by) for entry in log[:2]] == [("roll_back", wu.staff.id), ("publish", wu.staff.id)]
    assert (await wu.post("/training/roll-back")).status_code == 409
    await wu.post(f"/training/versions/{version}/delete")
    assert f"{version}.npz" not in os.listdir(app.models_of(SHOP))


async def test_a_version_whose_file_is_damaged_is_not_published(app: App, wu: Browser) -> None:
    await fill(app)
    before = app.assistant_of(SHOP).version_id
    version = await make_version(app)
    (app.models_of(SHOP) / f"{version}.npz").write_bytes(b"PK nothing")
    page = await wu.post(f"/training/versions/{version}/publish")
    assert page.status_code == 503
    assert app.assistant_of(SHOP).version_id == before
    found = await app.database.read(SHOP, versions.find_publication)
    assert found is not None
    assert found.version_id == before


async def test_what_another_process_published_is_read_with_soon(app: App) -> None:
    await fill(app)
    version = await make_version(app)
    await app.database.write(SHOP, lambda scope: versions.add_publication(scope, version, by="cli", kind="publish"))
    await app._catch_up(SHOP)
    assert app.assistant_of(SHOP).version_id == version


async def test_the_comparison_says_which_answers_change(app: App, lin: Browser) -> None:
    await fill(app)
    for text in ("可以刻字吗", "能刻字不", "杯子上刻名字", "刻个字要钱吗"):
        await lin.post("/training/lines", text=text, other="+engraving")
    await talk(app, MEI, "上面能刻字吗 电话13900139000")
    version = await make_version(app)
    page = (await lin.get(f"/training/versions/{version}?where=traffic")).text
    assert "上面能刻字吗 电话00000000000" in page
    assert "13900139000" not in page
    assert "engraving" in page
    none = (await lin.get(f"/training/versions/{version}?where=traffic&q=nothing")).text
    assert "没有回答会改变" in none


async def upload(who: Browser, name: str, data: bytes, kind: str = "") -> str:
    answer = await who.client.post(
        "/training/import",
        data={"form_token": await who.token(), "format": kind},
        files={"file": (name, data)},
        headers={"Accept-Language": "zh"},
        follow_redirects=True,
    )
    return f"{answer.status_code} {answer.url.path} {answer.text}"


async def test_a_file_comes_in_with_its_names_looked_over(app: App, lin: Browser) -> None:
    page = await upload(lin, "bot.zip", foreign.zipped(foreign.DIALOGFLOW_ES))
    found = re.match(r"200 (/training/exchange/[\w-]+) ", page)
    assert found, page[:300]
    assert "Default Welcome Intent" in page
    assert re.search(r'<option value="oos" selected', page)
    assert "带占位符的模板" in page
    fields = {"name-0": "oos", "name-1": "greeting", "name-2": "+"}
    done = await lin.post(found[1], **fields)
    assert "新增 6 条" in done.text
    assert {label for _, label in await labels(app)} == {"oos", "greeting", "order_status"}
    again = await lin.post(found[1], **fields)  # a double click
    assert again.status_code == 404
    page = await upload(lin, "bot.zip", foreign.zipped(foreign.DIALOGFLOW_ES))
    found = re.match(r"200 (/training/exchange/[\w-]+) ", page)
    assert found
    done = await lin.post(found[1], **{**fields, "name-1": "-"})
    assert "新增 0 条，更新 0 条，未变 4 条，跳过 2 条" in done.text


@pytest.mark.parametrize(("name", "data"), [("a.csv", b"text,intent\n"), ("a.zip", b"PK no"), ("x.csv", b"")])
async def test_a_file_that_cannot_be_read_is_told(app: App, lin: Browser, name: str, data: bytes) -> None:
    assert (await upload(lin, name, data)).startswith("422 ")
    assert await labels(app) == []


async def test_a_file_of_a_megabyte_comes_in_and_one_of_thirty_does_not(app: App, lin: Browser) -> None:
    rows = "".join(f"line number {number} of many words,greeting\n" for number in range(30_000))
    assert (await upload(lin, "a.csv", ("text,intent\n" + rows).encode())).startswith("200 ")
    assert (await upload(lin, "a.csv", b"x" * (31 << 20))).startswith("413 ")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "rasa", "dialogflow-es", "dialogflow-cx", "lex"])
async def test_lines_go_out_in_every_format(app: App, lin: Browser, kind: str) -> None:
    await fill(app)
    answer = await lin.get(f"/training/file?format={kind}")
    assert answer.status_code == 200
    assert f'filename="spruce-{kind}.' in answer.headers["content-disposition"]
    assert len(answer.content) > 100
    assert (await lin.get("/training/file?format=watson")).status_code == 422


async def test_an_own_intent_is_answered_or_handed_over(app: App, wu: Browser) -> None:
    """The dialogue has no flow for it: it must neither break nor invent an answer."""
    await fill(app)
    for text in ("可以刻字吗", "能刻字不", "杯子上刻名字", "刻个字要钱吗", "支持刻字服务吗", "我想刻字"):
        await wu.post("/training/lines", text=text, other="+engraving")
    await wu.post(f"/training/versions/{await make_version(app)}/publish")
    assert app.assistant_of(SHOP).reader.model.predict("可以刻字吗").intents[0][0] == "engraving"
    conversation = await talk(app, MEI, "可以刻字吗", "支持刻字服务吗", "我要退货")
    assert conversation.answered_seq >= 1
    assert conversation.last_seq >= 4
