"""The REST interface that Elasticsearch and OpenSearch have in common, as far as an index needs it.

One index per shop behind an alias, one shard, so that the statistics of BM25 are those of the shop and no other. Our tokens
go in as words between blanks. A number of its own (`applied`) says up to which change the index is fed; it is written after
everything else can be found. An entry's document carries the article's version in its id, so writers that overtake each
other never put an old text over a new one: what is left of it is a candidate that the ranking drops.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from xiaoer.errors import IndexUnavailable
from xiaoer.knowledge.index.http import Caller, Reply
from xiaoer.knowledge.index.names import alias_of, is_build_of, new_build_of
from xiaoer.knowledge.index.port import FORMAT, K1, MOST_FOUND, B, Entry, Found, Sees, article_of, distinct

_STAMP = "applied"  # the id of the document that holds the number; no entry's id lacks an @
_CHUNK_ENTRIES, _CHUNK_BYTES = 500, 4_000_000
_MISSING = frozenset({404})
_TRIES = 5  # of the parts of a bulk that the engine was too busy for
_BUSY = frozenset({429, 503})
_MOST_CLAUSES = 1_000  # words of a question; engines refuse more than 1,024
_OLD_MS = 3_600_000  # a build without the alias that is so old was given up

SETTINGS: dict[str, Any] = {
    "index": {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        "similarity": {"xiaoer": {"type": "BM25", "k1": K1, "b": B, "discount_overlaps": True}},
        "analysis": {"analyzer": {"xiaoer": {"type": "custom", "tokenizer": "xiaoer", "filter": []}},
                     "tokenizer": {"xiaoer": {"type": "whitespace", "max_token_length": 1_000}}},
    }
}  # fmt: skip
MAPPINGS: dict[str, Any] = {
    "dynamic": "strict",
    "_source": {"enabled": True},
    "properties": {
        "text": {"type": "text", "analyzer": "xiaoer", "similarity": "xiaoer", "index_options": "freqs", "norms": True},
        "article": {"type": "keyword"},
        "key": {"type": "keyword"},
        "version": {"type": "long"},
        "audience": {"type": "keyword"},
        "valid_from": {"type": "integer"},
        "valid_to": {"type": "integer"},
        "applied": {"type": "long", "index": False},
        "format": {"type": "long", "index": False},
    },
}


class SearchApiIndex:
    """One shop's index."""

    def __init__(self, caller: Caller, prefix: str, shop_id: str) -> None:
        self._caller = caller
        self.alias = alias_of(prefix, shop_id)

    def read_applied(self) -> int:
        """The number in the stamp, read without waiting for a refresh."""
        reply = self._caller.send("GET", f"/{self.alias}/_doc/{_STAMP}", allowed=_MISSING)
        if reply.status == 404:
            return 0
        source = reply.data["_source"]
        return int(source["applied"]) if source["format"] == FORMAT else 0

    def replace(self, articles: Mapping[str, int], entries: Iterable[Entry], *, applied: int) -> None:
        """New entries in, older versions out, one refresh that shows both, then the stamp."""
        self._put(self.alias, entries, params={"require_alias": "true"})
        if articles:
            older = [_older_than(article_id, version) for article_id, version in articles.items()]
            for start in range(0, len(older), _CHUNK_ENTRIES):
                query = {"bool": {"should": older[start : start + _CHUNK_ENTRIES], "minimum_should_match": 1}}
                path = f"/{self.alias}/_delete_by_query"
                self._caller.send("POST", path, params={"conflicts": "proceed"}, json={"query": query}, is_write=True)
        self._caller.send("POST", f"/{self.alias}/_refresh", is_write=True)
        self._put_stamp(self.alias, applied, params={"require_alias": "true"})

    def rebuild(self, entries: Iterable[Entry], *, applied: int) -> None:
        """A new index is filled apart; the alias moves over in one step, and what it stood on is deleted."""
        build = new_build_of(self.alias)
        settings = {"index": {**SETTINGS["index"], "refresh_interval": "-1"}}  # nobody asks it until it is whole
        self._caller.send("PUT", f"/{build}", json={"settings": settings, "mappings": MAPPINGS}, is_write=True)
        try:
            self._put(build, entries, params={})
            self._put_stamp(build, applied, params={})
            self._caller.send("PUT", f"/{build}/_settings", json={"index": {"refresh_interval": None}}, is_write=True)
            self._caller.send("POST", f"/{build}/_refresh", is_write=True)
            gone = self._move_alias(build)
        except BaseException:
            self._delete([build])
            raise
        self._delete([*gone, *self._given_up(build)])

    def _move_alias(self, build: str) -> list[str]:
        old = [name for name in self._behind_alias() if name != build]
        actions: list[dict[str, Any]] = [{"remove": {"index": name, "alias": self.alias}} for name in old]
        actions.append({"add": {"index": build, "alias": self.alias, "is_write_index": True}})
        self._caller.send("POST", "/_aliases", json={"actions": actions}, is_write=True)
        return old

    def _behind_alias(self) -> list[str]:
        reply = self._caller.send("GET", f"/_alias/{self.alias}", allowed=_MISSING)
        return [] if reply.status == 404 else list(reply.data)

    def _given_up(self, build: str) -> list[str]:
        """Builds of this shop that a process was killed over."""
        reply = self._caller.send("GET", f"/{self.alias}__*/_settings/index.creation_date", allowed=_MISSING)
        if reply.status == 404:
            return []
        now_ms, kept = time.time() * 1000, {build, *self._behind_alias()}
        made = {name: int(one["settings"]["index"]["creation_date"]) for name, one in reply.data.items()}
        return [
            name
            for name, at in made.items()
            if is_build_of(self.alias, name) and name not in kept and now_ms - at > _OLD_MS
        ]

    def _delete(self, names: Iterable[str]) -> None:
        for name in names:
            try:
                self._caller.send("DELETE", f"/{name}", allowed=_MISSING, is_write=True)
            except IndexUnavailable:
                continue  # it is swept at a later rebuild

    def find(self, tokens: Sequence[str], sees: Sees | None = None, *, limit: int = MOST_FOUND) -> list[Found]:
        """One search, filtered and sorted by the engine."""
        wanted = distinct(tokens)[:_MOST_CLAUSES]
        if not wanted:
            return []
        matching: dict[str, Any] = {
            "match": {"text": {"query": " ".join(wanted), "operator": "or", "analyzer": "xiaoer"}}
        }
        body = {
            "query": {"bool": {"must": [matching], "filter": _filters(sees)}},
            "sort": [{"_score": {"order": "desc"}}, {"key": {"order": "asc"}}],
            "size": limit,
            "track_total_hits": False,
            "_source": False,
        }
        reply = self._caller.send("POST", f"/{self.alias}/_search", json=body, allowed=_MISSING)
        if reply.status == 404:  # somebody took it away; it is made anew when the stamp is read
            return []
        self._check_shards(reply)
        hits = [hit["sort"] for hit in reply.data["hits"]["hits"]]
        best: dict[str, float] = {}
        for score, key in hits:
            best.setdefault(key, float(score))
        return [Found(article_of(key), key, score) for key, score in best.items()]

    def _check_shards(self, reply: Reply) -> None:
        """Part of an answer is none: an article that is missing from it would be told not to exist."""
        if reply.data.get("timed_out") or reply.data.get("_shards", {}).get("failed"):
            raise self._caller.unavailable("only a part of the index answered", "索引只有部分分片响应")

    def _put(self, index: str, entries: Iterable[Entry], *, params: Mapping[str, str]) -> None:
        for chunk in _chunks(entries):
            self._bulk(index, chunk, params)

    def _put_stamp(self, index: str, applied: int, *, params: Mapping[str, str]) -> None:
        self._bulk(index, [(_STAMP, json.dumps({"applied": applied, "format": FORMAT}))], params)

    def _bulk(self, index: str, documents: list[tuple[str, str]], params: Mapping[str, str]) -> None:
        """Every document is in when this returns. Those that the engine was too busy for are sent again, and only those."""
        left = documents
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(0.05 * 2**attempt)
            lines = [f"{json.dumps({'index': {'_id': one}})}\n{source}\n" for one, source in left]
            content = "".join(lines).encode()
            path = f"/{index}/_bulk"
            reply = self._caller.send(
                "POST", path, params=params, content=content, content_type="application/x-ndjson", is_write=True
            )
            if not reply.data["errors"]:
                return
            results = [item["index"] for item in reply.data["items"]]
            refused = [one for one in results if one["status"] >= 300 and one["status"] not in _BUSY]
            if refused:
                raise self._caller.unavailable(f"{refused[0]['_id']}: {_reason_of(refused[0])}")
            left = [one for one, result in zip(left, results, strict=True) if result["status"] in _BUSY]
        raise self._caller.unavailable("it is too busy to write", "写入繁忙")

    def size_bytes(self) -> int:
        """The store of the primary shard."""
        reply = self._caller.send("GET", f"/{self.alias}/_stats/store", allowed=_MISSING)
        return 0 if reply.status == 404 else int(reply.data["_all"]["primaries"]["store"]["size_in_bytes"])

    def drop(self) -> None:
        """Delete what stands behind the alias; the alias goes with it."""
        self._delete(self._behind_alias())

    def close(self) -> None:
        """The connections belong to the engine."""


def _reason_of(result: Mapping[str, Any]) -> str:
    error = result.get("error") or {}
    return str(error.get("reason") or error.get("type") or result["status"])


def _older_than(article_id: str, version: int) -> dict[str, Any]:
    return {"bool": {"filter": [{"term": {"article": article_id}}, {"range": {"version": {"lt": version}}}]}}


def _filters(sees: Sees | None) -> list[dict[str, Any]]:
    if sees is None:
        return []
    day = sees.today.toordinal()
    return [
        {"terms": {"audience": list(sees.audiences)}},
        {"range": {"valid_from": {"lte": day}}},
        {"range": {"valid_to": {"gte": day}}},
    ]


def _chunks(entries: Iterable[Entry]) -> Iterator[list[tuple[str, str]]]:
    """(id, document) in portions that an engine takes in one request."""
    chunk: list[tuple[str, str]] = []
    size = 0
    for entry in entries:
        first, last = entry.days
        source = json.dumps(
            {
                "text": " ".join(entry.tokens),
                "article": entry.article_id,
                "key": entry.key,
                "version": entry.version,
                "audience": entry.audience,
                "valid_from": first,
                "valid_to": last,
            },
            ensure_ascii=False,
        )
        if chunk and (len(chunk) >= _CHUNK_ENTRIES or size + len(source) * 3 > _CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append((entry.document_id, source))
        size += len(source) * 3  # bytes of a Chinese character
    if chunk:
        yield chunk
