"""Gaps: questions that the knowledge did not answer, or answered badly, gathered by what they are about.

Each gap comes with a suggestion: where the customers' questions lead to one article, they become its similar questions; where
staff answered, their words become the draft of a new article. A suggestion is replayed against what was asked before anybody
accepts it. Pure: whoever calls reads the records.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

from xiaoer.knowledge.tokens import fold, tokens_of
from xiaoer.knowledge.types import Answer, Article, ArticleText, Asked

ALIKE = 0.3  # nearness (below) of questions about one thing
_MOST_SIMILAR = 8  # new similar questions of one suggestion
_MAJORITY = 0.6  # of a gap's questions lead to one article: it is about that
_LEAST_REPLY = 8  # characters; shorter replies ("好的", "one moment") answer nothing
_GREETING = re.compile(r"^(?:您好|你好|亲|hi|hello|dear \w+)[,，!！。~\s]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions about one thing, in one language, newest first. `replies`: what staff said in those conversations afterwards."""

    id: str
    language: Literal["zh", "en"]
    asked: tuple[Asked, ...]
    replies: tuple[str, ...]

    @property
    def question(self) -> str:
        """The question that stands for all: the one that is most like the others."""
        return self.asked[0].text


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would close a gap: an article as it would be published. `similar`: an existing one is given more similar questions."""

    kind: Literal["similar", "new"]
    article: Article
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """Questions asked before, answered with and without a suggestion. `broken`: answered by another article, or no more."""

    fixed: tuple[Asked, ...]
    broken: tuple[Asked, ...]
    unchanged: int


def find_gaps(
    asked: Sequence[Asked], *, rated_badly: frozenset[str], replies: Mapping[tuple[str, int], Sequence[str]]
) -> tuple[Gap, ...]:
    """The gaps, the largest first. `rated_badly`: turns that customers marked as no help; `replies`: by conversation and line."""
    open_ = [one for one in asked if not one.settled and (one.outcome != "answer" or one.turn_id in rated_badly)]
    gaps = []
    for language in ("zh", "en"):
        mine = [one for one in open_ if one.language == language]
        for group in _gather(mine):
            said = [text for one in group for text in replies.get((one.conversation_id, one.seq), ())]
            gaps.append(Gap(_id_of(group), language, tuple(group), tuple(_answers(said))))
    return tuple(sorted(gaps, key=lambda gap: (-len(gap.asked), -gap.asked[0].asked_at.timestamp(), gap.id)))


def suggest(gap: Gap, find_article: Callable[[str], Article | None], *, now: datetime) -> Suggestion | None:
    """What would close the gap, or None where neither an article nor a reply of staff is near."""
    led = Counter(one.article_id for one in gap.asked if one.outcome == "did_you_mean")  # what was not even near says nothing
    if led:
        article_id, count = led.most_common(1)[0]
        article = find_article(article_id) if count >= _MAJORITY * len(gap.asked) else None
        if article is not None and article.find_text(gap.language) is not None and not gap.replies:
            return _with_similar(article, gap)
    if not gap.replies:
        return None
    questions = _distinct(one.text for one in gap.asked)
    text = ArticleText(gap.language, _as_title(questions[0]), tuple(questions[1 : _MOST_SIMILAR + 1]), gap.replies[0])
    intents = tuple(intent for intent, _ in Counter(one.intent for one in gap.asked if one.intent).most_common(2))
    article = Article(f"gap-{gap.id}", "faq", "all", intents, (text,), 0, now, state="draft")
    return Suggestion("new", article, (text.title, *text.similar))


def replay(
    asked: Sequence[Asked], suggestion: Suggestion, before: Callable[[Asked], Answer], after: Callable[[Asked], Answer]
) -> Replay:
    """Ask everything again. Fixed: not answered before, answered by the suggestion now."""
    fixed, broken, unchanged = [], [], 0
    for one in asked:
        old, new = before(one), after(one)
        if _said(old) == _said(new):
            unchanged += 1
        elif old.outcome != "answer" and _said(new) == suggestion.article.id:
            fixed.append(one)
        elif old.outcome == "answer":
            broken.append(one)
        else:
            unchanged += 1
    return Replay(tuple(fixed), tuple(broken), unchanged)


def _said(answer: Answer) -> str:
    return answer.hits[0].article_id if answer.outcome == "answer" and answer.hits else ""


def _with_similar(article: Article, gap: Gap) -> Suggestion | None:
    text = article.find_text(gap.language)
    assert text is not None
    known = {_folded(one) for one in (text.title, *text.similar)}
    added = tuple(one for one in _distinct(one.text for one in gap.asked) if _folded(one) not in known)[:_MOST_SIMILAR]
    if not added:
        return None
    grown = replace(text, similar=(*text.similar, *added))
    texts = tuple(grown if one.language == gap.language else one for one in article.texts)
    return Suggestion("similar", replace(article, texts=texts), added)


def _gather(asked: Sequence[Asked]) -> list[list[Asked]]:
    """Questions join the group with the nearest member, where the group as a whole is not far; the centre of each stands first.

    Tokens weigh by how rare they are among these questions. A question without a token is left out.
    """
    groups: list[list[tuple[Asked, dict[str, float]]]] = []
    for one, vector in zip(asked, _vectors(asked), strict=True):
        if not vector:
            continue
        near = max(groups, key=lambda group: _nearness(vector, group), default=None)
        if near is not None and _nearness(vector, near) >= ALIKE:
            near.append((one, vector))
        else:
            groups.append([(one, vector)])
    return [[one for one, _ in sorted(group, key=lambda pair: -_nearness(pair[1], group))] for group in groups]


def _nearness(vector: Mapping[str, float], group: Sequence[tuple[Asked, Mapping[str, float]]]) -> float:
    """Half the likeness to the nearest member, half the mean: one odd member neither opens a group nor closes it."""
    alike = [_dot(vector, other) for _, other in group]
    return (max(alike) + sum(alike) / len(alike)) / 2


def _vectors(asked: Sequence[Asked]) -> list[dict[str, float]]:
    tokens = [Counter(tokens_of(one.text)) for one in asked]
    seen = Counter(token for counted in tokens for token in counted)
    vectors = []
    for counted in tokens:
        raw = {token: (1 + math.log(n)) * math.log(1 + len(asked) / seen[token]) for token, n in counted.items()}
        length = math.sqrt(sum(weight * weight for weight in raw.values()))
        vectors.append({token: weight / length for token, weight in raw.items()} if length else {})
    return vectors


def _dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(weight * other.get(token, 0.0) for token, weight in one.items())


def _answers(said: Sequence[str]) -> list[str]:
    """Replies of staff that answer something, the one that is most like the others first."""
    texts = [words for text in said if len(words := _GREETING.sub("", text.strip())) >= _LEAST_REPLY]
    shared: dict[str, int] = defaultdict(int)
    for text in texts:
        for token in set(tokens_of(text)):
            shared[token] += 1
    return sorted(dict.fromkeys(texts), key=lambda text: -sum(shared[token] - 1 for token in set(tokens_of(text))))


def _distinct(texts: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(_folded(text), " ".join(text.split())[:200])
    return [text for key, text in found.items() if key]


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", fold(text))


def _as_title(question: str) -> str:
    words = " ".join(question.split())[:200]
    return words[:1].upper() + words[1:]


def _id_of(group: Sequence[Asked]) -> str:
    first = min(group, key=lambda one: (one.asked_at, one.turn_id))
    return sha256(f"{first.turn_id}/{first.place}".encode()).hexdigest()[:10]
