"""Articles as their templates want them: marks, days, names, and the text as customers see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from xiaoer.app import App
from xiaoer.desk.types import Staff
from xiaoer.knowledge.pictures import FOLDER
from xiaoer.knowledge.prose import as_html
from xiaoer.knowledge.types import Answer, Article, Head
from xiaoer.web.api.pictures import link_of
from xiaoer.web.console.reader import Reader, short_moment

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An article in the list. `other`: its title in the other language, where it has one."""

    id: str
    title: str
    other: str
    languages: str
    state: str
    draft: str
    audience: str
    category: str
    owner: str
    validity: str
    when: str
    uses: int


def line_of(head: Head, staff: Mapping[str, Staff], reader: Reader, today: date) -> Line:
    """A line of the list, in the reader's language where the article has it."""
    article = head.article
    text = article.find_text(reader.t.language) or (article.texts[0] if article.texts else None)
    others = [one.title for one in article.texts if text is not None and one.language != text.language]
    owner = staff.get(article.owner)
    return Line(
        id=article.id,
        title=text.title if text and text.title else reader.t("knowledge.untitled"),
        other=others[0] if others else "",
        languages=" ".join({"zh": "中", "en": "EN"}[one.language] for one in article.texts),
        state=article.state,
        draft=head.draft,
        audience=article.audience,
        category=article.category,
        owner=owner.name if owner else "",
        validity=validity_of(article, today),
        when=short_moment(max(article.updated_at, head.draft_at or article.updated_at), reader),
        uses=head.uses,
    )


def validity_of(article: Article, today: date) -> str:
    """ "coming", "past", "ends" (soon, within two weeks), or nothing to say."""
    if article.valid_from and article.valid_from > today:
        return "coming"
    if article.valid_to and article.valid_to < today:
        return "past"
    return "ends" if article.valid_to and (article.valid_to - today).days <= 14 else ""


def html_of(app: App, shop_id: str, markdown: str) -> Markup:
    """The text as the widget shows it."""
    return Markup(as_html(markdown, picture=lambda name: link_of(app, shop_id, FOLDER, name)))


def today_of(app: App, shop_id: str) -> date:
    """Today at the shop."""
    return app.clock().astimezone(ZoneInfo(app.assistant_of(shop_id).shop.time_zone)).date()


def tried_of(answer: Answer, article_id: str) -> dict[str, Any]:
    """What a question brings: whether this article is the one, and what comes in its place."""
    ids = [hit.article_id for hit in answer.hits]
    place = ids.index(article_id) + 1 if article_id in ids else 0
    how = "none"
    if place == 1:
        how = "first" if answer.outcome == "answer" else "asked" if answer.outcome == "did_you_mean" else "unsure"
    elif place:
        how = "other" if answer.outcome == "answer" else "asked" if answer.outcome == "did_you_mean" else "unsure"
    elif answer.outcome == "answer":
        how = "other"
    return {"how": how, "place": place, "answer": answer, "percent": round(answer.probability * 100)}
