"""Cards and chips: plain JSON in the customer's language, with buttons that mean what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests import people
from tests.unit.dialogue.talk import DELIVERED, ORDERS, PAID, SHIPPED, Talk, context_of, named, obliging, say
from xiaoer.dialogue.effects import Ending, Part
from xiaoer.replies.cards import best_variant, card_of, change_text, chips_of, picture_of, price_of
from xiaoer.replies.compose import MOST_CHIPS, compose
from xiaoer.replies.words import Words
from xiaoer.replies.writers.templates import read_templates

ZH, EN = Words("zh"), Words("en")
WRITER = read_templates()


def all_strings(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in all_strings(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in all_strings(one)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("state", ["unpaid", "paid", "packed", "shipped", "delivered", "cancelled", "returned"])
def test_an_order_card_in_every_state(state: str) -> None:
    order = people.order_of(people.mei(), state=state)
    for words in (ZH, EN):
        card = card_of({"type": "order", "order": order}, words)
        json.dumps(card)
        assert card["state_label"]
        assert [step["done"] for step in card["steps"]] == sorted((step["done"] for step in card["steps"]), reverse=True)
        for button in card["buttons"]:
            assert button["label"]
            assert order.id in button["say"]
            assert button["choice"]


def test_an_order_card_among_several_is_a_choice() -> None:
    card = card_of({"type": "order", "order": PAID, "is_choice": True}, ZH)
    assert [button["choice"] for button in card["buttons"]] == [{"slot": "order", "value": PAID.id}]


def test_a_late_parcel_shows_where_it_was_seen_last() -> None:
    card = card_of({"type": "order", "order": SHIPPED}, ZH)
    assert card["parcel"] == {"courier": "顺丰速运", "number": SHIPPED.shipments[0].tracking_number, "state": "on_the_way"}
    assert card["last_event"] is None


def test_a_product_card_tells_price_and_stock_of_what_was_asked_for() -> None:
    hoodie = people.hoodie()
    card = card_of({"type": "product", "product": hoodie, "wanted": {"colour": "grey", "size": "XL"}}, ZH)
    assert (card["stock"], card["price"], card["variant"]) == (0, "¥199", "grey / XL")
    assert card["picture"].endswith("?colour=grey")
    whole = card_of({"type": "product", "product": hoodie, "wanted": {}}, ZH)
    assert (whole["stock"], whole["variant"]) == (25, "")


def test_the_best_variant_is_one_in_stock() -> None:
    hoodie = people.hoodie()
    found = best_variant(hoodie, {"size": "XL"})
    assert found is not None
    assert found.options == {"colour": "blue", "size": "XL"}
    assert best_variant(hoodie, {"size": "44"}) is None
    assert best_variant(people.kettle(), {}) == people.kettle().variants[0]


def test_prices_that_differ_are_told_from_to() -> None:
    hoodie = people.hoodie()
    dearer = people.hoodie(variants=(*hoodie.variants[:1], hoodie.variants[1].__class__("x", "hoodie", {}, 29900, 1)))
    assert price_of(dearer, None, ZH) == "¥199–¥299"
    assert price_of(hoodie, None, ZH) == "¥199"
    assert picture_of("hoodie", {}) == "/pictures/hoodie.svg"


def test_a_comparison_sets_attributes_side_by_side() -> None:
    kettle = people.kettle()
    stronger = people.kettle(id="strong", attributes={"power_w": 2000, "colour": "red"})
    card = card_of({"type": "comparison", "products": (kettle, stronger)}, EN)
    assert [product["id"] for product in card["products"]] == ["kettle", "strong"]
    assert all(len(row["values"]) == 2 for row in card["rows"])
    assert ["1500", "2000"] in [row["values"] for row in card["rows"]]


def test_a_read_back_has_a_yes_and_a_no_for_this_proposal_only() -> None:
    talk = Talk(context_of(PAID))
    ending = talk.turn(say("取消订单", "cancel_order"))
    reply = compose(WRITER, ending, context_of(PAID))
    (card,) = [card for card in reply.cards if card["type"] == "verdict"]
    assert talk.state.proposal is not None
    choices = [button["choice"] for button in card["buttons"]]
    assert choices == [{"answer": answer, "proposal": talk.state.proposal.id} for answer in ("yes", "no")]
    assert card["clauses"]
    assert card["total"] == "¥199"
    assert reply.expects == "yes_no"


CHANGES: list[tuple[str, Any]] = [
    ("earlier", "2026-11-20T15:59:59+00:00"),
    ("condition", "unopened"),
    ("reason", "quality"),
    ("evidence", True),
    ("level", "gold"),
    ("state", "paid"),
    ("quantity", 2),
    ("price", 9900),
    ("items", [["itm_1", 1]]),
]


@pytest.mark.parametrize(("kind", "value"), CHANGES)
def test_what_would_have_changed_a_verdict_is_a_sentence_in_both_languages(kind: str, value: Any) -> None:
    names = {"itm_1": {"zh": "云柔卫衣", "en": "Cloud hoodie"}}
    zh, en = change_text(kind, value, ZH, names), change_text(kind, value, EN, names)
    assert re.search(r"[一-鿿]", zh)
    assert en
    assert not re.search(r"[一-鿿]|[{}]", en)


def test_a_change_that_nobody_knows_is_not_told() -> None:
    assert change_text("no_such_kind", 1, ZH, {}) == ""
    assert change_text("items", [["gone", 1]], ZH, {}) == ""


def asked(ending: Ending) -> Part:
    return ending.parts[-1]


ASKING = ["return_request", "exchange_request", "missing_or_damaged", "change_payment", "invoice_request"]


@pytest.mark.parametrize("intent", ASKING)
def test_every_question_with_choices_offers_them_as_buttons(intent: str) -> None:
    talk = Talk(context_of(*ORDERS))
    ending = talk.turn(say("你好", intent))
    for seq in range(2, 8):
        question = talk.state.question
        if question is None or question.slot == "confirm":
            break
        for words in (ZH, EN):
            chips = chips_of(asked(ending), words)
            offered = [choice["value"] for choice in question.choices]
            if question.slot != "order":  # orders are offered as cards
                assert [chip["choice"].get("value") for chip in chips] == offered, question.slot
            assert all(chip["label"] and chip["say"] for chip in chips)
        ending = talk.turn(obliging(talk.state, seq, 2))


def test_no_more_chips_than_fit() -> None:
    talk = Talk(context_of(DELIVERED))
    talk.turn(say("换货", "exchange_request", named("product", {"product_ids": ["hoodie"]})))
    for seq in range(2, 5):
        reply = compose(WRITER, talk.turn(obliging(talk.state, seq, 0)), context_of(DELIVERED))
        assert len(reply.chips) <= MOST_CHIPS
        assert json.dumps(reply.chips)
        assert all(isinstance(text, str) for text in all_strings(reply.cards))


def test_an_article_is_quoted_once_with_its_source() -> None:
    talk = Talk(context_of())
    ending = talk.turn(say("运费怎么算", "shipping_policy"))
    reply = compose(WRITER, ending, context_of())
    assert reply.sources == ({"article_id": "postage", "title": "运费怎么算", "version": 1, "language": "zh"},)
    message = reply.as_message("trn_1", key="7")
    assert (message.author, message.client_id, message.turn_id) == ("assistant", "reply-7", "trn_1")
