"""The policy's pages as they are drawn: from the records, with what was typed when something was refused."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from xiaoer.aftersales.editing import next_version
from xiaoer.aftersales.effect import compare
from xiaoer.aftersales.policy import ACTIONS, read_policy
from xiaoer.customers import store as customers
from xiaoer.db.scope import Scope
from xiaoer.desk import store as desk
from xiaoer.errors import Conflict, XiaoerError
from xiaoer.shop import store_orders, store_policies
from xiaoer.shop.types import Order, PolicyDraft, PublishedPolicy
from xiaoer.web.console.policy.effects import groups_of, lines_between
from xiaoer.web.console.policy.view import cards_of, count_clauses, told_fields
from xiaoer.web.console.reader import day_of, frame_of, reader_of
from xiaoer.web.session import StaffSession, app_of
from xiaoer.web.templates import language_of, render

TOLD = "told"
_MOST_ORDERS = 400  # the newest orders that a change is tried on


async def clauses_page(
    request: Request,
    session: StaffSession,
    action: str,
    *,
    error: XiaoerError | None = None,
    unsent: dict[str, str] | None = None,
    open_clause: str = "",
) -> Response:
    """The clauses about one action. `unsent`: fields that were refused; `open_clause`: whose form is open."""
    app = app_of(request)
    action = action if action in (*ACTIONS, TOLD) else ACTIONS[0]
    published, draft = await app.database.read(session.shop_id, read_policies)
    text = draft.text if draft else published.text
    policy = read_policy(text)
    reader = reader_of(app, session, language_of(request))
    frame = await frame_of_policy(request, session, published, draft)
    return render(
        request,
        "policy/policy.html",
        status=200 if error is None else error.status,
        action=action,
        counts=count_clauses(policy),
        clauses=() if action == TOLD else cards_of(policy, text, action, reader.words, reader.t),
        told=told_fields(text, reader.t) if action == TOLD else (),
        error=error and error.text(language_of(request)),
        unsent=unsent or {},
        open_clause=open_clause,
        **frame,
    )


async def text_page(
    request: Request, session: StaffSession, *, error: XiaoerError | None = None, unsent: str | None = None
) -> Response:
    """The whole policy in one field, beside a colleague's text when they saved first."""
    published, draft = await app_of(request).database.read(session.shop_id, read_policies)
    kept = draft.text if draft else published.text
    frame = await frame_of_policy(request, session, published, draft)
    return render(
        request,
        "policy/text.html",
        status=200 if error is None else error.status,
        text=kept if unsent is None else unsent,
        kept=kept if isinstance(error, Conflict) else None,
        error=error and error.text(language_of(request)),
        **frame,
    )


async def effect_page(
    request: Request, session: StaffSession, *, error: XiaoerError | None = None, version: str = "", note: str = ""
) -> Response:
    """What the draft would change, and the form that publishes it; the clauses where there is no draft."""
    app = app_of(request)
    published, draft = await app.database.read(session.shop_id, read_policies)
    if draft is None:
        return RedirectResponse("/policy", status_code=303)
    orders = await app.database.read(session.shop_id, _newest_orders)
    before, after = read_policy(published.text), read_policy(draft.text)
    reader = reader_of(app, session, language_of(request))
    effect = await asyncio.to_thread(
        compare, before, after, orders, now=reader.now, time_zone=reader.words.time_zone
    )
    frame = await frame_of_policy(request, session, published, draft)
    return render(
        request,
        "policy/effect.html",
        status=200 if error is None else error.status,
        lines=lines_between(published.text, draft.text),
        groups=groups_of(effect, reader.words, reader.t),
        effect=effect,
        order_count=len(orders),
        version=version or (after.version if after.version != published.version else next_version(published.version)),
        note=note,
        error=error and error.text(language_of(request)),
        **frame,
    )


def read_policies(scope: Scope) -> tuple[PublishedPolicy, PolicyDraft | None]:
    """The policy in force and the draft over it."""
    published = store_policies.find_policy(scope)
    assert published is not None, "a shop without a policy is not served"
    return published, store_policies.find_draft(scope)


def _newest_orders(scope: Scope) -> tuple[tuple[Order, str], ...]:
    orders = store_orders.list_newest(scope, limit=_MOST_ORDERS)
    levels = {one.id: one.level for one in customers.list_named(scope, {order.customer_id for order in orders}).values()}
    return tuple((order, levels.get(order.customer_id, "regular")) for order in orders)


async def frame_of_policy(
    request: Request, session: StaffSession, published: PublishedPolicy, draft: PolicyDraft | None
) -> dict[str, Any]:
    """What every page of the policy names."""
    app = app_of(request)
    reader = reader_of(app, session, language_of(request))
    listed, staff = await app.database.read(
        session.shop_id, lambda scope: (store_policies.list_policies(scope), desk.list_staff(scope))
    )
    names = {one.id: one.name for one in staff}
    return {
        "page": "policy",
        "published": published,
        "draft": draft,
        "draft_by": names.get(draft.saved_by, "") if draft else "",
        "actions": ACTIONS,
        "may_publish": session.staff.role == "lead",
        "versions": [
            {"one": one, "by": names.get(one.saved_by, ""), "when": day_of(one.saved_at, reader)} for one in listed
        ],
        **frame_of(app, session, reader),
    }
