"""The knowledge of all shops of an installation: fed from the outbox, asked by turns and by staff."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.knowledge import store
from xiaoer.knowledge.answerable import Answerable
from xiaoer.knowledge.collection import Collection
from xiaoer.knowledge.fitting import Hear, Progress, fit
from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.index.engines import open_engine
from xiaoer.knowledge.index.port import Engine, Entry, Found, Index, Sees
from xiaoer.knowledge.meaning import Meaning
from xiaoer.knowledge.passages import MOST_SHOWN, as_plain, paragraphs_of
from xiaoer.knowledge.search import Asking, Scored, search
from xiaoer.knowledge.shelf import Shelf
from xiaoer.knowledge.store_vectors import save_vectors
from xiaoer.knowledge.tokens import tokens_of
from xiaoer.knowledge.types import AUDIENCE_SEES, Answer, Article, Hit
from xiaoer.knowledge.vectors import Encoding

MOST_HITS = 5
_READS = 5  # of the records for one question; more only where other processes edit and rebuild at this very moment
_THREADS = 4
_AT_ONCE = 8  # articles whose vectors a question waits for: some 40 texts, a tenth of a second


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom (an audience of `AUDIENCE_SEES`), when in the shop's zone, with which understood intent."""

    text: str
    language: str
    audience: str
    today: datetime
    intent: str = ""


class Knowledge:
    """Ask for a shop: what is found belongs to that shop, and to no other."""

    def __init__(self, folder: Path, engine: Engine, encoding: Encoding | None = None) -> None:
        self._folder = folder
        self._engine = engine
        self._encoding = encoding
        self._filling: dict[str, asyncio.Task[None]] = {}
        self._shelves: dict[str, Shelf] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="knowledge")

    @classmethod
    def open(cls, folder: Path, access: Access | None = None, encoding: Encoding | None = None) -> Knowledge:
        """The knowledge whose indexes are in the engine behind the access, else embedded under this folder (made when missing).

        With an encoding, articles are found by meaning too.

        What was fitted stays in the folder in either case. ConfigurationError for a URL of no engine that we know.
        """
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder, open_engine(folder, access), encoding)

    def close(self) -> None:
        """Let go of the indexes; everything in them is durable or in the outbox."""
        for filling in self._filling.values():
            filling.cancel()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for shelf in self._shelves.values():
            shelf.index.close()
        self._shelves.clear()
        self._engine.close()

    async def ask(self, database: Database, shop_id: str, question: Question) -> Answer:
        """What the shop's articles say. Picks up changed articles first: an edit is found at once.

        Reads the records on the database's own connection, and asks the engine in a thread: one over the network may be slow.
        """
        shelf = self._shelf(shop_id)
        loop = asyncio.get_running_loop()
        for _ in range(_READS):
            changes = await database.read(shop_id, shelf.read)
            if changes is None or await loop.run_in_executor(self._threads, shelf.take, changes):
                break
        await self._encode(database, shop_id, shelf)
        return await loop.run_in_executor(self._threads, self._answer, shelf, question)

    async def _encode(self, database: Database, shop_id: str, shelf: Shelf) -> None:
        """Vectors for what was edited: of a few articles now, for this very question; of many in the background."""
        meaning = shelf.collection.meaning
        if meaning is None or not meaning.waiting or shop_id in self._filling:
            return
        if len(meaning.waiting) <= _AT_ONCE:
            await self._fill(database, shop_id, shelf, meaning)
        else:
            self._filling[shop_id] = asyncio.create_task(self._fill(database, shop_id, shelf, meaning))
            self._filling[shop_id].add_done_callback(lambda _: self._filling.pop(shop_id, None))

    async def _fill(self, database: Database, shop_id: str, shelf: Shelf, meaning: Meaning) -> None:
        loop = asyncio.get_running_loop()
        while meaning.waiting:
            batch = list(meaning.waiting.values())[:_AT_ONCE]
            made = await loop.run_in_executor(self._threads, meaning.make, batch)
            stored = [one for _, one in made]
            await database.write(shop_id, lambda scope, kept=stored: save_vectors(scope, meaning.encoding.id, kept))  # type: ignore[misc]
            await loop.run_in_executor(self._threads, shelf.put_vectors, made)

    def encode(self, scope: Scope) -> None:
        """Make every vector that is missing, now, in a transaction that may write: before the shop is served, or measured."""
        shelf = self.refresh(scope)
        meaning = shelf.collection.meaning
        while meaning is not None and meaning.waiting:
            made = meaning.make(list(meaning.waiting.values())[:_AT_ONCE])
            save_vectors(scope, meaning.encoding.id, [one for _, one in made])
            shelf.put_vectors(made)

    def answer(
        self, scope: Scope, question: str, *, language: str, audience: str, today: datetime, intent: str = ""
    ) -> Answer:
        """The same inside a transaction that is open, in this very thread."""
        return self._answer(self.refresh(scope), Question(question, language, audience, today, intent))

    def _answer(self, shelf: Shelf, question: Question) -> Answer:
        asking = Asking(question.language, AUDIENCE_SEES[question.audience], question.today.date(), question.intent)
        with shelf.gate.reading():
            model = shelf.model
            found = search(shelf.collection, shelf.index, question.text, asking, model.fusion, model.emphasis)
        return _decide(model, found, question.text)

    def try_article(
        self, scope: Scope, article: Article, question: str, *, language: str, audience: str, today: datetime, intent: str = ""
    ) -> Answer:
        """What the shop would say if this article were published now, in the place of the one with its id. Nothing is stored."""
        return self.trial(scope, article).answer(Question(question, language, audience, today, intent))

    def trial(self, scope: Scope, article: Article) -> Trial:
        """The knowledge as it would be with this article published, to be asked as often as one likes. Nothing is stored."""
        shelf = self.refresh(scope)
        with shelf.gate.reading():
            apart, model = shelf.collection.copy(), shelf.model
        live = replace(article, state="published", valid_from=None, valid_to=None)
        return Trial(_Tried(shelf.index, apart.put(live)), apart, model)

    def refresh(self, scope: Scope) -> Shelf:
        """Bring the shop's articles and index up to the outbox. Cheap when nothing changed: one query."""
        shelf = self._shelf(scope.shop_id)
        for _ in range(_READS):
            changes = shelf.read(scope)
            if changes is None or shelf.take(changes, is_snapshot=True):
                break
        return shelf

    def is_ready(self, scope: Scope) -> bool:
        """Whether the decision was fitted to the shop's articles. What was edited since is picked up by the next question."""
        return Answerable.find(self._model_path(scope.shop_id)) is not None

    def _shelf(self, shop_id: str) -> Shelf:
        with self._lock:
            if shop_id not in self._shelves:
                meaning = Meaning(self._encoding) if self._encoding else None
                model = Answerable.load(self._model_path(shop_id))
                self._shelves[shop_id] = Shelf(self._engine.open(shop_id), model, Collection(meaning))
            return self._shelves[shop_id]

    def fit(
        self,
        scope: Scope,
        *,
        outside: Sequence[tuple[str, str]] = (),
        hear: Hear | None = None,
        progress: Progress | None = None,
    ) -> Answerable:
        """Learn anew how to rank and when to answer, from the shop's own similar questions and from lines that nobody can answer.

        `outside` = ((language, text), …). `hear`: the intent that the shop's reader understands. Too few cases: the default stays.
        """
        shelf = self.refresh(scope)
        apart = Collection(shelf.collection.meaning)  # of its own, so that questions are answered meanwhile
        for article in store.list_articles(scope):
            apart.put(article)
        shelf.model = fit(apart, shelf.index, outside, hear=hear, progress=progress) or Answerable()
        shelf.model.save(self._model_path(scope.shop_id))
        return shelf.model

    def _model_path(self, shop_id: str) -> Path:
        return answerable_path(self._folder, shop_id)


class Trial:
    """Answers as they would be after an edit."""

    def __init__(self, tried: _Tried, collection: Collection, model: Answerable) -> None:
        self._tried, self._collection, self._model = tried, collection, model

    def answer(self, question: Question) -> Answer:
        """What would be said."""
        asking = Asking(question.language, AUDIENCE_SEES[question.audience], question.today.date(), question.intent)
        found = search(
            self._collection, self._tried, question.text, asking, self._model.fusion, self._model.emphasis
        )
        return _decide(self._model, found, question.text)


class _Tried:
    """The engine as it would be with these entries too."""

    def __init__(self, index: Index, entries: Sequence[Entry]) -> None:
        self._index, self._entries = index, entries

    def find(self, tokens: Sequence[str], sees: Sees | None = None) -> list[Found]:
        """What the engine finds, and the entries that share a token with the question."""
        wanted = set(tokens)
        tried = [Found(one.article_id, one.key, 0.0) for one in self._entries if not wanted.isdisjoint(one.tokens)]
        return self._index.find(tokens, sees) + tried


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
        score=min(1.0, one.score / (sum(model.fusion) or 1.0)),
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
