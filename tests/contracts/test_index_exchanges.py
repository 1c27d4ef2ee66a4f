"""What is sent to each engine, and what its answers are taken for, in the form that the projects document.

Not recorded from a server, for none was at hand: the requests are written down as the interface descriptions allow them
(rest-api-spec of Elasticsearch and OpenSearch; Solr's reference guide), the answers as their documentation and their clients'
tests show them, with the parts that we do not read and values of our own. A request that changes shape fails here, and
somebody must look it up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xiaoer.errors import IndexUnavailable
from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.index.engines import open_engine
from xiaoer.knowledge.index.port import FORMAT, Engine, Sees
from xiaoer.testing.index_contract import entry
from xiaoer.testing.server import PlayedServer, Request, Response

SEES = Sees(("all", "members"), date(2026, 11, 24))
DAY = date(2026, 11, 24).toordinal()
PRODUCT = {"X-elastic-product": "Elasticsearch"}
ROOT = {
    "name": "es01",
    "cluster_name": "docker-cluster",
    "cluster_uuid": "a-cluster",
    "version": {
        "number": "8.17.0",
        "build_flavor": "default",
        "build_type": "docker",
        "build_date": "2024-12-11T12:08:05Z",
        "build_snapshot": False,
        "lucene_version": "9.12.0",
        "minimum_wire_compatibility_version": "7.17.0",
        "minimum_index_compatibility_version": "7.0.0",
    },
    "tagline": "You Know, for Search",
}
NO_INDEX = {
    "error": {
        "root_cause": [
            {"type": "index_not_found_exception", "reason": "no such index [xiaoer_spruce]", "index": "xiaoer_spruce"}
        ],
        "type": "index_not_found_exception",
        "reason": "no such index [xiaoer_spruce]",
        "resource.type": "index_or_alias",
        "resource.id": "xiaoer_spruce",
        "index_uuid": "_na_",
        "index": "xiaoer_spruce",
    },
    "status": 404,
}
FOUND = {
    "took": 5,
    "timed_out": False,
    "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
    "hits": {
        "max_score": None,
        "hits": [
            {
                "_index": "xiaoer_spruce__0f",
                "_id": "a/zh/title/0@2",
                "_score": 1.6943597,
                "sort": [1.6943597, "a/zh/title/0"],
            },
            {"_index": "xiaoer_spruce__0f", "_id": "a/zh/title/0@1", "_score": 1.2, "sort": [1.2, "a/zh/title/0"]},
            {
                "_index": "xiaoer_spruce__0f",
                "_id": "b/en/similar/3@1",
                "_score": 0.2876821,
                "sort": [0.2876821, "b/en/similar/3"],
            },
        ],
    },
}
WRITTEN = {
    "took": 30,
    "errors": False,
    "items": [
        {
            "index": {
                "_index": "xiaoer_spruce__0f",
                "_id": "a/zh/title/0@2",
                "_version": 1,
                "result": "created",
                "_shards": {"total": 2, "successful": 1, "failed": 0},
                "_seq_no": 0,
                "_primary_term": 1,
                "status": 201,
            }
        }
    ],
}
DELETED = {
    "took": 147,
    "timed_out": False,
    "total": 2,
    "deleted": 2,
    "batches": 1,
    "version_conflicts": 0,
    "noops": 0,
    "retries": {"bulk": 0, "search": 0},
    "throttled_millis": 0,
    "requests_per_second": -1.0,
    "throttled_until_millis": 0,
    "failures": [],
}
BUSY = {
    "error": {
        "root_cause": [
            {"type": "es_rejected_execution_exception", "reason": "rejected execution of coordinating operation"}
        ],
        "type": "es_rejected_execution_exception",
        "reason": "rejected execution of coordinating operation",
    },
    "status": 429,
}
SOLR_SYSTEM = {
    "responseHeader": {"status": 0, "QTime": 11},
    "mode": "solrcloud",
    "zkHost": "zoo1:2181",
    "solr_home": "/var/solr/data",
    "lucene": {"solr-spec-version": "9.8.0", "solr-impl-version": "9.8.0", "lucene-spec-version": "9.11.1"},
}
SOLR_OK = {"responseHeader": {"rf": 1, "status": 0, "QTime": 5}}
SOLR_FOUND = {
    "responseHeader": {"zkConnected": True, "status": 0, "QTime": 3},
    "response": {
        "numFound": 2,
        "start": 0,
        "maxScore": 1.6943597,
        "numFoundExact": True,
        "docs": [
            {"key": "a/zh/title/0", "score": 1.6943597},
            {"key": "b/en/similar/3", "score": 0.2876821},
        ],
    },
}
SOLR_GONE = (
    "<html>\n<head>\n<title>Error 404 Not Found</title>\n</head>\n"
    "<body><h2>HTTP ERROR 404 Not Found</h2></body>\n</html>\n"
)
SOLR_WRONG = {
    "responseHeader": {"rf": 1, "status": 400, "QTime": 1},
    "error": {
        "metadata": [
            "error-class",
            "org.apache.solr.common.SolrException",
            "root-error-class",
            "org.apache.solr.common.SolrException",
        ],
        "msg": "ERROR: [doc=a/zh/title/0@2] unknown field 'tokens'",
        "code": 400,
    },
}


class Recorded(PlayedServer):
    """Gives the answers that it was handed, in order."""

    def __init__(self, scheme: str, answers: list[Response]) -> None:
        super().__init__()
        self.scheme = scheme
        self.answers = answers

    def answer(self, request: Request) -> Response:
        return self.answers.pop(0)


@pytest.fixture
def engine_of(tmp_path: Path) -> Iterator[Any]:
    opened: list[tuple[Engine, Recorded]] = []

    def start(scheme: str, *answers: tuple[int, Any]) -> tuple[Engine, Recorded]:
        headers = PRODUCT if scheme == "elasticsearch" else {}
        server = Recorded(scheme, [Response(status, data, headers) for status, data in answers])
        server.start()
        engine = open_engine(tmp_path, Access(server.url, rest_s=0))
        opened.append((engine, server))
        return engine, server

    yield start
    for engine, server in opened:
        engine.close()
        server.stop()
        assert server.answers == [], "everything that was recorded was asked for"


def sent(server: Recorded) -> list[tuple[str, str, dict[str, str]]]:
    return [(one.method, one.path, dict(one.params)) for one in server.requests]


def test_a_search(engine_of: Any) -> None:
    engine, server = engine_of("elasticsearch", (200, FOUND))
    found = engine.open("spruce").find(["运费", "多少", "运费"], SEES)
    assert [(one.article_id, one.key, one.score) for one in found] == [
        ("a", "a/zh/title/0", 1.6943597),
        ("b", "b/en/similar/3", 0.2876821),
    ]
    assert sent(server) == [("POST", "/xiaoer_spruce/_search", {})]
    assert server.requests[0].json == {
        "query": {
            "bool": {
                "must": [{"match": {"text": {"query": "运费 多少", "operator": "or", "analyzer": "xiaoer"}}}],
                "filter": [
                    {"terms": {"audience": ["all", "members"]}},
                    {"range": {"valid_from": {"lte": DAY}}},
                    {"range": {"valid_to": {"gte": DAY}}},
                ],
            }
        },
        "sort": [{"_score": {"order": "desc"}}, {"key": {"order": "asc"}}],
        "size": 60,
        "track_total_hits": False,
        "_source": False,
    }


def test_an_edit(engine_of: Any) -> None:
    shards = {"_shards": {"total": 2, "successful": 1, "failed": 0}}
    engine, server = engine_of("opensearch", (200, WRITTEN), (200, DELETED), (200, shards), (200, WRITTEN))
    engine.open("spruce").replace({"a": 2}, [entry("a", ["运", "费"], version=2)], applied=7)
    assert sent(server) == [
        ("POST", "/xiaoer_spruce/_bulk", {"require_alias": "true"}),
        ("POST", "/xiaoer_spruce/_delete_by_query", {"conflicts": "proceed"}),
        ("POST", "/xiaoer_spruce/_refresh", {}),
        ("POST", "/xiaoer_spruce/_bulk", {"require_alias": "true"}),
    ]
    bulk, query, _, stamp = server.requests
    assert bulk.headers["content-type"] == "application/x-ndjson"
    assert bulk.lines == [
        {"index": {"_id": "a/zh/title/0@2"}},
        {
            "text": "运 费",
            "article": "a",
            "key": "a/zh/title/0",
            "version": 2,
            "audience": "all",
            "valid_from": 0,
            "valid_to": 9_999_999,
        },
    ]
    older = {"bool": {"filter": [{"term": {"article": "a"}}, {"range": {"version": {"lt": 2}}}]}}
    assert query.json == {"query": {"bool": {"should": [older], "minimum_should_match": 1}}}
    assert stamp.lines == [{"index": {"_id": "applied"}}, {"applied": 7, "format": FORMAT}]


def test_a_build(engine_of: Any) -> None:
    made = {"acknowledged": True, "shards_acknowledged": True, "index": "xiaoer_spruce__0f"}
    yes, shards = {"acknowledged": True}, {"_shards": {"total": 2, "successful": 1, "failed": 0}}
    old = {"xiaoer_spruce__01": {"aliases": {"xiaoer_spruce": {"is_write_index": True}}}}
    engine, server = engine_of(
        "elasticsearch",
        (200, made),
        (200, WRITTEN),
        (200, WRITTEN),
        (200, yes),
        (200, shards),
        (200, old),
        (200, yes),
        (200, {}),
        (200, old),
        (200, yes),
    )
    engine.open("spruce").rebuild([entry("a", ["运"])], applied=3)
    build = server.requests[0].path
    assert build.startswith("/xiaoer_spruce__")
    body = server.requests[0].json
    assert body["settings"]["index"]["similarity"] == {
        "xiaoer": {"type": "BM25", "k1": 1.2, "b": 0.75, "discount_overlaps": True}
    }
    assert body["mappings"]["properties"]["text"]["similarity"] == "xiaoer"
    assert body["mappings"]["dynamic"] == "strict"
    assert server.requests[6].json == {
        "actions": [
            {"remove": {"index": "xiaoer_spruce__01", "alias": "xiaoer_spruce"}},
            {"add": {"index": build[1:], "alias": "xiaoer_spruce", "is_write_index": True}},
        ]
    }
    assert sent(server)[-1] == ("DELETE", "/xiaoer_spruce__01", {})


def test_no_index_is_no_error_and_another_error_is_one(engine_of: Any) -> None:
    engine, _ = engine_of("elasticsearch", (200, ROOT), (404, NO_INDEX), (404, NO_INDEX), (429, BUSY), (200, FOUND))
    index = engine.open("spruce")
    assert index.read_applied() == 0
    assert index.find(["运"]) == []
    assert len(index.find(["运"])) == 2, "busy once, then it answers"


def test_a_bulk_of_which_a_part_failed(engine_of: Any) -> None:
    error = {"type": "document_parsing_exception", "reason": "[1:9] failed to parse field [version] of type [long]"}
    good = {"index": {"_index": "i", "_id": "a", "_version": 1, "result": "created", "status": 201}}
    bad = {"index": {"_index": "i", "_id": "b", "status": 400, "error": error}}
    engine, _ = engine_of("elasticsearch", (200, {"took": 3, "errors": True, "items": [good, bad]}))
    with pytest.raises(IndexUnavailable, match="failed to parse field"):
        engine.open("spruce").replace({}, [entry("a", ["x"]), entry("b", ["x"])], applied=2)


def test_solr_searches(engine_of: Any) -> None:
    engine, server = engine_of("solr", (200, SOLR_SYSTEM), (404, SOLR_GONE), (200, SOLR_FOUND))
    index = engine.open("spruce")
    assert index.read_applied() == 0
    assert [(one.article_id, one.score) for one in index.find(["运费", "x"], SEES)] == [
        ("a", 1.6943597),
        ("b", 0.2876821),
    ]
    assert sent(server) == [
        ("GET", "/solr/admin/info/system", {"wt": "json"}),
        ("GET", "/solr/xiaoer_spruce/get", {"id": "applied", "fl": "applied,format", "wt": "json"}),
        ("POST", "/solr/xiaoer_spruce/query", {"wt": "json"}),
    ]
    assert server.requests[2].json == {
        "query": {
            "bool": {"should": [{"term": {"f": "tokens", "query": "运费"}}, {"term": {"f": "tokens", "query": "x"}}]}
        },
        "filter": ["audience:(all OR members)", f"valid_from:[* TO {DAY}]", f"valid_to:[{DAY} TO *]"],
        "sort": "score desc, key asc",
        "limit": 60,
        "fields": ["key", "score"],
    }


def test_solr_is_edited(engine_of: Any) -> None:
    engine, server = engine_of("solr", *[(200, SOLR_OK)] * 4)
    engine.open("spruce").replace({'a"b': 2}, [entry('a"b', ["运"], version=2)], applied=7)
    assert {one.path for one in server.requests} == {"/solr/xiaoer_spruce/update"}
    documents, deletion, commit, stamp = (json.loads(one.body) for one in server.requests)
    assert documents[0]["id"] == 'a"b/zh/title/0@2'
    assert deletion == {"delete": {"query": '(article:"a\\"b" AND version:[* TO 1])'}}
    assert commit == {"commit": {"waitSearcher": True}}
    assert stamp == [{"id": "applied", "applied": 7, "format": FORMAT}]


def test_what_solr_refuses_is_told(engine_of: Any) -> None:
    engine, _ = engine_of("solr", (400, SOLR_WRONG))
    with pytest.raises(IndexUnavailable, match="unknown field 'tokens'"):
        engine.open("spruce").replace({"a": 2}, [entry("a", ["x"], version=2)], applied=2)


def test_a_node_of_solr_that_could_not_is_told(engine_of: Any) -> None:
    failed = {
        **SOLR_OK,
        "failure": {"solr1:8983_solr": "org.apache.solr.client.solrj.SolrServerException: Timeout occurred"},
    }
    engine, server = engine_of("solr", (200, failed))
    with pytest.raises(IndexUnavailable, match="Timeout occurred"):
        engine.open("spruce").rebuild([entry("a", ["x"])], applied=1)
    assert server.requests[0].params["action"] == "CREATE"
    assert server.requests[0].params["numShards"] == "1"
