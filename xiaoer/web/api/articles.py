"""The knowledge as a customer may read it: the article behind an answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request

from xiaoer.app import App
from xiaoer.customers import store as customers
from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound
from xiaoer.knowledge import store as knowledge
from xiaoer.knowledge.pictures import FOLDER
from xiaoer.knowledge.prose import as_html
from xiaoer.knowledge.types import AUDIENCE_SEES, Article
from xiaoer.web.api.answers import ArticleOut
from xiaoer.web.api.callers import Signed, TheApp
from xiaoer.web.api.pictures import link_of
from xiaoer.web.identity import Visit
from xiaoer.web.language import as_language, language_of

router = APIRouter(prefix="/api/v1/articles", tags=["knowledge"])


@router.get("/{article_id}", response_model=ArticleOut)
async def get_article(
    request: Request,
    app: TheApp,
    visit: Signed,
    article_id: Annotated[str, Path(max_length=128)],
    language: Annotated[str | None, Query(max_length=35)] = None,
) -> dict[str, Any]:
    """An article in this language, or in the one it has. `body` is Markdown. NotFound for what this caller may not see."""
    wanted = as_language(language, language_of(request))

    def read(scope: Scope) -> Article:
        article = knowledge.find_article(scope, article_id)
        customer = customers.get_customer(scope, visit.customer_id)
        reader = "visitor" if customer.is_visitor else "customer" if customer.level == "regular" else "member"
        if (
            article is None
            or article.audience not in AUDIENCE_SEES[reader]
            or not _is_in_force(article, _today(app, visit))
        ):
            raise NotFound("There is no such article.", "没有这篇文章。", field="article_id")
        return article

    article = await app.database.read(visit.shop_id, read)
    text = article.find_text(wanted) or article.texts[0]
    return {
        "id": article.id,
        "title": text.title,
        "body": text.body,
        "html": as_html(text.body, picture=lambda name: link_of(app, visit.shop_id, FOLDER, name)),
        "language": text.language,
        "version": article.version,
        "updated_at": article.updated_at.isoformat(timespec="seconds"),
    }


def _is_in_force(article: Article, today: date) -> bool:
    begins, ends = article.valid_from or today, article.valid_to or today
    return article.state == "published" and begins <= today <= ends


def _today(app: App, visit: Visit) -> date:
    return app.clock().astimezone(ZoneInfo(app.assistant_of(visit.shop_id).shop.time_zone)).date()
