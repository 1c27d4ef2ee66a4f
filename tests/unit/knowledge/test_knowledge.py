"""The knowledge: an edit is found at once, nothing is lost by a crash, and nobody finds what is not theirs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StandingClock
from tests.unit.knowledge.articles import CLEANING, INVOICE, POSTAGE, TODAY, article
from xiaoer.db.engine import Database
from xiaoer.errors import IndexUnavailable, NotFound
from xiaoer.knowledge import store
from xiaoer.knowledge.index.embedded import EmbeddedIndex
from xiaoer.knowledge.knowledge import Knowledge, Question
from xiaoer.knowledge.types import Answer, Article

SHOP = "spruce"
only_sqlite = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def knowledge(folder: Path) -> Knowledge:
    return Knowledge.open(folder)


@pytest.fixture
async def stocked(database: Database) -> Database:
    await publish(database, POSTAGE, INVOICE, CLEANING)
    return database


async def publish(database: Database, *articles: Article, shop: str = SHOP) -> None:
    for one in articles:
        await database.write(shop, partial(store.save_article, article=one))


async def ask(
    database: Database, knowledge: Knowledge, question: str, *, shop: str = SHOP, language: str = "zh", **more: Any
) -> Answer:
    wanted = {"audience": "customer", "today": TODAY, **more}
    return await database.read(shop, lambda scope: knowledge.answer(scope, question, language=language, **wanted))


def found_in(answer: Answer) -> list[str]:
    return [hit.article_id for hit in answer.hits]


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [("运费怎么算", "zh", "postage"), ("how much is postage?", "en", "postage"), ("电子发票怎么开", "zh", "invoice"),
     ("電子發票怎麼開", "zh", "invoice"), ("cleaning a woollen coat", "en", "cleaning")],
)  # fmt: skip
async def test_a_question_finds_its_article(
    stocked: Database, knowledge: Knowledge, question: str, language: str, expected: str
) -> None:
    answer = await ask(stocked, knowledge, question, language=language)
    assert found_in(answer)[0] == expected
    hit = answer.hits[0]
    assert (hit.language, hit.version) == (language, 1)
    assert hit.body[hit.start : hit.end]
    assert 0 <= hit.score <= 1
    assert 0 <= answer.probability <= 1


async def test_an_edit_is_found_at_once(stocked: Database, knowledge: Knowledge) -> None:
    await ask(stocked, knowledge, "运费怎么算")
    title, body = "运费怎么算", "现在全场包邮。"
    await publish(stocked, article("postage", (title, body), None))
    answer = await ask(stocked, knowledge, "运费怎么算")
    assert answer.hits[0].body == body
    assert answer.hits[0].version == 2


async def test_the_words_of_an_older_version_are_gone(stocked: Database, knowledge: Knowledge) -> None:
    await ask(stocked, knowledge, "羊毛大衣怎么清洗")
    await publish(stocked, article("cleaning", ("皮鞋怎么保养", "皮鞋请上油。"), None))
    assert "cleaning" not in found_in(await ask(stocked, knowledge, "羊毛大衣"))
    assert found_in(await ask(stocked, knowledge, "皮鞋怎么保养"))[0] == "cleaning"


@pytest.mark.parametrize("state", ["draft", "archived"])
async def test_what_is_not_published_is_not_found(stocked: Database, knowledge: Knowledge, state: str) -> None:
    await ask(stocked, knowledge, "运费怎么算")
    await publish(stocked, replace(POSTAGE, state=state))  # type: ignore[arg-type]
    assert "postage" not in found_in(await ask(stocked, knowledge, "运费怎么算"))


async def test_an_unchanged_article_stays_as_it_is(stocked: Database) -> None:
    before = await stocked.read(SHOP, store.latest_change)
    await publish(stocked, POSTAGE)
    assert await stocked.read(SHOP, store.latest_change) == before
    assert (await stocked.read(SHOP, lambda scope: store.get_article(scope, "postage"))).version == 1


async def test_an_article_is_for_whom_it_says(stocked: Database, knowledge: Knowledge) -> None:
    await publish(stocked, article("secret", ("内部折扣码", "员工折扣码是 STAFF。"), None, audience="staff"))
    await publish(stocked, article("members", ("会员专享日", "会员日八折。"), None, audience="members"))
    for audience, seen in (("visitor", set()), ("customer", set()), ("member", {"members"}), ("staff", {"secret", "members"})):
        answers = [await ask(stocked, knowledge, question, audience=audience) for question in ("内部折扣码", "会员专享日")]
        assert {one for answer in answers for one in found_in(answer)} & {"secret", "members"} == seen, audience


@pytest.mark.parametrize(("day", "is_found"), [(10, False), (11, True), (20, True), (21, False)])
async def test_an_article_is_valid_on_its_days(stocked: Database, knowledge: Knowledge, day: int, *, is_found: bool) -> None:
    days = {"valid_from": date(2026, 11, 11), "valid_to": date(2026, 11, 20)}
    await publish(stocked, article("singles", ("双十一满减规则", "每满 300 减 50。"), None, **days))
    answer = await ask(stocked, knowledge, "双十一满减规则", today=datetime(2026, 11, day, 12, tzinfo=UTC))
    assert ("singles" in found_in(answer)) == is_found


async def test_shops_do_not_read_each_others_articles(stocked: Database, knowledge: Knowledge) -> None:
    await publish(stocked, article("postage", ("运费怎么算", "另一家店：一律 20 元。"), None), shop="maple")
    ours, theirs = await ask(stocked, knowledge, "运费怎么算"), await ask(stocked, knowledge, "运费怎么算", shop="maple")
    assert "99" in ours.hits[0].body
    assert "20" in theirs.hits[0].body
    assert found_in(await ask(stocked, knowledge, "电子发票怎么开", shop="maple")) != ["invoice"]
    assert (await ask(stocked, knowledge, "运费怎么算", shop="birch")).outcome == "unknown"


async def test_a_language_that_an_article_lacks_is_crossed_over(stocked: Database, knowledge: Knowledge) -> None:
    await publish(stocked, article("customs", None, ("Do I pay customs duty", "Parcels abroad may cost customs duty.")))
    answer = await ask(stocked, knowledge, "customs duty 要交吗")
    hits = [hit for hit in answer.hits if hit.article_id == "customs"]
    assert not hits or hits[0].language == "en"


@pytest.mark.parametrize("question", ["", "？", "👍", "的了吗", "\x00", "xqzv", "a" * 5000])
async def test_what_asks_nothing_is_unknown(stocked: Database, knowledge: Knowledge, question: str) -> None:
    assert (await ask(stocked, knowledge, question)).outcome == "unknown"


# ── the index is only a copy: whatever happens to it, the records make it whole again ─────────────────────────────────
@only_sqlite
async def test_the_index_survives_closing_and_opening(stocked: Database, knowledge: Knowledge, folder: Path) -> None:
    before = await ask(stocked, knowledge, "运费怎么算")
    knowledge.close()
    assert await ask(stocked, Knowledge.open(folder), "运费怎么算") == before


@only_sqlite
async def test_what_changed_while_it_was_closed_is_found(stocked: Database, knowledge: Knowledge, folder: Path) -> None:
    await ask(stocked, knowledge, "运费怎么算")
    knowledge.close()
    await publish(stocked, article("postage", ("运费怎么算", "现在全场包邮。"), None))
    await publish(stocked, article("gift", ("可以代写贺卡吗", "可以，下单时备注。"), None))
    again = Knowledge.open(folder)
    assert (await ask(stocked, again, "运费怎么算")).hits[0].body == "现在全场包邮。"
    assert found_in(await ask(stocked, again, "可以代写贺卡吗"))[0] == "gift"


@only_sqlite
async def test_a_crash_between_the_index_and_its_stamp_loses_and_doubles_nothing(
    stocked: Database, knowledge: Knowledge, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(stocked, knowledge, "运费怎么算")
    await publish(stocked, article("postage", ("运费怎么算", "现在全场包邮。"), None))
    with monkeypatch.context() as killed:
        killed.setattr(Path, "replace", _die)
        with pytest.raises(Killed):
            await ask(stocked, knowledge, "运费怎么算")
    again = Knowledge.open(folder)
    answer = await ask(stocked, again, "运费怎么算")
    assert answer.hits[0].body == "现在全场包邮。"
    assert found_in(answer).count("postage") == 1
    assert documents_of(again, "postage") == 2, "title and body, once each"


class Killed(BaseException):
    """As if the process ended here."""


def _die(*_: object) -> None:
    raise Killed


def documents_of(knowledge: Knowledge, article_id: str) -> int:
    """How many entries the engine holds of an article."""
    held = knowledge._shelves[SHOP].index
    assert isinstance(held, EmbeddedIndex)
    index = held._index
    query = index.parse_query(f'article:"{article_id}"', ["article"])
    return len(index.searcher().search(query, 100).hits)


def _cut_short(folder: Path) -> None:
    for path in folder.iterdir():
        if path.suffix not in (".json", ".lock"):
            path.write_bytes(path.read_bytes()[:10])


def _spoil_meta(folder: Path) -> None:
    (folder / "meta.json").write_text("{")


def _lose_files(folder: Path) -> None:
    for path in folder.iterdir():
        if path.suffix in (".idx", ".store", ".term"):
            path.unlink()


def _old_format(folder: Path) -> None:
    (folder / "xiaoer.json").write_text('{"format": 0, "applied": 3}')


def _no_stamp(folder: Path) -> None:
    (folder / "xiaoer.json").unlink()


def _from_the_future(folder: Path) -> None:
    stamp = folder / "xiaoer.json"
    stamp.write_text(stamp.read_text().replace('"applied": 3', '"applied": 300'))


@only_sqlite
@pytest.mark.parametrize("damage", [_cut_short, _spoil_meta, _lose_files, _old_format, _no_stamp, _from_the_future])
async def test_a_damaged_index_is_made_anew(
    stocked: Database, knowledge: Knowledge, folder: Path, damage: Callable[[Path], None]
) -> None:
    await ask(stocked, knowledge, "运费怎么算")
    knowledge.close()
    damage(folder / SHOP)
    again = Knowledge.open(folder)
    assert found_in(await ask(stocked, again, "运费怎么算"))[0] == "postage"
    await publish(stocked, article("gift", ("可以代写贺卡吗", "可以，下单时备注。"), None))
    assert found_in(await ask(stocked, again, "可以代写贺卡吗"))[0] == "gift"


@only_sqlite
async def test_what_a_cut_off_commit_left_stands_in_nobodys_way(stocked: Database, knowledge: Knowledge, folder: Path) -> None:
    """Killed with -9 between the file of what was deleted and the list of files, tantivy takes the same name again and gives up."""
    await ask(stocked, knowledge, "运费怎么算")
    knowledge.close()
    (segment,) = {path.name.split(".")[0] for path in (folder / SHOP).glob("*.idx")}
    opstamp = json.loads((folder / SHOP / "meta.json").read_text())["opstamp"]
    for ahead in range(1, 40):
        (folder / SHOP / f"{segment}.{opstamp + ahead}.del").write_bytes(b"half")
    (folder / SHOP / f"{'0' * 32}.idx").write_bytes(b"half")
    await publish(stocked, article("postage", ("运费怎么算", "现在全场包邮。"), None))
    again = Knowledge.open(folder)
    assert (await ask(stocked, again, "运费怎么算")).hits[0].body == "现在全场包邮。"
    assert documents_of(again, "postage") == 2
    assert not (folder / SHOP / f"{'0' * 32}.idx").exists()


@only_sqlite
async def test_an_index_that_cannot_be_written_is_made_anew(stocked: Database, knowledge: Knowledge, folder: Path) -> None:
    await ask(stocked, knowledge, "运费怎么算")
    (segment,) = {path.name.split(".")[0] for path in (folder / SHOP).glob("*.idx")}
    opstamp = json.loads((folder / SHOP / "meta.json").read_text())["opstamp"]
    for ahead in range(1, 40):
        (folder / SHOP / f"{segment}.{opstamp + ahead}.del").write_bytes(b"half")
    await publish(stocked, article("postage", ("运费怎么算", "现在全场包邮。"), None))
    with pytest.raises(IndexUnavailable):
        await ask(stocked, knowledge, "运费怎么算")
    assert (await ask(stocked, knowledge, "运费怎么算")).hits[0].body == "现在全场包邮。"
    assert found_in(await ask(stocked, knowledge, "电子发票怎么开"))[0] == "invoice"


@only_sqlite
async def test_a_folder_that_cannot_be_used_is_told(stocked: Database, folder: Path) -> None:
    knowledge = Knowledge.open(folder)
    (folder / SHOP).write_text("a file where a folder should be")
    with pytest.raises(IndexUnavailable) as caught:
        await ask(stocked, knowledge, "运费怎么算")
    assert str(folder) in caught.value.zh


async def test_many_ask_while_one_edits(stocked: Database, knowledge: Knowledge) -> None:
    async def edit() -> None:
        for number in range(10):
            await publish(stocked, article("postage", ("运费怎么算", f"第 {number} 版。"), None))

    async def keep_asking(number: int) -> None:
        for _ in range(10):
            if number % 2:
                assert found_in(await ask(stocked, knowledge, "运费怎么算"))[0] == "postage"
            else:
                question = Question("运费怎么算", "zh", "customer", TODAY)
                assert found_in(await knowledge.ask(stocked, SHOP, question))[0] == "postage"

    await asyncio.gather(edit(), *(keep_asking(number) for number in range(4)))
    assert (await ask(stocked, knowledge, "运费怎么算")).hits[0].body == "第 9 版。"


async def test_what_was_fitted_stays_ready_after_an_edit(stocked: Database, knowledge: Knowledge, folder: Path) -> None:
    """An edit that nobody asked about must not make the next start learn anew."""
    assert not await stocked.read(SHOP, knowledge.is_ready)
    await stocked.read(SHOP, lambda scope: knowledge.fit(scope))
    await publish(stocked, article("gift", ("可以代写贺卡吗", "可以，下单时备注。"), None))
    again = Knowledge.open(folder)
    assert await stocked.read(SHOP, again.is_ready)
    assert found_in(await ask(stocked, again, "可以代写贺卡吗"))[0] == "gift"


@pytest.mark.parametrize("count", [2, 3])
async def test_processes_on_one_database_find_each_others_edits(
    database_url: str, tmp_path: Path, clock: StandingClock, count: int
) -> None:
    """Each has its own connection, its own folder and its own memory, as two servers have."""
    bases = [await Database.open(database_url, clock=clock) for _ in range(count)]
    await bases[0].migrate()
    knowledges = [Knowledge.open(tmp_path / f"index-{number}") for number in range(count)]
    for turn in range(6):
        body = f"第 {turn} 版。"
        await publish(bases[turn % count], article("postage", ("运费怎么算", body), None))
        await publish(bases[turn % count], article(f"gift{turn}", (f"可以代写贺卡{turn}吗", "可以。"), None))
        if turn > 2:
            await publish(bases[turn % count], article(f"gift{turn - 2}", ("不在了", "不在了。"), None, state="archived"))
        for base, one in zip(bases, knowledges, strict=True):
            question = Question("运费怎么算", "zh", "customer", TODAY)
            assert (await one.ask(base, SHOP, question)).hits[0].body == body
            gifts = await one.ask(base, SHOP, Question("可以代写贺卡吗", "zh", "customer", TODAY))
            assert f"gift{turn}" in found_in(gifts)
            assert turn <= 2 or f"gift{turn - 2}" not in found_in(gifts)
    for base in bases:
        await base.close()


async def test_two_who_edit_at_once_take_two_numbers(stocked: Database) -> None:
    new = [article(f"new-{number}", ("标题", "正文"), None) for number in range(8)]
    await asyncio.gather(*(publish(stocked, one) for one in new))
    changed = await stocked.read(SHOP, lambda scope: store.list_changed(scope, after=3))
    assert {one.id for one in changed} == {one.id for one in new}


async def test_an_article_comes_back_as_it_went(database: Database) -> None:
    days = {"valid_from": date(2026, 11, 11), "valid_to": None, "intents": ("campaign_rules",), "audience": "members"}
    full = replace(article("x", ("标题", "正文 **粗**"), ("Title", "Body"), **days), state="draft")
    stored = await database.write(SHOP, lambda scope: store.save_article(scope, full))
    assert await database.read(SHOP, lambda scope: store.get_article(scope, "x")) == stored
    assert replace(stored, version=0, updated_at=TODAY) == full
    with pytest.raises(NotFound):
        await database.read(SHOP, lambda scope: store.get_article(scope, "y"))


