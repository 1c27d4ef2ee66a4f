"""A shop's articles in memory beside the engine: their weighed tokens as arrays, and how rare each token is."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xiaoer.knowledge.index.port import Entry
from xiaoer.knowledge.meaning import Meaning
from xiaoer.knowledge.passages import as_plain
from xiaoer.knowledge.reading import FINE, TOGETHER, coarse, read, read_stored
from xiaoer.knowledge.spelling import Spelling
from xiaoer.knowledge.terms import MARK, all_terms
from xiaoer.knowledge.types import Article, ArticleText

TITLE, SIMILAR, BODY = 0, 1, 2
_KINDS = {"title": TITLE, "similar": SIMILAR, "body": BODY}
_SHARED = 0.4  # mean factor of a token in the questions of an article
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Emphasis:
    """How much terms, and two terms together, tell beside words. A shop's thesaurus helps a shop only, so it is fitted."""

    terms: float = 0.5
    together: float = 0.0

    def of(self, token: str) -> float:
        """The factor of a token's rarity."""
        if token.startswith(TOGETHER):
            return self.together
        return self.terms if token.startswith(MARK) else 1.0


@dataclass(frozen=True, slots=True)
class Shelved:
    """An article as arrays: `tokens` and `factors` of all entries in a row, entry i from `starts[i]`; `kinds`, `keys` per entry.

    Entries of one language stand together; `languages[i]` is the number of the entry's text. `core…`: the same arrays for
    what the questions of each text share, which is what the article is about.
    """

    article: Article
    keys: tuple[str, ...]
    kinds: Ints
    languages: Ints
    starts: Ints
    tokens: Ints
    factors: Floats
    core_starts: Ints
    core_tokens: Ints
    core_factors: Floats


class Collection:
    """Articles by id, the numbers of tokens, and in how many articles each token stands."""

    def __init__(self, meaning: Meaning | None = None) -> None:
        """`meaning`: the vectors of the same articles, where there is an encoder."""
        self.meaning = meaning
        self.articles: dict[str, Article] = {}
        self.spelling = Spelling()
        self._shelved: dict[str, Shelved] = {}
        self._numbers: dict[str, int] = {}
        self._tokens: list[str] = []  # by number
        self._frequency = np.zeros(1024, dtype=np.int32)
        self._rarity: dict[Emphasis, Floats] = {}
        for word in all_terms().words():
            self.spelling.learn(word[place : place + 2] for place in range(len(word) - 1))
        self.spelling.learn(all_terms().stems())

    def copy(self) -> Collection:
        """The same articles, to try something out: what is put here, this one does not notice."""
        other = copy.copy(self)
        other.articles, other._shelved, other._numbers = dict(self.articles), dict(self._shelved), dict(self._numbers)
        other._tokens = list(self._tokens)
        other._frequency, other._rarity, other.spelling = self._frequency.copy(), {}, self.spelling.copy()
        return other

    def put(self, article: Article) -> list[Entry]:
        """Take an article in (or out, when it is not published) and return what the engine must hold of it."""
        self._take_out(article.id)
        if article.state != "published":
            return []
        entries: list[Entry] = []
        rows: list[dict[str, float]] = []
        for text in article.texts:
            for key, words in _texts_of(article, text):
                row = read(words) if key.endswith("/body/0") else read_stored(words)
                if row:
                    rows.append(row)
                    entries.append(_entry(article, key, text.language, coarse(row)))
                    self.spelling.learn(token for token in row if not token.startswith((MARK, FINE)))
        if not entries:  # nothing but signs: nobody can ask for it
            return []
        self.articles[article.id] = article
        self._shelved[article.id] = shelved = self._shelve(article, entries, rows)
        self._count(shelved, 1)
        return entries

    def entries(self, article_id: str) -> Iterator[Entry]:
        """What the engine must hold of an article; nothing when it is not published."""
        shelved = self._shelved.get(article_id)
        if shelved is None:
            return
        ends = [*shelved.starts[1:].tolist(), len(shelved.tokens)]
        for key, start, end in zip(shelved.keys, shelved.starts.tolist(), ends, strict=True):
            tokens = [self._tokens[number] for number in shelved.tokens[start:end].tolist()]
            yield _entry(shelved.article, key, key.rsplit("/", 3)[1], coarse(dict.fromkeys(tokens, 1.0)))

    def shelved(self, article_id: str) -> Shelved | None:
        """The arrays of an article, or None when it is not published."""
        return self._shelved.get(article_id)

    def rarity(self, emphasis: Emphasis) -> Floats:
        """How telling each token is by its number: idf over articles, and what kind of token it is."""
        if emphasis not in self._rarity:
            seen = self._frequency[: len(self._numbers)].astype(np.float32)
            kinds = np.fromiter(map(emphasis.of, self._numbers), dtype=np.float32, count=len(self._numbers))
            self._rarity[emphasis] = kinds * np.log1p((len(self.articles) - seen + 0.5) / (seen + 0.5)).astype(np.float32)
        return self._rarity[emphasis]

    def unknown_rarity(self) -> float:
        """How telling a token is that stands nowhere: as one that stands in one article only."""
        return float(np.log1p(max(0.5, len(self.articles) - 0.5) / 1.5))

    def number_of(self, token: str) -> int | None:
        """The number of a token that stands somewhere."""
        return self._numbers.get(token)

    def only_in(self, key: str) -> frozenset[int]:
        """The tokens that stand in this entry and nowhere else in the collection."""
        shelved = self._shelved.get(key.rsplit("/", 3)[0])
        if shelved is None or key not in shelved.keys:
            return frozenset()
        place = shelved.keys.index(key)
        starts = [*shelved.starts.tolist(), len(shelved.tokens)]
        mine = shelved.tokens[starts[place] : starts[place + 1]]
        others = np.concatenate([shelved.tokens[: starts[place]], shelved.tokens[starts[place + 1] :]])
        alone = mine[(self._frequency[mine] <= 1) & ~np.isin(mine, others)]
        return frozenset(alone.tolist())

    def only_in_article(self, article_id: str) -> frozenset[int]:
        """The tokens that stand in this article and nowhere else."""
        shelved = self._shelved.get(article_id)
        if shelved is None:
            return frozenset()
        mine = np.unique(shelved.tokens)
        return frozenset(mine[self._frequency[mine] <= 1].tolist())

    def _take_out(self, article_id: str) -> None:
        self.articles.pop(article_id, None)
        taken = self._shelved.pop(article_id, None)
        if taken is not None:
            self._count(taken, -1)

    def _count(self, shelved: Shelved, step: int) -> None:
        self._frequency[np.unique(shelved.tokens)] += step
        self._rarity.clear()

    def _shelve(self, article: Article, entries: Sequence[Entry], rows: Sequence[dict[str, float]]) -> Shelved:
        languages: dict[str, int] = {text.language: number for number, text in enumerate(article.texts)}
        kinds = [_KINDS[entry.key.split("/")[-2]] for entry in entries]
        asked = [
            [row for row, entry, kind in zip(rows, entries, kinds, strict=True) if kind != BODY and entry.language == language]
            for language in languages
        ]
        cores = [core for of_language in asked if (core := core_of(of_language))]
        return Shelved(
            article,
            tuple(entry.key for entry in entries),
            np.array(kinds, dtype=np.int32),
            np.array([languages[entry.language] for entry in entries], dtype=np.int32),
            *self._in_a_row(rows),
            *self._in_a_row(cores),
        )

    def _in_a_row(self, rows: Sequence[dict[str, float]]) -> tuple[Ints, Ints, Floats]:
        """Where each row starts, then the numbers and the factors of all tokens."""
        starts = np.cumsum([0, *(len(row) for row in rows)])[:-1].astype(np.int32)
        numbers = np.array([self._number(token) for row in rows for token in row], dtype=np.int32)
        return starts, numbers, np.array([factor for row in rows for factor in row.values()], dtype=np.float32)

    def _number(self, token: str) -> int:
        number = self._numbers.setdefault(token, len(self._numbers))
        if number == len(self._tokens):
            self._tokens.append(token)
        if number >= len(self._frequency):
            self._frequency = np.concatenate([self._frequency, np.zeros_like(self._frequency)])
        return number


def _entry(article: Article, key: str, language: str, tokens: Sequence[str]) -> Entry:
    seen = (article.audience, article.valid_from, article.valid_to)
    return Entry(article.id, key, language, tokens, article.version, *seen)


def core_of(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """The tokens that enough of the rows share, by their mean factor; those of the first row when none is shared."""
    total: dict[str, float] = {}
    for row in rows:
        for token, factor in row.items():
            total[token] = total.get(token, 0.0) + factor / len(rows)
    shared = {token: factor for token, factor in total.items() if factor >= _SHARED}
    return shared or (dict(rows[0]) if rows else {})


def _texts_of(article: Article, text: ArticleText) -> list[tuple[str, str]]:
    """(key, words) of title, each similar question, and the body where there is one."""
    base = f"{article.id}/{text.language}"
    similar = [(f"{base}/similar/{number}", question) for number, question in enumerate(text.similar)]
    body = [(f"{base}/body/0", f"{text.title} {as_plain(text.body)}")] if text.body.strip() else []
    return [(f"{base}/title/0", text.title), *similar, *body]
