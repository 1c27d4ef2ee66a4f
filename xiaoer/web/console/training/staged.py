"""Files between their upload and the yes to their names: kept in the data folder for a day, read again when they are needed."""

from __future__ import annotations

import json
import re
import secrets
import time
from pathlib import Path

from xiaoer.errors import NotFound

_TOKEN = re.compile(r"[\w-]{20,40}")
_LASTS_S = 24 * 3600


def keep_file(folder: Path, name: str, kind: str, data: bytes) -> str:
    """Store an upload; the token that finds it again. Older ones are swept away."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if time.time() - path.stat().st_mtime > _LASTS_S:
            path.unlink(missing_ok=True)
    token = secrets.token_urlsafe(18)
    temporary = folder / f"{token}.part"
    temporary.touch(mode=0o600)
    header = json.dumps({"name": name, "kind": kind}).encode()
    temporary.write_bytes(header + b"\n" + data)
    temporary.replace(folder / token)
    return token


def find_file(folder: Path, token: str) -> tuple[str, str, bytes]:
    """(name, format, bytes) of an upload. NotFound when it is too old, or was brought in already."""
    path = folder / token
    if not _TOKEN.fullmatch(token) or not path.is_file():
        raise NotFound("This file is no longer here. Upload it again.", "文件已不在，请重新上传。", field="file")
    header, _, data = path.read_bytes().partition(b"\n")
    about = json.loads(header)
    return about["name"], about["kind"], data


def forget_file(folder: Path, token: str) -> None:
    """It was brought in."""
    if _TOKEN.fullmatch(token):
        (folder / token).unlink(missing_ok=True)
