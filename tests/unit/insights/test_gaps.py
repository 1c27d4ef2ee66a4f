"""What customers asked in vain becomes a gap; a suggestion is tried on what was asked before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from xiaoer.insights.gaps import Gap, find_gaps, replay, suggest
from xiaoer.knowledge.types import Answer, Article, ArticleText, Asked, Hit

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
PARCEL = Article("parcel", "delivery", "all", (), (ArticleText("zh", "能寄到驿站吗？", ("放驿站",), "可以。"),), 1, NOW)


def asked(number: int, text: str, outcome: str = "unknown", *, language: str = "zh", article: str = "", settled: str = "") -> Asked:
    at = NOW - timedelta(minutes=number)
    names = (f"trn_{number}", 0, f"cnv_{number}", 1)
    return Asked(*names, text, language, "customer", "shipping_policy", outcome, article, at, settled)


def gaps(*some: Asked, bad: Sequence[str] = (), replies: Mapping[tuple[str, int], Sequence[str]] | None = None) -> tuple[Gap, ...]:
    return find_gaps(some, rated_badly=frozenset(bad), replies=replies or {})


def test_questions_about_one_thing_are_one_gap() -> None:
    found = gaps(
        asked(1, "可以寄到菜鸟驿站吗"),
        asked(2, "能不能寄到菜鸟驿站"),
        asked(3, "你们支持寄菜鸟驿站吗"),
        asked(4, "礼品卡能开发票吗"),
        asked(5, "can you engrave a name on it", language="en"),
    )
    assert [len(one.asked) for one in found] == [3, 1, 1]
    assert {one.language for one in found} == {"zh", "en"}


def test_what_was_answered_or_settled_is_no_gap() -> None:
    assert gaps(asked(1, "包邮吗", "answer"), asked(2, "能寄国外吗", settled="-")) == ()
    (found,) = gaps(asked(1, "包邮吗", "answer"), bad=["trn_1"])
    assert found.question == "包邮吗"


def test_a_gap_keeps_its_name_while_it_grows() -> None:
    (before,) = gaps(asked(9, "可以寄到菜鸟驿站吗"))
    (after,) = gaps(asked(1, "能不能寄到菜鸟驿站呢"), asked(9, "可以寄到菜鸟驿站吗"))
    assert before.id == after.id


def test_questions_that_lead_to_one_article_become_its_similar_questions() -> None:
    (gap,) = gaps(
        asked(1, "可以寄到菜鸟驿站吗", "did_you_mean", article="parcel"),
        asked(2, "能不能寄到菜鸟驿站", "did_you_mean", article="parcel"),
    )
    made = suggest(gap, {"parcel": PARCEL}.get, now=NOW)
    assert made is not None
    assert (made.kind, made.article.id) == ("similar", "parcel")
    text = made.article.find_text("zh")
    assert text is not None
    assert set(text.similar) == {"放驿站", "可以寄到菜鸟驿站吗", "能不能寄到菜鸟驿站"}
    assert (text.title, text.body) == ("能寄到驿站吗？", "可以。")


def test_what_staff_answered_becomes_a_draft() -> None:
    lines = [asked(1, "can you engrave a name on it", language="en"), asked(2, "could you engrave names", language="en")]
    replies = {
        ("cnv_1", 1): ["one moment", "Hello, engraving takes three more days and costs ¥20."],
        ("cnv_2", 1): ["Engraving costs ¥20 and takes three days."],
    }
    found = gaps(*lines, replies=replies)
    made = suggest(found[0], lambda _: None, now=NOW)
    assert made is not None
    assert (made.kind, made.article.state, made.article.audience) == ("new", "draft", "all")
    (text,) = made.article.texts
    assert "¥20" in text.body
    assert not text.body.startswith("Hello")
    assert {text.title.lower(), *text.similar} == {"can you engrave a name on it", "could you engrave names"}


def test_nothing_is_suggested_out_of_nothing() -> None:
    (gap,) = gaps(asked(1, "你们老板是谁"))
    assert suggest(gap, lambda _: None, now=NOW) is None


def says(article_id: str) -> Answer:
    if not article_id:
        return Answer("unknown", 0.1, ())
    return Answer("answer", 0.9, (Hit(article_id, 1, "zh", "", "", 0, 0, 1.0, "title"),))


def test_a_suggestion_is_replayed() -> None:
    (gap,) = gaps(asked(1, "可以寄到菜鸟驿站吗", "did_you_mean", article="parcel"))
    made = suggest(gap, {"parcel": PARCEL}.get, now=NOW)
    assert made is not None
    before = {"fixed": "", "broken": "other", "lost": "other", "same": "other", "still": ""}
    after = {"fixed": "parcel", "broken": "parcel", "lost": "", "same": "other", "still": ""}
    lines = [asked(n, text) for n, text in enumerate(before)]
    found = replay(lines, made, lambda one: says(before[one.text]), lambda one: says(after[one.text]))
    assert [one.text for one in found.fixed] == ["fixed"]
    assert [one.text for one in found.broken] == ["broken", "lost"]
    assert found.unchanged == 2
