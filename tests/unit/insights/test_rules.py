"""The demo's own articles and policy agree; a number changed anywhere is found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest

from xiaoer.aftersales.editing import list_leaves, with_values
from xiaoer.aftersales.policy import Policy, read_policy
from xiaoer.demo.seed_articles import read_articles
from xiaoer.demo.seed_catalogue import read_products
from xiaoer.insights.rules import lint_policy, priced, rules_of
from xiaoer.knowledge.lint import Finding, against_catalogue, against_rules, lint_articles
from xiaoer.knowledge.types import Article

TEXT = (files("xiaoer.demo") / "policy.yaml").read_text("utf-8")
POLICY = read_policy(TEXT)
ARTICLES = read_articles()


def errors(articles: Sequence[Article], policy: Policy) -> list[Finding]:
    found = [*lint_articles(articles, today=date(2026, 11, 24), uses={}), *lint_policy(policy)]
    found += [*against_rules(articles, rules_of(policy)), *against_catalogue(articles, priced(read_products()))]
    return [one for one in found if one.is_error]


def test_the_demo_shop_says_one_thing() -> None:
    assert [f"{one.article_id or one.source}: {one.en}" for one in errors(ARTICLES, POLICY)] == []


def test_a_number_changed_in_one_language_is_found() -> None:
    """Nearly every one: the new number may happen to stand in the other text too."""
    tried = found = 0
    for article in ARTICLES:
        for place, text in enumerate(article.texts):
            match = re.search(r"(\d+) (天|小时|元|个工作日|days|hours|working days)", text.body)
            if match is None or len(article.texts) < 2:
                continue
            body = text.body[: match.start(1)] + str(int(match[1]) + 5) + text.body[match.end(1) :]
            texts = tuple(replace(one, body=body) if n == place else one for n, one in enumerate(article.texts))
            tried += 1
            looked = lint_articles([replace(article, texts=texts)], today=date(2026, 11, 24), uses={})
            found += any(one.kind == "languages" for one in looked)
    assert tried > 100
    assert found >= 0.97 * tried


@pytest.mark.parametrize("clause", ["return-quality", "return-no-reason", "exchange-no-reason", "damage", "price-protection"])
def test_a_window_that_its_sentence_does_not_name(clause: str) -> None:
    leaf = next(
        one for one in list_leaves(TEXT) if one.path[1] == clause and one.path[-1] in ("days", "hours")
    )
    changed = read_policy(with_values(TEXT, {leaf.name: str(leaf.value + 4)}))
    assert [one.source for one in lint_policy(changed)] == [clause]


def test_articles_that_were_left_behind_by_the_policy() -> None:
    longer = read_policy(re.sub(r"\b7 days\b", "9 days", re.sub(r"7 天", "9 天", TEXT.replace("days: 7", "days: 9"))))
    found = [one for one in against_rules(ARTICLES, rules_of(longer)) if one.kind == "policy"]
    assert len({one.article_id for one in found}) >= 3
    assert all("7" in one.said or "seven" in one.said for one in found)
