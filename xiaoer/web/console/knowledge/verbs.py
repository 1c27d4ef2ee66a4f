"""What staff do with an article, each a form that works without scripts. The words in the form are kept before anything else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, Invalid, XiaoerError
from xiaoer.knowledge import edit, store
from xiaoer.knowledge.pictures import keep_picture
from xiaoer.knowledge.types import Answer, Editor
from xiaoer.web.console.knowledge.draw import article_page, blank, editor_of, history_page, tools_of
from xiaoer.web.console.knowledge.forms import Typed, typed_of
from xiaoer.web.console.knowledge.view import html_of, tried_of
from xiaoer.web.console.reader import clock_of, reader_of
from xiaoer.web.session import FromForm, StaffSession, app_of
from xiaoer.web.templates import language_of, render

verbs = APIRouter(include_in_schema=False)

_THEN: dict[str, Callable[[Scope, str, Editor, int, str], object]] = {
    "save": lambda scope, article_id, editor, revision, note: None,
    "review": lambda scope, article_id, editor, revision, note: edit.send_to_review(
        scope, article_id, editor, revision=revision, note=note
    ),
    "publish": lambda scope, article_id, editor, revision, note: edit.publish(
        scope, article_id, editor, revision=revision, note=note
    ),
    "send_back": lambda scope, article_id, editor, revision, note: edit.send_back(
        scope, article_id, editor, revision=revision, note=note
    ),
}
_SETTLE: dict[str, Callable[[Scope, str, Editor, int], object]] = {
    "discard": lambda scope, article_id, editor, revision: edit.discard(scope, article_id, editor, revision=revision),
    "archive": lambda scope, article_id, editor, revision: edit.archive(scope, article_id, editor),
    "bring_back": lambda scope, article_id, editor, revision: edit.bring_back(scope, article_id, editor),
}


@verbs.post("/knowledge/preview")
async def preview(
    request: Request,
    session: FromForm,
    body_zh: Annotated[str, Form(max_length=edit.MOST_BODY + 1)] = "",
    body_en: Annotated[str, Form(max_length=edit.MOST_BODY + 1)] = "",
) -> Response:
    """A text as the widget shows it, as a part of the page."""
    return HTMLResponse(html_of(app_of(request), session.shop_id, body_zh or body_en))


@verbs.post("/knowledge/{article_id}")
async def change(request: Request, session: FromForm, article_id: str, do: Annotated[str, Form()] = "save") -> Response:
    """Keep what was typed as the next version, and do what was pressed. A colleague who was faster is shown beside it."""
    typed = typed_of(await request.form())
    is_automatic = do == "autosave"
    if do in _SETTLE:
        return await _settle(request, session, article_id, do, typed)
    try:
        saved = await _keep(request, session, article_id, typed, then="save" if is_automatic else do)
    except XiaoerError as error:
        if is_automatic:
            return JSONResponse({"detail": error.text(language_of(request)), "code": error.code}, error.status)
        return await article_page(request, session, article_id, typed=typed, error=error)
    if is_automatic:
        reader = reader_of(app_of(request), session, language_of(request))
        said = reader.t("knowledge.autosaved", clock=clock_of(reader.now, reader)) if saved else ""
        return JSONResponse({"revision": saved, "said": said})
    said = {"save": "saved", "review": "sent", "publish": "published", "send_back": "sent_back"}[do]
    return RedirectResponse(f"/knowledge/{article_id}?said={said}", status_code=303)


async def _keep(request: Request, session: StaffSession, article_id: str, typed: Typed, *, then: str) -> int:
    """Save the draft and go on with it in one transaction; its revision."""
    if then not in _THEN:
        raise Invalid("There is no such verb.", "没有这个操作。", field="do")
    editor = editor_of(session)

    def keep(scope: Scope) -> int:
        try:
            _, draft = edit.open_draft(scope, article_id)
        except XiaoerError:
            if typed.revision or typed.version:  # it was there when the page was opened
                raise Conflict(
                    "A colleague threw this draft away meanwhile. Your words are still here; save to begin anew.",
                    "同事已经放弃了这份草稿。您写的内容还在，保存即可重新开始。",
                ) from None
            _, draft = blank(article_id, session)
        saved = edit.save_draft(scope, typed.article(draft.article), editor, revision=typed.revision, note=typed.note)
        if saved.revision == 0 and then != "save":
            raise Invalid("Nothing was changed, so there is nothing to publish.", "没有改动，无需发布。", field="do")
        _THEN[then](scope, article_id, editor, saved.revision, typed.note)
        return saved.revision

    return await app_of(request).database.write(session.shop_id, keep)


async def _settle(request: Request, session: StaffSession, article_id: str, do: str, typed: Typed) -> Response:
    editor, app = editor_of(session), app_of(request)
    try:
        await app.database.write(session.shop_id, lambda scope: _SETTLE[do](scope, article_id, editor, typed.revision))
    except XiaoerError as error:
        return await article_page(request, session, article_id, typed=typed, error=error)
    is_there = await app.database.read(session.shop_id, lambda scope: store.find_article(scope, article_id) is not None)
    said = {"discard": "discarded", "archive": "archived", "bring_back": "published"}[do]
    return RedirectResponse(f"/knowledge/{article_id}?said={said}" if is_there else "/knowledge", status_code=303)


@verbs.post("/knowledge/{article_id}/picture")
async def add_picture(
    request: Request, session: FromForm, article_id: str, into: Annotated[str, Form()] = "zh"
) -> Response:
    """Store a picture and show it in a text. Scripts get its name; without them the form comes back with it, and is kept."""
    app, form = app_of(request), await request.form()
    typed = typed_of(form)
    file = form.get(f"picture_{'en' if into == 'en' else 'zh'}")
    is_script = request.headers.get("x-part") == "picture"
    try:
        data = await file.read(app.settings.upload_mb * 1024 * 1024 + 1) if isinstance(file, UploadFile) else b""
        uploads = app.settings.data_dir / "uploads" / session.shop_id
        name = await asyncio.to_thread(keep_picture, uploads, data, most_mb=app.settings.upload_mb)
        if is_script:
            return JSONResponse({"name": name}, 201)
        field = f"body_{'en' if into == 'en' else 'zh'}"
        body = f"{typed.fields.get(field, '').rstrip()}\n\n![]({name})"
        more = Typed({**typed.fields, field: body}, typed.revision, typed.version, typed.note)
        await _keep(request, session, article_id, more, then="save")
    except XiaoerError as error:
        if is_script:
            return JSONResponse({"detail": error.text(language_of(request))}, error.status)
        return await article_page(request, session, article_id, typed=typed, error=error)
    return RedirectResponse(f"/knowledge/{article_id}?said=saved#text-{into}", status_code=303)


@verbs.post("/knowledge/{article_id}/try")
async def try_question(
    request: Request,
    session: FromForm,
    article_id: str,
    question: Annotated[str, Form(max_length=200)] = "",
    asker: Annotated[str, Form()] = "customer",
) -> Response:
    """What the shop would answer if the draft as it is kept were published."""
    app, language = app_of(request), language_of(request)
    asked = app.assistant_of(session.shop_id).reader.read(question, language_hint=language, now=app.clock())
    intents = asked.wishes[0].intents if asked.wishes else ()
    audience = asker if asker in ("customer", "member", "staff") else "customer"

    def attempt(scope: Scope) -> Answer | None:
        try:
            _, draft = edit.open_draft(scope, article_id)
        except XiaoerError:
            return None
        return app.knowledge.try_article(
            scope,
            draft.article,
            question,
            language=asked.language,
            audience=audience,
            today=app.clock(),
            intent=intents[0].intent if intents else "",
        )

    answer = await app.database.read(session.shop_id, attempt) if question.strip() else None
    tried = tried_of(answer, article_id) if answer else None
    if request.headers.get("hx-request"):
        _, tools = tools_of(request, session)
        return render(
            request, "knowledge/_tried.html", id=article_id, question=question, asker=audience, tried=tried, **tools
        )
    return await article_page(request, session, article_id, is_new=True, question=question, tried=tried)


@verbs.post("/knowledge/{article_id}/restore")
async def restore(
    request: Request,
    session: FromForm,
    article_id: str,
    version: Annotated[int, Form(ge=1)],
    revision: Annotated[int, Form(ge=0)],
) -> Response:
    """An old version becomes the draft."""
    editor = editor_of(session)
    try:
        await app_of(request).database.write(
            session.shop_id, lambda scope: edit.restore(scope, article_id, version, editor, revision=revision)
        )
    except XiaoerError as error:
        return await history_page(request, session, article_id, version, error=error)
    return RedirectResponse(f"/knowledge/{article_id}?said=restored", status_code=303)
