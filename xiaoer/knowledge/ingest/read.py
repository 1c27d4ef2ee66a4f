"""A file as pieces: what it is told by its first bytes, and by its name where these say nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from xiaoer.knowledge.ingest.csv import read_csv
from xiaoer.knowledge.ingest.decode import decode
from xiaoer.knowledge.ingest.markdown import read_markdown
from xiaoer.knowledge.ingest.packed import open_packed
from xiaoer.knowledge.ingest.types import Found, Piece, Problem, Reading
from xiaoer.knowledge.ingest.unreadable import Unreadable

ENDINGS = (".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".docx", ".xlsx", ".csv", ".tsv")
MOST_PIECES = 20_000  # of one file
_EXTRA: dict[str, tuple[str, ...]] = {"pdf": ("pypdf", "pdfplumber"), "docx": ("docx",)}
Reader = Callable[[bytes, Reading], Iterator[Found]]
_OLE = b"\xd0\xcf\x11\xe0"


def read_file(data: bytes, reading: Reading, *, reader: Reader | None = None) -> Iterator[Found]:
    """The pieces and problems of a file. Never an exception: what cannot be read is a problem that says why.

    `reader`: which reader to take, where that is known otherwise.
    """
    try:
        count = 0
        for one in (reader or _reader_of(data, reading))(data, reading):
            count += isinstance(one, Piece)
            if count > MOST_PIECES:
                yield Problem(
                    "",
                    f"Only the first {MOST_PIECES:,} parts were read; split the file.",
                    f"只读取了前 {MOST_PIECES} 部分，请拆分文件。",
                )
                return
            yield one
        if not count:
            yield Problem("", "Nothing was found in it.", "里面没有找到内容。")
    except Unreadable as error:
        yield Problem("", error.en, error.zh)
    except Exception as error:  # the libraries raise whatever a damaged file makes them stumble over
        reason = f"{type(error).__name__}: {str(error)[:120]}"
        yield Problem(
            "",
            f"The file is damaged or not what its name says ({reason}).",
            f"文件已损坏，或与扩展名不符（{reason}）。",
        )


def _reader_of(data: bytes, reading: Reading) -> Reader:
    if not data.strip():
        raise Unreadable("The file is empty.", "文件是空的。")
    if data[:1024].lstrip().startswith(b"%PDF"):
        return _load("pdf")
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    if data.startswith(_OLE):
        raise Unreadable(
            "An old Office file, or one with a password. Save it as .docx or .xlsx, without a password.",
            "旧版 Office 文件，或有密码保护。请另存为不带密码的 .docx 或 .xlsx。",
        )
    name = reading.name.lower()
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if name.endswith((".html", ".htm")) or start.startswith((b"<!doctype html", b"<html")):
        return _load("html")
    if name.endswith((".csv", ".tsv")):
        return read_csv
    if name.endswith((".md", ".markdown", ".txt")):
        return lambda data, reading: read_markdown(decode(data), reading)
    raise Unreadable(
        f"Files of this kind are not read; expected {', '.join(ENDINGS)}.",
        f"不支持这种文件，支持 {'、'.join(ENDINGS)}。",
    )


def _packed(data: bytes) -> Reader:
    with open_packed(data) as packed:
        names = set(packed.namelist())
    if "xl/workbook.xml" in names:
        return _load("xlsx")
    if "word/document.xml" in names:
        return _load("docx")
    raise Unreadable(
        "An archive, but neither .docx nor .xlsx. Unpack it first.", "这是压缩包，但不是 .docx 或 .xlsx，请先解压。"
    )


def _load(kind: str) -> Reader:
    """The reader of a kind. Its libraries take their time to load, and some may be missing."""
    missing = [name for name in _EXTRA.get(kind, ()) if find_spec(name) is None]
    if missing:
        raise Unreadable(
            f"Reading {kind.upper()} needs the extra `documents`: pip install 'xiaoer[documents]'.",
            f"读取 {kind.upper()} 需要安装可选组件：pip install 'xiaoer[documents]'。",
        )
    module: Any = import_module(f"xiaoer.knowledge.ingest.{kind}")
    reader: Reader = getattr(module, f"read_{kind}")
    return reader


def read_html_page(data: bytes, reading: Reading, *, url: str, charset: str) -> Iterator[Found]:
    """A page of a site; its relative links become whole ones."""
    module: Any = import_module("xiaoer.knowledge.ingest.html")
    found: Iterator[Found] = module.read_html(data, reading, base=url, charset=charset)
    return found
