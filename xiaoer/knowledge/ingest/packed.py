"""Files that are zip archives inside (DOCX, XLSX): looked at before unpacking, so that a small file cannot become a flood."""

from __future__ import annotations

import io
import zipfile

from xiaoer.knowledge.ingest.unreadable import Unreadable

MOST_UNPACKED = 400 << 20  # bytes of all entries
_MOST_ENTRIES = 10_000
_MOST_RATIO = 400  # of one entry that unpacks to more than a few megabytes
_NOTICED = 4 << 20
_LOCKED = 1  # the flag of an entry with a password


def open_packed(data: bytes) -> zipfile.ZipFile:
    """The archive. Unreadable for a damaged one, for one with a password, and for one that would unpack to too much."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
        entries = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable("The file is damaged.", "文件已损坏。") from error
    if any(entry.flag_bits & _LOCKED for entry in entries):
        raise Unreadable("The file has a password. Save it without one.", "文件有密码保护，请去掉密码后再导入。")
    floods = any(
        one.file_size > _NOTICED and one.file_size > _MOST_RATIO * max(1, one.compress_size) for one in entries
    )
    if floods or len(entries) > _MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_UNPACKED:
        raise Unreadable(
            "The file unpacks to far more than a document has (a zip bomb?).",
            "文件解压后异常巨大，疑似压缩炸弹，已拒绝。",
        )
    return packed
