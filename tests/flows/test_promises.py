"""What the machine promises about acting: only what was read back, only after a yes to it, once, and told as the record has it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.flows.conftest import Begin
from tests.flows.talk import Talk, text_of
from xiaoer.app import App
from xiaoer.db.scope import Scope
from xiaoer.demo.seed import SHOP_ID
from xiaoer.shop import store_coupons, store_orders, store_products

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _cancel_read_back(begin: Begin, language: str = "zh") -> tuple[Talk, str]:
    talk = await begin("cus_mei", language)
    order = await talk.order("joggers")
    await talk.say(f"取消订单 {order.id}" if language == "zh" else f"please cancel order {order.id}")
    assert await talk.parts() == ["confirm_cancel"]
    return talk, order.id


@pytest.mark.parametrize("words", ["好的，但是先别办", "如果能全额退就办", "再想想", "多久到账？", "……", "👍🏻?", "为什么"])
async def test_nothing_but_a_plain_yes_commits(begin: Begin, words: str) -> None:
    talk, order_id = await _cancel_read_back(begin)
    await talk.say(words)
    assert await talk.commits(order_id) == 0
    assert (await talk.order("joggers")).state == "paid"


@pytest.mark.parametrize("words", ["no", "not now", "forget it", "actually no, leave it"])
async def test_a_no_drops_it(begin: Begin, words: str) -> None:
    talk, order_id = await _cancel_read_back(begin, "en")
    await talk.say(words)
    assert await talk.parts() == ["dropped"]
    await talk.say("yes")
    assert await talk.commits(order_id) == 0


async def test_a_yes_to_an_old_question_commits_nothing(begin: Begin) -> None:
    talk, order_id = await _cancel_read_back(begin)
    old = talk.button("确认办理")
    await talk.say("算了，不取消了")
    line = talk.line(old["say"])
    await talk.send(replace(line, data={"choice": old["choice"]}))
    assert await talk.parts() == ["stale_proposal"]
    assert await talk.commits(order_id) == 0
    await talk.say("确认办理")
    assert await talk.commits(order_id) == 0


async def test_the_button_of_an_older_read_back_is_stale_after_a_newer_one(begin: Begin) -> None:
    talk, order_id = await _cancel_read_back(begin)
    old = talk.button("确认办理")
    teapot = await talk.order("teapot")
    await talk.say(f"不，取消订单 {teapot.id}")
    line = talk.line(old["say"])
    await talk.send(replace(line, data={"choice": old["choice"]}))
    assert await talk.commits(order_id) == 0
    assert await talk.commits(teapot.id) == 0


async def test_a_digression_does_not_lose_the_read_back(begin: Begin) -> None:
    talk, order_id = await _cancel_read_back(begin)
    await talk.say("退货运费谁出？")
    assert (await talk.parts())[-1] == "confirm_cancel"
    assert await talk.commits(order_id) == 0
    await talk.say("确认")
    assert await talk.commits(order_id) == 1


async def test_a_change_of_mind_keeps_the_order_and_changes_the_task(begin: Begin) -> None:
    talk = await begin("cus_mei")
    hoodie = await talk.order("hoodie")
    await talk.say("我要退卫衣，不喜欢")
    await talk.say("没拆")
    assert await talk.parts() == ["confirm_return"]
    await talk.say("等下，我改主意了，换成L码")
    assert await talk.parts() == ["confirm_exchange"]
    await talk.say("M码太小了")
    assert (await talk.parts())[-1] == "confirm_exchange"
    await talk.say("好")
    after = await talk.order("hoodie")
    assert await talk.commits(hoodie.id) == 1
    assert [case.kind for case in after.cases] == ["exchange"]
    assert after.refunds == ()


async def test_a_correction_names_another_order(begin: Begin) -> None:
    talk, order_id = await _cancel_read_back(begin)
    teapot = await talk.order("teapot")
    await talk.say(f"不对，我说的是 {teapot.id}")
    if await talk.parts() != ["confirm_cancel"]:
        await talk.say(f"取消订单 {teapot.id}")
    await talk.say("确认")
    assert (await talk.commits(order_id), await talk.commits(teapot.id)) == (0, 1)


async def test_two_wishes_are_both_served(begin: Begin) -> None:
    talk = await begin("cus_mei")
    await talk.say("我的双肩包到哪了？另外我有哪些优惠券")
    assert {"logistics", "coupons"} <= set(await talk.parts())
    talk = await begin("cus_mei", "en")
    joggers = await talk.order("joggers")
    await talk.say(f"Which coupons do I have? And please cancel order {joggers.id}")
    assert {"coupons", "confirm_cancel"} <= set(await talk.parts())
    await talk.say("yes")
    assert await talk.commits(joggers.id) == 1


async def test_what_changed_since_the_read_back_is_not_done(app: App, begin: Begin) -> None:
    talk, order_id = await _cancel_read_back(begin)

    def pack(scope: Scope) -> None:
        order = store_orders.get_order(scope, order_id)
        store_orders.save_order(scope, replace(order, version=order.version + 1))

    await app.database.write(SHOP_ID, pack)
    await talk.say("确认")
    assert await talk.parts() == ["act_changed"]
    assert await talk.commits(order_id) == 0


async def test_a_started_refund_is_counted_on_the_order_and_a_planned_one_is_not(begin: Begin) -> None:
    talk, _ = await _cancel_read_back(begin)
    await talk.say("确认")
    cancelled = await talk.order("joggers")
    assert (cancelled.state, cancelled.refunded_minor, cancelled.refunds[0].state) == ("cancelled", 14900, "started")
    await talk.say("我要退卫衣，不喜欢")
    await talk.say("没拆")
    await talk.say("确认")
    returned = await talk.order("hoodie")
    assert (returned.state, returned.refunded_minor, returned.refunds[0].state) == ("delivered", 0, "planned")


async def test_a_dearer_variant_is_owed_and_a_person_collects_it(app: App, begin: Begin) -> None:
    talk = await begin("cus_mei", "en")
    joggers = await talk.order("joggers")

    def raise_price(scope: Scope) -> None:
        product = store_products.list_products(scope, [joggers.items[0].product_id])[0]
        variants = tuple(
            replace(one, price_minor=one.price_minor + 3000) if one.options["size"] == "XXL" else one
            for one in product.variants
        )
        store_products.save_product(scope, replace(product, variants=variants))

    await app.database.write(SHOP_ID, raise_price)
    answer = await talk.say(f"Please change the joggers in order {joggers.id} to size XXL")
    assert "¥30 more to pay" in text_of(answer)
    answer = await talk.say("yes")
    after = await talk.order("joggers")
    assert "link" not in text_of(answer)
    assert "¥30 is not paid yet" in text_of(answer)
    assert (await talk.conversation()).holder == "queue"
    assert after.total_minor - sum(one.amount_minor for one in after.payments) == 3000  # the record says what is owed


async def test_a_cancelled_order_gives_its_coupon_back(app: App, begin: Begin) -> None:
    talk, _ = await _cancel_read_back(begin)
    before = await app.database.read(SHOP_ID, lambda scope: store_coupons.list_coupons(scope, talk.customer.id))
    answer = await talk.say("确认")
    after = await app.database.read(SHOP_ID, lambda scope: store_coupons.list_coupons(scope, talk.customer.id))
    had_coupon = (await talk.order("joggers")).coupon_code is not None
    assert ("优惠券" in text_of(answer)) is had_coupon
    assert had_coupon or before == after

