"""Zip files of strangers, read without unpacking: bounded in number and size, never written anywhere."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from xiaoer.errors import Invalid
from xiaoer.nlu.exchange.types import Problem

MOST_ENTRIES = 20_000
MOST_BYTES = 256 << 20  # unpacked, all together
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


class Archive:
    """The files of a zip by their names. What cannot be read becomes a problem, and the rest goes on."""

    def __init__(self, data: bytes) -> None:
        try:
            self._packed = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGED as error:
            raise Invalid(
                f"This is no zip file, or it is damaged ({error}). Export it again.", f"这不是 zip 文件，或文件已损坏（{error}）。请重新导出。", field="file"
            ) from error
        entries = [one for one in self._packed.infolist() if not one.is_dir()]
        if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_BYTES:
            raise Invalid(
                f"The file holds more than {MOST_ENTRIES} files or {MOST_BYTES >> 20} MiB.",
                f"文件内容超过 {MOST_ENTRIES} 个文件或 {MOST_BYTES >> 20} MiB。",
                field="file",
            )
        self.names = sorted(one.filename for one in entries if not _is_of_the_machine(one.filename))
        self.problems: list[Problem] = []

    def read(self, name: str) -> bytes:
        """A file's bytes; nothing and a problem where it is damaged or locked."""
        try:
            with self._packed.open(name) as file:
                return file.read(MOST_BYTES)
        except _DAMAGED as error:
            self.problems.append(Problem(name, f"This file in the zip is damaged: {error}.", f"zip 中的这个文件已损坏：{error}。"))
            return b""

    def json(self, name: str) -> Any:
        """A file's JSON; None and a problem where it is none."""
        data = self.read(name)
        if not data:
            return None
        try:
            return json.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            self.problems.append(Problem(name, f"This file is no JSON: {error}.", f"这个文件不是有效的 JSON：{error}。"))
            return None

    def matching(self, pattern: Any) -> Iterator[tuple[str, Any]]:
        """Names that fit a compiled pattern, with the match."""
        for name in self.names:
            found = pattern.fullmatch(name)
            if found:
                yield name, found


def pack(files: dict[str, bytes]) -> bytes:
    """A zip of these files, the same for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def as_json(value: Any) -> bytes:
    """JSON as people can read it."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def texts(value: Any) -> list[str]:
    """The strings of a list, whatever else is in it or in its place."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def records(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, whatever else is in it or in its place."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_of_the_machine(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] in (".DS_Store", "Thumbs.db")
