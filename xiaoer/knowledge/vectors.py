"""A shop's articles as vectors in memory: exact search over all of them, masked by who may see what.

One row per text (title, similar question, stretch of the body), each of length 1, so the product with a question's vector
is the cosine. Rows are float32 in memory, float16 in the records. At a hundred thousand rows a question costs a matrix
product; nothing is approximated, so what may not be seen is never found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xiaoer.knowledge.index.port import FIRST_DAY, LAST_DAY, Sees
from xiaoer.knowledge.passages import as_plain
from xiaoer.knowledge.types import AUDIENCE_SEES, Article

Floats = npt.NDArray[np.float32]
_AUDIENCES = AUDIENCE_SEES["staff"]
_WORDS = 120  # of a stretch of a body; an encoder reads little more
_LETTERS = 240  # of one in Chinese
_MOST_STRETCHES = 40  # of one body
MOST_NEAR = 40  # articles that are near enough to be ranked though they share no word
_MOST_UNKNOWN = 0.2  # of a text's tokens; an encoder that knows less of it tells nothing


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoder: its vectors (rows of length 1), and the share of a text that it does not know. `id` changes with its weights."""

    id: str
    dimensions: int
    embed: Callable[[Sequence[str]], Floats]
    unknown: Callable[[str], float]

    def knows(self, text: str) -> bool:
        """Whether its vector of this text tells anything."""
        return bool(text.strip()) and self.unknown(text) <= _MOST_UNKNOWN


def texts_of(article: Article) -> list[tuple[str, str]]:
    """(key, text) of everything in a published article that a question may be near to. A body goes with its title."""
    if article.state != "published":
        return []
    found: list[tuple[str, str]] = []
    for text in article.texts:
        base = f"{article.id}/{text.language}"
        found.append((f"{base}/title/0", text.title))
        found += [(f"{base}/similar/{number}", question) for number, question in enumerate(text.similar)]
        stretches = stretches_of(as_plain(text.body))
        found += [(f"{base}/body/{number}", f"{text.title} {stretch}") for number, stretch in enumerate(stretches)]
    return found


def stretches_of(text: str) -> list[str]:
    """A text in stretches of as many words (characters in Chinese) as an encoder reads at once."""
    words = text.split()
    if len(words) * 8 < len(text):  # Chinese has few blanks
        pieces = [text[start : start + _LETTERS] for start in range(0, len(text), _LETTERS)]
    else:
        pieces = [" ".join(words[start : start + _WORDS]) for start in range(0, len(words), _WORDS)]
    return [piece for piece in pieces if piece.strip()][:_MOST_STRETCHES]


class Vectors:
    """The rows of all articles. Not for two threads at once where one changes it."""

    def __init__(self, dimensions: int) -> None:
        self._rows: Floats = np.zeros((64, dimensions), dtype=np.float32)
        self._owner: npt.NDArray[np.int32] = np.full(64, -1, dtype=np.int32)  # the article's number; -1: free
        self._audience: npt.NDArray[np.int8] = np.zeros(64, dtype=np.int8)
        self._days = np.zeros((2, 64), dtype=np.int32)
        self._keys: list[str] = []
        self._places: dict[str, list[int]] = {}
        self._articles: list[str] = []
        self._numbers: dict[str, int] = {}
        self._used = 0

    def __contains__(self, article_id: str) -> bool:
        return article_id in self._places

    def put(self, article: Article, keys: Sequence[str], rows: Floats) -> None:
        """The article's rows in the place of those it had; none: it is out."""
        for place in self._places.pop(article.id, ()):
            self._owner[place] = -1
        if not len(keys):
            return
        self._make_room(len(keys))
        number = self._numbers.setdefault(article.id, len(self._numbers))
        if number == len(self._articles):
            self._articles.append(article.id)
        places = slice(self._used, self._used + len(keys))
        self._rows[places], self._owner[places] = rows, number
        self._audience[places] = _AUDIENCES.index(article.audience)
        self._days[0, places] = article.valid_from.toordinal() if article.valid_from else FIRST_DAY
        self._days[1, places] = article.valid_to.toordinal() if article.valid_to else LAST_DAY
        self._keys += keys
        self._places[article.id] = list(range(places.start, places.stop))
        self._used = places.stop

    def _make_room(self, count: int) -> None:
        if self._used + count <= len(self._rows):
            return
        kept = np.nonzero(self._owner[: self._used] >= 0)[0]
        size = max(64, 2 * (len(kept) + count))
        more = size - len(kept)
        self._rows = np.pad(self._rows[kept], ((0, more), (0, 0)))
        self._owner = np.pad(self._owner[kept], (0, more), constant_values=-1)
        self._audience = np.pad(self._audience[kept], (0, more))
        self._days = np.pad(self._days[:, kept], ((0, 0), (0, more)))
        self._keys = [self._keys[place] for place in kept.tolist()]
        self._used = len(kept)
        places: dict[str, list[int]] = {}
        for place, number in enumerate(self._owner[: self._used].tolist()):
            places.setdefault(self._articles[number], []).append(place)
        self._places = places

    def near(
        self, question: Floats, sees: Sees, *, without: frozenset[str] = frozenset(), without_key: str | None = None
    ) -> Near:
        """How near every article is that may be seen."""
        used = self._used
        day = sees.today.toordinal()
        audiences = np.array([one in sees.audiences for one in _AUDIENCES])
        may = (self._owner[:used] >= 0) & audiences[self._audience[:used]]
        may &= (self._days[0, :used] <= day) & (day <= self._days[1, :used])
        for article_id in without:
            may[self._places.get(article_id, [])] = False
        if without_key is not None:
            hidden = self._places.get(without_key.rsplit("/", 3)[0], [])
            may[[place for place in hidden if self._keys[place] == without_key]] = False
        nearness = np.full(len(self._articles), -1.0, dtype=np.float32)
        np.maximum.at(nearness, self._owner[:used][may], (self._rows[:used] @ question)[may])
        return Near(nearness, self._numbers, self._articles)


@dataclass(frozen=True, slots=True)
class Near:
    """The cosine of each article's nearest text with the question; -1 for those that have none that may be seen."""

    nearness: Floats
    numbers: dict[str, int]
    articles: list[str]

    def best(self, limit: int = MOST_NEAR) -> list[str]:
        """The nearest articles."""
        count = min(limit, len(self.nearness))
        if not count:
            return []
        top = np.argpartition(-self.nearness, count - 1)[:count]
        return [self.articles[number] for number in top.tolist() if self.nearness[number] > -1]

    def of(self, article_ids: Sequence[str]) -> npt.NDArray[np.float64]:
        """The cosines of these articles. One without a vector, whose language the encoder does not know, counts as the farthest."""
        numbers = [self.numbers.get(one, -1) for one in article_ids]
        found = np.array([float(self.nearness[one]) if one >= 0 else -1.0 for one in numbers])
        known = found > -1
        return np.where(known, found, found[known].min() if known.any() else 0.0)
