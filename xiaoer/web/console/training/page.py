"""The page's addresses: the queue, the labelled lines, versions, a comparison, files in and out. What staff do is in `verbs`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from xiaoer.db.scope import Scope
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu.exchange.formats import ENDINGS, read_file, write_file
from xiaoer.nlu.training.types import EntityWords, LineFilter, Utterance
from xiaoer.web.console.training import draw
from xiaoer.web.console.training.bringing import bringing, folder_of
from xiaoer.web.console.training.staged import find_file
from xiaoer.web.console.training.verbs import verbs
from xiaoer.web.session import SignedIn, app_of
from xiaoer.web.templates import render

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Query(max_length=200)]
_TYPES = {
    "csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "yml": "application/yaml", "zip": "application/zip",
}  # fmt: skip


@router.get("/training")
async def show_queue(request: Request, session: SignedIn, spoken: str = "", done: str = "") -> Response:
    """What waits for a label. Opening it looks for new lines, when the last look is a while ago."""
    await draw.looks_of(request).begin_when_due(app_of(request), session.shop_id)
    return await draw.queue_page(request, session, language=spoken if spoken in ("zh", "en") else "", done=done)


@router.get("/training/lines")
async def show_lines(
    request: Request,
    session: SignedIn,
    search: Words = "",
    label: Words = "",
    language: str = "",
    source: str = "",
    split: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    done: str = "",
) -> Response:
    """Labelled lines, searched and filtered."""
    wanted = LineFilter(search.strip(), label, language, source, split)
    return await draw.lines_page(request, session, wanted=wanted, page=page, done=done)


@router.get("/training/copies")
async def show_copies(request: Request, session: SignedIn) -> Response:
    """Lines that say the same."""
    return await draw.copies_page(request, session)


@router.get("/training/versions")
async def show_versions(request: Request, session: SignedIn, done: str = "") -> Response:
    """Versions of the model."""
    return await draw.versions_page(request, session, done=done)


@router.get("/training/run")
async def show_run(request: Request, session: SignedIn) -> Response:
    """How far the training is, as a part of the page that asks again while it goes on."""
    return render(request, "training/_run.html", run=await draw.find_run(request, session), session=session, just_asked=True)


@router.get("/training/versions/{version_id}")
async def show_comparison(
    request: Request,
    session: SignedIn,
    version_id: str,
    where: str = "test",
    old: Words = "",
    new: Words = "",
    q: Words = "",
    verdict: str = "",
) -> Response:
    """A version beside the one that reads."""
    wanted = {"where": where, "old": old, "new": new, "q": q.strip(), "verdict": verdict}
    return await draw.compare_page(request, session, version_id, wanted)


@router.get("/training/exchange")
async def show_exchange(request: Request, session: SignedIn) -> Response:
    """Files in and out."""
    return await draw.exchange_page(request, session)


@router.get("/training/exchange/{token}")
async def show_mapping(request: Request, session: SignedIn, token: str) -> Response:
    """The names in a file that was uploaded."""
    name, kind, data = find_file(folder_of(request, session), token)
    return await draw.mapping_page(request, session, token, name, read_file(name, data, kind))


@router.get("/training/file")
async def get_file(
    request: Request, session: SignedIn, kind: Annotated[str, Query(alias="format")] = "csv", split: str = ""
) -> Response:
    """The labelled lines in a format of others."""

    def look(scope: Scope) -> tuple[list[Utterance], tuple[EntityWords, ...]]:
        lines = [one for one in utterances.list_known(scope) if split in ("", one.split)]
        return lines, utterances.list_entity_words(scope)

    lines, words = await app_of(request).database.read(session.shop_id, look)
    data = write_file(kind, lines, words)
    ending = ENDINGS[kind]
    name = f'attachment; filename="{session.shop_id}-{kind}.{ending}"'
    return Response(data, media_type=_TYPES[ending], headers={"Content-Disposition": name, "Cache-Control": "no-store"})


router.include_router(verbs)
router.include_router(bringing)
