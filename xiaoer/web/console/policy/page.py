"""The policy's pages: read it, see what a draft changes, look at earlier versions. What staff change is in `verbs`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from xiaoer.shop import store_policies
from xiaoer.web.console.policy.draw import clauses_page, effect_page, frame_of_policy, read_policies, text_page
from xiaoer.web.console.policy.effects import lines_between
from xiaoer.web.console.policy.verbs import verbs
from xiaoer.web.session import SignedIn, app_of
from xiaoer.web.templates import render

router = APIRouter(include_in_schema=False)


@router.get("/policy")
async def show_clauses(request: Request, session: SignedIn, action: str = "return") -> Response:
    """The clauses about one action, or what is told beside them; of the draft when there is one."""
    return await clauses_page(request, session, action)


@router.get("/policy/text")
async def show_text(request: Request, session: SignedIn) -> Response:
    """The whole policy as text."""
    return await text_page(request, session)


@router.get("/policy/file")
async def get_file(request: Request, session: SignedIn) -> Response:
    """The policy in force as a file."""
    published, _ = await app_of(request).database.read(session.shop_id, read_policies)
    name = f'attachment; filename="policy-{published.number}.yaml"'
    return PlainTextResponse(published.text, media_type="application/yaml", headers={"Content-Disposition": name})


@router.get("/policy/effect")
async def show_effect(request: Request, session: SignedIn) -> Response:
    """What the draft would change: in the text, and in the answers about the shop's newest orders."""
    return await effect_page(request, session)


@router.get("/policy/versions/{number}")
async def show_version(request: Request, session: SignedIn, number: int) -> Response:
    """A policy that was in force, and how it differs from the one that is."""
    app = app_of(request)
    (published, draft), old = await app.database.read(
        session.shop_id, lambda scope: (read_policies(scope), store_policies.get_policy(scope, number))
    )
    frame = await frame_of_policy(request, session, published, draft)
    lines = lines_between(published.text, old.text)
    return render(request, "policy/version.html", old=old, lines=lines, **frame)


router.include_router(verbs)
