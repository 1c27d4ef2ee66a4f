"""Solr in cloud mode, played: the part of its interface that Xiaoer speaks, and nothing besides."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from xiaoer.testing.bm25 import Document, Memory
from xiaoer.testing.server import PlayedServer, Request, Response

_NAME = re.compile(r"(?!-)[\w.-]+")
_HEADER = {"status": 0, "QTime": 2}
_OWN_FIELDS = {"id", "_version_"}
_RANGE = re.compile(r"(\w+):\[(\*|-?\d+) TO (\*|-?\d+)\]")
_ANY_OF = re.compile(r"(\w+):\(([\w-]+(?: OR [\w-]+)*)\)")
_OLDER = re.compile(r'\(article:"((?:[^"\\]|\\.)*)" AND version:\[\* TO (-?\d+)\]\)')


@dataclass
class _Collection:
    memory: Memory = field(default_factory=lambda: Memory(""))
    fields: set[str] = field(default_factory=set)


class _Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class PlayedSolr(PlayedServer):
    """As Solr 9 answers."""

    scheme = "solr"
    path = "/solr"

    def __init__(self, *, user: str = "", password: str = "", token: str = "", mode: str = "solrcloud") -> None:
        super().__init__(user=user, password=password, token=token)
        self.mode = mode
        self.collections: dict[str, _Collection] = {}
        self.aliases: dict[str, str] = {}

    def refuse(self, status: int, reason: str) -> Response:
        """Its envelope of an error."""
        metadata = ["error-class", "org.apache.solr.common.SolrException"]
        error = {"metadata": metadata, "msg": reason, "code": status}
        return Response(status, {"responseHeader": {**_HEADER, "status": status}, "error": error})

    def answer(self, request: Request) -> Response:
        """By method and path."""
        parts = [part for part in request.path.removeprefix("/solr").split("/") if part]
        try:
            return self._route(request, parts)
        except _Refused as refused:
            if refused.status == 404:  # an unknown collection is answered by the servlet container, not by Solr
                return Response(404, f"<html><title>Error 404 {refused.reason}</title></html>")
            return self.refuse(refused.status, refused.reason)

    def _route(self, request: Request, parts: list[str]) -> Response:
        if request.params.get("wt") != "json":
            raise _Refused(400, "the played server answers in JSON only")
        match (request.method, parts):
            case ("GET", ["admin", "info", "system"]):
                lucene = {"solr-spec-version": "9.8.0", "lucene-spec-version": "9.11.1"}
                return self._ok(mode=self.mode, lucene=lucene)
            case ("GET", ["admin", "collections"]):
                return self._admin(request.params)
            case ("POST", [name, "schema"]):
                return self._schema(self._get(name), request.json)
            case ("POST", [name, "update"]):
                return self._update(self._get(name), request.json)
            case ("GET", [name, "get"]):
                return self._ok(doc=self._get(name).memory.written.get(request.params["id"]))
            case ("POST", [name, "query"]):
                return self._query(self._get(name), request.json)
            case ("GET", [name, "admin", "segments"]):
                size = sum(len(str(one)) for one in self._get(name).memory.written.values())
                return self._ok(segments={"_0": {"name": "_0", "sizeInBytes": size}})
        raise _Refused(404, "Not Found")

    @staticmethod
    def _ok(**data: Any) -> Response:
        return Response(200, {"responseHeader": _HEADER, **data})

    def _get(self, name: str) -> _Collection:
        found = self.collections.get(self.aliases.get(name, name))
        if found is None:
            raise _Refused(404, "Not Found")
        return found

    def _admin(self, params: Any) -> Response:
        name = params.get("name", "")
        match params["action"]:
            case "CREATE":
                if not _NAME.fullmatch(name) or name in self.collections or name in self.aliases:
                    raise _Refused(400, f"collection already exists: {name}")
                self.collections[name] = _Collection()
                return self._ok(
                    success={"played:8983_solr": {"responseHeader": _HEADER, "core": f"{name}_shard1_replica_n1"}}
                )
            case "CREATEALIAS":
                if params["collections"] not in self.collections:
                    raise _Refused(400, f"Can't create collection alias for collections='{params['collections']}'")
                self.aliases[name] = params["collections"]
                return self._ok()
            case "DELETEALIAS":
                self.aliases.pop(name, None)
                return self._ok()
            case "LISTALIASES":
                return self._ok(aliases=dict(self.aliases), properties={})
            case "DELETE":
                if name in self.aliases.values():
                    raise _Refused(
                        400, f"Collection : {name} is part of aliases: remove or modify the aliases before removing it"
                    )
                if self.collections.pop(name, None) is None:
                    raise _Refused(400, f"Could not find collection : {name}")
                return self._ok(success={"played:8983_solr": {"responseHeader": _HEADER}})
        raise _Refused(400, f"Unknown action: {params['action']}")

    def _schema(self, collection: _Collection, body: Any) -> Response:
        kind = body["add-field-type"]
        similarity, tokenizer = kind["similarity"], kind["analyzer"]["tokenizer"]
        if (tokenizer["class"], similarity["class"]) != (
            "solr.WhitespaceTokenizerFactory",
            "solr.BM25SimilarityFactory",
        ):
            raise _Refused(400, "the played server knows whitespace and BM25 only")
        if collection.fields:
            raise _Refused(400, f"Field '{body['add-field'][0]['name']}' already exists.")
        collection.fields = {one["name"] for one in body["add-field"]}
        (text,) = (one["name"] for one in body["add-field"] if one["type"] == kind["name"])
        collection.memory = Memory(text, similarity["k1"], similarity["b"])
        return self._ok()

    def _update(self, collection: _Collection, body: Any) -> Response:
        if isinstance(body, list):
            for document in body:
                strange = set(document) - collection.fields - _OWN_FIELDS
                if strange:
                    raise _Refused(400, f"ERROR: [doc={document['id']}] unknown field '{sorted(strange)[0]}'")
                collection.memory.written[document["id"]] = document
        elif "delete" in body:
            for article, last in _older(body["delete"]["query"]):
                written = collection.memory.written
                mine = [one for one, document in written.items() if document.get("article") == article]
                for one in mine:
                    if written[one]["version"] <= last:
                        del written[one]
        elif "commit" in body:
            collection.memory.refresh()
        else:
            raise _Refused(400, f"Unknown command '{next(iter(body))}'")
        return self._ok()

    def _query(self, collection: _Collection, body: Any) -> Response:
        words = [one["term"]["query"] for one in body["query"]["bool"]["should"]]
        if len(words) > 1024:
            raise _Refused(400, "too many boolean clauses")
        if body["sort"] != "score desc, key asc":
            raise _Refused(400, f"Can't determine a Sort Order (asc or desc) in sort spec '{body['sort']}'")
        filters = [_filter(one) for one in body["filter"]]
        found = collection.memory.search(words, lambda document: all(fits(document) for fits in filters))
        documents = [{"key": document["key"], "score": score} for score, _, document in found[: body["limit"]]]
        response = {"numFound": len(found), "start": 0, "numFoundExact": True, "docs": documents}
        return self._ok(response=response)


def _older(query: str) -> list[tuple[str, int]]:
    found = _OLDER.findall(query)
    if " OR ".join(match.group() for match in _OLDER.finditer(query)) != query:
        raise _Refused(400, f"org.apache.solr.search.SyntaxError: Cannot parse '{query[:80]}'")
    return [(re.sub(r"\\(.)", r"\1", article), int(last)) for article, last in found]


def _filter(text: str) -> Callable[[Document], bool]:
    if found := _RANGE.fullmatch(text):
        name, first, last = found.groups()
        low = -1 if first == "*" else int(first)
        high = 1 << 60 if last == "*" else int(last)
        return lambda document: low <= document.get(name, -2) <= high
    if found := _ANY_OF.fullmatch(text):
        name, allowed = found[1], found[2].split(" OR ")
        return lambda document: document.get(name) in allowed
    raise _Refused(400, f"org.apache.solr.search.SyntaxError: Cannot parse '{text[:80]}'")
