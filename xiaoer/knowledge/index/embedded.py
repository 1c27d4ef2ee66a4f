"""The embedded engine: one tantivy index per shop in the data folder. It holds nothing that the database does not."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import tantivy

from xiaoer.errors import IndexUnavailable
from xiaoer.knowledge.index.port import FORMAT, MOST_FOUND, Entry, Found, Sees, article_of, distinct

__all__ = ["EmbeddedEngine", "EmbeddedIndex", "Entry"]
_SEGMENT = re.compile(r"[0-9a-f]{32}")  # what its files' names begin with
_MORE = 4  # times as many are looked at where some may not be seen
_ROOM = 16  # beyond the limit, so that ties at its edge are broken by key and not by place


class EmbeddedEngine:
    """The indexes under one folder."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def open(self, shop_id: str) -> EmbeddedIndex:
        """The index of this shop, made where it is missing or damaged."""
        folder = self._folder / shop_id
        try:
            return EmbeddedIndex(folder)
        except (OSError, ValueError) as error:
            raise IndexUnavailable(
                f"The knowledge index in {folder} cannot be opened: {error}.", f"知识索引 {folder} 打不开：{error}。"
            ) from error

    def close(self) -> None:
        """Nothing is held."""


class EmbeddedIndex:
    """Not for two processes at once: each process keeps its own folder and feeds it from the outbox."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = folder / "xiaoer.json"
        self._applied = self._read_stamp()
        if self._applied == 0 and folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._index = self._open()

    def _read_stamp(self) -> int:
        try:
            data = json.loads(self._stamp.read_text("utf-8"))
            return int(data["applied"]) if data["format"] == FORMAT else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _open(self) -> tantivy.Index:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field(
            "about", stored=True, tokenizer_name="raw", index_option="basic"
        )  # one field is read faster than four
        builder.add_text_field("article", stored=False, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("audience", stored=False, tokenizer_name="raw", index_option="basic")
        builder.add_integer_field("valid_from", stored=False, indexed=True)
        builder.add_integer_field("valid_to", stored=False, indexed=True)
        builder.add_text_field("text", stored=False, tokenizer_name="whitespace", index_option="freq")
        schema = builder.build()
        self._sweep()
        try:
            index = tantivy.Index(schema, path=str(self._folder), reuse=True)
            everything = tantivy.Query.all_query()
            index.searcher().search(everything, limit=1)  # reads the files: a missing one shows here
            return index
        except (ValueError, OSError):  # damaged: it can be rebuilt at any time
            shutil.rmtree(self._folder)
            self._folder.mkdir(parents=True)
            self._applied = 0
            return tantivy.Index(schema, path=str(self._folder))

    def _sweep(self) -> None:
        """Take away what a commit left that was cut off: it would stand in the way of the next one, which takes the same names."""
        try:
            segments = json.loads((self._folder / "meta.json").read_text("utf-8"))["segments"]
            kept = {one["segment_id"].replace("-", ""): (one.get("deletes") or {}).get("opstamp") for one in segments}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return  # nothing was committed, or it is damaged: that shows where it is opened
        for path in self._folder.iterdir():
            segment, *rest = path.name.split(".")
            if not _SEGMENT.fullmatch(segment) or not rest:
                continue
            is_old = rest[-1] == "del" and rest[0] != str(kept.get(segment))
            if segment not in kept or is_old:
                path.unlink()

    def read_applied(self) -> int:
        """The outbox number of the last commit."""
        return self._applied

    def replace(self, articles: Mapping[str, int], entries: Iterable[Entry], *, applied: int) -> None:
        """One commit, durable before the stamp is written."""
        self._write(entries, applied, articles)

    def rebuild(self, entries: Iterable[Entry], *, applied: int) -> None:
        """One commit in which the old entries go and the new ones come."""
        self._write(entries, applied, None)

    def _write(self, entries: Iterable[Entry], applied: int, articles: Mapping[str, int] | None) -> None:
        try:
            writer = self._index.writer(heap_size=32_000_000, num_threads=1)
        except ValueError as error:
            raise IndexUnavailable(
                f"The knowledge index in {self._folder} is written by another process ({error}). Each needs its own data folder.",
                f"知识索引 {self._folder} 正被另一个进程写入（{error}）。每个服务进程请使用各自的数据目录。",
            ) from error
        try:
            self._commit(writer, entries, articles)
        except ValueError as error:  # all that tantivy raises; its files are in a state that it cannot go on from
            self.drop()
            raise IndexUnavailable(
                f"The knowledge index in {self._folder} could not be written ({error}). It is made anew at the next question.",
                f"知识索引 {self._folder} 写入失败（{error}），下次提问时会自动重建。",
            ) from error
        temporary = self._stamp.with_suffix(".tmp")
        temporary.write_text(json.dumps({"format": FORMAT, "applied": applied}), "utf-8")
        temporary.replace(self._stamp)
        self._applied = applied

    def _commit(
        self, writer: tantivy.IndexWriter, entries: Iterable[Entry], articles: Mapping[str, int] | None
    ) -> None:
        try:
            if articles is None:
                writer.delete_all_documents()
            for article_id in articles or ():
                writer.delete_documents_by_term("article", article_id)
            for entry in entries:
                writer.add_document(_document(entry))
        except BaseException:
            writer.rollback()
            raise
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def find(self, tokens: Sequence[str], sees: Sees | None = None, *, limit: int = MOST_FOUND) -> list[Found]:
        """Looks first without the filter, which tantivy answers many times faster, and again where too few may be seen."""
        if not tokens:
            return []
        schema = self._index.schema
        terms = [tantivy.Query.term_query(schema, "text", token, index_option="freq") for token in distinct(tokens)]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        for depth in (limit + _ROOM, _MORE * limit):
            found, is_all = self._search(query, depth, sees, limit)
            if is_all or len(found) >= limit:
                return found[:limit]
        filtered = (
            query if sees is None else tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *self._filters(sees)])
        )
        return self._search(filtered, limit + _ROOM, sees, limit)[0][:limit]

    def _filters(self, sees: Sees) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        schema, day = self._index.schema, sees.today.toordinal()
        integer = tantivy.FieldType.Integer
        conditions = [
            tantivy.Query.term_set_query(schema, "audience", list(sees.audiences)),
            tantivy.Query.range_query(schema, "valid_from", integer, 0, day),
            tantivy.Query.range_query(schema, "valid_to", integer, day, 10**9),
        ]
        return [(tantivy.Occur.Must, tantivy.Query.const_score_query(one, 0.0)) for one in conditions]

    def _search(self, query: tantivy.Query, depth: int, sees: Sees | None, limit: int) -> tuple[list[Found], bool]:
        """What may be seen of the best so many, and whether that was everything there is."""
        searcher = self._index.searcher()
        hits = searcher.search(query, depth, count=False).hits
        day = sees.today.toordinal() if sees else 0
        found: list[Found] = []
        for score, address in hits:
            if len(found) >= limit and score < found[limit - 1].score:
                break
            audience, first, last, key = str(searcher.doc(address).get_first("about")).split("\n", 3)
            if sees is None or (audience in sees.audiences and int(first) <= day <= int(last)):
                found.append(Found(article_of(key), key, float(score)))
        found.sort(key=lambda one: (-one.score, one.key))
        return found, len(hits) < depth

    def size_bytes(self) -> int:
        """The files of the folder."""
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())

    def drop(self) -> None:
        """Take the folder away; an empty index stands there afterwards."""
        shutil.rmtree(self._folder)
        self._folder.mkdir(parents=True)
        self._applied = 0
        self._index = self._open()

    def close(self) -> None:
        """Nothing is open between calls but files that are read."""


def _document(entry: Entry) -> tantivy.Document:
    document = tantivy.Document()
    first, last = entry.days
    document.add_text("about", f"{entry.audience}\n{first}\n{last}\n{entry.key}")
    document.add_text("article", entry.article_id)
    document.add_text("audience", entry.audience)
    document.add_integer("valid_from", first)
    document.add_integer("valid_to", last)
    document.add_text("text", " ".join(entry.tokens))
    return document
