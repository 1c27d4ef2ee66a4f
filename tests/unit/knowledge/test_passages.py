"""Markdown as a customer reads it, and paragraphs that cover all of it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.demo.seed_articles import read_articles
from xiaoer.knowledge.passages import as_plain, paragraphs_of

LINES = ["# 标题", "正文 **粗** `x`", "- 一", "* two", "| a | b |", "|--|--|", "[链接](https://x.example)", "", " "]
MARKDOWN = st.lists(st.sampled_from(LINES))


@given(st.one_of(st.text(max_size=200), MARKDOWN.map("\n".join)))
def test_paragraphs_cover_every_character_that_is_not_blank(body: str) -> None:
    spans = paragraphs_of(body)
    covered = {place for start, end in spans for place in range(start, end)}
    assert all(place in covered or not letter.strip() for place, letter in enumerate(body))
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert all(body[start:end].strip() for start, end in spans)


@given(st.one_of(st.text(max_size=200), MARKDOWN.map("\n".join)))
def test_plain_text_can_be_made_of_anything(body: str) -> None:
    assert as_plain(body) == as_plain(body).strip()


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**7 天**内可以退", "7 天内可以退"),
        ("- 一\n- 二", "· 一\n· 二"),
        ("## 运费\n\n\n\n满 99 免", "运费\n\n满 99 免"),
        ("| 等级 | 天数 |\n|---|:-:|\n| 金卡 | 15 |", "等级 | 天数\n金卡 | 15"),
        ("见[说明](https://spruce.example/x)。", "见说明。"),
        ("3 * 4 = 12", "3 * 4 = 12"),
    ],
)
def test_marks_are_taken_off(markdown: str, plain: str) -> None:
    assert as_plain(markdown) == plain


def test_no_article_of_the_demo_shows_a_mark() -> None:
    for article in read_articles():
        for text in article.texts:
            plain = as_plain(text.body)
            assert "**" not in plain, article.id
            assert "](" not in plain, article.id
