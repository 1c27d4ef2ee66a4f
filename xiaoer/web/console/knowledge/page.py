"""The knowledge's pages: look through the articles, open one, see how it came about. What staff do is in `verbs` and `imports`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from xiaoer.db.ids import new_id
from xiaoer.knowledge.store_heads import Wanted
from xiaoer.web.console.knowledge.draw import article_page, history_page, list_page
from xiaoer.web.console.knowledge.imports import imports
from xiaoer.web.console.knowledge.verbs import verbs
from xiaoer.web.session import SignedIn

router = APIRouter(include_in_schema=False)
Short = Annotated[str, Query(max_length=100)]


@router.get("/knowledge")
async def show_list(
    request: Request,
    session: SignedIn,
    text: Annotated[str, Query(max_length=200)] = "",
    state: Short = "",
    language: Short = "",
    audience: Short = "",
    owner: Short = "",
    category: Short = "",
    validity: Short = "",
    source: Annotated[str, Query(max_length=500)] = "",
    unused: bool = False,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """The articles, searched and filtered."""
    wanted = Wanted(text, state, language, audience, owner, category, validity, source, unused)
    return await list_page(request, session, wanted, page)


@router.get("/knowledge/new")
async def show_new(request: Request, session: SignedIn) -> Response:
    """An empty article. Nothing is stored before the first word."""
    return await article_page(request, session, new_id("art"), is_new=True)


router.include_router(imports)  # before the pages whose address is an article's id
router.include_router(verbs)


@router.get("/knowledge/{article_id}")
async def show_article(request: Request, session: SignedIn, article_id: str, said: Short = "") -> Response:
    """An article: its next version in the form, and what is live."""
    return await article_page(request, session, article_id, said=said)


@router.get("/knowledge/{article_id}/history")
async def show_history(
    request: Request, session: SignedIn, article_id: str, version: Annotated[int, Query(ge=0, le=1_000_000)] = 0
) -> Response:
    """The versions of an article, and what one of them changed."""
    return await history_page(request, session, article_id, version)
