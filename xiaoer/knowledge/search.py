"""From a question to ranked articles, with the features by which it is decided whether the best one answers.

Candidates come from the engine; the ranking is ours, so that every engine ranks alike: the idf-weighted likeness of the
question to each title, similar question and body, the best entry of an article counting for it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from xiaoer.knowledge.index.embedded import EmbeddedIndex, Entry
from xiaoer.knowledge.passages import as_plain
from xiaoer.knowledge.tokens import tokens_of
from xiaoer.knowledge.types import Article, ArticleText, Audience

_LIKENESS_SHARE = 0.35  # beside the share of the question that the article covers; chosen on the articles' own questions
_INTENT_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Scored:
    """An article with its features, all 0..1: likeness to its best question, coverage by the whole text, lead over the next."""

    article: Article
    text: ArticleText
    key: str
    score: float
    likeness: float
    coverage: float
    lead: float = 0.0
    is_intended: bool = False


@dataclass
class Collection:
    """A shop's articles in memory beside the engine: token weights and entries for our own ranking."""

    articles: dict[str, Article] = field(default_factory=dict)
    entries: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)  # key → article, tokens
    frequency: Counter[str] = field(default_factory=Counter)  # in how many (article, language) a token stands
    keys: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)  # (article, language) → its entries

    def put(self, article: Article) -> list[Entry]:
        """Take an article in (or out, when it is not published) and return what the engine must hold of it."""
        for pair in [pair for pair in self.keys if pair[0] == article.id]:
            taken = [self.entries.pop(key)[1] for key in self.keys.pop(pair)]
            self.frequency.subtract(set().union(*taken))
        self.articles.pop(article.id, None)
        if article.state != "published":
            return []
        self.articles[article.id] = article
        entries = [entry for text in article.texts for entry in entries_of(article, text)]
        for entry in entries:
            self.entries[entry.key] = (article.id, frozenset(entry.tokens))
        for text in article.texts:
            of_language = tuple(entry.key for entry in entries if entry.language == text.language)
            self.keys[(article.id, text.language)] = of_language
            self.frequency.update(set().union(*(self.entries[key][1] for key in of_language)))
        return entries

    def weight(self, token: str) -> float:
        """How telling a token is (idf); a bigram tells more than its letters."""
        total = len(self.keys) or 1
        seen = max(0, self.frequency.get(token, 0))
        return math.log(1 + (total - seen + 0.5) / (seen + 0.5))


def entries_of(article: Article, text: ArticleText) -> list[Entry]:
    """Title, each similar question, and the body."""
    base = f"{article.id}/{text.language}"
    found = [Entry(article.id, f"{base}/title/0", text.language, tokens_of(text.title))]
    for number, question in enumerate(text.similar):
        found.append(Entry(article.id, f"{base}/similar/{number}", text.language, tokens_of(question)))
    found.append(Entry(article.id, f"{base}/body/0", text.language, tokens_of(f"{text.title} {as_plain(text.body)}")))
    return found


def search(
    collection: Collection,
    index: EmbeddedIndex,
    question: str,
    *,
    language: str,
    audiences: Sequence[Audience],
    today: date,
    only_language: bool = False,
    without: str | None = None,
    without_key: str | None = None,
    intent: str = "",
) -> list[Scored]:
    """Articles that may answer, best first. Those that name the understood `intent` are put forward. `only_language`: those that exist in no other language (for crossing over)."""
    tokens = tokens_of(question)
    asked = Counter(tokens)
    weights = {token: collection.weight(token) for token in asked}
    total = sum(weights.values())
    if not total:
        return []
    best: dict[str, Scored] = {}
    for article_id, key, _ in index.find(tokens, language=language):
        article = collection.articles.get(article_id)
        if article is None or article_id == without or key == without_key or not _is_open(article, audiences, today):
            continue
        if only_language and len(article.texts) > 1:
            continue
        scored = _score(collection, article, key, language, weights, total, without_key, intent)
        if scored is not None and (article_id not in best or scored.score > best[article_id].score):
            best[article_id] = scored
    ranked = sorted(best.values(), key=lambda one: (-one.score, one.article.id))[:10]
    return [_with_lead(one, ranked, place) for place, one in enumerate(ranked)]


def _score(
    collection: Collection,
    article: Article,
    key: str,
    language: str,
    weights: Mapping[str, float],
    total: float,
    without_key: str | None,
    intent: str,
) -> Scored | None:
    text = article.find_text(language)
    entry = collection.entries.get(key)
    if text is None or entry is None:
        return None
    counts = entry[1]
    shared = sum(weight for token, weight in weights.items() if token in counts)
    everything = [
        collection.entries[one][1] for one in collection.keys.get((article.id, language), ()) if one != without_key
    ]
    covered = (weight for token, weight in weights.items() if any(token in entry_ for entry_ in everything))
    coverage = sum(covered) / total
    likeness = 0.0
    if "/body/" not in key:
        entry_total = sum(collection.weight(token) for token in counts) or 1.0
        likeness = shared / math.sqrt(total * entry_total)
    is_intended = intent in article.intents
    score = coverage + _LIKENESS_SHARE * likeness + (_INTENT_SHARE if is_intended else 0.0)
    return Scored(article, text, key, score, likeness, coverage, is_intended=is_intended)


def _is_open(article: Article, audiences: Sequence[Audience], today: date) -> bool:
    if article.audience not in audiences:
        return False
    return (article.valid_from is None or article.valid_from <= today) and (
        article.valid_to is None or today <= article.valid_to
    )


def _with_lead(one: Scored, ranked: Sequence[Scored], place: int) -> Scored:
    next_score = ranked[place + 1].score if place + 1 < len(ranked) else 0.0
    lead = (one.score - next_score) / one.score if one.score else 0.0
    return replace(one, lead=lead)
