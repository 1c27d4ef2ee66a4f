"""What staff do with the policy, each a form that works without scripts: change the draft, publish it, drop it, go back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from xiaoer.aftersales.editing import with_values, with_version
from xiaoer.aftersales.policy import ACTIONS, read_policy
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, Invalid, NotAllowed, XiaoerError
from xiaoer.privacy.store import add_audit
from xiaoer.shop import store_policies
from xiaoer.web.console.policy.draw import TOLD, clauses_page, effect_page, read_policies, text_page
from xiaoer.web.session import FromForm, StaffSession, app_of

verbs = APIRouter(include_in_schema=False)
_MOST_TEXT = 200_000  # characters


@verbs.post("/policy/values")
async def change_values(
    request: Request,
    session: FromForm,
    action: Annotated[str, Form()],
    revision: Annotated[int, Form(ge=0)],
    clause: Annotated[str, Form()] = "",
) -> Response:
    """Change values of a clause, or of what is told, in the draft; without one a draft begins."""
    form = await request.form()
    values = {name: value for name, value in form.items() if "/" in name and isinstance(value, str)}
    app = app_of(request)

    def change(scope: Scope) -> None:
        published, draft = read_policies(scope)
        if revision != (draft.revision if draft else 0):
            raise _changed()
        text = with_values(draft.text if draft else published.text, values)
        read_policy(text)
        if text != (draft.text if draft else published.text):
            after = draft.after if draft else published.number
            store_policies.save_draft(scope, text, after=after, by=session.staff.id, revision=revision)

    try:
        await app.database.write(session.shop_id, change)
    except XiaoerError as error:
        return await clauses_page(request, session, action, error=error, unsent=values, open_clause=clause)
    return RedirectResponse(f"/policy?action={action if action in (*ACTIONS, TOLD) else ACTIONS[0]}#{clause}", status_code=303)


@verbs.post("/policy/text")
async def change_text(
    request: Request,
    session: FromForm,
    text: Annotated[str, Form(max_length=_MOST_TEXT)],
    revision: Annotated[int, Form(ge=0)],
) -> Response:
    """Keep this text as the draft. What is not a policy is shown again with what to change; nothing typed is lost."""
    app = app_of(request)
    text = text.replace("\r\n", "\n").rstrip() + "\n"

    def change(scope: Scope) -> None:
        published, draft = read_policies(scope)
        after = draft.after if draft else published.number
        store_policies.save_draft(scope, text, after=after, by=session.staff.id, revision=revision)

    try:
        read_policy(text)
        await app.database.write(session.shop_id, change)
    except XiaoerError as error:
        return await text_page(request, session, error=error, unsent=text)
    return RedirectResponse("/policy/effect", status_code=303)


@verbs.post("/policy/publish")
async def publish(
    request: Request,
    session: FromForm,
    revision: Annotated[int, Form(ge=1)],
    version: Annotated[str, Form(max_length=60)],
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Put the draft in force at once. Only a lead may; nobody publishes over what they did not see."""
    app = app_of(request)
    try:
        _require_lead(session)
        wanted = version.strip()
        if not wanted:
            raise Invalid("Give it a version.", "请填写版本号。", field="version")

        def put(scope: Scope) -> None:
            published, draft = read_policies(scope)
            if draft is None or draft.revision != revision:
                raise _changed()
            text = with_version(draft.text, wanted)
            made = store_policies.add_policy(
                scope, text, version=wanted, by=session.staff.id, note=note.strip(), after=draft.after
            )
            store_policies.forget_draft(scope)
            data = {"number": made.number, "version": wanted, "before": published.version, "note": note.strip()}
            add_audit(scope, who=session.staff.id, what="policy_published", about="policy", data=data)

        await app.database.write(session.shop_id, put)
    except XiaoerError as error:
        return await effect_page(request, session, error=error, version=version, note=note)
    await app.reload(session.shop_id)
    return RedirectResponse("/policy", status_code=303)


@verbs.post("/policy/discard")
async def discard(request: Request, session: FromForm, revision: Annotated[int, Form(ge=1)]) -> Response:
    """Drop the draft, unless a colleague has changed it since."""

    def drop(scope: Scope) -> None:
        draft = store_policies.find_draft(scope)
        if draft is not None and draft.revision != revision:
            raise _changed()
        store_policies.forget_draft(scope)

    await app_of(request).database.write(session.shop_id, drop)
    return RedirectResponse("/policy", status_code=303)


@verbs.post("/policy/versions/{number}/restore")
async def restore(request: Request, session: FromForm, number: int) -> Response:
    """Begin a draft with the text of an earlier policy; a draft that is there already stays, and is told."""

    def begin(scope: Scope) -> None:
        published, draft = read_policies(scope)
        if draft is not None:
            raise Conflict(
                "There is a draft already. Publish or discard it first.", "已有未发布的草稿，请先发布或放弃它。", field="draft"
            )
        old = store_policies.get_policy(scope, number)
        text = with_version(old.text, published.version)
        store_policies.save_draft(scope, text, after=published.number, by=session.staff.id, revision=0)

    await app_of(request).database.write(session.shop_id, begin)
    return RedirectResponse("/policy/effect", status_code=303)


def _require_lead(session: StaffSession) -> None:
    if session.staff.role != "lead":
        raise NotAllowed(
            "Only a lead may publish the policy. Your draft is kept; ask a lead to publish it.",
            "只有客服主管可以发布售后政策。草稿已保留，请主管发布。",
        )


def _changed() -> Conflict:
    return Conflict(
        "A colleague has changed the draft meanwhile. Look at it and repeat.",
        "同事刚刚修改了草稿，请查看后重试。",
        field="revision",
    )
