"""Pictures that somebody sent: what they are by their own bytes, and how they are kept."""

from __future__ import annotations

import os
from pathlib import Path

from xiaoer.errors import Invalid

MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


def kind_of(data: bytes) -> str:
    """ "png", "jpg" or "webp" by the bytes themselves; what the sender calls the file is not asked. Invalid otherwise."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    raise Invalid(
        "Only PNG, JPEG and WebP pictures can be sent.", "只能发送 PNG、JPEG 或 WebP 格式的图片。", field="file"
    )


def write_picture(folder: Path, name: str, data: bytes) -> None:
    """Put the file in its place, whole or not at all."""
    draft = folder / f".{name}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(folder / name)
    finally:
        draft.unlink(missing_ok=True)
