"""Knowledge lint: what in a shop's articles contradicts itself or the rest of the shop, and what nobody looks after. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from xiaoer.knowledge.figures import Figure, figures_in
from xiaoer.knowledge.tokens import fold
from xiaoer.knowledge.types import Article, ArticleText

Kind = Literal["languages", "one_language", "doubled", "policy", "catalogue", "staff", "out_of_date", "unused", "old"]
ERRORS: tuple[Kind, ...] = ("languages", "doubled", "policy", "catalogue", "staff")  # somebody is told something wrong
OLD_DAYS = 365  # an article that nobody has touched for so long is worth a look
UNUSED_DAYS = 90
_SENTENCE = re.compile(r"[^。！？!?；;\n|]+[。！？!?；;|]?|[^\n|]+")
_NAMES: Mapping[str, tuple[str, str]] = {"zh": ("中文", "Chinese"), "en": ("英文", "English")}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend. `said` stands in the article; `other` is what it disagrees with, from `source`.

    `zh` and `en` are the sentence that says so. `article_id` is empty for a finding about the policy alone.
    """

    kind: Kind
    article_id: str
    zh: str
    en: str
    said: str = ""
    other: str = ""
    source: str = ""

    @property
    def is_error(self) -> bool:
        """Whether somebody is told something wrong; the rest is housekeeping."""
        return self.kind in ERRORS


@dataclass(frozen=True, slots=True)
class Rule:
    """What another source of the shop says about figures of these kinds.

    A sentence is held against the rules of the matters that it names (`words`) and of its article's `intents`, where it speaks of
    what the rule is about (`anchors`). `allowed`: the figures that the source knows.
    """

    source: str
    intents: frozenset[str]
    words: re.Pattern[str]
    kinds: frozenset[str]
    anchors: re.Pattern[str]
    allowed: frozenset[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Priced:
    """A product as articles may name it, folded, and every price (minor units) that it has or had."""

    id: str
    names: tuple[str, ...]
    prices: frozenset[float]


def lint_articles(articles: Iterable[Article], *, today: date, uses: Mapping[str, int]) -> Iterator[Finding]:
    """What can be seen from the published articles alone. `uses`: how often each answered in the last UNUSED_DAYS."""
    listed = [one for one in articles if one.state == "published"]
    for article in listed:
        yield from _of_languages(article)
        yield from _of_time(article, today, uses)
    yield from _doubled(listed)


def against_rules(articles: Iterable[Article], rules: Sequence[Rule]) -> Iterator[Finding]:
    """Sentences whose figures no rule of their matter knows."""
    for article in articles:
        if article.state != "published":
            continue
        intents = set(article.intents)
        for sentence in (one for text in article.texts for one in sentences_of(text)):
            about = [rule for rule in rules if rule.intents & intents or rule.words.search(sentence)]
            yield from _unknown(article, sentence, about)


def against_catalogue(articles: Iterable[Article], products: Sequence[Priced]) -> Iterator[Finding]:
    """Amounts beside a product's name that are no price of it."""
    for article in articles:
        for sentence in (one for text in article.texts for one in sentences_of(text)):
            amounts = [one for one in figures_in(sentence) if one.kind == "money"]
            named = _named(sentence, products) if amounts else None
            if named is None or any(one.value in named.prices for one in amounts):
                continue
            prices = "、".join(f"¥{price / 100:g}" for price in sorted(named.prices))
            yield Finding(
                "catalogue",
                article.id,
                f"“{sentence}”：商品 {named.id} 的价格是 {prices}。",
                f'"{sentence}": the product {named.id} costs {prices}.',
                amounts[0].said,
                prices,
                named.id,
            )


def against_staff(article: Article, language: str, said: str, *, where: str) -> Finding | None:
    """Whether what staff answered has figures of a kind that the article has too, and none of them are the article's."""
    text = article.find_text(language) or article.texts[0]
    ours = figures_in(f"{text.title}\n{text.body}")
    for one in figures_in(said):
        known = {other.key for other in ours if other.kind == one.kind}
        if one.kind not in ("number", "money", "clock") and known and one.key not in known:
            others = " / ".join(dict.fromkeys(other.said for other in ours if other.kind == one.kind))
            return Finding(
                "staff",
                article.id,
                f"客服对顾客说的是“{one.said}”，文章里写的是“{others}”。",
                f'Staff told a customer "{one.said}"; the article says "{others}".',
                others,
                one.said,
                where,
            )
    return None


def disagreements(first: str, second: str) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """The figures of each text that the other one does not have, not even as a number without a unit."""
    ours, theirs = figures_in(first), figures_in(second)
    return _missing(ours, theirs), _missing(theirs, ours)


def sentences_of(text: ArticleText) -> list[str]:
    """The sentences, list items and table rows of a text, its title first."""
    rows = [text.title]
    for line in text.body.splitlines():
        rows += [line.strip(" |")] if line.lstrip().startswith("|") else [one.strip() for one in _SENTENCE.findall(line)]
    return [one for one in rows if one]


def _missing(ours: Sequence[Figure], theirs: Sequence[Figure]) -> tuple[Figure, ...]:
    keys = {one.key for one in theirs}
    bare = {one.value for one in theirs if one.kind == "number"}
    missing = [one for one in ours if one.kind != "number" and one.key not in keys and not bare & set(_readings(one))]
    return tuple({one.key: one for one in missing}.values())


def _readings(one: Figure) -> Collection[float]:
    """The numbers by which a figure may stand in a text that leaves its unit out."""
    by = {"money": 100, "minutes": 1440, "months": 12, "gram": 1000, "millimetre": 10, "millilitre": 1000}.get(one.kind, 1)
    return (one.value, one.value / by, one.value / 60 if one.kind == "minutes" else one.value)


def _of_languages(article: Article) -> Iterator[Finding]:
    zh, en = article.find_text("zh"), article.find_text("en")
    if zh is None or en is None:
        lacks = _NAMES["zh" if zh is None else "en"]
        yield Finding("one_language", article.id, f"没有{lacks[0]}版本。", f"There is no {lacks[1]} text.")
        return
    ours, theirs = disagreements(f"{zh.title}\n{zh.body}", f"{en.title}\n{en.body}")
    if ours or theirs:
        said, other = (" / ".join(one.said for one in some) for some in (ours, theirs))
        yield Finding(
            "languages",
            article.id,
            f"中英文的数字对不上：中文“{said or '—'}”，英文“{other or '—'}”。",
            f'The figures of the languages disagree: Chinese "{said or "—"}", English "{other or "—"}".',
            said,
            other,
            "en",
        )


def _of_time(article: Article, today: date, uses: Mapping[str, int]) -> Iterator[Finding]:
    if article.valid_to is not None and article.valid_to < today:
        ended = article.valid_to.isoformat()
        yield Finding("out_of_date", article.id, f"有效期已于 {ended} 结束。", f"It was valid until {ended}.", other=ended)
    days = (today - article.updated_at.date()).days
    if days > OLD_DAYS:
        yield Finding("old", article.id, f"{days} 天没有更新过。", f"Nobody has touched it for {days} days.")
    is_new = article.updated_at.date() > today - timedelta(days=UNUSED_DAYS)
    if not is_new and not uses.get(article.id) and article.audience != "staff":
        yield Finding(
            "unused", article.id, f"最近 {UNUSED_DAYS} 天没有回答过顾客。", f"It answered nobody in the last {UNUSED_DAYS} days."
        )


def _doubled(articles: Sequence[Article]) -> Iterator[Finding]:
    """The same question in two articles that the same people see: which one answers is chance."""
    owners: dict[tuple[str, str], Article] = {}
    for article in articles:
        for text in article.texts:
            for question in dict.fromkeys((text.title, *text.similar)):
                key = (text.language, re.sub(r"\W+", "", fold(question)))
                other = owners.setdefault(key, article)
                if other.id != article.id and _meet(other, article):
                    yield Finding(
                        "doubled",
                        article.id,
                        f"“{question}”在文章 {other.id} 里也有。",
                        f'"{question}" stands in the article {other.id}, too.',
                        question,
                        question,
                        other.id,
                    )


def _meet(one: Article, other: Article) -> bool:
    """Whether both may be seen by one person on one day."""
    first, second = one.valid_from or date.min, other.valid_from or date.min
    last, until = one.valid_to or date.max, other.valid_to or date.max
    return first <= until and second <= last


def _unknown(article: Article, sentence: str, about: Sequence[Rule]) -> Iterator[Finding]:
    about = [rule for rule in about if rule.anchors.search(sentence)]
    kinds = frozenset[str]().union(*(rule.kinds for rule in about))
    allowed = frozenset[tuple[str, float]]().union(*(rule.allowed for rule in about))
    for one in figures_in(sentence):
        if one.kind in kinds and one.key not in allowed:
            source = about[0].source
            yield Finding(
                "policy",
                article.id,
                f"“{sentence}”：售后政策里没有“{one.said}”（{source}）。",
                f'"{sentence}": the policy knows no "{one.said}" ({source}).',
                one.said,
                "",
                source,
            )


def _named(sentence: str, products: Sequence[Priced]) -> Priced | None:
    """The product that the sentence names: the only one, or the one with the longest name."""
    folded = fold(sentence)
    named = [(len(name), one.id, one) for one in products for name in one.names if name in folded]
    return max(named)[2] if named else None
