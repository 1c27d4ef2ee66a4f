"""What is named in a message, in both languages."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.unit.nlu.reading import entities_in, gazetteer, values_in
from xiaoer.demo.seed_catalogue import read_products
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.normalise import normalise

CASES: list[tuple[str, str, list[Any]]] = [
    # numbers of orders and parcels, also mangled
    ("SP2026110300017到哪了", "order_number", ["SP2026110300017"]),
    ("order sp 20261103 00017 please", "order_number", ["SP2026110300017"]),
    ("sp-2026-1103-00017", "order_number", ["SP2026110300017"]),
    ("SP2O26110300017", "order_number", ["SP2026110300017"]),
    ("我的单号是2026110300017", "order_number", ["SP2026110300017"]),
    ("ＳＰ２０２６１１０３０００１７", "order_number", ["SP2026110300017"]),
    ("SP20261103000171", "order_number", []),
    ("快递单号SF1234567890123", "tracking_number", ["SF1234567890123"]),
    ("parcel sf 1234 5678 90123", "tracking_number", ["SF1234567890123"]),
    # money
    ("300元以内的背包", "money", [{"minor": 30000, "currency": "CNY", "op": "max"}]),
    ("三百五十块左右", "money", [{"minor": 35000, "currency": "CNY", "op": "about"}]),
    ("under 200", "money", [{"minor": 20000, "currency": "CNY", "op": "max"}]),
    ("at least 99.5 yuan", "money", [{"minor": 9950, "currency": "CNY", "op": "min"}]),
    ("¥129", "money", [{"minor": 12900, "currency": "CNY", "op": "is"}]),
    ("within 7 days", "money", []),
    # how many, which one
    ("退两件", "quantity", [2]),
    ("两件都退", "quantity", [2]),
    ("2 of them", "quantity", [2]),
    ("这件和上件", "quantity", []),
    ("我要3双", "quantity", [3]),
    ("这个多少钱", "quantity", []),
    ("第二个", "ordinal", [2]),
    ("the third one", "ordinal", [3]),
    ("最后一件", "ordinal", [-1]),
    # days
    ("昨天买的", "date", [{"from": "2026-11-22", "to": "2026-11-22"}]),
    ("3天前下的单", "date", [{"from": "2026-11-20", "to": "2026-11-20"}]),
    ("十天前", "date", [{"from": "2026-11-13", "to": "2026-11-13"}]),
    ("上周", "date", [{"from": "2026-11-16", "to": "2026-11-22"}]),
    ("上周五到的", "date", [{"from": "2026-11-20", "to": "2026-11-20"}]),
    ("last monday", "date", [{"from": "2026-11-16", "to": "2026-11-16"}]),
    ("11月3号", "date", [{"from": "2026-11-03", "to": "2026-11-03"}]),
    ("on the 3rd of November", "date", [{"from": "2026-11-03", "to": "2026-11-03"}]),
    ("Nov 3rd", "date", [{"from": "2026-11-03", "to": "2026-11-03"}]),
    ("2026-10-31", "date", [{"from": "2026-10-31", "to": "2026-10-31"}]),
    ("12月30日", "date", [{"from": "2026-12-30", "to": "2026-12-30"}]),
    ("2月30日", "date", []),
    ("双十一买的", "date", [{"from": "2026-11-11", "to": "2026-11-11"}]),
    ("three days ago", "date", [{"from": "2026-11-20", "to": "2026-11-20"}]),
    # people and places
    ("我的手机13800138000", "phone", ["+8613800138000"]),
    ("call +44 20 7946 0958", "phone", ["+442079460958"]),
    ("12345678", "phone", []),
    ("mei@spruce.example 是我的邮箱", "email", ["mei@spruce.example"]),
    ("尾号8000", "last_digits", ["8000"]),
    ("the last four digits are 8000", "last_digits", ["8000"]),
    ("验证码 483920", "code", ["483920"]),
    # sizes, bodies, laptops
    ("有XL吗", "size", ["XL"]),
    ("42码的鞋", "size", ["42"]),
    ("do you have it in size M", "size", ["M"]),
    ("换大码", "size", ["L"]),
    ("I'm here, it's fine", "size", []),
    ("身高170", "body", [{"height_cm": 170}]),
    ("130斤", "body", [{"weight_kg": 65.0}]),
    ("60kg", "body", [{"weight_kg": 60.0}]),
    ("脚长24.5", "body", [{"foot_mm": 245}]),
    ("15.6寸的电脑", "laptop", [{"inches": 15.6}]),
    ('a 14" laptop', "laptop", [{"inches": 14.0}]),
    # why, how paid
    ("太小了，穿不上", "reason", ["size"]),
    ("it's too small", "reason", ["size"]),
    ("杯子碎了", "reason", ["damaged"]),
    ("it arrived broken", "reason", ["damaged"]),
    ("充不进电", "reason", ["quality"]),
    ("发错货了", "reason", ["wrong_item"]),
    ("they sent me the wrong colour", "reason", ["wrong_item"]),
    ("少了一个盖子", "reason", ["missing"]),
    ("就是不喜欢", "reason", ["no_reason"]),
    ("I changed my mind", "reason", ["no_reason"]),
    ("跟描述不符", "reason", ["not_as_described"]),
    ("改成微信付", "payment", ["wechat"]),
    ("can I pay by alipay", "payment", ["alipay"]),
    # yes and no
    ("好的", "yes", ["plain"]),
    ("嗯嗯", "yes", ["plain"]),
    ("确认", "yes", ["plain"]),
    ("yes please", "yes", ["plain"]),
    ("ok", "yes", ["plain"]),
    ("go ahead", "yes", ["plain"]),
    ("可以，但是要先退钱", "yes", ["conditional"]),
    ("yes, but only if it's free", "yes", ["conditional"]),
    ("不用了", "no", ["plain"]),
    ("算了", "no", ["plain"]),
    ("no thanks", "no", ["plain"]),
    ("never mind", "no", ["plain"]),
    ("不是不行", "no", []),
    ("notebook", "no", []),
]


@pytest.mark.parametrize(("text", "kind", "expected"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_named(spruce_model: IntentModel, text: str, kind: str, expected: list[Any]) -> None:
    assert values_in(spruce_model, text, kind) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("浙江省杭州市余杭区文一西路969号3幢", ["浙江", "杭州市", "余杭区", "文一西路969号3幢"]),
        ("收货地址改成浙江省杭州市西湖区文三路100号", ["浙江", "杭州市", "西湖区", "文三路100号"]),
        ("帮我把地址改到北京市朝阳区建国路88号SOHO现代城", ["北京", "", "朝阳区", "建国路88号SOHO现代城"]),
        ("寄到上海市浦东新区世纪大道100号", ["上海", "", "浦东新区", "世纪大道100号"]),
        ("新地址 苏州市姑苏区平江路12号 收件人张三 13800138000", ["", "苏州市", "姑苏区", "平江路12号"]),
        ("寄到12 Nanjing Road, Huangpu, Shanghai please", ["", "Shanghai", "Huangpu", "12 Nanjing Road"]),
        ("ship to Flat 3B, 221B Baker Street, Marylebone, London", ["", "London", "Marylebone", "Flat 3B, 221B Baker Street"]),
    ],
)
def test_addresses(spruce_model: IntentModel, text: str, expected: list[str]) -> None:
    (value,) = values_in(spruce_model, text, "address")
    assert [value[key] for key in ("region", "city", "district", "line")] == expected


NO_ADDRESS = ["退货", "return it", "where is my order", "在路上了吗，3天了", "我的快递3天没动了在半路", "送到学校路口就行"]


@pytest.mark.parametrize("text", [*NO_ADDRESS, "it took 10 days on its way", "3 of the items are still on the way"])
def test_what_is_no_address(spruce_model: IntentModel, text: str) -> None:
    assert values_in(spruce_model, text, "address") == []


@pytest.mark.parametrize("text", ["云柔卫衣 灰色 XL", "do you have the 卫衣 in grey, size XL?"])
def test_products_and_their_options(spruce_model: IntentModel, text: str) -> None:
    kinds = {one.kind: one.value for one in entities_in(spruce_model, text)}
    assert kinds["colour"] == "grey"
    assert kinds["size"] == "XL"
    found = kinds.get("product") or kinds["kind"]
    assert found["product_ids"]


def test_every_product_is_found_by_its_names(spruce_model: IntentModel) -> None:
    lost = []
    for product in read_products():
        for language, name in product.names.items():
            found = [one for one in entities_in(spruce_model, name) if one.kind in ("product", "kind")]
            if not any(product.id in one.value["product_ids"] for one in found):
                lost.append((product.id, language, name))
    assert not lost


def test_no_character_belongs_to_two_products() -> None:
    text = "云柔卫衣和轻声耳机还有铸铁锅"
    spans = sorted((one.start, one.end) for one in gazetteer().find(text, normalise(text)))
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))


def test_an_entity_quotes_the_customers_own_characters(spruce_model: IntentModel) -> None:
    text = "我想退ＳＰ２０２６１１０３０００１７，電話１３８００１３８０００"
    for one in entities_in(spruce_model, text):
        assert one.text == text[one.start : one.end]
    assert {one.kind for one in entities_in(spruce_model, text)} >= {"order_number", "phone"}
