"""The contract of index engines: the embedded one, and every adapter over HTTP against a played server of its protocol.

`make contracts INDEX_URL=elasticsearch://…` runs it on a real server besides.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.index.engines import open_engine
from xiaoer.knowledge.index.port import Engine
from xiaoer.testing.index_contract import IndexContract
from xiaoer.testing.search_api import PlayedElasticsearch, PlayedOpenSearch
from xiaoer.testing.server import PlayedServer
from xiaoer.testing.solr import PlayedSolr

REAL = os.environ.get("XIAOER_TEST_INDEX_URL", "")


class TestEmbedded(IndexContract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Engine:
        return open_engine(tmp_path)


class OverHttp(IndexContract):
    """Against a server that is played."""

    server: type[PlayedServer]

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[Engine]:
        with self.server(user="xiaoer", password="p@ss/word:") as server:
            engine = open_engine(tmp_path, Access(server.url))
            yield engine
            engine.close()


class TestElasticsearch(OverHttp):
    server = PlayedElasticsearch


class TestOpenSearch(OverHttp):
    server = PlayedOpenSearch


class TestSolr(OverHttp):
    server = PlayedSolr


del OverHttp  # itself, it is nobody's test


if REAL:

    class TestRealServer(IndexContract):
        @pytest.fixture
        def engine(self, tmp_path: Path) -> Iterator[Engine]:
            engine = open_engine(tmp_path, _access(REAL))
            yield engine
            engine.close()


def _access(url: str) -> Access:
    return Access(
        url,
        prefix="xiaoer-contract",
        api_key=os.environ.get("XIAOER_INDEX_API_KEY", ""),
        ca_file=os.environ.get("XIAOER_INDEX_CA", ""),
        timeout_s=10,
    )
