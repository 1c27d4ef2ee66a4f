"""The widget's files. The loader is told the folder's mark, so that one script tag brings modules that are kept for a year."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from xiaoer.web.files import ASK_AGAIN, Files

LOADER = "xiaoer-chat.js"
_PLACE = b'const MARK = "";'


class WidgetFiles(Files):
    """Like `Files`; the loader is made once, with the mark filled in."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._loader = (folder / LOADER).read_bytes().replace(_PLACE, f'const MARK = "~{self.mark}/";'.encode(), 1)
        self._etag = f'"{hashlib.sha256(self._loader).hexdigest()[:16]}"'

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The loader, or any other file of the folder."""
        if path != LOADER or scope["method"] not in ("GET", "HEAD"):
            return await super().get_response(path, scope)
        headers = {"Cache-Control": ASK_AGAIN, "ETag": self._etag}
        if Headers(scope=scope).get("if-none-match") == self._etag:
            return Response(status_code=304, headers=headers)
        return Response(self._loader, media_type="text/javascript", headers=headers)
