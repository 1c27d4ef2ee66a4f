"""What an index engine does for the knowledge. We tokenise, rank and fuse; an engine stores entries and finds candidates.

Every engine scores with BM25 over the same tokens (`K1`, `B`), keeps to who may see what before it counts its best, and
breaks ties by key, so that the same ten answers come back from each. What an engine holds is only a copy: the articles
themselves are compared and shown from the records, so a copy that lags can hide an article for a moment, never show an old one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

K1, B = 1.2, 0.75
MOST_FOUND = 60  # entries; their articles are ranked by us
FORMAT = 4  # grows with what is stored; an index of another format is built anew
FIRST_DAY, LAST_DAY = 0, 9_999_999  # of an article without an end to its validity, as ordinals


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing that can be found: a title, a similar question, or a body, as tokens. `key` = article id / language / kind / n.

    `version` is the article's. Who may see it and when (days, inclusive) stand here so that an engine can keep to them.
    """

    article_id: str
    key: str
    language: str
    tokens: Sequence[str]
    version: int = 0
    audience: str = "all"
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def days(self) -> tuple[int, int]:
        """First and last day of validity as ordinals."""
        first = self.valid_from.toordinal() if self.valid_from else FIRST_DAY
        return first, self.valid_to.toordinal() if self.valid_to else LAST_DAY

    @property
    def document_id(self) -> str:
        """Unlike for every version of the article: a late writer of an old version cannot put it over the new one."""
        return f"{self.key}@{self.version}"


@dataclass(frozen=True, slots=True)
class Sees:
    """What an asker may see: articles of these audiences that are valid on this day."""

    audiences: tuple[str, ...]
    today: date


class Found(NamedTuple):
    """An entry that was found."""

    article_id: str
    key: str
    score: float


class Index(Protocol):
    """One shop's entries in one engine. Calls may come from several threads. IndexUnavailable where the engine does not answer."""

    def read_applied(self) -> int:
        """The outbox number up to which everything is in the index and can be found; 0: there is none, or of another format."""
        ...

    def replace(self, articles: Mapping[str, int], entries: Iterable[Entry], *, applied: int) -> None:
        """Put the entries in the place of what these articles (id → version) had. When it returns they are durable and found.

        Cut off in the middle, the number applied stays, and the same call made again leaves the same index.
        """
        ...

    def rebuild(self, entries: Iterable[Entry], *, applied: int) -> None:
        """Make the index anew from all entries of the shop. Until that is done, the old one goes on answering."""
        ...

    def find(self, tokens: Sequence[str], sees: Sees | None = None, *, limit: int = MOST_FOUND) -> list[Found]:
        """The best entries that hold any of the tokens and may be seen (None: all), by score, then key."""
        ...

    def size_bytes(self) -> int:
        """What the index takes on disk."""
        ...

    def drop(self) -> None:
        """Forget the index, as if it had never been."""
        ...

    def close(self) -> None:
        """Let go of what this process holds of it."""
        ...


class Engine(Protocol):
    """Where the indexes of an installation are: opens each shop's, without asking the engine anything yet."""

    name: str

    def open(self, shop_id: str) -> Index:
        """The index of this shop."""
        ...

    def close(self) -> None:
        """Let go of the connections."""
        ...


def article_of(key: str) -> str:
    """The id of the article that an entry belongs to."""
    return key.rsplit("/", 3)[0]


def distinct(tokens: Sequence[str]) -> list[str]:
    """The tokens of a question, each once, in order."""
    return list(dict.fromkeys(tokens))
