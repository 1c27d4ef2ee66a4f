"""Pictures in articles: kept under a name made of their bytes, so that the same one is the same file wherever it comes from.

A text shows one as `![what is on it](upl_….png)`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from xiaoer.conversations.pictures import kind_of, write_picture
from xiaoer.errors import Invalid, RecordsUnavailable
from xiaoer.knowledge.prose import PICTURE

FOLDER = "articles"  # under the shop's uploads, beside a folder for each conversation
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def name_of(data: bytes) -> str:
    """How a picture is called. Invalid for what is no picture."""
    number = int.from_bytes(hashlib.sha256(data).digest()[:17], "big") >> 6
    letters = "".join(_LETTERS[(number >> shift) & 31] for shift in range(125, -1, -5))
    return f"upl_{letters}.{kind_of(data)}"


def keep_picture(uploads: Path, data: bytes, *, most_mb: int) -> str:
    """Store a picture under a shop's uploads; its name. Invalid for other files and for one that is too large."""
    if not data:
        raise Invalid("The picture is empty.", "图片内容为空。", field="file")
    if len(data) > most_mb << 20:
        raise Invalid(f"A picture may have at most {most_mb} MB.", f"图片不能超过 {most_mb} MB。", field="file")
    name, folder = name_of(data), uploads / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / name).is_file():
            write_picture(folder, name, data)
    except FileExistsError:  # somebody else stores the same one at this moment
        pass
    except OSError as error:
        raise RecordsUnavailable(
            f"The picture could not be stored ({error.strerror or error}). Try again later.",
            f"图片没有保存成功（{error.strerror or error}），请稍后再试。",
        ) from error
    return name


def find_picture(uploads: Path, name: str) -> Path | None:
    """The file of a picture, or None."""
    path = uploads / FOLDER / name
    return path if PICTURE.fullmatch(name) and path.is_file() else None
