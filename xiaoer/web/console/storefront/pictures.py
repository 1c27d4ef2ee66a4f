"""The demo shop's drawings, each in the colour of the variant that is shown."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from xiaoer.errors import NotFound
from xiaoer.web.api.callers import TheApp

router = APIRouter(include_in_schema=False)
_PLACE = "#c0ffee"  # what the drawings say where the product's colour goes
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_PLAIN = "#b9ad9b"  # no colour asked for, or one that the dictionary does not know


@router.get("/pictures/{name}.svg")
async def get_picture(
    request: Request,
    app: TheApp,
    name: Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$")],
    colour: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """One drawing. NotFound where there is none."""
    drawing = _read(name)
    if drawing is None:
        raise NotFound("There is no such picture.", "没有这张图片。", field="name")
    known = app.shop_ids and app.settings.shop in app.shop_ids
    found = app.assistant_of(app.settings.shop).catalogue.words.get("colours", {}) if known else {}
    shade = str(found.get(colour, {}).get("hex", ""))
    svg = drawing.replace(_PLACE, shade if _HEX.fullmatch(shade) else _PLAIN)
    etag = f'"{hashlib.sha256(svg.encode()).hexdigest()[:16]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "public, max-age=86400",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",  # the drawing's own classes
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(svg, media_type="image/svg+xml", headers=headers)


@lru_cache(maxsize=256)
def _read(name: str) -> str | None:
    path = files("xiaoer.demo") / "pictures" / f"{name}.svg"
    return path.read_text("utf-8") if path.is_file() else None
