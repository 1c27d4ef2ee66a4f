"""Bringing knowledge in from the console: choose files or an address, watch it, read the report, take it back."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from xiaoer.db.scope import Scope
from xiaoer.desk import store as desk
from xiaoer.errors import Conflict, Invalid, NotAllowed, RecordsUnavailable, XiaoerError
from xiaoer.knowledge import edit, store_drafts, store_heads, store_imports
from xiaoer.knowledge.ingest.read import ENDINGS
from xiaoer.knowledge.ingest.run import BATCH, new_import, undo_import
from xiaoer.knowledge.ingest.types import OUTCOMES, Import, Item, Options
from xiaoer.knowledge.types import Editor
from xiaoer.web.console.knowledge.draw import editor_of, tools_of
from xiaoer.web.console.knowledge.running import Running, about_of, write_names
from xiaoer.web.console.reader import short_moment
from xiaoer.web.session import FromForm, SignedIn, StaffSession, app_of
from xiaoer.web.templates import language_of, render

imports = APIRouter(include_in_schema=False)
_PER_PAGE = 200
_MOST_FILES = 20


def running_of(request: Request) -> Running:
    """The imports of this process."""
    state = request.app.state
    if not hasattr(state, "imports"):
        state.imports = Running(app_of(request))
    found: Running = state.imports
    return found


@imports.get("/knowledge/imports")
async def show_imports(request: Request, session: SignedIn) -> Response:
    """The form, and what was imported before."""
    return await _list(request, session)


@imports.post("/knowledge/imports")
async def begin(request: Request, session: FromForm) -> Response:
    """Take the files or the address, and begin."""
    form = await request.form()
    try:
        about = await _accept(request, session, form)
    except XiaoerError as error:
        return await _list(request, session, error=error, typed={k: v for k, v in form.items() if isinstance(v, str)})
    running_of(request).start(session.shop_id, about)
    return RedirectResponse(f"/knowledge/imports/{about.id}", status_code=303)


@imports.get("/knowledge/imports/{import_id}")
async def show_import(
    request: Request,
    session: SignedIn,
    import_id: str,
    outcome: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    part: bool = False,
    said: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """How far it is; afterwards its report."""
    return await _one(request, session, import_id, outcome=outcome, page=page, part=part, said=said)


@imports.post("/knowledge/imports/{import_id}/{verb}")
async def settle(request: Request, session: FromForm, import_id: str, verb: str) -> Response:
    """Take an import back, go on with one that was cut off, or publish all its drafts."""
    app, running = app_of(request), running_of(request)
    about = await about_of(app, running, session.shop_id, import_id)
    said = ""
    try:
        if verb == "undo":
            await _undo(request, session, about)
            said = "undone"
        elif verb == "go_on" and about.state in ("running", "failed"):
            running.start(session.shop_id, about)
        elif verb == "publish":
            published, left = await _publish(request, session, about)
            said = f"published.{published}.{left}"
        else:
            raise Conflict("This import is done.", "这次导入已经结束。")
    except XiaoerError as error:
        return await _one(request, session, import_id, error=error)
    return RedirectResponse(f"/knowledge/imports/{import_id}?said={said}", status_code=303)


async def _accept(request: Request, session: StaffSession, form: FormData) -> Import:
    app = app_of(request)
    options = _options(form, may_publish=session.staff.role == "lead")
    url = str(form.get("url") or "").strip()
    files = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    if not url and not files:
        raise Invalid("Choose files, or give the address of a page.", "请选择文件，或填写网页地址。", field="files")
    if url and not url.startswith(("http://", "https://")):
        raise Invalid("The address begins with https://.", "网址应以 https:// 开头。", field="url")
    if url and files:
        raise Invalid("Files or an address, one of them.", "文件和网址请二选一。", field="url")
    names = [Path(str(one.filename).replace("\\", "/")).name[-150:] for one in files]
    about = new_import([url] if url else names, options, by=session.staff.id, more={"from": "console", "url": url})
    if files:
        folder = running_of(request).folder_of(session.shop_id, about.id)
        try:
            await asyncio.to_thread(_put_down, folder, files, names)
        except OSError as error:
            raise RecordsUnavailable(
                f"The files could not be stored ({error.strerror or error}).",
                f"文件没有保存成功（{error.strerror or error}）。",
            ) from error
    return await app.database.write(session.shop_id, lambda scope: store_imports.add_import(scope, about))


def _put_down(folder: Path, files: list[UploadFile], names: list[str]) -> None:
    """The files on disk, under numbers: a name is only a name."""
    folder.mkdir(parents=True, mode=0o700)
    kept = []
    for number, (file, name) in enumerate(zip(files, names, strict=True)):
        with (folder / str(number)).open("wb") as target:
            while part := file.file.read(1 << 20):
                target.write(part)
        kept.append((str(number), name))
    write_names(folder, kept)


def _options(form: FormData, *, may_publish: bool) -> Options:
    language, audience = str(form.get("language") or ""), str(form.get("audience") or "all")
    if language not in ("", "zh", "en") or audience not in ("all", "members", "staff"):
        raise Invalid("A value has the wrong form.", "选项不正确。", field="audience")
    category = " ".join(str(form.get("category") or "").split())[: edit.MOST_NAME]
    as_drafts = not may_publish or bool(form.get("as_drafts"))
    return Options(language, audience, category, as_drafts)  # type: ignore[arg-type]


async def _undo(request: Request, session: StaffSession, about: Import) -> None:
    if session.staff.role != "lead" and about.started_by != session.staff.id:
        raise NotAllowed("Only a lead, or whoever began it, takes an import back.", "只有主管或导入者本人可以撤销。")
    if running_of(request).is_running(session.shop_id, about.id):
        raise Conflict("It is still running.", "导入还在进行中。")
    await undo_import(app_of(request).database, session.shop_id, about.id, by=session.staff.id)


async def _publish(request: Request, session: StaffSession, about: Import) -> tuple[int, int]:
    """Every draft of this import that nobody touched since goes live: (published, left)."""
    editor, database = editor_of(session), app_of(request).database
    if not editor.may_publish:
        raise NotAllowed("A team lead publishes.", "发布由客服主管操作。")
    items = await database.read(
        session.shop_id, lambda scope: store_imports.list_items(scope, about.id, outcome="drafted", limit=100_000)
    )
    published = 0
    for start in range(0, len(items), BATCH):
        batch = items[start : start + BATCH]
        published += await database.write(session.shop_id, partial(_publish_batch, batch=batch, editor=editor))
    return published, len(items) - published


def _publish_batch(scope: Scope, batch: tuple[Item, ...], editor: Editor) -> int:
    count = 0
    for item in batch:
        draft = store_drafts.find_draft(scope, item.article_id)
        if draft is not None and draft.revision == item.before.get("revision"):
            edit.publish(scope, item.article_id, editor, revision=draft.revision)
            count += 1
    return count


async def _list(
    request: Request, session: StaffSession, *, error: XiaoerError | None = None, typed: dict[str, str] | None = None
) -> Response:
    app = app_of(request)

    def read(scope: Scope) -> tuple[tuple[Import, ...], dict[str, str], tuple[str, ...]]:
        names = {one.id: one.name for one in desk.list_staff(scope)}
        return store_imports.list_imports(scope), names, store_heads.list_categories(scope)

    found, names, categories = await app.database.read(session.shop_id, read)
    reader, tools = tools_of(request, session)
    return render(
        request,
        "knowledge/imports.html",
        status=error.status if error else 200,
        found=[
            {"one": one, "by": names.get(one.started_by, ""), "when": short_moment(one.started_at, reader)}
            for one in found
        ],
        outcomes=OUTCOMES,
        endings=",".join(ENDINGS),
        most_mb=app.settings.import_mb,
        most_files=_MOST_FILES,
        categories=categories,
        typed=typed or {},
        error=error.text(language_of(request)) if error else "",
        **tools,
    )


async def _one(
    request: Request,
    session: StaffSession,
    import_id: str,
    *,
    outcome: str = "",
    page: int = 1,
    part: bool = False,
    said: str = "",
    error: XiaoerError | None = None,
) -> Response:
    app, running = app_of(request), running_of(request)
    about = await about_of(app, running, session.shop_id, import_id)
    read = partial(
        store_imports.list_items, import_id=import_id, outcome=outcome, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE
    )
    items, counts = await app.database.read(
        session.shop_id, lambda scope: (read(scope), store_imports.count_items(scope, import_id))
    )
    reader, tools = tools_of(request, session)
    shown = sum(counts.values()) if not outcome else counts.get(outcome, 0)
    return render(
        request,
        "knowledge/_import.html" if part else "knowledge/import.html",
        status=error.status if error else 200,
        about=about,
        is_running=about.state == "running" and running.is_running(session.shop_id, import_id),
        share=about.done / about.total if about.total else 0.0,
        items=items,
        counts=counts,
        outcomes=[one for one in OUTCOMES if counts.get(one)],
        outcome=outcome,
        shown=page,
        last=max(1, -(-shown // _PER_PAGE)),
        when=reader.words.moment(about.started_at),
        may_undo=session.staff.role == "lead" or about.started_by == session.staff.id,
        said=said,
        error=error.text(language_of(request)) if error else "",
        **tools,
    )
