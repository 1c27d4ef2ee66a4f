"""Elasticsearch and OpenSearch, played: the part of their interface that Xiaoer speaks, and nothing besides.

A path, parameter or part of a body that the part does not know is refused with 400, as the real servers refuse what they do
not know. Shapes of requests and answers are those of the official interface descriptions (rest-api-spec of both projects).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, ClassVar

from xiaoer.testing.bm25 import Document, Memory
from xiaoer.testing.server import PlayedServer, Request, Response

_ILLEGAL = "illegal_argument_exception"
_NAME = re.compile(r"[a-z0-9.][a-z0-9_.-]*")
_PARAMS = {
    "_bulk": {"refresh", "require_alias", "timeout", "routing", "pipeline", "wait_for_active_shards"},
    "_delete_by_query": {"conflicts", "refresh", "wait_for_completion", "slices", "timeout", "max_docs"},
    "_search": {"preference", "routing", "request_cache", "timeout", "search_type"},
    "_refresh": {"ignore_unavailable", "allow_no_indices", "expand_wildcards"},
    "_doc": {"preference", "realtime", "refresh", "routing", "_source", "_source_includes", "_source_excludes"},
}
_BODY = {"query", "sort", "size", "track_total_hits", "_source", "from", "timeout", "fields"}


@dataclass
class _Index:
    memory: Memory
    settings: dict[str, Any]
    properties: Mapping[str, Any]
    created_ms: int = field(default_factory=lambda: int(time.time() * 1000))
    aliases: set[str] = field(default_factory=set)


class _Refused(Exception):
    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.kind, self.reason = status, kind, reason


class _PlayedSearchApi(PlayedServer):
    """What both have in common."""

    about: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, *, user: str = "", password: str = "", token: str = "") -> None:
        super().__init__(user=user, password=password, token=token)
        self.indexes: dict[str, _Index] = {}
        self.busy_items = 0  # so many documents of the next bulks are refused with 429

    def refuse(self, status: int, reason: str) -> Response:
        """Their envelope of an error."""
        return self._error(status, "security_exception", reason)

    @staticmethod
    def _error(status: int, kind: str, reason: str) -> Response:
        cause = {"type": kind, "reason": reason}
        return Response(status, {"error": {"root_cause": [cause], **cause}, "status": status})

    def answer(self, request: Request) -> Response:
        """By method and path."""
        try:
            return self._route(request, request.path.split("/"))
        except _Refused as refused:
            return self._error(refused.status, refused.kind, refused.reason)

    def _route(self, request: Request, parts: list[str]) -> Response:
        verb = next((part for part in parts if part.startswith("_")), "")
        unknown = set(request.params) - _PARAMS.get(verb, set())
        if unknown:
            raise _Refused(400, _ILLEGAL, f"request [{request.path}] contains unrecognized parameter: {unknown}")
        for method, pattern, answer in _ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                return answer(self, request, *found.groups())
        raise _Refused(400, _ILLEGAL, f"no handler found for uri [{request.path}] and method [{request.method}]")

    def _about(self, _: Request) -> Response:
        return Response(200, self.about)

    def _delete(self, _: Request, name: str) -> Response:
        self._get(name, is_alias_allowed=False)
        del self.indexes[name]
        return Response(200, {"acknowledged": True})

    def _put_settings(self, request: Request, name: str) -> Response:
        self._get(name).settings.update(request.json["index"])
        return Response(200, {"acknowledged": True})

    def _creation_dates(self, _: Request, pattern: str) -> Response:
        found = {name: one.created_ms for name, one in self.indexes.items() if fnmatchcase(name, pattern)}
        return Response(200, {name: {"settings": {"index": {"creation_date": str(at)}}} for name, at in found.items()})

    def _refresh(self, _: Request, name: str) -> Response:
        self._get(name).memory.refresh()
        return Response(200, {"_shards": {"total": 2, "successful": 1, "failed": 0}})

    def _size(self, _: Request, name: str) -> Response:
        size = sum(len(str(one)) for one in self._get(name).memory.written.values())
        return Response(200, {"_all": {"primaries": {"store": {"size_in_bytes": size}}}})

    def _get(self, name: str, *, is_alias_allowed: bool = True) -> _Index:
        if name in self.indexes:
            return self.indexes[name]
        behind = [one for one in self.indexes.values() if name in one.aliases] if is_alias_allowed else []
        if len(behind) != 1:
            raise _Refused(404, "index_not_found_exception", f"no such index [{name}]")
        return behind[0]

    def _create(self, request: Request, name: str) -> Response:
        body = request.json
        if not _NAME.fullmatch(name) or len(name.encode()) > 255:
            raise _Refused(400, "invalid_index_name_exception", f"Invalid index name [{name}]")
        if name in self.indexes or any(name in one.aliases for one in self.indexes.values()):
            raise _Refused(400, "resource_already_exists_exception", f"index [{name}] already exists")
        settings, mappings = body["settings"]["index"], body["mappings"]
        if mappings.get("dynamic") != "strict":
            raise _Refused(400, "mapper_parsing_exception", "the played server knows strict mappings only")
        properties = mappings["properties"]
        (text,) = (one for one, kind in properties.items() if kind["type"] == "text")
        analyzer = settings["analysis"]["analyzer"][properties[text]["analyzer"]]
        tokenizer = settings["analysis"]["tokenizer"][analyzer["tokenizer"]]
        similarity = settings["similarity"][properties[text]["similarity"]]
        if tokenizer["type"] != "whitespace" or analyzer["filter"] or similarity["type"] != "BM25":
            raise _Refused(400, _ILLEGAL, "the played server knows whitespace and BM25 only")
        self.indexes[name] = _Index(Memory(text, similarity["k1"], similarity["b"]), dict(settings), properties)
        return Response(200, {"acknowledged": True, "shards_acknowledged": True, "index": name})

    def _alias(self, _: Request, alias: str) -> Response:
        about = {"aliases": {alias: {"is_write_index": True}}}
        found = {name: about for name, one in self.indexes.items() if alias in one.aliases}
        if not found:
            return Response(404, {"error": f"alias [{alias}] missing", "status": 404})
        return Response(200, found)

    def _move_aliases(self, request: Request) -> Response:
        actions: list[dict[str, dict[str, Any]]] = request.json["actions"]
        for action in actions:  # all are looked at before any is done
            for what, one in action.items():
                index = self._get(one["index"], is_alias_allowed=False)
                if what == "remove" and one["alias"] not in index.aliases:
                    raise _Refused(404, "aliases_not_found_exception", f"aliases [{one['alias']}] missing")
        for action in actions:
            for what, one in action.items():
                aliases = self.indexes[one["index"]].aliases
                aliases.add(one["alias"]) if what == "add" else aliases.discard(one["alias"])
        return Response(200, {"acknowledged": True})

    def _bulk(self, request: Request, name: str) -> Response:
        if request.headers.get("content-type") != "application/x-ndjson" or not request.body.endswith(b"\n"):
            raise _Refused(400, _ILLEGAL, "The bulk request must be terminated by a newline [\\n]")
        if request.params.get("require_alias") == "true" and name in self.indexes:
            raise _Refused(404, "index_not_found_exception", f"[require_alias] is [true] but [{name}] is not an alias")
        index, lines = self._get(name), request.lines
        items = [{"index": self._index_one(index, action["index"]["_id"], source)}
                 for action, source in zip(lines[::2], lines[1::2], strict=True)]  # fmt: skip
        is_wrong = any(item["index"]["status"] >= 300 for item in items)
        if request.params.get("refresh") in ("true", "wait_for"):
            index.memory.refresh()
        return Response(200, {"took": 3, "errors": is_wrong, "items": items})

    def _index_one(self, index: _Index, one: str, source: dict[str, Any]) -> dict[str, Any]:
        about = {"_index": "index", "_id": one}
        if self.busy_items > 0:
            self.busy_items -= 1
            return {
                **about,
                "status": 429,
                "error": {"type": "es_rejected_execution_exception", "reason": "rejected execution"},
            }
        strange = set(source) - set(index.properties)
        if strange or len(one.encode()) > 512:
            reason = f"mapping set to strict, dynamic introduction of {sorted(strange)} within [_doc] is not allowed"
            return {**about, "status": 400, "error": {"type": "strict_dynamic_mapping_exception", "reason": reason}}
        is_new = one not in index.memory.written
        index.memory.written[one] = source
        shards = {"total": 2, "successful": 1, "failed": 0}
        result, status = ("created", 201) if is_new else ("updated", 200)
        return {**about, "_version": 1, "result": result, "_shards": shards, "status": status}

    def _delete_by_query(self, request: Request, name: str) -> Response:
        memory, query = self._get(name).memory, request.json["query"]
        gone = [one for one, source in memory.shown.items() if one in memory.written and matches(query, source)]
        for one in gone:
            del memory.written[one]
        counts = {"version_conflicts": 0, "noops": 0, "batches": 1, "retries": {"bulk": 0, "search": 0}, "failures": []}
        return Response(200, {"took": 5, "timed_out": False, "total": len(gone), "deleted": len(gone), **counts})

    def _document(self, _: Request, name: str, one: str) -> Response:
        source = self._get(name).memory.written.get(one)
        if source is None:
            return Response(404, {"_index": name, "_id": one, "found": False})
        return Response(200, {"_index": name, "_id": one, "_version": 1, "found": True, "_source": source})

    def _search(self, request: Request, name: str) -> Response:
        body = request.json
        if set(body) - _BODY:
            raise _Refused(400, "parsing_exception", f"Unknown key for a VALUE in [{sorted(set(body) - _BODY)}]")
        inner = body["query"]["bool"]
        (must,) = inner["must"]
        words = must["match"]["text"]["query"].split()
        memory = self._get(name).memory
        found = memory.search(words, lambda source: all(matches(one, source) for one in inner["filter"]))
        hits = [{"_index": name, "_id": one, "_score": score, "sort": [score, source["key"]]}
                for score, one, source in found[: body["size"]]]  # fmt: skip
        shards = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
        return Response(
            200, {"took": 2, "timed_out": False, "_shards": shards, "hits": {"max_score": None, "hits": hits}}
        )


def matches(query: Mapping[str, Any], source: Document) -> bool:
    """Whether a document fits a filter: term, terms, range and bool."""
    ((kind, inner),) = query.items()
    if kind == "bool":
        should = inner.get("should", [])
        return all(matches(one, source) for one in inner.get("filter", [])) and (
            not should or any(matches(one, source) for one in should)
        )
    ((name, value),) = inner.items()
    found = source.get(name)
    if kind == "term":
        return bool(found == value)
    if kind == "terms":
        return found in value
    if kind == "range" and found is not None:
        compare = {"lt": found < value.get("lt", 1 << 60), "lte": found <= value.get("lte", 1 << 60)}
        return all(compare.values()) and found >= value.get("gte", -1)
    return False


_ROUTES: list[tuple[str, str, Callable[..., Response]]] = [
    ("GET", "/", _PlayedSearchApi._about),
    ("POST", "/_aliases", _PlayedSearchApi._move_aliases),
    ("GET", "/_alias/([^/]+)", _PlayedSearchApi._alias),
    ("PUT", "/([^/_][^/]*)", _PlayedSearchApi._create),
    ("DELETE", "/([^/_][^/]*)", _PlayedSearchApi._delete),
    ("PUT", "/([^/]+)/_settings", _PlayedSearchApi._put_settings),
    ("GET", "/([^/]+)/_settings/index.creation_date", _PlayedSearchApi._creation_dates),
    ("POST", "/([^/]+)/_bulk", _PlayedSearchApi._bulk),
    ("POST", "/([^/]+)/_refresh", _PlayedSearchApi._refresh),
    ("POST", "/([^/]+)/_delete_by_query", _PlayedSearchApi._delete_by_query),
    ("GET", "/([^/]+)/_doc/([^/]+)", _PlayedSearchApi._document),
    ("POST", "/([^/]+)/_search", _PlayedSearchApi._search),
    ("GET", "/([^/]+)/_stats/store", _PlayedSearchApi._size),
]
_NOBODY = {"name": "played", "cluster_name": "played", "cluster_uuid": "-"}


class PlayedElasticsearch(_PlayedSearchApi):
    """As Elasticsearch 8 answers."""

    scheme = "elasticsearch"
    headers: ClassVar[Mapping[str, str]] = {"X-elastic-product": "Elasticsearch"}
    about: ClassVar[Mapping[str, Any]] = {
        **_NOBODY,
        "version": {"number": "8.17.0", "build_flavor": "default"},
        "tagline": "You Know, for Search",
    }


class PlayedOpenSearch(_PlayedSearchApi):
    """As OpenSearch 2 answers."""

    scheme = "opensearch"
    about: ClassVar[Mapping[str, Any]] = {
        **_NOBODY,
        "version": {"distribution": "opensearch", "number": "2.19.1"},
        "tagline": "The OpenSearch Project: https://opensearch.org/",
    }
