"""The knowledge of all shops of an installation: fed from the outbox, asked by turns and by staff."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from xiaoer.db.scope import Scope
from xiaoer.errors import IndexUnavailable
from xiaoer.knowledge import store
from xiaoer.knowledge.answerable import Answerable
from xiaoer.knowledge.collection import Collection
from xiaoer.knowledge.fitting import Progress, fit
from xiaoer.knowledge.index.embedded import EmbeddedIndex, Entry
from xiaoer.knowledge.passages import MOST_SHOWN, as_plain, paragraphs_of
from xiaoer.knowledge.search import Asking, Scored, search
from xiaoer.knowledge.tokens import tokens_of
from xiaoer.knowledge.types import AUDIENCE_SEES, Answer, Article, Hit

MOST_HITS = 5


@dataclass
class _Shelf:
    """One shop's articles and index."""

    index: EmbeddedIndex
    model: Answerable
    collection: Collection = field(default_factory=Collection)
    seen: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Knowledge:
    """Ask with a scope: what is found belongs to the scope's shop, and to no other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shelves: dict[str, _Shelf] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path) -> Knowledge:
        """The knowledge whose indexes are under this folder (made when missing)."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder)

    def close(self) -> None:
        """Let go of the indexes; everything in them is durable or in the outbox."""
        self._shelves.clear()

    def answer(
        self, scope: Scope, question: str, *, language: str, audience: str, today: datetime, intent: str = ""
    ) -> Answer:
        """What the shop's articles say to a question with its understood intent.

        Picks up changed articles first: an edit is found at once.
        """
        shelf = self.refresh(scope)
        asking = Asking(language, AUDIENCE_SEES[audience], today.date(), intent)
        with shelf.lock:  # an edit in another thread must not change the arrays under the ranking
            found = search(shelf.collection, shelf.index, question, asking, shelf.model.fusion)
        return _decide(shelf.model, found, question)

    def try_article(
        self, scope: Scope, article: Article, question: str, *, language: str, audience: str, today: datetime, intent: str = ""
    ) -> Answer:
        """What the shop would say if this article were published now, in the place of the one with its id. Nothing is stored."""
        shelf = self.refresh(scope)
        with shelf.lock:
            apart, model = shelf.collection.copy(), shelf.model
        live = replace(article, state="published", valid_from=None, valid_to=None)
        tried = _Tried(shelf.index, apart.put(live))
        asking = Asking(language, AUDIENCE_SEES[audience], today.date(), intent)
        return _decide(model, search(apart, tried, question, asking, model.fusion), question)

    def refresh(self, scope: Scope) -> _Shelf:
        """Bring the shop's index up to the outbox. Cheap when nothing changed: one query."""
        shelf = self._shelf(scope.shop_id)
        newest = store.latest_change(scope)
        if newest <= shelf.seen:
            return shelf
        applied = shelf.index.applied if shelf.index.applied <= newest else 0  # else the records came out of a backup
        fresh = store.list_changed(scope, after=shelf.seen)
        ours = {one.id for one in store.list_changed(scope, after=applied)}
        with shelf.lock:  # never around a query: on PostgreSQL others run meanwhile in this very thread
            if newest > shelf.seen:
                _apply(shelf, fresh, ours, newest)
        return shelf

    def is_ready(self, scope: Scope) -> bool:
        """Whether the shop's index holds everything in the records and was fitted to it once."""
        shelf = self._shelf(scope.shop_id)
        return Answerable.find(self._model_path(scope.shop_id)) is not None and shelf.index.applied >= store.latest_change(scope)

    def _shelf(self, shop_id: str) -> _Shelf:
        with self._lock:
            if shop_id not in self._shelves:
                folder = self._folder / shop_id
                try:
                    index = EmbeddedIndex(folder)
                except (OSError, ValueError) as error:
                    raise IndexUnavailable(
                        f"The knowledge index in {folder} cannot be opened: {error}.", f"知识索引 {folder} 打不开：{error}。"
                    ) from error
                self._shelves[shop_id] = _Shelf(index, Answerable.load(self._model_path(shop_id)))
            return self._shelves[shop_id]

    def fit(
        self, scope: Scope, *, outside: Sequence[tuple[str, str]] = (), progress: Progress | None = None
    ) -> Answerable:
        """Learn anew how to rank and when to answer, from the shop's own similar questions and from lines that nobody can answer.

        `outside` = ((language, text), …). Too few cases: the default stays.
        """
        shelf = self.refresh(scope)
        apart = Collection()  # of its own, so that questions are answered meanwhile
        for article in store.list_articles(scope):
            apart.put(article)
        shelf.model = fit(apart, shelf.index, outside, progress=progress) or Answerable()
        shelf.model.save(self._model_path(scope.shop_id))
        return shelf.model

    def _model_path(self, shop_id: str) -> Path:
        return answerable_path(self._folder, shop_id)


def _apply(shelf: _Shelf, fresh: Sequence[Article], ours: set[str], newest: int) -> None:
    """The memory takes everything it has not seen; the engine only what it has not applied."""
    entries: list[Entry] = []
    for article in fresh:
        added = shelf.collection.put(article)
        entries += added if article.id in ours else []
    if ours:
        shelf.index.replace(ours, entries, applied=newest)
    shelf.seen = newest


class _Tried:
    """The engine as it would be with these entries too."""

    def __init__(self, index: EmbeddedIndex, entries: Sequence[Entry]) -> None:
        self._index, self._entries = index, entries

    def find(self, tokens: Sequence[str]) -> list[tuple[str, str, float]]:
        """What the engine finds, and the entries that share a token with the question."""
        wanted = set(tokens)
        return self._index.find(tokens) + [(one.article_id, one.key, 0.0) for one in self._entries if wanted & set(one.tokens)]


def answerable_path(folder: Path, shop_id: str) -> Path:
    """Where the fitted decision of a shop lies beside its index."""
    return folder / f"{shop_id}.answerable.json"


def _decide(model: Answerable, found: list[Scored], question: str) -> Answer:
    if not found:
        return Answer("unknown", 0.0, ())
    best = found[0]
    hits = tuple(_hit(model, one, question) for one in found[:MOST_HITS])
    return Answer(model.decide(best), model.probability(best), hits, best.is_crossed)


def _hit(model: Answerable, one: Scored, question: str) -> Hit:
    start, end = _passage(one.text.body, question)
    kind = one.key.split("/")[-2]
    return Hit(
        article_id=one.article.id,
        version=one.article.version,
        language=one.text.language,
        title=one.text.title,
        passage=as_plain(one.text.body[start:end]),
        start=start,
        end=end,
        score=one.score / (sum(model.fusion) or 1.0),
        matched="body" if kind == "body" else "title" if kind == "title" else "similar",
        body=one.text.body,
        category=one.article.category,
        audience=one.article.audience,
    )


def _passage(body: str, question: str) -> tuple[int, int]:
    """The whole body when it is short; otherwise its first paragraph and the ones most like the question, in one stretch."""
    if len(body) <= MOST_SHOWN:
        return 0, len(body)
    wanted = set(tokens_of(question))
    spans = paragraphs_of(body)
    scores = [len(wanted & set(tokens_of(body[start:end]))) for start, end in spans]
    best = scores.index(max(scores))
    start, end = spans[best]
    for nearby in range(best + 1, len(spans)):
        if spans[nearby][1] - start > MOST_SHOWN:
            break
        end = spans[nearby][1]
    return start, end
