"""`/care`: what customers asked in vain, what would close each gap and what that would change; `/care/lint`: what to mend."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound
from xiaoer.insights.care import DAYS, lint_knowledge, read_gaps, replay_suggestion
from xiaoer.insights.gaps import Gap, Replay, Suggestion, suggest
from xiaoer.knowledge import edit, store
from xiaoer.knowledge.store_questions import settle
from xiaoer.knowledge.types import Editor
from xiaoer.privacy.store import add_audit
from xiaoer.web.console.reader import frame_of, reader_of, short_moment
from xiaoer.web.session import FromForm, SignedIn, StaffSession, app_of
from xiaoer.web.templates import language_of, render

router = APIRouter(include_in_schema=False)
_MOST_GAPS = 50


@router.get("/care")
async def show_gaps(request: Request, session: SignedIn) -> Response:
    """The gaps, the largest first."""
    gaps = await app_of(request).database.read(session.shop_id, read_gaps)
    return render(request, "care/gaps.html", gaps=gaps[:_MOST_GAPS], count=len(gaps), **_frame(request, session))


@router.get("/care/gaps/{gap_id}")
async def show_gap(request: Request, session: SignedIn, gap_id: str) -> Response:
    """One gap: every question, what staff said, the suggestion and its replay on what was asked before."""
    app = app_of(request)
    time_zone = app.assistant_of(session.shop_id).shop.time_zone

    def read(scope: Scope) -> tuple[Gap, Suggestion | None, Replay | None]:
        gap, suggestion = _find(scope, gap_id)
        if suggestion is None:
            return gap, None, None
        return gap, suggestion, replay_suggestion(scope, app.knowledge, suggestion, time_zone=time_zone)

    gap, suggestion, replay = await app.database.read(session.shop_id, read)
    return render(request, "care/gap.html", gap=gap, suggestion=suggestion, replay=replay, **_frame(request, session))


@router.post("/care/gaps/{gap_id}/accept")
async def accept(request: Request, session: FromForm, gap_id: str) -> Response:
    """Make the suggestion a draft of its article, to be looked over and published there."""

    def keep(scope: Scope) -> str:
        gap, suggestion = _find(scope, gap_id)
        if suggestion is None:
            raise NotFound("Nothing is suggested for this gap.", "这个缺口没有可用的建议。", field="gap")
        article = suggestion.article
        _, draft = edit.open_draft(scope, article.id) if suggestion.kind == "similar" else (None, None)
        editor = Editor(session.staff.id, session.staff.role == "lead")
        note = f"{len(gap.asked)} × {gap.question}"[:200]
        edit.save_draft(scope, article, editor, revision=draft.revision if draft else 0, note=note)
        settle(scope, gap.asked, article.id)
        add_audit(scope, who=session.staff.id, what="gap_accepted", about=article.id, data={"questions": len(gap.asked)})
        return article.id

    article_id = await app_of(request).database.write(session.shop_id, keep)
    return RedirectResponse(f"/knowledge/{article_id}", status_code=303)


@router.post("/care/gaps/{gap_id}/dismiss")
async def dismiss(request: Request, session: FromForm, gap_id: str) -> Response:
    """Nobody will answer these questions."""

    def drop(scope: Scope) -> None:
        gap = next((one for one in read_gaps(scope) if one.id == gap_id), None)
        if gap is not None:  # pressed twice, it is gone already
            settle(scope, gap.asked)
            add_audit(scope, who=session.staff.id, what="gap_dismissed", about=gap.id, data={"questions": len(gap.asked)})

    await app_of(request).database.write(session.shop_id, drop)
    return RedirectResponse("/care", status_code=303)


@router.get("/care/lint")
async def show_lint(request: Request, session: SignedIn) -> Response:
    """What the lint finds, what misleads somebody first."""
    app = app_of(request)
    assistant = app.assistant_of(session.shop_id)
    found = await app.database.read(
        session.shop_id,
        lambda scope: lint_knowledge(scope, app.knowledge, assistant.policy, time_zone=assistant.shop.time_zone),
    )
    wrong = [one for one in found if one.is_error]
    return render(
        request, "care/lint.html", wrong=wrong, rest=[one for one in found if not one.is_error], **_frame(request, session)
    )


def _find(scope: Scope, gap_id: str) -> tuple[Gap, Suggestion | None]:
    gap = next((one for one in read_gaps(scope) if one.id == gap_id), None)
    if gap is None:
        raise NotFound("This gap is closed, or never was.", "这个缺口已处理或不存在。", field="gap")
    return gap, suggest(gap, lambda article_id: store.find_article(scope, article_id), now=scope.now)


def _frame(request: Request, session: StaffSession) -> dict[str, Any]:
    app = app_of(request)
    reader = reader_of(app, session, language_of(request))
    return {"page": "care", "days": DAYS, "when": partial(short_moment, reader=reader), **frame_of(app, session, reader)}
