"""The embedded engine: one tantivy index per shop in the data folder. It holds nothing that the database does not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

MOST_FOUND = 60  # entries; their articles are ranked by us
FORMAT = 2  # grows with the layout; an index of another format is rebuilt


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing that can be found: a title, a similar question, or a body, as tokens. `key` = article id / language / kind / n."""

    article_id: str
    key: str
    language: str
    tokens: Sequence[str]


class EmbeddedIndex:
    """Add, remove, find. Not for two processes at once: each process keeps its own folder and feeds it from the outbox."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = folder / "xiaoer.json"
        self.applied = self._read_stamp()
        if self.applied == 0 and folder.exists():
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
        builder.add_text_field("article", stored=True, tokenizer_name="raw")
        builder.add_text_field("key", stored=True, tokenizer_name="raw")
        builder.add_text_field("language", stored=False, tokenizer_name="raw")
        builder.add_text_field("text", stored=False, tokenizer_name="whitespace", index_option="freq")
        schema = builder.build()
        try:
            index = tantivy.Index(schema, path=str(self._folder), reuse=True)
            everything = tantivy.Query.all_query()
            index.searcher().search(everything, limit=1)  # reads the files: a missing one shows here
            return index
        except (ValueError, OSError):  # damaged: it can be rebuilt at any time
            shutil.rmtree(self._folder)
            self._folder.mkdir(parents=True)
            self.applied = 0
            return tantivy.Index(schema, path=str(self._folder))

    def replace(self, article_ids: Iterable[str], entries: Iterable[Entry], *, applied: int) -> None:
        """Put these entries in the place of everything these articles had; durable before the stamp is written."""
        writer = self._index.writer(heap_size=32_000_000, num_threads=1)
        for article_id in article_ids:
            writer.delete_documents_by_term("article", article_id)
        for entry in entries:
            document = tantivy.Document()
            document.add_text("article", entry.article_id)
            document.add_text("key", entry.key)
            document.add_text("language", entry.language)
            document.add_text("text", " ".join(entry.tokens))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        temporary = self._stamp.with_suffix(".tmp")
        temporary.write_text(json.dumps({"format": FORMAT, "applied": applied}), "utf-8")
        temporary.replace(self._stamp)
        self.applied = applied

    def find(self, tokens: Sequence[str], *, limit: int = MOST_FOUND) -> list[tuple[str, str, float]]:
        """The best entries for these tokens (any of them, in any language): (article id, key, BM25 score), best first."""
        if not tokens:
            return []
        schema = self._index.schema
        wanted = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", token, index_option="freq"))
            for token in dict.fromkeys(tokens)
        ]
        searcher = self._index.searcher()
        found = []
        for score, address in searcher.search(tantivy.Query.boolean_query(wanted), limit).hits:
            document = searcher.doc(address)
            found.append((str(document.get_first("article")), str(document.get_first("key")), float(score)))
        return found
