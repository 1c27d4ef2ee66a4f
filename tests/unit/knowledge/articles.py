"""A few articles that several tests publish."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from xiaoer.knowledge.types import Article, ArticleText

TODAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


def article(article_id: str, zh: tuple[str, str] | None, en: tuple[str, str] | None, **more: Any) -> Article:
    """An article out of (title, body) in each language."""
    texts = [ArticleText("zh", zh[0], (), zh[1])] if zh else []
    texts += [ArticleText("en", en[0], (), en[1])] if en else []
    values = {"category": "shipping", "audience": "all", "intents": (), "version": 0, "updated_at": TODAY, **more}
    return Article(id=article_id, texts=tuple(texts), **values)


POSTAGE = article(
    "postage",
    ("运费怎么算", "订单满 99 元免运费，不满收 8 元。"),
    ("How much is postage", "Postage is free from 99 yuan, and 8 yuan below."),
)
INVOICE = article(
    "invoice",
    ("怎么开电子发票", "在订单页面点“申请发票”，填写抬头即可。"),
    ("How do I get an electronic invoice", "Press “Ask for an invoice” on the order page and fill in the title."),
)
CLEANING = article(
    "cleaning",
    ("羊毛大衣怎么清洗", "羊毛大衣请干洗，不要机洗。"),
    ("How do I clean a woollen coat", "Have a woollen coat dry-cleaned; do not machine-wash it."),
)
