"""What customers said becomes a queue: the telling lines first, alike ones together, without the customer in them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import StandingClock
from xiaoer.conversations import store as conversations
from xiaoer.conversations.store import NewMessage
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, Invalid, NotAllowed
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu.entities.gazetteer import Gazetteer
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.normalise import normalise
from xiaoer.nlu.readers.local import LocalReader
from xiaoer.nlu.train import train
from xiaoer.nlu.training import labelling
from xiaoer.nlu.training.collecting import collect
from xiaoer.nlu.training.copies import cluster, cosine, mark_of, near_copies, vector_of
from xiaoer.nlu.training.masking import mask_line
from xiaoer.nlu.training.shipped import ShippedLine, sync_shipped
from xiaoer.nlu.training.types import LineFilter

SHOP = "spruce"
KNOWN = {
    "return_request": ("我要退货", "想把衣服退了", "I want to return this", "send it back please"),
    "order_status": ("订单到哪一步了", "我的订单怎么样了", "what about my order", "order status please"),
    "greeting": ("你好", "在吗", "hello there", "good morning"),
    "oos": ("今天天气怎么样", "给我讲个笑话", "who won the match", "write me a poem"),
}


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return train([(text, label) for label, texts in KNOWN.items() for text in texts])


@pytest.fixture(scope="module")
def reader(model: IntentModel) -> LocalReader:
    return LocalReader(model, Gazetteer.build((), {}), "Asia/Shanghai")


async def said(database: Database, *lines: str, choice: bool = False) -> None:
    """A customer said these lines to somebody."""

    def store(scope: Scope) -> None:
        talk = conversations.add_conversation(scope, customer_id="cus_mei", channel="web", language="zh")
        for text in lines:
            data = {"choice": {"slot": "order"}} if choice else None
            conversations.add_message(scope, talk.id, NewMessage("customer", text, "zh", data=data))
            conversations.add_message(scope, talk.id, NewMessage("staff", "稍等", "zh"))

    await database.write(SHOP, store)


async def queue(database: Database) -> list[str]:
    return [one.text for one in await database.read(SHOP, utterances.list_queue)]


# ── copies ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_lines_that_read_alike_carry_the_same_mark() -> None:
    assert mark_of("我要退貨！！") == mark_of("我要退货") == mark_of(" 我要 退货。")
    assert mark_of("ＨＥＬＬＯ there") == mark_of("hello, there?!")
    assert mark_of("退货") != mark_of("换货")
    assert mark_of("?!") != mark_of("")


@given(st.text(max_size=60))
def test_a_mark_is_that_of_its_normal_form(text: str) -> None:
    assert mark_of(text) == mark_of(normalise(text).text)
    assert mark_of(text) == mark_of(text.upper().lower()) or text != text.upper().lower()


@given(st.lists(st.text(alphabet="退换货订单到哪了abc ", min_size=1, max_size=12), min_size=1, max_size=12))
def test_every_line_is_in_one_cluster_whose_leader_leads_itself(texts: list[str]) -> None:
    lines = [(str(number), vector_of(text)) for number, text in enumerate(texts)]
    found = cluster(lines)
    assert set(found) == {line_id for line_id, _ in lines}
    assert all(found[leader] == leader for leader in found.values())
    for vector in (one for _, one in lines if one):
        assert cosine(vector, vector) == pytest.approx(1.0)


def test_near_copies_are_found_with_the_line_that_was_there_first() -> None:
    lines = [("a", "怎么还没有发货呀"), ("b", "这个多少钱"), ("c", "怎么还没有发货呀？"), ("d", "what does it cost")]
    assert [(later, earlier) for later, earlier, _ in near_copies(lines)] == [("c", "a")]


# ── masks ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        ("我叫王小明，电话13800138000", ("王小明", "13800138000", "8000")),
        ("订单SP2026110300017到哪了", ("2026110300017",)),
        ("mail me at mei.chen@example.org please", ("mei.chen", "example.org")),
        ("my name is Bo Larsen, card 4111 1111 1111 1111", ("Bo", "Larsen", "4111", "1111")),
        ("寄到浙江省杭州市余杭区文一西路100号3幢501室", ("杭州", "文一西路", "501")),
        ("身份证 330106199001011234", ("3301", "1990")),
        ("看 https://shop.example/o?token=s3cret 这个", ("s3cret",)),
    ],
)
def test_nothing_of_the_customer_is_left_in_a_line(
    reader: LocalReader, clock: StandingClock, line: str, hidden: tuple[str, ...]
) -> None:
    masked = mask_line(line, reader.entities(line, normalise(line), clock()), "zh")
    assert not [one for one in hidden if one in masked], masked


def test_what_is_hidden_keeps_its_shape(model: IntentModel) -> None:
    line = "订单SP2026110300017到哪了"
    assert (model.scores(line).scores == model.scores(mask_line(line, (), "zh")).scores).all()


@given(st.text(max_size=200))
def test_masking_never_fails_and_leaves_no_long_number(text: str) -> None:
    digits = "".join(one if one in "0123456789" else " " for one in mask_line(text, (), "zh"))
    assert all(set(run) <= {"0"} for run in digits.split() if len(run) >= 5)


# ── the queue ────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_unsure_and_new_lines_wait_and_known_ones_do_not(
    database: Database, reader: LocalReader, clock: StandingClock
) -> None:
    await database.write(SHOP, lambda scope: labelling.add(scope, "我要退货", "return_request", by="stf_lin"))
    await said(database, "我要退货！", "可以刻字吗", "可以刻字吗？", "能刻字不", "", "快递员电话13800138000打不通", "x" * 400)
    await said(database, "pressed this", choice=True)
    found = await collect(database, SHOP, reader, now=clock())
    waiting = await queue(database)
    assert "可以刻字吗" in waiting
    assert "快递员电话00000000000打不通" in waiting
    assert not {"我要退货！", "可以刻字吗？", "pressed this", "x" * 400} & set(waiting)
    assert found.copies == 1
    (line,) = [one for one in await database.read(SHOP, utterances.list_queue) if one.text == "可以刻字吗"]
    assert line.seq == 3
    assert await database.read(SHOP, lambda scope: utterances.count_copies(scope, [line.id])) == {line.id: 1}
    assert 0 <= line.reading["novelty"] <= 1
    assert line.label is None


async def test_what_was_looked_at_is_not_queued_again(database: Database, reader: LocalReader, clock: StandingClock) -> None:
    await said(database, "可以刻字吗", "发票抬头写错了")
    assert (await collect(database, SHOP, reader, now=clock())).queued == 2
    assert (await collect(database, SHOP, reader, now=clock())).said == 0
    clock.pass_time(timedelta(minutes=5))
    first = (await database.read(SHOP, utterances.list_queue))[0]
    await database.write(SHOP, lambda scope: labelling.skip(scope, first.id, by="stf_lin"))
    await said(database, "可以刻字吗", "发票抬头写错了", "支持海外直邮吗")
    assert (await collect(database, SHOP, reader, now=clock())).queued == 1
    assert set(await queue(database)) == {"可以刻字吗", "发票抬头写错了", "支持海外直邮吗"} - {first.text}


async def test_lines_alike_stand_together_and_are_labelled_at_once(
    database: Database, reader: LocalReader, clock: StandingClock
) -> None:
    await said(database, "这个杯子可以刻字吗", "这件衣服可以刻字吗", "发票抬头写错了怎么办")
    await collect(database, SHOP, reader, now=clock())
    lines = {one.text: one for one in await database.read(SHOP, utterances.list_queue)}
    engraving = [lines["这个杯子可以刻字吗"], lines["这件衣服可以刻字吗"]]
    assert engraving[0].cluster == engraving[1].cluster != lines["发票抬头写错了怎么办"].cluster

    def whole(scope: Scope) -> int:
        return len(labelling.label(scope, engraving[0].id, "engraving", by="stf_lin", whole_cluster=True))

    assert await database.write(SHOP, whole) == 2
    assert await queue(database) == ["发票抬头写错了怎么办"]
    taken_back = await database.write(SHOP, lambda scope: labelling.undo(scope, by="stf_lin"))
    assert {one.text for one in taken_back} == {"这个杯子可以刻字吗", "这件衣服可以刻字吗"}
    assert len(await queue(database)) == 3


async def test_two_colleagues_at_the_same_line(database: Database, reader: LocalReader, clock: StandingClock) -> None:
    await said(database, "可以刻字吗")
    await collect(database, SHOP, reader, now=clock())
    (line,) = await database.read(SHOP, utterances.list_queue)
    for _ in range(2):  # a double click
        await database.write(SHOP, lambda scope: labelling.label(scope, line.id, "engraving", by="stf_lin"))
    with pytest.raises(Conflict, match="engraving"):
        await database.write(SHOP, lambda scope: labelling.label(scope, line.id, "product_info", by="stf_wu"))
    assert await database.write(SHOP, lambda scope: labelling.undo(scope, by="stf_wu")) == ()
    assert await database.read(SHOP, lambda scope: utterances.list_lines(scope, "train")) == [("可以刻字吗", "engraving")]


async def test_undo_goes_back_step_by_step(database: Database, reader: LocalReader, clock: StandingClock) -> None:
    await said(database, "可以刻字吗", "发票抬头写错了")
    await collect(database, SHOP, reader, now=clock())
    one, other = await database.read(SHOP, utterances.list_queue)
    await database.write(SHOP, lambda scope: labelling.label(scope, one.id, "engraving", by="stf_lin"))
    clock.pass_time(timedelta(seconds=1))
    await database.write(SHOP, lambda scope: labelling.skip(scope, other.id, by="stf_lin"))
    assert await queue(database) == []
    for expected in ([other.text], [one.text], []):
        back = await database.write(SHOP, lambda scope: labelling.undo(scope, by="stf_lin"))
        assert [line.text for line in back] == expected


# ── the lines ────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_frozen_lines_stay_until_they_are_moved(database: Database) -> None:
    line = await database.write(SHOP, lambda scope: labelling.add(scope, "能退吗", "return_request", by="stf_lin"))
    await database.write(SHOP, lambda scope: labelling.move(scope, [line.id], "test", by="stf_lin"))
    for act in (
        lambda scope: labelling.change(scope, line.id, text="能换吗", words="exchange_request", by="stf_lin"),
        lambda scope: labelling.delete(scope, [line.id], by="stf_lin"),
    ):
        with pytest.raises(NotAllowed):
            await database.write(SHOP, act)
    assert await database.read(SHOP, lambda scope: utterances.list_lines(scope, "test")) == [("能退吗", "return_request")]
    await database.write(SHOP, lambda scope: labelling.move(scope, [line.id], "train", by="stf_wu"))
    await database.write(SHOP, lambda scope: labelling.delete(scope, [line.id], by="stf_lin"))
    assert await database.read(SHOP, lambda scope: utterances.count_labelled(scope, LineFilter())) == 0


async def test_a_line_is_there_once(database: Database) -> None:
    await database.write(SHOP, lambda scope: labelling.add(scope, "能退吗", "return_request", by="stf_lin"))
    with pytest.raises(Conflict):
        await database.write(SHOP, lambda scope: labelling.add(scope, "能退嗎？", "greeting", by="stf_lin"))


@pytest.mark.parametrize("words", ["", "  ", "a" * 65, "-x", "a\x00b", "<b>", "a,b"])
def test_names_that_no_intent_can_have(words: str) -> None:
    with pytest.raises(Invalid):
        labelling.label_of(words)


@pytest.mark.parametrize(
    ("words", "label"), [("刻字 服务", "刻字_服务"), (" faq/language ", "faq/language"), ("a.b-c_1", "a.b-c_1")]
)
def test_names_of_a_shops_own_intents(words: str, label: str) -> None:
    assert labelling.label_of(words) == label


async def test_shipped_lines_follow_the_package_until_people_change_them(database: Database) -> None:
    def lines(*texts: str) -> list[ShippedLine]:
        return [ShippedLine(text, "greeting", "zh", "train") for text in texts]

    def texts(scope: Scope) -> list[str]:
        return [text for text, _ in utterances.list_lines(scope, "train")]

    async def sync(*wanted: str) -> int:
        return await database.write(SHOP, lambda scope: sync_shipped(scope, lines(*wanted)))

    assert await sync("你好", "您好", "在吗") == 3
    assert await sync("你好", "您好", "在吗") == 0
    by_text = {one.text: one.id for one in await database.read(SHOP, utterances.list_known)}
    await database.write(SHOP, lambda scope: labelling.delete(scope, [by_text["您好"]], by="stf_lin"))
    changed = by_text["在吗"]
    await database.write(SHOP, lambda scope: labelling.change(scope, changed, text="在不在", words="greeting", by="stf_lin"))
    assert await sync("你好", "您好", "在吗", "早") == 1
    assert await database.read(SHOP, texts) == ["你好", "在不在", "早"]
    assert await sync("您好") == 2  # 你好 and 早 are shipped no more
    assert await database.read(SHOP, texts) == ["在不在"]


async def test_lines_are_searched_and_filtered(database: Database) -> None:
    for text, label in (("能退吗", "return_request"), ("Return 100% cotton?", "return_request"), ("hello", "greeting")):
        await database.write(SHOP, partial(labelling.add, text=text, words=label, by="stf_lin"))

    async def found(**wanted: str) -> list[str]:
        lines = await database.read(SHOP, lambda scope: utterances.list_labelled(scope, LineFilter(**wanted)))
        return sorted(one.text for one in lines)

    assert await found(search="RETURN") == ["Return 100% cotton?"]
    assert await found(search="0%") == ["Return 100% cotton?"]
    assert await found(search="_") == []
    assert await found(label="return_request", language="zh") == ["能退吗"]
    assert await found(split="test") == []
    assert await database.read(SHOP, utterances.count_labels) == {
        "greeting": {"train": 1, "test": 0, "zh": 0, "en": 1}, "return_request": {"train": 2, "test": 0, "zh": 1, "en": 1},
    }  # fmt: skip
