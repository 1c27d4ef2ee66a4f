"""The knowledge of all shops of an installation: fed from the outbox, asked by turns and by staff."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from xiaoer.db.scope import Scope
from xiaoer.errors import IndexUnavailable
from xiaoer.knowledge import store
from xiaoer.knowledge.answerable import Answerable, features_of, fit
from xiaoer.knowledge.index.embedded import EmbeddedIndex, Entry
from xiaoer.knowledge.passages import MOST_SHOWN, as_plain, paragraphs_of
from xiaoer.knowledge.search import Collection, Scored, search
from xiaoer.knowledge.tokens import tokens_of
from xiaoer.knowledge.types import AUDIENCE_SEES, Answer, Hit

Progress = Callable[[float, str], None]
_FEWEST_CASES = 40


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
        """What the shop's articles say to a question with its understood intent. Picks up changed articles first: an edit is found at once."""
        shelf = self.refresh(scope)
        audiences, day = AUDIENCE_SEES[audience], today.date()
        found = search(
            shelf.collection, shelf.index, question, language=language, audiences=audiences, today=day, intent=intent
        )
        answer = _decide(shelf.model, found, question)
        if answer.outcome == "answer":
            return answer
        other = "en" if language == "zh" else "zh"
        foreign = search(
            shelf.collection, shelf.index, question, language=other, audiences=audiences, today=day, only_language=True, intent=intent
        )
        crossed = _decide(shelf.model, foreign, question, crossed=True)
        return crossed if crossed.outcome == "answer" else answer

    def refresh(self, scope: Scope) -> _Shelf:
        """Bring the shop's index up to the outbox. Cheap when nothing changed: one query."""
        shelf = self._shelf(scope.shop_id)
        newest = store.latest_change(scope)
        if newest <= shelf.seen:
            return shelf
        with shelf.lock:
            if newest > shelf.seen:
                self._apply(scope, shelf, newest)
        return shelf

    def is_ready(self, scope: Scope) -> bool:
        """Whether the shop's index holds everything in the records and was fitted to it once."""
        shelf = self._shelf(scope.shop_id)
        return self._model_path(scope.shop_id).is_file() and shelf.index.applied >= store.latest_change(scope)

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

    def _apply(self, scope: Scope, shelf: _Shelf, newest: int) -> None:
        """The memory takes everything it has not seen; the engine only what it has not applied."""
        fresh = store.list_changed(scope, after=shelf.seen)
        ours = {one.id for one in store.list_changed(scope, after=shelf.index.applied)}
        entries: list[Entry] = []
        for article in fresh:
            added = shelf.collection.put(article)
            entries += added if article.id in ours else []
        if ours:
            shelf.index.replace(ours, entries, applied=newest)
        shelf.seen = newest

    def fit(
        self, scope: Scope, *, outside: Sequence[tuple[str, str]] = (), progress: Progress | None = None
    ) -> Answerable:
        """Learn anew when to answer, from the shop's own similar questions and from lines that nobody can answer.

        `outside` = ((language, text), …). Too few cases: the default stays.
        """
        shelf = self.refresh(scope)
        cases: list[tuple[tuple[float, ...], bool]] = []
        articles = list(shelf.collection.articles.values())
        for number, article in enumerate(articles):
            for text in article.texts:
                for place in range(0, len(text.similar), 2):
                    cases += _cases(shelf, article.id, text.language, place, text.similar[place], hide=not outside)
            if progress is not None and number % 20 == 0:
                progress(number / len(articles), article.id)
        for language, line in outside:
            found = search(
                shelf.collection, shelf.index, line, language=language, audiences=AUDIENCE_SEES["staff"], today=date.max
            )
            if found:
                cases.append((features_of(found[0]), False))
        if len(cases) >= _FEWEST_CASES and len({right for _, right in cases}) == 2:
            shelf.model = fit(cases)
            shelf.model.save(self._model_path(scope.shop_id))
        return shelf.model

    def _model_path(self, shop_id: str) -> Path:
        return answerable_path(self._folder, shop_id)


def answerable_path(folder: Path, shop_id: str) -> Path:
    """Where the fitted decision of a shop lies beside its index."""
    return folder / f"{shop_id}.answerable.json"


def _cases(
    shelf: _Shelf, article_id: str, language: str, place: int, question: str, *, hide: bool
) -> list[tuple[tuple[float, ...], bool]]:
    everything = AUDIENCE_SEES["staff"]
    today, key = date.max, f"{article_id}/{language}/similar/{place}"

    # A reader names the right intent about four times in five; the model must not learn to lean on it more than that.
    intents = shelf.collection.articles[article_id].intents
    intent = intents[0] if intents and (len(question) + place) % 5 else ""

    def ask(*, without: str | None = None, without_key: str | None = None) -> list[Scored]:
        return search(
            shelf.collection,
            shelf.index,
            question,
            language=language,
            audiences=everything,
            today=today,
            without=without,
            without_key=without_key,
            intent=intent,
        )

    cases = []
    with_article, without_article = ask(without_key=key), ask(without=article_id) if hide else []
    if with_article:
        cases.append((features_of(with_article[0]), with_article[0].article.id == article_id))
    if without_article:
        cases.append((features_of(without_article[0]), False))
    return cases


def _decide(model: Answerable, found: list[Scored], question: str, *, crossed: bool = False) -> Answer:
    if not found:
        return Answer("unknown", 0.0, ())
    probability = model.probability(found[0])
    hits = tuple(_hit(one, question) for one in found[:5])
    if probability >= model.answer_from:
        return Answer("answer", probability, hits, crossed)
    return Answer("did_you_mean" if probability >= model.ask_from else "unknown", probability, hits, crossed)


def _hit(one: Scored, question: str) -> Hit:
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
        score=min(1.0, one.score / 1.5),
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
