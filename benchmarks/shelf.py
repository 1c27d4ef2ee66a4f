"""A shop's articles on an engine, as the benchmarks of the knowledge measure them: built, asked, edited, weighed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from benchmarks.report import Figure, quantile
from xiaoer.app import encoding_of
from xiaoer.knowledge.answerable import Answerable
from xiaoer.knowledge.collection import Collection
from xiaoer.knowledge.fitting import fit
from xiaoer.knowledge.index.port import Engine, Entry, Index
from xiaoer.knowledge.meaning import Meaning
from xiaoer.knowledge.search import Asking, search
from xiaoer.knowledge.types import Article
from xiaoer.knowledge.vectors import Encoding
from xiaoer.nlu.encoders.encoder import Encoder
from xiaoer.nlu.language import language_of

_EDITS = 20
_TODAY = date(2026, 1, 1)


@dataclass(frozen=True)
class Shelf:
    """Articles in memory and in the engine, with the fitted ranking; what building it took."""

    engine: Engine
    collection: Collection
    index: Index
    model: Answerable
    index_s: float
    memory_mb: float

    def find(self, question: str) -> list[str]:
        """The articles for a question, best first."""
        asking = Asking(language_of(question, "en"), ("all",), _TODAY)
        model = self.model
        found = search(self.collection, self.index, question, asking, model.fusion, model.emphasis)
        return [one.article.id for one in found]

    @property
    def clock(self) -> Callable[[], float]:
        """CPU time where the engine is in this process, else time on the wall: waiting for a server counts."""
        return time.process_time if self.engine.name == "embedded" else time.perf_counter

    def figures(self, case: str) -> list[Figure]:
        """Size, memory, and how long an edit takes until a question finds it (on the wall)."""
        waits = self.edit(_EDITS)
        return [
            Figure(case, "index_s", self.index_s, "s"),
            Figure(case, "index_mb", self.index.size_bytes() / 1e6, "MB"),
            Figure(case, "memory_mb", self.memory_mb, "MB"),
            Figure(case, "edit_p50_ms", quantile(waits, 0.5), "ms"),
            Figure(case, "edit_max_ms", max(waits, default=0.0), "ms"),
        ]

    def edit(self, count: int) -> list[float]:
        """Milliseconds from an edit to an answer with it, for some articles."""
        waits: list[float] = []
        chosen = random.Random(0).sample(sorted(self.collection.articles), min(count, len(self.collection.articles)))
        for number, article_id in enumerate(chosen):
            article = self.collection.articles[article_id]
            text = replace(article.texts[0], title=f"{article.texts[0].title} {90_000 + number}")
            edited = replace(article, texts=(text, *article.texts[1:]), version=article.version + 1)
            begun = time.perf_counter()
            entries = self.collection.put(edited)
            if self.collection.meaning is not None:
                self.collection.meaning.take(edited, None)
                self.collection.meaning.put(self.collection.meaning.make([edited]))
            self.index.replace({article_id: edited.version}, entries, applied=2 + number)
            if article_id not in self.find(text.title):
                raise RuntimeError(f"the edit of {article_id} is not found")
            waits.append((time.perf_counter() - begun) * 1000)
        return waits


@contextmanager
def built(
    engine: Engine, articles: Sequence[Article], *, encoding: Encoding | None, is_fitted: bool
) -> Iterator[Shelf]:
    """The articles on this engine under a name of their own; taken away afterwards."""
    before_mb, clock = memory_mb(), time.process_time if engine.name == "embedded" else time.perf_counter
    started = clock()
    collection, entries = Collection(Meaning(encoding) if encoding else None), list[Entry]()
    for article in articles:
        entries += collection.put(article)
    index = engine.open(f"bench-{random.SystemRandom().randrange(10**9)}")
    try:
        index.rebuild(entries, applied=1)
        if collection.meaning is not None:
            for article in articles:
                collection.meaning.take(article, None)
            collection.meaning.put(collection.meaning.make(articles))
        took = clock() - started
        del entries
        model = (fit(collection, index) if is_fitted else None) or Answerable()
        yield Shelf(engine, collection, index, model, took, memory_mb() - before_mb)
    finally:
        index.drop()
        index.close()


def read_encoding(folder: Path) -> Encoding:
    """The encoder in this folder, as the knowledge takes it."""
    return encoding_of(Encoder.open(folder))


def memory_mb() -> float:
    """What this process holds in memory; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 1e6


def many(articles: Sequence[Article], count: int) -> list[Article]:
    """So many articles: those given, then the same again with their words in another order and one word of another article."""
    luck = random.Random(0)
    found = list(articles[:count])
    while len(found) < count:
        article = articles[len(found) % len(articles)]
        text, other = article.texts[0], articles[luck.randrange(len(articles))].texts[0]
        title = _mixed(luck, text.title, other.title)
        found.append(replace(article, id=f"{article.id}-{len(found)}", texts=(replace(text, title=title),)))
    return found


def _mixed(luck: random.Random, one: str, other: str) -> str:
    """Words of a line shuffled, or pieces of a Chinese one, and a piece of another line."""
    pieces = one.split() if " " in one else [one[start : start + 3] for start in range(0, len(one), 3)]
    luck.shuffle(pieces)
    glue = " " if " " in one else ""
    start = luck.randrange(max(1, len(other) - 3))
    return glue.join([*pieces, other[start : start + 4]])
