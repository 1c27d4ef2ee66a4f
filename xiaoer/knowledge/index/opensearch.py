"""OpenSearch by URL: `opensearch://` or `opensearch+https://user:password@host:9200`."""

from __future__ import annotations

import threading

from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.index.http import Caller
from xiaoer.knowledge.index.search_api import SearchApiIndex

_ANSWERED = frozenset({400, 403, 404})  # by one that is something else, or does not let us look


class OpenSearchEngine:
    """The indexes of an installation in one cluster. Name and password stand in the URL; there are no API keys."""

    name = "opensearch"

    def __init__(self, access: Access) -> None:
        headers = {"Authorization": f"Bearer {access.api_key}"} if access.api_key else {}
        self._caller = Caller(access, {"Accept": "application/json", **headers})
        self._prefix = access.prefix
        self._is_checked = False
        self._lock = threading.Lock()

    def open(self, shop_id: str) -> OpenSearchIndex:
        """The index of this shop."""
        return OpenSearchIndex(self, self._caller, self._prefix, shop_id)

    def check(self) -> None:
        """Once: that it is OpenSearch, where we may look."""
        if self._is_checked:
            return
        with self._lock:
            reply = self._caller.send("GET", "/", allowed=_ANSWERED)
            about = reply.data.get("version", {}) if isinstance(reply.data, dict) else {}
            if reply.status != 403 and about.get("distribution") != "opensearch":
                raise self._caller.unavailable(
                    "it is no OpenSearch; for Elasticsearch write elasticsearch:// in XIAOER_INDEX_URL",
                    "不是 OpenSearch；如为 Elasticsearch，请在 XIAOER_INDEX_URL 中写 elasticsearch://",
                )
            self._is_checked = True

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()


class OpenSearchIndex(SearchApiIndex):
    """One shop's index in OpenSearch."""

    def __init__(self, engine: OpenSearchEngine, caller: Caller, prefix: str, shop_id: str) -> None:
        super().__init__(caller, prefix, shop_id)
        self._engine = engine

    def read_applied(self) -> int:
        """As in the base; the server is looked at the first time."""
        self._engine.check()
        return super().read_applied()
