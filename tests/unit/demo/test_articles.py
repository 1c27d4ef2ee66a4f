"""The demo shop's articles: complete in both languages, no two alike, and the same facts in both and on the page of facts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from importlib.resources import files

import pytest
import yaml

from xiaoer.demo.seed_articles import read_articles
from xiaoer.knowledge.types import Article, ArticleText
from xiaoer.nlu.train import OUTSIDE

# fmt: off
INTENTS = frozenset((
    "product_info", "product_compare", "purchase_advice", "stock_check", "price_promotion", "size_advice",
    "order_status", "logistics_tracking", "urge_shipping", "change_address", "change_items", "change_payment",
    "cancel_order", "return_request", "exchange_request", "refund_status", "warranty_query", "repair_request",
    "missing_or_damaged", "invoice_request", "price_protection", "coupon_query", "membership_points",
    "account_issue", "payment_issue", "shipping_policy", "return_policy", "campaign_rules", "complaint",
    "human_request", "feedback", "unsubscribe", "privacy_request", "greeting", "thanks", "goodbye", "affirm",
    "deny", "chitchat", OUTSIDE,
))
# fmt: on
TOPICS = ("shipping", "delivery", "orders", "returns", "exchanges", "refunds", "warranty", "repair")
ARTICLES = read_articles()
FOLDER = files("xiaoer.demo")

_NUMBER = r"((?:\d{1,3}(?:[ ,]\d{3})+|\d+)(?:\.\d+)?(?:\s*[–-]\s*\d+)?)"
_MONEY = {"zh": (rf"[¥￥]\s*{_NUMBER}", rf"{_NUMBER}\s*[元块]"), "en": (rf"[¥￥]\s*{_NUMBER}",)}
_UNITS = {
    "working days": ("个工作日", r"working\s+days?\b"),
    "days": ("天", r"days?\b"),
    "hours": ("小时", r"hours?\b"),
    "minutes": ("分钟", r"minutes?\b"),
    "months": ("个月", r"months?\b"),
}


def amounts(text: str, language: str) -> set[tuple[str, str]]:
    """Money and spans of time in a text: ("¥", "12"), ("working days", "1–3")."""
    patterns = [("¥", pattern) for pattern in _MONEY[language]]
    patterns += [(unit, rf"{_NUMBER}[\s-]*{words[language == 'en']}") for unit, words in _UNITS.items()]
    return {(unit, _plain(match)) for unit, pattern in patterns for match in re.findall(pattern, text)}


def _plain(number: str) -> str:
    return re.sub(r"[\s,]", "", number).replace("-", "–")


def numbers(text: str) -> set[str]:
    """Every number in a text, ranges also as a whole."""
    return {_plain(one) for one in re.findall(_NUMBER, text)} | set(re.findall(r"\d+", text.replace(",", "")))


def whole(text: ArticleText) -> str:
    """What a reader sees: the title and the body."""
    return f"{text.title}\n{text.body}"


def texts_of(article: Article) -> Mapping[str, ArticleText]:
    return {text.language: text for text in article.texts}


each = pytest.mark.parametrize("article", ARTICLES, ids=[article.id for article in ARTICLES])


@each
def test_both_languages_are_there(article: Article) -> None:
    texts = texts_of(article)
    assert set(texts) == {"zh", "en"}
    for language, text in texts.items():
        assert 5 <= len(text.similar) <= 12
        assert all(line.strip() == line and line for line in (text.title, *text.similar, text.body))
        chinese = [
            len(re.findall("[\u4e00-\u9fff]", line)) / len(line) for line in (text.title, *text.similar, text.body)
        ]
        assert min(chinese) > 0 if language == "zh" else max(chinese) < 0.2  # English may quote a word, e.g. 退订


@each
def test_intents_audience_and_category_are_known(article: Article) -> None:
    assert article.intents
    assert set(article.intents) <= INTENTS
    assert article.audience in ("all", "members", "staff")
    assert article.category


@each
def test_what_is_in_chinese_is_in_english(article: Article) -> None:
    texts = texts_of(article)
    zh, en = whole(texts["zh"]), whole(texts["en"])
    missing = {one for one in amounts(zh, "zh") - amounts(en, "en") if one[1] not in numbers(en)}
    assert not missing
    missing = {one for one in amounts(en, "en") - amounts(zh, "zh") if one[1] not in numbers(zh)}
    assert not missing


@pytest.mark.parametrize("topic", TOPICS)
def test_amounts_and_days_are_on_the_page_of_facts(topic: str) -> None:
    """What the articles about orders, parcels and after-sales promise is on the page of facts or in the policy."""
    policy = yaml.safe_load((FOLDER / "policy.yaml").read_text("utf-8"))
    texts = [(FOLDER / "README.md").read_text("utf-8"), *(clause["texts"]["en"] for clause in policy["clauses"])]
    known = {one for text in texts for one in numbers(text)}
    told = [article for article in ARTICLES if article.category == topic]
    assert told
    unknown = {
        (article.id, *amount)
        for article in told
        for text in article.texts
        for amount in amounts(whole(text), text.language)
        if amount[1] not in known
    }
    assert not unknown


def test_no_article_and_no_question_is_there_twice() -> None:
    ids = Counter(article.id for article in ARTICLES)
    questions = Counter(
        re.sub(r"\W", "", line).lower()
        for article in ARTICLES
        for text in article.texts
        for line in (text.title, *text.similar)
    )
    assert [one for one, times in (ids + questions).items() if times > 1] == []


def test_there_are_articles_for_everyone() -> None:
    assert len(ARTICLES) >= 147
    categories = Counter(article.category for article in ARTICLES)
    assert all(categories[topic] >= 4 for topic in TOPICS)
    assert {article.audience for article in ARTICLES} == {"all", "members", "staff"}
