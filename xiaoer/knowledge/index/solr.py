"""Solr by URL: `solr://` or `solr+https://user:password@host:8983` (in cloud mode, which aliases need; path /solr).

One collection per shop behind an alias, one shard, a field type of our own with BM25. The rest is as with the other engines:
ids carry the article's version, and the stamp is written after everything else can be found. It is read from the
transaction log, so it needs no commit of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from xiaoer.errors import IndexUnavailable
from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.index.http import Caller, Reply
from xiaoer.knowledge.index.names import alias_of, is_build_of, new_build_of
from xiaoer.knowledge.index.port import FORMAT, K1, MOST_FOUND, B, Entry, Found, Sees, article_of, distinct

_STAMP = "applied"
_CHUNK_ENTRIES = 500
_MISSING = frozenset({404})
_MOST_CLAUSES = 1_000
_ANSWERED = frozenset({400, 403, 404})  # by one that is something else, or does not let us look
_ADMIN = "/admin/collections"

SCHEMA: dict[str, Any] = {
    "add-field-type": {
        "name": "xiaoer_tokens",
        "class": "solr.TextField",
        "positionIncrementGap": "100",
        "analyzer": {"tokenizer": {"class": "solr.WhitespaceTokenizerFactory", "rule": "java"}},
        "similarity": {"class": "solr.BM25SimilarityFactory", "k1": K1, "b": B},
    },
    "add-field": [
        {"name": "tokens", "type": "xiaoer_tokens", "indexed": True, "stored": False,
         "omitTermFreqAndPositions": False, "omitPositions": True, "omitNorms": False},
        {"name": "article", "type": "string", "indexed": True, "stored": True, "docValues": True},
        {"name": "key", "type": "string", "indexed": True, "stored": True, "docValues": True},
        {"name": "version", "type": "plong", "indexed": True, "stored": True},
        {"name": "audience", "type": "string", "indexed": True, "stored": True},
        {"name": "valid_from", "type": "pint", "indexed": True, "stored": True},
        {"name": "valid_to", "type": "pint", "indexed": True, "stored": True},
        {"name": "applied", "type": "plong", "indexed": False, "stored": True},
        {"name": "format", "type": "plong", "indexed": False, "stored": True},
    ],
}  # fmt: skip


class SolrEngine:
    """The indexes of an installation in one cluster. Name and password stand in the URL."""

    name = "solr"

    def __init__(self, access: Access) -> None:
        headers = {"Authorization": f"Bearer {access.api_key}"} if access.api_key else {}
        self._caller = Caller(access, {"Accept": "application/json", **headers}, path="/solr")
        self._prefix = access.prefix
        self._is_checked = False
        self._lock = threading.Lock()

    def open(self, shop_id: str) -> SolrIndex:
        """The index of this shop."""
        return SolrIndex(self, self._caller, self._prefix, shop_id)

    def check(self) -> None:
        """Once: that it is Solr in cloud mode, where we may look."""
        if self._is_checked:
            return
        with self._lock:
            reply = self._caller.send("GET", "/admin/info/system", params={"wt": "json"}, allowed=_ANSWERED)
            about = reply.data if isinstance(reply.data, dict) else {}
            if reply.status != 403 and about.get("mode") != "solrcloud":
                raise self._caller.unavailable(
                    f"it is no Solr in cloud mode, but {about.get('mode', 'something else')}; start it with: bin/solr start -c",
                    "不是云模式的 Solr，请用 bin/solr start -c 启动",
                )
            self._is_checked = True

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()


class SolrIndex:
    """One shop's collections."""

    def __init__(self, engine: SolrEngine, caller: Caller, prefix: str, shop_id: str) -> None:
        self._engine = engine
        self._caller = caller
        self.alias = alias_of(prefix, shop_id)

    def read_applied(self) -> int:
        """The number in the stamp, out of the transaction log."""
        self._engine.check()
        params = {"id": _STAMP, "fl": "applied,format", "wt": "json"}
        reply = self._caller.send("GET", f"/{self.alias}/get", params=params, allowed=_MISSING)
        stamp = None if reply.status == 404 else reply.data["doc"]
        return int(stamp["applied"]) if stamp and stamp["format"] == FORMAT else 0

    def replace(self, articles: Mapping[str, int], entries: Iterable[Entry], *, applied: int) -> None:
        """New entries in, older versions out, one commit that shows both, then the stamp."""
        self._put(self.alias, entries)
        older = [f'(article:"{_quoted(one)}" AND version:[* TO {version - 1}])' for one, version in articles.items()]
        for start in range(0, len(older), _CHUNK_ENTRIES):
            self._update(self.alias, {"delete": {"query": " OR ".join(older[start : start + _CHUNK_ENTRIES])}})
        self._commit(self.alias)
        self._put_stamp(self.alias, applied)

    def rebuild(self, entries: Iterable[Entry], *, applied: int) -> None:
        """A new collection is filled apart; the alias moves over in one step, and what it stood on is deleted."""
        build = new_build_of(self.alias)
        self._admin("CREATE", name=build, numShards="1", replicationFactor="1")
        try:
            self._caller.send("POST", f"/{build}/schema", params={"wt": "json"}, json=SCHEMA, is_write=True)
            self._put(build, entries)
            self._put_stamp(build, applied)
            self._commit(build)
            old = self._behind_alias()
            self._admin("CREATEALIAS", name=self.alias, collections=build)
        except BaseException:
            self._delete([build])
            raise
        self._delete([one for one in old if one != build])

    def _behind_alias(self) -> list[str]:
        found = self._admin("LISTALIASES").data.get("aliases", {}).get(self.alias, "")
        return [one for one in found.split(",") if is_build_of(self.alias, one)]

    def _delete(self, names: Iterable[str]) -> None:
        for name in names:
            try:
                self._admin("DELETE", name=name)
            except IndexUnavailable:
                continue

    def find(self, tokens: Sequence[str], sees: Sees | None = None, *, limit: int = MOST_FOUND) -> list[Found]:
        """One search, filtered and sorted by the engine."""
        wanted = distinct(tokens)[:_MOST_CLAUSES]
        if not wanted:
            return []
        body = {
            "query": {"bool": {"should": [{"term": {"f": "tokens", "query": token}} for token in wanted]}},
            "filter": _filters(sees),
            "sort": "score desc, key asc",
            "limit": limit,
            "fields": ["key", "score"],
        }
        reply = self._caller.send("POST", f"/{self.alias}/query", params={"wt": "json"}, json=body, allowed=_MISSING)
        if reply.status == 404:
            return []
        if reply.data.get("responseHeader", {}).get("partialResults"):
            raise self._caller.unavailable("only a part of the index answered", "索引只有部分分片响应")
        best: dict[str, float] = {}
        for document in reply.data["response"]["docs"]:
            best.setdefault(document["key"], float(document["score"]))
        return [Found(article_of(key), key, score) for key, score in best.items()]

    def _put(self, collection: str, entries: Iterable[Entry]) -> None:
        for chunk in _chunks(entries):
            self._update(collection, chunk)

    def _put_stamp(self, collection: str, applied: int) -> None:
        self._update(collection, [{"id": _STAMP, "applied": applied, "format": FORMAT}])

    def _commit(self, collection: str) -> None:
        self._update(collection, {"commit": {"waitSearcher": True}})

    def _update(self, collection: str, body: Any) -> Reply:
        return self._caller.send("POST", f"/{collection}/update", params={"wt": "json"}, json=body, is_write=True)

    def _admin(self, action: str, **params: str) -> Reply:
        reply = self._caller.send("GET", _ADMIN, params={"action": action, "wt": "json", **params}, is_write=True)
        if isinstance(reply.data, dict) and reply.data.get("failure"):  # with status 200: some node could not
            raise self._caller.unavailable(f"{action}: {str(reply.data['failure'])[:200]}")
        return reply

    def size_bytes(self) -> int:
        """The segments of the collection."""
        reply = self._caller.send("GET", f"/{self.alias}/admin/segments", params={"wt": "json"}, allowed=_MISSING)
        segments = {} if reply.status == 404 else reply.data.get("segments", {})
        return sum(int(one.get("sizeInBytes", 0)) for one in segments.values())

    def drop(self) -> None:
        """Delete the alias, then what stood behind it."""
        builds = self._behind_alias()
        if builds:
            self._admin("DELETEALIAS", name=self.alias)
        self._delete(builds)

    def close(self) -> None:
        """The connections belong to the engine."""


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _filters(sees: Sees | None) -> list[str]:
    if sees is None:
        return []
    day = sees.today.toordinal()
    return [f"audience:({' OR '.join(sees.audiences)})", f"valid_from:[* TO {day}]", f"valid_to:[{day} TO *]"]


def _chunks(entries: Iterable[Entry]) -> Iterator[list[dict[str, Any]]]:
    """Documents in portions that an engine takes in one request."""
    rest = iter(entries)
    while chunk := list(islice(rest, _CHUNK_ENTRIES)):
        yield [
            {
                "id": one.document_id,
                "tokens": " ".join(one.tokens),
                "article": one.article_id,
                "key": one.key,
                "version": one.version,
                "audience": one.audience,
                "valid_from": one.days[0],
                "valid_to": one.days[1],
            }
            for one in chunk
        ]
