"""What staff do on the page, each a form that works without scripts. Only a lead publishes, rolls back, deletes and thaws."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from xiaoer.errors import Invalid, NotAllowed, XiaoerError
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu.training import labelling
from xiaoer.nlu.training.published import forget, version_path
from xiaoer.nlu.training.types import LineFilter
from xiaoer.web.console.training import draw
from xiaoer.web.console.training.names import named_by
from xiaoer.web.session import FromForm, StaffSession, app_of

verbs = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=4000)]
Short = Annotated[str, Form(max_length=200)]


def require_lead(session: StaffSession) -> None:
    """NotAllowed for everybody else."""
    if session.staff.role != "lead":
        raise NotAllowed("A team lead does this.", "只有客服主管可以这样做。")


async def _label_named(request: Request, session: StaffSession, typed: str) -> str:
    app = app_of(request)
    counts = await app.database.read(session.shop_id, utterances.count_labels)
    return named_by(typed, app, session.shop_id, counts)


# ── the queue ────────────────────────────────────────────────────────────────────────────────────────────────────────
@verbs.post("/training/label")
async def label(
    request: Request, session: FromForm, id: Short, label: Short = "", other: Short = "", whole: Short = "", spoken: Short = ""
) -> Response:
    """Say what a line means: an intent that was pressed, or one that was typed; with `whole` for all that are like it."""
    app = app_of(request)
    try:
        chosen = label or await _label_named(request, session, other)
        work = partial(labelling.label, utterance_id=id, words=chosen, by=session.staff.id, whole_cluster=bool(whole))
        lines = await app.database.write(session.shop_id, work)
    except XiaoerError as error:
        return await draw.queue_page(request, session, language=spoken, error=error)
    return _back(f"/training?spoken={quote(spoken)}&done={len(lines)}")


@verbs.post("/training/skip")
async def skip(request: Request, session: FromForm, id: Short, spoken: Short = "") -> Response:
    """Leave a line out for good."""
    await app_of(request).database.write(session.shop_id, partial(labelling.skip, utterance_id=id, by=session.staff.id))
    return _back(f"/training?spoken={quote(spoken)}")


@verbs.post("/training/undo")
async def undo(request: Request, session: FromForm, spoken: Short = "") -> Response:
    """Take back what this member labelled or skipped last."""
    await app_of(request).database.write(session.shop_id, partial(labelling.undo, by=session.staff.id))
    return _back(f"/training?spoken={quote(spoken)}")


@verbs.post("/training/look")
async def look(request: Request, session: FromForm, spoken: Short = "") -> Response:
    """Look for new lines now."""
    draw.looks_of(request).begin(app_of(request), session.shop_id)
    return _back(f"/training?spoken={quote(spoken)}")


# ── the lines ────────────────────────────────────────────────────────────────────────────────────────────────────────
@verbs.post("/training/lines")
async def add_line(request: Request, session: FromForm, text: Text = "", other: Short = "", query: Text = "") -> Response:
    """A line that somebody wrote."""
    try:
        name = await _label_named(request, session, other)
        await app_of(request).database.write(session.shop_id, partial(labelling.add, text=text, words=name, by=session.staff.id))
    except XiaoerError as error:
        return await draw.lines_page(request, session, wanted=LineFilter(), error=error, typed=text)
    return _back(f"/training/lines?label={quote(name)}&done=added")


@verbs.post("/training/lines/change")
async def change_line(
    request: Request, session: FromForm, id: Short, text: Text = "", other: Short = "", query: Text = ""
) -> Response:
    """Other words, or another label."""
    try:
        name = await _label_named(request, session, other)
        work = partial(labelling.change, utterance_id=id, text=text, words=name, by=session.staff.id)
        await app_of(request).database.write(session.shop_id, work)
    except XiaoerError as error:
        return await draw.lines_page(request, session, wanted=LineFilter(search=text[:60]), error=error)
    return _back(f"/training/lines?{_plain(query)}&done=changed")


@verbs.post("/training/lines/many")
async def change_lines(
    request: Request,
    session: FromForm,
    verb: Short,
    ids: Annotated[list[str] | None, Form(max_length=500)] = None,
    query: Text = "",
) -> Response:
    """Delete lines, freeze them for the test set, or (a lead) give them back to training."""
    app, by, chosen = app_of(request), session.staff.id, ids or []
    work = {
        "delete": partial(labelling.delete, ids=chosen, by=by),
        "freeze": partial(labelling.move, ids=chosen, split="test", by=by),
        "thaw": partial(labelling.move, ids=chosen, split="train", by=by),
    }.get(verb)
    try:
        if verb == "thaw":
            require_lead(session)
        if work is None or not chosen:
            raise Invalid("Choose lines first.", "请先勾选语料。", field="ids")
        await app.database.write(session.shop_id, work)
    except XiaoerError as error:
        return await draw.lines_page(request, session, wanted=LineFilter(), error=error)
    if query == "copies":
        return _back("/training/copies")
    return _back(f"/training/lines?{_plain(query)}&done=changed")


# ── versions ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@verbs.post("/training/train")
async def train(request: Request, session: FromForm) -> Response:
    """Begin a training."""
    try:
        await app_of(request).trainings.start(session.shop_id, by=session.staff.id)
    except XiaoerError as error:
        return await draw.versions_page(request, session, error=error)
    return _back("/training/versions")


@verbs.post("/training/stop")
async def stop(request: Request, session: FromForm, run: Short) -> Response:
    """End a training before it is done."""
    await app_of(request).trainings.stop(session.shop_id, run)
    return _back("/training/versions")


@verbs.post("/training/versions/{version_id}/publish")
async def publish(request: Request, session: FromForm, version_id: str) -> Response:
    """This version reads from the next message on."""
    try:
        require_lead(session)
        version = await app_of(request).publish(session.shop_id, version_id, by=session.staff.id)
    except XiaoerError as error:
        return await draw.versions_page(request, session, error=error)
    return _back(f"/training/versions?done={version.number}")


@verbs.post("/training/roll-back")
async def roll_back(request: Request, session: FromForm) -> Response:
    """The version that read before reads again."""
    try:
        require_lead(session)
        version = await app_of(request).roll_back(session.shop_id, by=session.staff.id)
    except XiaoerError as error:
        return await draw.versions_page(request, session, error=error)
    return _back(f"/training/versions?done={version.number}")


@verbs.post("/training/versions/{version_id}/delete")
async def delete(request: Request, session: FromForm, version_id: str) -> Response:
    """Take a version and its file away."""
    app = app_of(request)
    try:
        require_lead(session)
        await app.database.write(session.shop_id, lambda scope: forget(scope, version_id, by=session.staff.id))
    except XiaoerError as error:
        return await draw.versions_page(request, session, error=error)
    version_path(app.models_of(session.shop_id), version_id).unlink(missing_ok=True)
    return _back("/training/versions")


def _plain(query: str) -> str:
    """A query of ours that came along in a form: nothing in it may lead to another place."""
    return query if query.isprintable() and "#" not in query else ""


def _back(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
