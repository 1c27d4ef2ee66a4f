"""Care of the knowledge, out of the records: the lint over everything that the shop says, and the gaps with their suggestions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from xiaoer.aftersales.policy import Policy
from xiaoer.conversations.store_replies import Spoken, list_rated_badly, list_spoken
from xiaoer.db.scope import Scope
from xiaoer.insights.gaps import Gap, Replay, Suggestion, find_gaps, replay
from xiaoer.insights.rules import lint_policy, priced, rules_of
from xiaoer.knowledge import store, store_heads
from xiaoer.knowledge.knowledge import Knowledge, Question
from xiaoer.knowledge.lint import UNUSED_DAYS, Finding, against_catalogue, against_rules, against_staff, lint_articles
from xiaoer.knowledge.store_questions import list_questions
from xiaoer.knowledge.types import Answer, Article, Asked
from xiaoer.shop.store_products import list_products

DAYS = 60  # how far back questions and replies of staff are read
_REPLIES_READ = 3  # lines of staff after a question that may be its answer
_MOST_REPLAYED = 400
_MOST_STAFF_LINES = 400


def lint_knowledge(
    scope: Scope, knowledge: Knowledge, policy: Policy | None, *, time_zone: str, days: int = DAYS
) -> tuple[Finding, ...]:
    """Everything found, what misleads somebody first. `days`: how far back staff's words are read; 0: not at all."""
    today = scope.now.astimezone(ZoneInfo(time_zone))
    articles = [one for one in store.list_articles(scope) if one.state == "published"]
    uses = store_heads.count_uses(scope, [one.id for one in articles], today=scope.now.date(), days=UNUSED_DAYS)
    found = [
        *lint_articles(articles, today=today.date(), uses=uses),
        *against_catalogue(articles, priced(list_products(scope))),
    ]
    if policy is not None:
        found += [*against_rules(articles, rules_of(policy)), *lint_policy(policy)]
    if days:
        found += _lint_staff(scope, knowledge, articles, today, since=scope.now - timedelta(days=days))
    return tuple(sorted(found, key=lambda one: (not one.is_error, one.kind, one.article_id)))


def read_gaps(scope: Scope, *, days: int = DAYS) -> tuple[Gap, ...]:
    """The gaps of the last days, the largest first."""
    since = scope.now - timedelta(days=days)
    asked = list_questions(scope, since=since)
    replies = _replies_after(list_spoken(scope, since=since))
    wanted = {(one.conversation_id, one.seq) for one in asked}
    near = {key: said for key, said in replies.items() if key in wanted}
    return find_gaps(asked, rated_badly=list_rated_badly(scope, since=since), replies=near)


def replay_suggestion(scope: Scope, knowledge: Knowledge, suggestion: Suggestion, *, time_zone: str) -> Replay:
    """The newest questions asked again, without and with the suggestion."""
    today = scope.now.astimezone(ZoneInfo(time_zone))
    asked = list_questions(scope, since=scope.now - timedelta(days=DAYS), limit=_MOST_REPLAYED)
    trial = knowledge.trial(scope, suggestion.article)

    def before(one: Asked) -> Answer:
        return knowledge.answer(
            scope, one.text, language=one.language, audience=one.audience, today=today, intent=one.intent
        )

    def after(one: Asked) -> Answer:
        return trial.answer(Question(one.text, one.language, one.audience, today, one.intent))

    return replay(asked, suggestion, before, after)


def _lint_staff(
    scope: Scope, knowledge: Knowledge, articles: Sequence[Article], today: datetime, *, since: datetime
) -> list[Finding]:
    """What staff answered, beside the article that answers the same question."""
    by_id = {one.id: one for one in articles}
    found: list[Finding] = []
    spoken = list_spoken(scope, since=since)[-_MOST_STAFF_LINES:]
    for question, reply in pairwise(spoken):
        is_answer = question.conversation_id == reply.conversation_id and question.author == "customer"
        if not is_answer or reply.author != "staff":
            continue
        answer = knowledge.answer(scope, question.text, language=question.language, audience="staff", today=today)
        article = by_id.get(answer.hits[0].article_id) if answer.outcome == "answer" else None
        if article is not None:
            where = f"{reply.conversation_id}#{reply.seq}"
            finding = against_staff(article, reply.language, reply.text, where=where)
            found += [finding] if finding else []
    return found


def _replies_after(spoken: Sequence[Spoken]) -> Mapping[tuple[str, int], Sequence[str]]:
    """For each line of a customer what staff said next, until they answered."""
    found: dict[tuple[str, int], list[str]] = {}
    open_: list[tuple[str, int]] = []
    said = 0
    for one in spoken:
        if open_ and open_[0][0] != one.conversation_id:
            open_, said = [], 0
        if one.author == "customer":
            if said:
                open_, said = [], 0
            open_.append((one.conversation_id, one.seq))
        elif said < _REPLIES_READ:
            said += 1
            for key in open_:
                found.setdefault(key, []).append(one.text)
    return found
