"""One shop's articles in memory beside its index, brought up to the outbox together."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from xiaoer.db.scope import Scope
from xiaoer.knowledge import store
from xiaoer.knowledge.answerable import Answerable
from xiaoer.knowledge.collection import Collection
from xiaoer.knowledge.index.port import Entry, Index
from xiaoer.knowledge.store_vectors import Stored, list_vectors
from xiaoer.knowledge.types import Article


@dataclass(frozen=True, slots=True)
class Changes:
    """What the records hold above a number of the outbox, each article with its own number; `newest` is the highest."""

    above: int
    newest: int
    articles: tuple[tuple[int, Article], ...] = ()
    vectors: tuple[Stored, ...] = ()


class Gate:
    """Many may rank at once; who changes the arrays is alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._is_writing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Beside other readers."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_writing)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Alone."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_writing)
            self._is_writing = True
            self._changed.wait_for(lambda: self._readers == 0)
        try:
            yield
        finally:
            with self._changed:
                self._is_writing = False
                self._changed.notify_all()


@dataclass
class Shelf:
    """Memory and engine of one shop. `seen`: up to where memory follows the outbox; `applied`: the same of the engine, as known."""

    index: Index
    model: Answerable
    collection: Collection
    seen: int = 0
    applied: int = 0
    gate: Gate = field(default_factory=Gate)
    feeding: threading.Lock = field(default_factory=threading.Lock)
    doubted: int = 0  # a number of the engine's that lay beyond the records when they were read last
    built_from: int | None = None  # the number that this process built the index anew from, until it was fed once more

    def read(self, scope: Scope) -> Changes | None:
        """What is new in the records for memory or engine; None when nothing is. Only reads, and asks no engine."""
        newest = store.latest_change(scope)
        if newest <= min(self.seen, self.applied):  # below, when others took in more than this snapshot shows
            return None
        above = min(self.seen, self.applied)
        articles = store.list_changed_with_numbers(scope, after=above)
        if self.collection.meaning is None:
            return Changes(above, newest, articles)
        fresh = [article.id for number, article in articles if number > self.seen]
        return Changes(above, newest, articles, list_vectors(scope, self.collection.meaning.encoding.id, fresh))

    def take(self, changes: Changes, *, is_snapshot: bool = False) -> bool:
        """Follow the changes; False when they do not reach back far enough, or the records must be read once more.

        `is_snapshot`: they cannot be read anew, so an engine that is ahead of them is taken for one that others fed.
        """
        with self.feeding:
            if changes.above > min(self.seen, self.applied):
                return False
            self._remember(changes)
            return self._feed(changes, is_snapshot=is_snapshot)

    def _remember(self, changes: Changes) -> None:
        """Memory first: what it no longer holds cannot be shown, whatever the engine finds."""
        if changes.newest > self.seen:
            with self.gate.writing():
                stored = {one.article_id: one for one in changes.vectors}
                for number, article in changes.articles:
                    if number > self.seen:
                        self.collection.put(article)
                        if self.collection.meaning is not None:
                            self.collection.meaning.take(article, stored.get(article.id))
                self.seen = changes.newest

    def put_vectors(self, made: Sequence[tuple[Article, Stored]]) -> None:
        """Take in vectors that were made meanwhile."""
        if self.collection.meaning is not None:
            with self.gate.writing():
                self.collection.meaning.put(made)

    def _feed(self, changes: Changes, *, is_snapshot: bool) -> bool:
        """The engine takes what it lacks; another process may have given it some of that."""
        if changes.newest <= self.applied:
            return True
        applied = self.index.read_applied()
        if (
            self.built_from is not None
        ):  # others, who knew only the old index, may have written their number into the new one
            applied = min(applied, self.built_from)
        if 0 < applied < changes.above:  # the engine lost what it had been given
            self.applied = applied
            return False
        if (
            applied > changes.newest and self.doubted != applied
        ):  # another process is ahead, or the records are a backup
            self.doubted = applied
            return False
        if applied == 0 or applied > changes.newest:
            return self._rebuild(changes)
        lacking = [article for number, article in changes.articles if number > applied]
        if lacking:
            entries = [entry for one in lacking for entry in self.collection.entries(one.id)]
            self.index.replace({one.id: one.version for one in lacking}, entries, applied=changes.newest)
        self.applied, self.doubted, self.built_from = changes.newest, 0, None
        return True

    def _rebuild(self, changes: Changes) -> bool:
        """Everything that memory holds. What others fed meanwhile went to the old index, so the records are read once more."""
        self.index.rebuild(self._all_entries(), applied=changes.newest)
        self.applied, self.doubted, self.built_from = changes.newest, 0, changes.newest
        return False

    def _all_entries(self) -> Iterator[Entry]:
        for article_id in tuple(self.collection.articles):
            yield from self.collection.entries(article_id)
