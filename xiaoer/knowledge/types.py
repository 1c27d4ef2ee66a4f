"""Articles and what was found in them: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Audience = Literal["all", "members", "staff"]
State = Literal["draft", "published", "archived"]
AUDIENCE_SEES: dict[str, tuple[Audience, ...]] = {
    "visitor": ("all",),
    "customer": ("all",),
    "member": ("all", "members"),
    "staff": ("all", "members", "staff"),
}


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article in one language. `similar` are other ways of asking for it (相似问); `body` is Markdown."""

    language: Literal["zh", "en"]
    title: str
    similar: tuple[str, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Article:
    """One answerable question. Published from `valid_from` to `valid_to` (days in the shop's zone, inclusive).

    `version` counts publications and what came after them; 0: never published, so nobody but staff has seen it.
    `owner` is the id of the member of staff who answers for it, or empty.
    """

    id: str
    category: str
    audience: Audience
    intents: tuple[str, ...]
    texts: tuple[ArticleText, ...]
    version: int
    updated_at: datetime
    state: State = "published"
    valid_from: date | None = None
    valid_to: date | None = None
    owner: str = ""

    def find_text(self, language: str) -> ArticleText | None:
        """The text in this language, or None."""
        return next((text for text in self.texts if text.language == language), None)


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes an article. `may_publish`: what they write may go out without a second pair of eyes."""

    id: str
    may_publish: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """The next version of an article, while the present one stays live.

    `article.version` is the version it began from. `revision` grows with every save, so that two editors notice each other;
    0: nothing is stored, the draft is the article as it is.
    """

    article: Article
    state: Literal["draft", "in_review"]
    revision: int
    edited_by: str
    edited_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """An article as it was from `saved_at` on. `saved_by`: staff, "import", or empty where nobody is known."""

    article: Article
    saved_at: datetime
    saved_by: str
    note: str


@dataclass(frozen=True, slots=True)
class Head:
    """A line of the list: the article, how far its next version is ("" where there is none), and how often it answered lately."""

    article: Article
    draft: Literal["", "draft", "in_review"]
    draft_at: datetime | None
    uses: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that may answer. `start`, `end` are characters of the article's body; `score` 0..1 after fusion."""

    article_id: str
    version: int
    language: Literal["zh", "en"]
    title: str
    passage: str
    start: int
    end: int
    score: float
    matched: Literal["title", "similar", "body"]
    body: str = ""
    category: str = ""
    audience: Audience = "all"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a customer and what the knowledge said to it: the outcome of its Answer and the article put first, if any.

    `settled`: see the table; `place` counts the questions of a turn.
    """

    turn_id: str
    place: int
    conversation_id: str
    seq: int
    text: str
    language: str
    audience: str
    intent: str
    outcome: str
    article_id: str
    asked_at: datetime
    settled: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the knowledge says to a question.

    outcome: answer (`hits[0]` answers it), did_you_mean (`hits` are the likely questions), unknown.
    `probability` is the calibrated chance that `hits[0]` answers. `crossed`: found only in the other language.
    """

    outcome: Literal["answer", "did_you_mean", "unknown"]
    probability: float
    hits: tuple[Hit, ...]
    crossed: bool = False
