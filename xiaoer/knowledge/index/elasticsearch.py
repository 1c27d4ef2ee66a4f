"""Elasticsearch by URL: `elasticsearch://` or `elasticsearch+https://user:password@host:9200`."""

from __future__ import annotations

import threading

from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.index.http import Caller
from xiaoer.knowledge.index.search_api import SearchApiIndex

_ANSWERED = frozenset({400, 403, 404})  # by one that is something else, or does not let us look
_HEADER = "x-elastic-product"  # sent by every Elasticsearch since 7.14, and by nothing else


class ElasticsearchEngine:
    """The indexes of an installation in one cluster. An API key goes before name and password."""

    name = "elasticsearch"

    def __init__(self, access: Access) -> None:
        headers = {"Authorization": f"ApiKey {access.api_key}"} if access.api_key else {}
        self._caller = Caller(access, {"Accept": "application/json", **headers})
        self._prefix = access.prefix
        self._is_checked = False
        self._lock = threading.Lock()

    def open(self, shop_id: str) -> ElasticsearchIndex:
        """The index of this shop."""
        return ElasticsearchIndex(self, self._caller, self._prefix, shop_id)

    def check(self) -> None:
        """Once: that it is Elasticsearch, of a version whose interface we speak."""
        if self._is_checked:
            return
        with self._lock:
            reply = self._caller.send("GET", "/", allowed=_ANSWERED)
            if reply.status == 403:  # without the right to look at the cluster: the header still tells the product
                number = ""
            else:
                number = str(reply.data.get("version", {}).get("number", "")) if isinstance(reply.data, dict) else ""
            if reply.headers.get(_HEADER, "").lower() != "elasticsearch":
                raise self._caller.unavailable(
                    "it is no Elasticsearch from 7.14 on; for OpenSearch write opensearch:// in XIAOER_INDEX_URL",
                    "不是 7.14 及以上的 Elasticsearch；如为 OpenSearch，请在 XIAOER_INDEX_URL 中写 opensearch://",
                )
            self.version = number
            self._is_checked = True

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()


class ElasticsearchIndex(SearchApiIndex):
    """One shop's index in Elasticsearch."""

    def __init__(self, engine: ElasticsearchEngine, caller: Caller, prefix: str, shop_id: str) -> None:
        super().__init__(caller, prefix, shop_id)
        self._engine = engine

    def read_applied(self) -> int:
        """As in the base; the server is looked at the first time."""
        self._engine.check()
        return super().read_applied()
