"""Files that staff upload: read, shown with their names, and brought in when those were looked over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from xiaoer.db.scope import Scope
from xiaoer.errors import Invalid, XiaoerError
from xiaoer.nlu.exchange.bring import bring
from xiaoer.nlu.exchange.formats import own_name, read_file
from xiaoer.nlu.exchange.types import Brought, Foreign
from xiaoer.web.console.training import draw
from xiaoer.web.console.training.staged import find_file, forget_file, keep_file
from xiaoer.web.session import FromForm, SignedIn, StaffSession, app_of

bringing = APIRouter(include_in_schema=False)
MOST_FILE = 20 << 20  # bytes of an upload
_MOST_NAMES = 5_000
SKIP, OWN = "-", "+"


async def _read_large(request: Request, session: SignedIn) -> None:
    """A form that may have a field for each of many intents: read before anybody else reads it with the usual limits."""
    await request.form(max_files=1, max_fields=_MOST_NAMES, max_part_size=1 << 20)


async def require_large_form(_: Annotated[None, Depends(_read_large)], session: FromForm) -> StaffSession:
    """As every form, only larger."""
    return session


FromLargeForm = Annotated[StaffSession, Depends(require_large_form)]


def folder_of(request: Request, session: StaffSession) -> Path:
    """Where the uploads of this shop wait."""
    return app_of(request).settings.data_dir / "imports" / session.shop_id


@bringing.post("/training/import")
async def upload(request: Request, session: FromLargeForm) -> Response:
    """Take a file, read it, and go on to its names. One that cannot be read is told, and nothing is kept."""
    form = await request.form()
    given, kind = form.get("file"), str(form.get("format") or "")
    try:
        if not isinstance(given, UploadFile) or not given.filename:
            raise Invalid("Choose a file first.", "请先选择文件。", field="file")
        data, name = await given.read(), Path(given.filename).name[:120]
        found = read_file(name, data, kind)
        if not found.lines:
            first = found.problems[0] if found.problems else None
            raise Invalid(
                f"There is not a single line in {name}. {first.en if first else ''}".strip(),
                f"{name} 中没有读到任何语料。{first.zh if first else ''}",
                field="file",
            )
    except XiaoerError as error:
        return await draw.exchange_page(request, session, error=error)
    token = keep_file(folder_of(request, session), name, kind, data)
    return RedirectResponse(f"/training/exchange/{token}", status_code=303)


@bringing.post("/training/exchange/{token}")
async def bring_in(request: Request, session: FromLargeForm, token: str) -> Response:
    """Store the lines under the names that were chosen. Pressed twice, it finds everything there already."""
    folder = folder_of(request, session)
    try:
        name, kind, data = find_file(folder, token)
        found = read_file(name, data, kind)
    except XiaoerError as error:
        return await draw.exchange_page(request, session, error=error)
    try:
        mapping = _mapping(found, await request.form())
    except XiaoerError as error:
        return await draw.mapping_page(request, session, token, name, found, error=error)

    def store(scope: Scope) -> Brought:
        return bring(scope, found, mapping=mapping, by=session.staff.id, origin=name)

    brought = await app_of(request).database.write(session.shop_id, store)
    forget_file(folder, token)
    return await draw.exchange_page(request, session, brought=brought)


def _mapping(found: Foreign, form: FormData) -> dict[str, str | None]:
    """What was chosen for each intent, by its number in the file."""
    mapping: dict[str, str | None] = {}
    for number, theirs in enumerate(found.intents):
        chosen: Any = form.get(f"name-{number}")
        if chosen == SKIP or not isinstance(chosen, str):
            mapping[theirs] = None
        elif chosen == OWN:
            mapping[theirs] = own_name(theirs)
            if mapping[theirs] is None:
                raise Invalid(
                    f"{theirs!r} cannot stay as it is: choose an intent for it, or leave it out.",
                    f"“{theirs}”不能作为意图名，请为它选择一个意图或跳过。",
                    field="label",
                )
        else:
            mapping[theirs] = chosen
    return mapping
