"""The desk's pages: who waits, what was said, who the customer is; nothing that could run, nothing that need not be seen."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI

from tests.conftest import StandingClock
from tests.unit.web.shop import BO, LIN, MEI, OTHER, SHOP
from tests.unit.web.staff import WU, Browser, add_lead, lines_of, open_browser, talk
from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations.store import NewMessage
from xiaoer.customers import store as customers
from xiaoer.customers.types import Customer
from xiaoer.desk import hold


@pytest.fixture
async def lin(app: App, web: FastAPI) -> Browser:
    """Staff."""
    return await open_browser(app, web, LIN)


def counts_of(page: str) -> list[int]:
    """The numbers of the five tabs."""
    return [int(one) for one in re.findall(r'<span class="count[^"]*">(\d+)</span>', page)]


async def test_an_empty_desk_says_what_will_appear(lin: Browser) -> None:
    page = (await lin.get("/desk")).text
    assert counts_of(page) == [0, 0, 0, 0, 0]
    assert "没有人在排队" in page
    assert "转人工" in page
    english = (await lin.get("/desk?tab=mine", language="en")).text
    assert "You have no conversations" in english


async def test_who_waits_stands_in_the_queue_with_how_long(app: App, lin: Browser, clock: StandingClock) -> None:
    await talk(app, MEI, "转人工")
    for passed, level, text in ((30, "", "&lt;1分钟"), (120, "wait", "2分钟"), (3600, "stop", "1小时")):
        clock.now = clock.now + timedelta(seconds=passed)
        page = (await lin.get("/desk")).text
        found = re.search(r'<elapsed-time class="waiting ?(\w*)".*?<span data-text>(.*?)</span>', page, re.DOTALL)
        assert found
        assert found.groups()[0] == level
        assert text in found.groups()[1]
    assert "(1)" in page.partition("</title>")[0]


async def test_rows_carry_marks_and_what_is_unanswered(app: App, lin: Browser) -> None:
    gold = Customer("cus_gold", "金女士", "zh", False, app.clock(), level="gold")
    await app.database.write(SHOP, lambda scope: customers.save_customer(scope, gold))
    conversation = await talk(app, "cus_gold", "转人工")
    for text in ("快点", "太生气了！！"):
        await app.turns.receive(SHOP, conversation.id, NewMessage(author="customer", text=text, language="zh"))
    await app.database.write(
        SHOP,
        lambda scope: conversations.save_answered(
            scope, conversations.get_conversation(scope, conversation.id), answered_seq=1, state={}, mood="angry"
        ),
    )
    page = (await lin.get("/desk")).text
    assert ">VIP<" in page
    assert "生气" in page
    assert "2 条未回复" in page


async def test_a_conversation_shows_every_line_once_with_notes_and_cards(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "我的订单怎么样了", "转人工")
    page = (await lin.get(f"/desk/conversations/{conversation.id}?tab=queue")).text
    seqs = [int(one) for one in re.findall(r'data-seq="(\d+)"', page)]
    assert seqs == [line.seq for line in await lines_of(app, conversation)]
    assert "order-card" in page
    assert "小二的交接说明" in page
    assert "顾客要求人工" in page
    assert 'data-holder="queue"' in page


async def test_the_customers_words_cannot_run(app: App, lin: Browser) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    conversation = await talk(app, BO)
    new = NewMessage(author="customer", text=evil, language="zh")
    await app.database.write(SHOP, lambda scope: conversations.add_message(scope, conversation.id, new))
    for path in (f"/desk/conversations/{conversation.id}", "/desk?tab=all"):
        answer = await lin.get(path)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "&lt;script&gt;" in answer.text
        assert "default-src 'self'" in answer.headers["content-security-policy"]


async def test_pages_hold_no_inline_script_or_style(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "我的订单怎么样了", "转人工")
    paths = ("/desk", f"/desk/conversations/{conversation.id}", "/desk/find", "/explain", "/desk/sign-in")
    for path in paths:
        page = (await lin.client.get(path, follow_redirects=True)).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), path


async def test_personal_data_is_masked(app: App, lin: Browser) -> None:
    person = Customer("cus_p", "王芳", "zh", False, app.clock(), email="wang.fang@example.com", phone="+8613800138000")
    await app.database.write(SHOP, lambda scope: customers.save_customer(scope, person))
    conversation = await talk(app, "cus_p", "你好")
    page = (await lin.get(f"/desk/conversations/{conversation.id}")).text
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "wang.fang@example.com" not in page


async def test_orders_and_earlier_conversations_stand_beside_it(app: App, lin: Browser) -> None:
    first = await talk(app, MEI, "你好")
    second = await talk(app, MEI, "查订单")
    page = (await lin.get(f"/desk/conversations/{second.id}?show=customer")).text
    assert 'data-show="customer"' in page
    assert re.search(r'<details class="order" id="order-SP\w+" open>', page)
    assert f'/desk/conversations/{first.id}?tab=all"' in page


async def test_a_long_conversation_shows_the_newest_and_the_way_to_the_rest(app: App, lin: Browser) -> None:
    conversation = await talk(app, BO)

    def fill(scope: object) -> None:
        for number in range(1, 201):
            conversations.add_message(
                scope,  # type: ignore[arg-type]
                conversation.id,
                NewMessage(author="staff", text=f"line {number}", language="en"),
            )

    await app.database.write(SHOP, fill)
    page = (await lin.get(f"/desk/conversations/{conversation.id}")).text
    seqs = [int(one) for one in re.findall(r'data-seq="(\d+)"', page)]
    assert seqs == list(range(121, 201))
    older = (await lin.get(f"/desk/conversations/{conversation.id}/earlier?before=121")).text
    assert [int(one) for one in re.findall(r'data-seq="(\d+)"', older)] == list(range(41, 121))
    oldest = (await lin.get(f"/desk/conversations/{conversation.id}/earlier?before=41")).text
    assert [int(one) for one in re.findall(r'data-seq="(\d+)"', oldest)] == list(range(1, 41))
    assert 'id="earlier"' not in oldest
    whole = (await lin.get(f"/desk/conversations/{conversation.id}?whole=1")).text
    assert len(re.findall(r'data-seq="', whole)) == 200


async def test_staff_find_what_customers_may_not_see(app: App, lin: Browser) -> None:
    conversation = await talk(app, BO, "你好")
    page = (await lin.get(f"/desk/conversations/{conversation.id}?question=内部资料")).text
    assert "内部内容" in page
    assert "仅内部" in page
    part = (await lin.get(f"/desk/knowledge?conversation={conversation.id}&question=运费怎么算")).text
    assert part.lstrip().startswith("<section")
    assert "满 99 元包邮" in part
    assert "data-insert=" in part


async def test_find_leads_to_a_customer_by_name_or_order_number(app: App, lin: Browser) -> None:
    conversation = await talk(app, MEI, "你好")
    order_id = (
        (await lin.get(f"/desk/conversations/{conversation.id}")).text.partition('id="order-')[2].partition('"')[0]
    )
    for wanted in ("陈美", order_id, order_id.lower()):
        for path in (f"/desk/find?wanted={wanted}", f"/desk/find?part=1&wanted={wanted}"):
            assert f"/desk/conversations/{conversation.id}?tab=all" in (await lin.get(path)).text
    assert "没有找到" in (await lin.get("/desk/find?wanted=nobody")).text


@pytest.mark.parametrize(
    "path", ["/desk/conversations/cnv_none", "/desk?tab=nothing", "/desk/turns/trn_none", "/explain/trn_none"]
)
async def test_what_is_not_there_is_a_page_that_says_so(lin: Browser, path: str) -> None:
    answer = await lin.get(path)
    assert answer.status_code == 404
    assert "没有" in answer.text


async def test_another_shops_conversation_is_not_there(app: App, lin: Browser) -> None:
    theirs = await app.database.write(
        OTHER, lambda scope: conversations.add_conversation(scope, customer_id=MEI, channel="web", language="zh")
    )
    assert (await lin.get(f"/desk/conversations/{theirs.id}")).status_code == 404
    assert (await lin.post(f"/desk/conversations/{theirs.id}/say", kind="note", text="x")).status_code == 404


async def test_the_desk_is_wholly_in_the_readers_language(app: App, lin: Browser) -> None:
    conversation = await talk(app, BO, "talk to a person", language="en")
    page = (await lin.get(f"/desk/conversations/{conversation.id}", language="en")).text
    own = re.sub(r'<(p class="bubble|span class="row-last|title|option)[^>]*>.*?</', "", page, flags=re.DOTALL)
    own = own.replace("小二", "").replace("Lin 林", "").replace("中文", "")
    assert not re.findall(r"[㐀-鿿]+", own)


async def test_a_lead_sees_whose_conversation_it_is_and_may_take_it(app: App, web: FastAPI, lin: Browser) -> None:
    await add_lead(app)
    wu = await open_browser(app, web, WU)
    conversation = await talk(app, MEI, "转人工")
    await app.turns.change(SHOP, conversation.id, lambda scope: hold.take_over(scope, conversation.id, lin.staff))
    seen: httpx2.Response = await wu.get(f"/desk/conversations/{conversation.id}?tab=all")
    assert 'data-holder="colleague"' in seen.text
    assert "从 Lin 林 接手" in seen.text
    taken = await wu.post(f"/desk/conversations/{conversation.id}/hold", verb="take_over", tab="all")
    assert 'data-holder="me"' in taken.text
    theirs = (await lin.get(f"/desk/conversations/{conversation.id}?tab=all")).text
    assert "Wu 吴 正在接待" in theirs
    assert 'value="take_over"' not in theirs
