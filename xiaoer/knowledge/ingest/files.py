"""Files and folders as sources: each file is read in a thread, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from xiaoer.knowledge.ingest.read import ENDINGS, read_file
from xiaoer.knowledge.ingest.run import Sources
from xiaoer.knowledge.ingest.types import Found, Options, Problem, Reading, Source

MOST_FILES = 20_000


def list_files(path: Path) -> list[Path]:
    """The files under a folder that can be read, by name; hidden ones are left out, and links are not followed."""
    found = (one for one in path.rglob("*") if one.suffix.lower() in ENDINGS and one.is_file() and not one.is_symlink())
    inside = (one for one in found if not any(part.startswith(".") for part in one.relative_to(path).parts))
    return sorted(inside)[:MOST_FILES]


def sources_of(files: Sequence[tuple[str, Path]], options: Options, *, most_mb: int, root: str = "") -> Sources:
    """(name, file) as sources. With a `root` these are all files of a folder: one that was there before and is not, is gone."""

    async def each() -> AsyncIterator[Source]:
        for name, path in files:
            yield Source(name, root, tuple(await asyncio.to_thread(read_path, path, Reading(name, options), most_mb)))

    return Sources(each(), len(files), root, is_whole=bool(root))


def read_path(path: Path, reading: Reading, most_mb: int) -> list[Found]:
    """The pieces of a file on disk; a problem for one that is too large or cannot be opened."""
    try:
        if path.stat().st_size > most_mb << 20:
            return [Problem("", f"The file has more than {most_mb} MB.", f"文件超过 {most_mb} MB。")]
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        return [Problem("", f"The file cannot be opened: {reason}.", f"文件打不开：{reason}。")]
    return list(read_file(data, reading))
