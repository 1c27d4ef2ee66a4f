"""No passage crosses shops or audiences, whatever is edited, asked, rebuilt or restarted in whichever order; on every engine."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from xiaoer.db.engine import Database
from xiaoer.knowledge import store
from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.knowledge import Knowledge, Question
from xiaoer.knowledge.types import AUDIENCE_SEES, Article, ArticleText, Audience
from xiaoer.testing.search_api import PlayedElasticsearch, PlayedOpenSearch
from xiaoer.testing.server import PlayedServer
from xiaoer.testing.solr import PlayedSolr

DAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SHOPS = ("maple", "Maple", "spruce")
WORDS = ("运费", "发票", "保修", "postage", "invoice", "warranty")

shops = st.sampled_from(SHOPS)
numbers = st.integers(0, 3)
days = st.one_of(st.none(), st.integers(-2, 2).map(lambda by: (DAY + timedelta(days=by)).date()))
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)


class Walls(RuleBasedStateMachine):
    """Several shops with articles of the same ids and words. Each body says whose it is."""

    played: type[PlayedServer] | None = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.server = self.played() if self.played else None
        if self.server:
            self.server.start()
        self.database = self.run(Database.open(f"sqlite:///{self.folder.name}/records.sqlite3"))
        self.run(self.database.migrate())
        self.published: dict[tuple[str, str], Article] = {}
        self.knowledge = self.open()

    def run(self, waiting: Any) -> Any:
        return self.loop.run_until_complete(waiting)

    def open(self) -> Knowledge:
        access = Access(self.server.url, rest_s=0) if self.server else None
        return Knowledge.open(Path(self.folder.name) / "index", access)

    def teardown(self) -> None:
        self.knowledge.close()
        self.run(self.database.close())
        self.loop.close()
        if self.server:
            self.server.stop()
        self.folder.cleanup()

    @rule(shop=shops, number=numbers, title=texts, audience=st.sampled_from(get_args(Audience)),
          first=days, last=days, state=st.sampled_from(["published", "published", "draft", "archived"]))  # fmt: skip
    def edit(
        self, shop: str, number: int, title: str, audience: Any, first: date | None, last: date | None, state: Any
    ) -> None:
        article_id = f"a{number}"
        body = f"{shop} {audience} {title}"
        article = Article(
            article_id, "", audience, (), (ArticleText("zh", title, (), body),), 0, DAY, state, first, last
        )
        self.run(self.database.write(shop, partial(store.save_article, article=article)))
        self.published[shop, article_id] = article

    @rule(shop=shops, question=texts, reader=st.sampled_from(sorted(AUDIENCE_SEES)), by=st.integers(-3, 3))
    def ask(self, shop: str, question: str, reader: str, by: int) -> None:
        today = DAY + timedelta(days=by)
        answer = self.run(self.knowledge.ask(self.database, shop, Question(question, "zh", reader, today)))
        for hit in answer.hits:
            article = self.published[shop, hit.article_id]
            assert hit.body == article.texts[0].body, "another shop's, or an older text"
            assert article.state == "published"
            assert article.audience in AUDIENCE_SEES[reader]
            assert (article.valid_from or today.date()) <= today.date() <= (article.valid_to or today.date())
        wanted = set(question.split())
        open_to = [
            article for (owner, _), article in self.published.items()
            if owner == shop and article.state == "published" and article.audience in AUDIENCE_SEES[reader]
            and (article.valid_from or today.date()) <= today.date() <= (article.valid_to or today.date())
            and wanted & set(article.texts[0].title.split())
        ]  # fmt: skip
        assert {one.id for one in open_to} <= {hit.article_id for hit in answer.hits}, (
            "nothing that may be seen is missing"
        )

    @rule()
    def restart(self) -> None:
        self.knowledge.close()
        self.knowledge = self.open()

    @rule(shop=shops)
    def lose_the_index(self, shop: str) -> None:
        self.knowledge._engine.open(shop).drop()
        self.restart()

    @invariant()
    def the_records_are_whole(self) -> None:
        for shop in SHOPS:
            stored = self.run(self.database.read(shop, store.list_articles))
            assert {one.id for one in stored} == {article_id for owner, article_id in self.published if owner == shop}


@pytest.mark.parametrize(
    "played",
    [None, PlayedElasticsearch, PlayedOpenSearch, PlayedSolr],
    ids=lambda one: getattr(one, "scheme", "embedded"),
)
def test_nothing_crosses_shops_or_audiences(played: type[PlayedServer] | None) -> None:
    machine = type("Walls", (Walls,), {"played": played})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
