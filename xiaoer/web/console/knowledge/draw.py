"""The knowledge's pages as they are drawn: from the records, with what was typed when something was refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from xiaoer.db.scope import Scope
from xiaoer.desk import store as desk
from xiaoer.desk.types import Staff
from xiaoer.errors import Conflict, XiaoerError
from xiaoer.knowledge import edit, store_drafts, store_heads, store_imports
from xiaoer.knowledge.changes import list_changes
from xiaoer.knowledge.ingest.types import Origin
from xiaoer.knowledge.store_heads import USED_DAYS, Wanted
from xiaoer.knowledge.types import Article, Draft, Editor, Version
from xiaoer.web.console.knowledge.forms import LANGUAGES, Typed, fields_of
from xiaoer.web.console.knowledge.view import PER_PAGE, html_of, line_of, today_of, validity_of
from xiaoer.web.console.reader import Reader, frame_of, reader_of
from xiaoer.web.session import StaffSession, app_of
from xiaoer.web.templates import language_of, render

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def editor_of(session: StaffSession) -> Editor:
    """Who edits: a lead may publish."""
    return Editor(session.staff.id, may_publish=session.staff.role == "lead")


def tools_of(request: Request, session: StaffSession) -> tuple[Reader, dict[str, Any]]:
    """The reader, and what every page of the knowledge names."""
    app = app_of(request)
    reader = reader_of(app, session, language_of(request))
    return reader, {"page": "knowledge", "may_publish": session.staff.role == "lead", **frame_of(app, session, reader)}


async def list_page(request: Request, session: StaffSession, wanted: Wanted, page: int) -> Response:
    """The articles that are wanted."""
    app, today = app_of(request), today_of(app_of(request), session.shop_id)

    def read(scope: Scope) -> dict[str, Any]:
        count = store_heads.count_heads(scope, wanted, today=today)
        last = max(1, -(-count // PER_PAGE))
        shown = min(max(1, page), last)
        return {
            "heads": store_heads.list_heads(scope, wanted, today=today, limit=PER_PAGE, offset=(shown - 1) * PER_PAGE),
            "count": count,
            "shown": shown,
            "last": last,
            "categories": store_heads.list_categories(scope),
            "staff": desk.list_staff(scope),
            "waiting": store_heads.count_heads(scope, Wanted(state="in_review"), today=today),
        }

    found = await app.database.read(session.shop_id, read)
    reader, tools = tools_of(request, session)
    members = {one.id: one for one in found["staff"]}
    lines = [line_of(head, members, reader, today) for head in found.pop("heads")]
    return render(
        request, "knowledge/knowledge.html", lines=lines, wanted=wanted, used_days=USED_DAYS, **found, **tools
    )


def blank(article_id: str, session: StaffSession) -> tuple[None, Draft]:
    """An article that nobody has begun."""
    article = Article(article_id, "", "all", (), (), 0, NEVER, "draft", owner=session.staff.id)
    return None, Draft(article, "draft", 0, "", NEVER)


async def article_page(
    request: Request,
    session: StaffSession,
    article_id: str,
    *,
    is_new: bool = False,
    typed: Typed | None = None,
    error: XiaoerError | None = None,
    said: str = "",
    question: str = "",
    tried: dict[str, Any] | None = None,
) -> Response:
    """An article with its form. `typed`: what was sent and refused; with a Conflict the colleague's words stand beside it."""
    app = app_of(request)

    def read(scope: Scope) -> tuple[Article | None, Draft, tuple[Staff, ...], tuple[str, ...], Origin | None]:
        try:
            live, draft = edit.open_draft(scope, article_id)
        except XiaoerError:
            if not is_new and typed is None:
                raise
            live, draft = blank(article_id, session)
        origin = store_imports.find_origin(scope, article_id)
        return live, draft, desk.list_staff(scope), store_heads.list_categories(scope), origin

    live, draft, staff, categories, origin = await app.database.read(session.shop_id, read)
    reader, tools = tools_of(request, session)
    names = {one.id: one.name for one in staff}
    fields = {**fields_of(blank(article_id, session)[1].article), **typed.fields} if typed else fields_of(draft.article)
    is_conflict = isinstance(error, Conflict) and typed is not None
    today = today_of(app, session.shop_id)
    return render(
        request,
        "knowledge/article.html",
        status=error.status if error else 200,
        id=article_id,
        live=live if live is not None and live.version else None,
        draft=draft,
        revision=draft.revision if is_conflict or typed is None else typed.revision,
        version=_version(live, draft) if is_conflict else draft.article.version if typed is None else typed.version,
        live_version=live.version if live else 0,
        is_behind=live is not None and draft.revision > 0 and draft.article.version != live.version,
        fields=fields,
        languages=LANGUAGES,
        previews={one: html_of(app, session.shop_id, fields.get(f"body_{one}", "")) for one in LANGUAGES},
        title=_title(draft.article, reader),
        staff=staff,
        by=names.get(draft.edited_by, reader.t("knowledge.by_import") if draft.edited_by == "import" else ""),
        when=reader.words.moment(draft.edited_at) if draft.revision else "",
        live_when=reader.words.moment(live.updated_at) if live and live.version else "",
        validity=validity_of(live, today) if live else "",
        categories=categories,
        origin=origin,
        error=error.text(reader.t.language) if error else "",
        wrong=error.field or "" if error else "",
        said=said,
        question=question,
        tried=tried,
        conflict=_conflict(typed, live, draft, reader, names) if is_conflict and typed else None,
        **tools,
    )


def _title(article: Article, reader: Reader) -> str:
    text = article.find_text(reader.t.language) or (article.texts[0] if article.texts else None)
    return text.title if text and text.title else ""


def _version(live: Article | None, draft: Draft) -> int:
    return live.version if live is not None else draft.article.version


def _conflict(
    typed: Typed, live: Article | None, draft: Draft, reader: Reader, names: dict[str, str]
) -> dict[str, Any]:
    """What is kept now (the colleague's draft, or what went live meanwhile), and what differs in the reader's own words."""
    is_live_newer = live is not None and live.version != draft.article.version
    theirs = live if live is not None and is_live_newer else draft.article
    try:
        mine = edit.tidy(typed.article(theirs))
    except XiaoerError:
        mine = theirs
    return {
        "who": "" if is_live_newer else names.get(draft.edited_by, ""),
        "fields": fields_of(theirs),
        "changes": list_changes(theirs, replace(mine, state=theirs.state)),
        "when": reader.words.moment(theirs.updated_at) if theirs.updated_at.year > 1970 else "",
    }


async def history_page(
    request: Request, session: StaffSession, article_id: str, version: int = 0, *, error: XiaoerError | None = None
) -> Response:
    """The versions of an article; what one of them changed."""
    app = app_of(request)

    def read(scope: Scope) -> tuple[Article | None, Draft, tuple[Version, ...], tuple[Staff, ...]]:
        live, draft = edit.open_draft(scope, article_id)
        return live, draft, store_drafts.list_versions(scope, article_id), desk.list_staff(scope)

    live, draft, versions, staff = await app.database.read(session.shop_id, read)
    reader, tools = tools_of(request, session)
    names = {one.id: one.name for one in staff} | {"import": reader.t("knowledge.by_import")}
    by_number = {one.article.version: one for one in versions}
    shown = by_number.get(version) or (versions[0] if versions else None)
    before = by_number.get(shown.article.version - 1) if shown else None
    return render(
        request,
        "knowledge/history.html",
        status=error.status if error else 200,
        id=article_id,
        title=_title(draft.article, reader),
        draft=draft,
        live=live,
        versions=[
            {"one": one, "by": names.get(one.saved_by, ""), "when": reader.words.moment(one.saved_at)}
            for one in versions
        ],
        shown=shown,
        changes=list_changes(before.article, shown.article) if before and shown else (),
        is_first=shown is not None and before is None,
        texts=[(one, html_of(app, session.shop_id, one.body)) for one in shown.article.texts] if shown else [],
        error=error.text(reader.t.language) if error else "",
        **tools,
    )
