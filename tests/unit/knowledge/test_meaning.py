"""Articles found by meaning: an encoder of a few words that are one to it, vectors in the records, filters that hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.knowledge.articles import CLEANING, INVOICE, POSTAGE, TODAY, article
from xiaoer.db.copy import list_tables
from xiaoer.db.engine import Database
from xiaoer.knowledge import store
from xiaoer.knowledge.index.port import Sees
from xiaoer.knowledge.knowledge import Knowledge, Question
from xiaoer.knowledge.store_vectors import Stored, list_vectors, save_vectors
from xiaoer.knowledge.types import Answer, Article
from xiaoer.knowledge.vectors import Encoding, Floats, Vectors, stretches_of, texts_of

SHOP = "spruce"
MEANINGS = (
    "postage shipping freight courier delivery",
    "invoice receipt bill",
    "clean wash laundry",
    "coat jacket parka",
)


class Told:
    """An encoder that knows English words of four meanings, and counts what it was asked for."""

    def __init__(self, name: str = "told") -> None:
        self.texts: list[str] = []
        self.encoding = Encoding(name, len(MEANINGS) + 1, self.embed, lambda text: 0.0 if text.isascii() else 1.0)

    def embed(self, texts: Sequence[str]) -> Floats:
        self.texts += texts
        rows = [[*(sum(word in text.lower() for word in one.split()) for one in MEANINGS), 0.1] for text in texts]
        found = np.array(rows, dtype=np.float32).reshape(len(texts), len(MEANINGS) + 1)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


Start = Callable[[Told], Knowledge]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def one(told: Told) -> Knowledge:
            knowledge = Knowledge.open(tmp_path / "index", encoding=told.encoding)
            stack.callback(knowledge.close)
            return knowledge

        yield one


@pytest.fixture
async def stocked(database: Database) -> Database:
    await publish(database, POSTAGE, INVOICE, CLEANING)
    return database


async def publish(database: Database, *articles: Article) -> None:
    for one in articles:
        await database.write(SHOP, partial(store.save_article, article=one))


async def ask(
    database: Database, knowledge: Knowledge, question: str, audience: str = "customer", **more: Any
) -> Answer:
    return await knowledge.ask(database, SHOP, Question(question, "en", audience, more.get("today", TODAY)))


def found_in(answer: Answer) -> list[str]:
    return [hit.article_id for hit in answer.hits]


async def test_a_question_without_a_common_word_finds_its_article(stocked: Database, start: Start) -> None:
    knowledge = start(Told())
    assert found_in(await ask(stocked, knowledge, "freight by courier"))[0] == "postage"
    assert found_in(await ask(stocked, knowledge, "send me a receipt"))[0] == "invoice"
    assert found_in(await ask(stocked, knowledge, "laundry of my parka"))[0] == "cleaning"


async def test_an_edit_is_found_by_meaning_at_once_and_only_its_new_texts_are_encoded(
    stocked: Database, start: Start
) -> None:
    told = Told()
    knowledge = start(told)
    await ask(stocked, knowledge, "freight")
    told.texts.clear()
    assert POSTAGE.texts[1].title
    moved = replace(POSTAGE, texts=(POSTAGE.texts[0], replace(POSTAGE.texts[1], similar=("Who washes my jacket",))))
    await publish(stocked, moved)
    assert found_in(await ask(stocked, knowledge, "laundry parka"))[0] in ("postage", "cleaning")
    assert sorted(told.texts) == ["Who washes my jacket", "laundry parka"]
    await publish(stocked, replace(moved, state="archived"))
    assert "postage" not in found_in(await ask(stocked, knowledge, "freight by courier"))


async def test_a_restart_encodes_nothing_again(stocked: Database, start: Start) -> None:
    await ask(stocked, start(Told()), "freight")
    again = Told()
    assert found_in(await ask(stocked, start(again), "courier"))[0] == "postage"
    assert again.texts == ["courier"]


async def test_another_encoder_makes_its_own(stocked: Database, start: Start) -> None:
    await ask(stocked, start(Told("one")), "freight")
    other = Told("two")
    await ask(stocked, start(other), "freight")
    assert len(other.texts) > 3
    kept = await stocked.read(SHOP, lambda scope: list_vectors(scope, "one", ["postage"]))
    assert kept == ()


async def test_what_the_encoder_does_not_know_is_left_to_the_words(stocked: Database, start: Start) -> None:
    told = Told()
    knowledge = start(told)
    await ask(stocked, knowledge, "freight")
    assert all(text.isascii() for text in told.texts), "no Chinese text was given to it"
    answer = await knowledge.ask(stocked, SHOP, Question("运费怎么算", "zh", "customer", TODAY))
    assert found_in(answer)[0] == "postage"
    assert all(text.isascii() for text in told.texts)


async def test_an_article_in_another_language_is_not_pushed_away(stocked: Database, start: Start) -> None:
    await publish(stocked, article("zh-only", ("国际 customs duty 关税", "请自付关税。"), None))
    assert "zh-only" in found_in(await ask(stocked, start(Told()), "customs duty"))


async def test_many_are_encoded_in_the_background(stocked: Database, start: Start) -> None:
    numbers = range(40)
    await publish(stocked, *(article(f"a{n}", None, (f"Matter {n}", "Something about wool.")) for n in numbers))
    await publish(stocked, article("late", None, ("Parka", "A jacket.")))
    knowledge = start(Told())
    assert found_in(await ask(stocked, knowledge, "matter 7"))
    await asyncio.gather(*knowledge._filling.values())
    assert "late" in found_in(await ask(stocked, knowledge, "coat"))
    kept = await stocked.read(SHOP, lambda scope: list_vectors(scope, "told", [f"a{n}" for n in numbers]))
    assert len(kept) == 40


@pytest.mark.parametrize(("audience", "days", "is_found"), [
    ("all", (None, None), True), ("staff", (None, None), False), ("members", (None, None), False),
    ("all", (date(2026, 11, 24), None), False), ("all", (None, date(2026, 11, 22)), False),
    ("all", (date(2026, 11, 23), date(2026, 11, 23)), True),
])  # fmt: skip
async def test_meaning_keeps_to_who_may_see_what(
    stocked: Database, start: Start, audience: Any, days: tuple[date | None, date | None], *, is_found: bool
) -> None:
    secret = article("secret", None, ("Freight bill", "x"), audience=audience, valid_from=days[0], valid_to=days[1])
    await publish(stocked, secret)
    assert ("secret" in found_in(await ask(stocked, start(Told()), "courier receipt"))) == is_found


async def test_vectors_come_back_as_they_went(database: Database) -> None:
    rows = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)
    kept = [Stored("a", ("x", "y", "z"), rows), Stored("b", (), rows[:0])]
    await database.write(SHOP, lambda scope: save_vectors(scope, "e", kept))
    found = await database.read(SHOP, lambda scope: list_vectors(scope, "e", ["a", "b", "c"]))
    by_id = {one.article_id: one for one in found}
    assert by_id["a"].digests == ("x", "y", "z")
    assert np.allclose(by_id["a"].rows, rows, atol=2e-3)
    assert by_id["b"].digests == ()
    assert await database.read("maple", lambda scope: list_vectors(scope, "e", ["a"])) == ()


def test_a_copy_of_the_records_goes_without_them() -> None:
    assert "article_vectors" not in {table.name for table in list_tables()}


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.sampled_from(["all", "members", "staff"])), max_size=40)
)
def test_rows_follow_edits_however_they_come(edits: list[tuple[int, int, Any]]) -> None:
    """Against the plain way: compare with every row of every article that may be seen."""
    luck = np.random.default_rng(0)
    vectors = Vectors(4)
    held: dict[str, tuple[str, Floats]] = {}
    for number, count, audience in edits:
        one = article(f"a{number}", None, ("t", "b"), audience=audience)
        rows = luck.normal(size=(count * 9, 4)).astype(np.float32)
        vectors.put(one, [f"a{number}/en/similar/{n}" for n in range(count * 9)], rows)
        held[one.id] = (audience, rows)
    question = luck.normal(size=4).astype(np.float32)
    near = vectors.near(question, Sees(("all", "members"), date(2026, 11, 24)))
    expected = {
        one: float((rows @ question).max())
        for one, (audience, rows) in held.items()
        if len(rows) and audience != "staff"
    }
    expected = {one: value for one, value in expected.items() if value > -1}
    assert set(near.best()) == set(expected)
    for article_id, value in expected.items():
        assert near.of([article_id])[0] == pytest.approx(value, abs=1e-5)


@given(st.text(max_size=3000))
def test_stretches_hold_every_word(text: str) -> None:
    stretches = stretches_of(text)
    assert all(stretch.strip() for stretch in stretches)
    if len(text) < 2000:
        assert sorted("".join("".join(stretches).split())) == sorted("".join(text.split()))


def test_an_archived_article_has_no_texts() -> None:
    assert texts_of(replace(POSTAGE, state="archived")) == []
    assert [key.split("/", 1)[1] for key, _ in texts_of(POSTAGE)] == [
        "zh/title/0",
        "zh/body/0",
        "en/title/0",
        "en/body/0",
    ]
