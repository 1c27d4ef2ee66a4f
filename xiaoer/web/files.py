"""Files as they lie in the package. A folder has a mark made of its contents: `/widget/~<mark>/panel.js` never changes and is
kept for a year, `/widget/panel.js` is asked for again with its ETag. Modules that import each other by relative address
therefore need no list and no build.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
_SHOWN = (".js", ".css", ".svg", ".woff2", ".png", ".webp")
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


class Files(StaticFiles):
    """The files of one folder that browsers are meant to load; templates and Python beside them stay out of reach."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=True)
        self.mark = mark_of(folder)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file, with how long it may be kept."""
        first, _, rest = path.partition(os.sep)
        is_marked = first == f"~{self.mark}"
        if first.startswith("~"):
            path = rest  # an older page asks for an older mark: it gets what there is, but may not keep it
        ending = os.path.splitext(path)[1]
        if ending not in _SHOWN:
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        is_versioned = is_marked or "v" in QueryParams(scope.get("query_string", b""))
        response.headers["Cache-Control"] = FOREVER if is_versioned else ASK_AGAIN
        if ending in _TYPES:  # the machine's own table of types is not to be trusted with modules
            response.headers["Content-Type"] = _TYPES[ending]
        return response


def mark_of(folder: Path) -> str:
    """A short name for the contents of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SHOWN:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]
