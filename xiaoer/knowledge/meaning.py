"""What texts mean, by an encoder: the vectors of a shop's articles, made once, kept in the records, and near to a question."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from xiaoer.knowledge.index.port import Sees
from xiaoer.knowledge.store_vectors import Stored
from xiaoer.knowledge.types import Article
from xiaoer.knowledge.vectors import Encoding, Floats, Near, Vectors, texts_of

_REMEMBERED = 2_000  # vectors of questions


class Meaning:
    """The vectors of one shop, and the articles whose vectors are not made yet. Changed only while nobody ranks."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self.waiting: dict[str, Article] = {}
        self._vectors = Vectors(encoding.dimensions)
        self._made: dict[str, Stored] = {}
        self._asked: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, article: Article, stored: Stored | None) -> None:
        """Follow a changed article; `stored`: what the records keep of it. Without vectors for all of its texts it waits."""
        known = stored or self._made.get(article.id)
        texts = texts_of(article)
        digests = tuple(digest_of(text) for _, text in texts)
        if known is None or not set(digests) <= set(known.digests):
            self.waiting[article.id] = article
            return
        self._put(article, _of_texts(article.id, digests, known))

    def make(self, articles: Sequence[Article]) -> list[tuple[Article, Stored]]:
        """The vectors of these articles; a text that was encoded before is not encoded again. Slow, and changes nothing."""
        found: list[tuple[Article, Stored]] = []
        for article in articles:
            rows = dict(self._rows_of(article.id))
            texts = {digest_of(text): text for _, text in texts_of(article)}
            new = {digest: text for digest, text in texts.items() if digest not in rows}
            known = {digest: text for digest, text in new.items() if self.encoding.knows(text)}
            rows |= dict.fromkeys(new, np.zeros(self.encoding.dimensions, dtype=np.float32))
            if known:
                rows |= dict(zip(known, self.encoding.embed(list(known.values())), strict=True))
            kept = np.array([rows[digest] for digest in texts], dtype=np.float32).reshape(
                len(texts), self.encoding.dimensions
            )
            found.append((article, Stored(article.id, tuple(texts), kept)))
        return found

    def put(self, made: Iterable[tuple[Article, Stored]]) -> None:
        """Take in what was made, where the article is still the one that waits."""
        for article, stored in made:
            if self.waiting.get(article.id) == article:
                del self.waiting[article.id]
                self._put(article, stored)

    def _put(self, article: Article, stored: Stored) -> None:
        self.waiting.pop(article.id, None)
        self._made[article.id] = stored
        rows = dict(self._rows_of(article.id))
        told = [(key, rows[digest]) for key, text in texts_of(article) if (digest := digest_of(text)) in rows]
        told = [(key, row) for key, row in told if row.any()]  # a row of zeros: the encoder does not know the text
        matrix = np.array([row for _, row in told], dtype=np.float32).reshape(len(told), self.encoding.dimensions)
        self._vectors.put(article, [key for key, _ in told], matrix)

    def _rows_of(self, article_id: str) -> Iterable[tuple[str, Floats]]:
        stored = self._made.get(article_id)
        return () if stored is None else zip(stored.digests, stored.rows, strict=True)

    def near(self, question: str, sees: Sees, *, without: frozenset[str], without_key: str | None) -> Near | None:
        """How near the articles are; None where the encoder does not know the question's words."""
        vector = self.vector_of(question)
        return None if vector is None else self._vectors.near(vector, sees, without=without, without_key=without_key)

    def vector_of(self, question: str) -> Floats | None:
        """The question's vector, remembered for a while; None where the encoder does not know its words."""
        with self._lock:
            found = self._asked.get(question)
        if found is None:
            knows = self.encoding.knows(question)
            found = self.encoding.embed([question])[0] if knows else np.zeros(0, dtype=np.float32)
            with self._lock:
                self._asked[question] = found
                if len(self._asked) > _REMEMBERED:
                    self._asked.popitem(last=False)
        return found if len(found) else None


def digest_of(text: str) -> str:
    """By which a text's vector is known again."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def _of_texts(article_id: str, digests: Sequence[str], known: Stored) -> Stored:
    places: Mapping[str, int] = {digest: place for place, digest in enumerate(known.digests)}
    wanted = list(dict.fromkeys(digests))
    return Stored(
        article_id, tuple(wanted), known.rows[[places[digest] for digest in wanted]] if wanted else known.rows[:0]
    )
