"""What the lint finds in a shop's articles, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from xiaoer.knowledge.lint import Finding, Priced, against_catalogue, against_staff, lint_articles, sentences_of
from xiaoer.knowledge.types import Article, ArticleText

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
TODAY = date(2026, 11, 24)
ZH = ArticleText("zh", "多久可以退货？", ("能退几天",), "签收后 **7 天**内可以退，运费 12 元。")
EN = ArticleText("en", "How long can I return?", ("return days",), "Within **7 days** of delivery; the way back costs ¥12.")


def an_article(name: str = "returns", *, zh: ArticleText | None = ZH, en: ArticleText | None = EN) -> Article:
    texts = tuple(text for text in (zh, en) if text is not None)
    return Article(name, "returns", "all", ("return_policy",), texts, 1, NOW)


def lint(*articles: Article, uses: int = 1) -> Sequence[Finding]:
    return list(lint_articles(articles, today=TODAY, uses={one.id: uses for one in articles}))


def kinds(found: Sequence[Finding]) -> list[str]:
    return [one.kind for one in found]


def test_a_sound_article_is_left_alone() -> None:
    assert lint(an_article()) == []


@pytest.mark.parametrize(
    "body",
    ["Within 8 days of delivery; it costs ¥12.", "Within 7 days; the way back costs ¥15.", "Whenever you like, for ¥12."],
)
def test_languages_that_disagree(body: str) -> None:
    (found,) = lint(an_article(en=replace(EN, body=body)))
    assert (found.kind, found.article_id, found.is_error) == ("languages", "returns", True)
    assert "7 天" in found.zh or "12 元" in found.zh


def test_a_language_that_is_missing() -> None:
    (found,) = lint(an_article(en=None))
    assert (found.kind, found.is_error) == ("one_language", False)
    assert "英文" in found.zh


def test_what_time_does_to_an_article() -> None:
    ended = replace(an_article(), valid_to=TODAY - timedelta(days=1))
    old = replace(an_article("other"), updated_at=NOW - timedelta(days=400))
    assert kinds(lint(ended)) == ["out_of_date"]
    assert kinds(lint(old, uses=0)) == ["old", "unused"]
    assert kinds(lint(replace(ended, valid_to=TODAY))) == []


def test_one_question_in_two_articles() -> None:
    zh, en = replace(ZH, title="退货期限", similar=("能退几天？",)), replace(EN, title="Time to return", similar=())
    other = an_article("again", zh=zh, en=en)
    (found,) = lint(an_article(), other)
    assert (found.kind, found.article_id, found.source) == ("doubled", "again", "returns")
    apart = [replace(an_article(), valid_to=TODAY), replace(other, valid_from=TODAY + timedelta(days=1))]
    assert kinds(lint(*apart)) == []


def test_drafts_are_not_looked_at() -> None:
    assert lint(replace(an_article(en=None), state="draft")) == []


def test_a_price_that_the_product_never_had() -> None:
    hoodie = Priced("hoodie", ("云柔连帽卫衣", "cloud hoodie"), frozenset({19900.0, 24900.0}))
    wrong = an_article(zh=replace(ZH, body="云柔连帽卫衣现价 189 元。"), en=replace(EN, body="The Cloud Hoodie costs ¥199."))
    (found,) = against_catalogue([wrong], [hoodie])
    assert (found.kind, found.source, found.said) == ("catalogue", "hoodie", "189 元")
    assert list(against_catalogue([an_article()], [hoodie])) == []


def test_what_staff_said_instead() -> None:
    found = against_staff(an_article(), "zh", "亲，签收 15 天内都可以退的", where="cnv_1#4")
    assert found is not None
    assert (found.kind, found.said, found.other, found.source) == ("staff", "7 天", "15 天", "cnv_1#4")
    assert against_staff(an_article(), "en", "You have seven days after delivery.", where="") is None
    assert against_staff(an_article(), "zh", "好的，帮您看下，大概 10 分钟", where="") is not None
    assert against_staff(an_article(), "zh", "退了您 59 元", where="") is None  # an amount of one order


def test_rows_of_a_table_are_sentences() -> None:
    text = replace(ZH, body="| 会员 | 天数 |\n|---|---|\n| 金卡 | 15 天 |\n\n- 一句。两句；三句")
    assert "金卡 | 15 天" in sentences_of(text)
    assert {"- 一句。", "两句；", "三句"} <= set(sentences_of(text))
