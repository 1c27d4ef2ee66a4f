"""What goes wrong between us and an engine over the network: busy, slow, gone, another product, a wrong password."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from tests.unit.knowledge.articles import CLEANING, INVOICE, POSTAGE, TODAY, article
from xiaoer.db.engine import Database
from xiaoer.errors import ConfigurationError, IndexUnavailable
from xiaoer.knowledge import store
from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.index.engines import open_engine
from xiaoer.knowledge.index.port import Index
from xiaoer.knowledge.knowledge import Knowledge, Question
from xiaoer.knowledge.types import Answer, Article
from xiaoer.testing.index_contract import entry, ids
from xiaoer.testing.search_api import PlayedElasticsearch, PlayedOpenSearch
from xiaoer.testing.server import PlayedServer, Request, Response
from xiaoer.testing.solr import PlayedSolr

SHOP = "spruce"
OpenIndex = Callable[[Access], Index]
Start = Callable[[], Knowledge]
PLAYED = (PlayedElasticsearch, PlayedOpenSearch, PlayedSolr)
BUSY = Response(
    429, {"error": {"type": "es_rejected_execution_exception", "reason": "rejected execution"}, "status": 429}
)


@pytest.fixture(params=PLAYED, ids=lambda one: one.scheme)
def server(request: pytest.FixtureRequest) -> Iterator[PlayedServer]:
    with request.param(user="xiaoer", password="hunter2") as played:
        yield played


@pytest.fixture
def access(server: PlayedServer) -> Access:
    return Access(server.url, timeout_s=2, rest_s=0)


@pytest.fixture
def open_index() -> Iterator[OpenIndex]:
    """Opens the shop's index in an engine, which is closed in the end."""
    with ExitStack() as stack:

        def open_one(access: Access) -> Index:
            engine = open_engine(Path(), access)
            stack.callback(engine.close)
            return engine.open(SHOP)

        yield open_one


@pytest.fixture
def open_knowledge(tmp_path: Path, access: Access) -> Iterator[Start]:
    """Each call is another process with a folder of its own."""
    with ExitStack() as stack:

        def open_one() -> Knowledge:
            knowledge = Knowledge.open(Path(mkdtemp(dir=tmp_path)), access)
            stack.callback(knowledge.close)
            return knowledge

        yield open_one


def is_search(request: Request) -> bool:
    return request.path.endswith(("/_search", "/query"))


def is_write(request: Request) -> bool:
    return request.path.endswith(("/_bulk", "/update"))


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_engine_is_asked_again(server: PlayedServer, access: Access, open_index: OpenIndex, status: int) -> None:
    index = open_index(access)
    server.fail(Response(status, "busy", {"Retry-After": "0"}), times=2, fits=is_write)
    index.rebuild([entry("a", ["word"])], applied=1)
    server.fail(Response(status, {}), times=1, fits=is_search)
    assert ids(index.find(["word"])) == ["a"]


def test_one_that_stays_busy_is_given_up_and_then_left_alone(server: PlayedServer, open_index: OpenIndex) -> None:
    index = open_index(Access(server.url, timeout_s=1, rest_s=60))
    index.rebuild([entry("a", ["word"])], applied=1)
    server.fail(BUSY, times=100, fits=is_search)
    with pytest.raises(IndexUnavailable, match="429"):
        index.find(["word"])
    asked = len(server.requests)
    with pytest.raises(IndexUnavailable, match="a moment ago"):
        index.find(["word"])
    assert len(server.requests) == asked, "nobody waits for it again so soon"


def test_a_cut_connection_is_tried_again(server: PlayedServer, access: Access, open_index: OpenIndex) -> None:
    index = open_index(access)
    index.rebuild([entry("a", ["word"])], applied=1)
    server.fail(None, times=1, fits=is_search)
    assert ids(index.find(["word"])) == ["a"]


def test_what_it_refuses_is_told_and_not_repeated(server: PlayedServer, access: Access, open_index: OpenIndex) -> None:
    index = open_index(access)
    index.rebuild([entry("a", ["word"])], applied=1)
    server.fail(server.refuse(400, "all shards failed"), times=1, fits=is_search)
    with pytest.raises(IndexUnavailable, match="400: all shards failed") as caught:
        index.find(["word"])
    assert "hunter2" not in caught.value.en + caught.value.zh
    assert server.url.rpartition("@")[2].partition("/")[0] in caught.value.zh


@pytest.mark.parametrize("played", PLAYED, ids=lambda one: one.scheme)
def test_a_wrong_password_is_told_without_it(played: type[PlayedServer], open_index: OpenIndex) -> None:
    with played(user="xiaoer", password="right") as server:
        index = open_index(Access(server.url.replace("right", "wrong")))
        with pytest.raises(IndexUnavailable, match="401") as caught:
            index.read_applied()
    assert "wrong" not in caught.value.en


@pytest.mark.parametrize(
    ("played", "token"),
    [(PlayedElasticsearch, "ApiKey k3y"), (PlayedOpenSearch, "Bearer k3y"), (PlayedSolr, "Bearer k3y")],
)
def test_a_key_goes_in_place_of_a_password(played: type[PlayedServer], token: str, open_index: OpenIndex) -> None:
    with played(token=token) as server:
        index = open_index(Access(server.url, api_key="k3y"))
        index.rebuild([entry("a", ["word"])], applied=1)
        assert ids(index.find(["word"])) == ["a"]


@pytest.mark.parametrize(
    ("played", "scheme", "hint"),
    [(PlayedOpenSearch, "elasticsearch", "opensearch://"), (PlayedElasticsearch, "opensearch", "elasticsearch://"),
     (PlayedElasticsearch, "solr", "no Solr")],
)  # fmt: skip
def test_another_product_is_told(played: type[PlayedServer], scheme: str, hint: str, open_index: OpenIndex) -> None:
    with played() as server:
        url = scheme + server.url[server.url.index("://") :]
        with pytest.raises(IndexUnavailable, match=hint):
            open_index(Access(url)).read_applied()


def test_solr_without_its_cloud_is_told(open_index: OpenIndex) -> None:
    with PlayedSolr(mode="std") as server, pytest.raises(IndexUnavailable, match="start -c"):
        open_index(Access(server.url)).read_applied()


@pytest.mark.parametrize("played", [PlayedElasticsearch, PlayedOpenSearch], ids=lambda one: one.scheme)
class TestBulk:
    def test_only_what_was_too_much_is_sent_again(self, played: Any, open_index: OpenIndex) -> None:
        with played() as server:
            index = open_index(Access(server.url))
            index.rebuild([entry("z", ["other"])], applied=1)
            server.busy_items = 3
            server.requests.clear()
            index.replace({name: 1 for name in "abcde"}, [entry(name, ["word"]) for name in "abcde"], applied=2)
            sent = [len(one.lines) // 2 for one in server.requests if is_write(one)]
            assert sent == [5, 3, 1], "five entries, three again, the stamp"
            assert sorted(ids(index.find(["word"]))) == list("abcde")

    def test_one_that_is_refused_stops_the_change(self, played: Any, open_index: OpenIndex) -> None:
        with played() as server:
            index = open_index(Access(server.url))
            index.rebuild([entry("z", ["other"])], applied=1)
            with pytest.raises(IndexUnavailable, match="is not allowed"):
                index.replace({"x" * 600: 1}, [entry("x" * 600, ["word"])], applied=2)
            assert index.read_applied() == 1, "so it is tried again"

    def test_a_part_of_an_answer_is_none(self, played: Any, open_index: OpenIndex) -> None:
        with played() as server:
            index = open_index(Access(server.url))
            shards = {"total": 1, "successful": 0, "skipped": 0, "failed": 1}
            part = {"took": 1, "timed_out": False, "_shards": shards, "hits": {"hits": []}}
            server.fail(Response(200, part), fits=is_search)
            with pytest.raises(IndexUnavailable, match="part"):
                index.find(["word"])

    def test_a_name_without_its_alias_is_not_written_to(self, played: Any, open_index: OpenIndex) -> None:
        with played() as server:
            index = open_index(Access(server.url))
            with pytest.raises(IndexUnavailable, match="404"):
                index.replace({"a": 1}, [entry("a", ["word"])], applied=1)
            assert server.indexes == {}


def test_builds_that_were_given_up_are_swept(open_index: OpenIndex) -> None:
    with PlayedElasticsearch() as server:
        index = open_index(Access(server.url))
        server.fail(None, times=100, fits=lambda one: one.method in ("DELETE",) or is_write(one))
        with pytest.raises(IndexUnavailable):
            index.rebuild([entry("a", ["word"])], applied=1)
        (left,) = server.indexes
        server.indexes[left].created_ms -= 2 * 3_600_000
        server._troubles.clear()
        again = open_index(Access(server.url))
        again.rebuild([entry("a", ["word"])], applied=1)
        assert left not in server.indexes
        assert ids(again.find(["word"])) == ["a"]


@pytest.mark.parametrize("url", ["mysql://x", "elasticsearch://", "solr:/x", "http://localhost:9200"])
def test_an_url_of_no_engine_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="XIAOER_INDEX_URL"):
        open_engine(tmp_path, Access(url))


def test_a_certificate_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(ConfigurationError, match="XIAOER_INDEX_CA"):
        open_engine(tmp_path, Access("opensearch+https://localhost:1", ca_file=str(tmp_path / "ca.pem")))


# ── the knowledge on such an engine ───────────────────────────────────────────────────────────────────────────────────
async def publish(database: Database, *articles: Article) -> None:
    for one in articles:
        await database.write(SHOP, partial(store.save_article, article=one))


async def ask(database: Database, knowledge: Knowledge, question: str) -> Answer:
    return await knowledge.ask(database, SHOP, Question(question, "zh", "customer", TODAY))


def first(answer: Answer) -> str:
    return answer.hits[0].article_id


@pytest.fixture
async def stocked(database: Database) -> Database:
    await publish(database, POSTAGE, INVOICE, CLEANING)
    return database


def moved(body: str) -> Article:
    return article("postage", ("运费怎么算", body), None)


async def test_an_edit_is_found_by_the_next_question(stocked: Database, open_knowledge: Start) -> None:
    knowledge = open_knowledge()
    assert first(await ask(stocked, knowledge, "运费怎么算")) == "postage"
    await publish(stocked, moved("现在全场包邮。"), article("gift", ("可以代写贺卡吗", "可以。"), None))
    assert (await ask(stocked, knowledge, "运费怎么算")).hits[0].body == "现在全场包邮。"
    assert first(await ask(stocked, knowledge, "可以代写贺卡吗")) == "gift"


async def test_while_it_is_down_edits_wait_and_nothing_is_lost(
    stocked: Database, server: PlayedServer, open_knowledge: Start
) -> None:
    knowledge = open_knowledge()
    await ask(stocked, knowledge, "运费怎么算")
    server.stop()
    with pytest.raises(IndexUnavailable):
        await ask(stocked, knowledge, "运费怎么算")
    await publish(stocked, moved("现在全场包邮。"), article("gift", ("可以代写贺卡吗", "可以。"), None))
    with pytest.raises(IndexUnavailable):
        await ask(stocked, knowledge, "可以代写贺卡吗")
    server.start()
    assert first(await ask(stocked, knowledge, "可以代写贺卡吗")) == "gift"
    assert (await ask(stocked, knowledge, "运费怎么算")).hits[0].body == "现在全场包邮。"


async def test_one_that_goes_down_in_the_middle_of_a_change_gets_all_of_it_later(
    stocked: Database, server: PlayedServer, open_knowledge: Start
) -> None:
    knowledge = open_knowledge()
    await ask(stocked, knowledge, "运费怎么算")
    await publish(stocked, article("gift", ("可以代写贺卡吗", "可以。"), None))
    for name in ("_delete_by_query", "_refresh", "update"):
        server.fail(None, times=4, fits=lambda one, name=name: one.path.endswith(name))  # type: ignore[misc]
    with pytest.raises(IndexUnavailable):
        await ask(stocked, knowledge, "可以代写贺卡吗")
    server._troubles.clear()
    assert first(await ask(stocked, open_knowledge(), "可以代写贺卡吗")) == "gift"
    assert first(await ask(stocked, knowledge, "可以代写贺卡吗")) == "gift"


async def test_two_processes_share_it(stocked: Database, server: PlayedServer, open_knowledge: Start) -> None:
    one, two = (open_knowledge() for _ in range(2))
    for turn in range(4):
        await publish(
            stocked, moved(f"第 {turn} 版。"), article(f"gift{turn}", (f"可以代写贺卡{turn}吗", "可以。"), None)
        )
        for knowledge in (one, two) if turn % 2 else (two, one):
            assert (await ask(stocked, knowledge, "运费怎么算")).hits[0].body == f"第 {turn} 版。"
            assert f"gift{turn}" in [hit.article_id for hit in (await ask(stocked, knowledge, "可以代写贺卡吗")).hits]
    written = [request for request in server.requests if is_write(request)]
    assert len(written) < 40, "the second one finds that the first has fed it"


async def test_an_index_that_was_taken_away_is_made_anew(stocked: Database, server: Any, open_knowledge: Start) -> None:
    knowledge = open_knowledge()
    await ask(stocked, knowledge, "运费怎么算")
    getattr(server, "indexes", {}).clear()
    getattr(server, "collections", {}).clear()
    getattr(server, "aliases", {}).clear()
    await publish(stocked, moved("现在全场包邮。"))
    assert first(await ask(stocked, knowledge, "怎么开电子发票")) == "invoice"
    assert (await ask(stocked, knowledge, "运费怎么算")).hits[0].body == "现在全场包邮。"


async def test_records_out_of_a_backup_are_what_counts(
    stocked: Database, access: Access, open_index: OpenIndex, open_knowledge: Start
) -> None:
    index = open_index(access)
    index.rebuild([entry("ghost", ["幽", "灵", "幽灵"])], applied=900)
    knowledge = open_knowledge()
    assert first(await ask(stocked, knowledge, "运费怎么算")) == "postage"
    assert (await ask(stocked, knowledge, "幽灵")).outcome == "unknown"
    assert index.read_applied() == 3
