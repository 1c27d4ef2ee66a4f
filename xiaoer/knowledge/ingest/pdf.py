"""PDF files with text: headings by the size of their letters, tables by their lines, without what repeats on every page."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pdfplumber
from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from xiaoer.knowledge.ingest.rows import as_markdown
from xiaoer.knowledge.ingest.split import pieces_of
from xiaoer.knowledge.ingest.types import Found, Heading, Problem, Reading
from xiaoer.knowledge.ingest.unreadable import Unreadable

MOST_PAGES = 2_000
_HEADING = 1.12  # times the size of the text
_CJK_END = re.compile(r"[㐀-鿿，、；：]$")
_CJK_START = re.compile(r"^[㐀-鿿，。、；：）]")
_SENTENCE_END = re.compile(r"[。！？.!?:：；;]$")
_ITEM = re.compile(r"^(?:[•·●▪◦*]|[-–]\s|\d{1,2}[.、)）]|[（(]\d{1,2}[)）])\s*")
_BULLET = re.compile(r"^(?:[•·●▪◦*]|[-–]\s)\s*")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page. `top` from 0 to 1 down the page; `gap`: blank space above it, in its own height."""

    text: str
    size: float
    is_bold: bool
    top: float
    gap: float


def read_pdf(data: bytes, reading: Reading) -> Iterator[Found]:
    """The pieces of a PDF."""
    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every font
    title, count = _look(data)
    pages: list[list[_Line | str]] = []
    empty: list[int] = []
    with pdfplumber.open(io.BytesIO(data)) as document:
        for number, page in enumerate(document.pages, 1):
            if number > MOST_PAGES:
                yield Problem(f"p. {number}", f"Only {MOST_PAGES:,} pages are read.", f"最多读取 {MOST_PAGES} 页。")
                break
            try:
                parts = list(_parts(page))
            except Exception as error:  # a page may be damaged in as many ways as there are writers of PDF
                reason = f"{type(error).__name__}"
                yield Problem(
                    f"p. {number}", f"This page cannot be read ({reason}).", f"第 {number} 页无法读取（{reason}）。"
                )
                parts = []
            else:
                if not parts:
                    empty.append(number)
            pages.append(parts)
            page.close()
    if empty:
        yield _without_text(empty, count)
    yield from pieces_of(_blocks(_without_repeats(pages)), reading, title=title)


def _look(data: bytes) -> tuple[str, int]:
    """The title that the file gives itself, and how many pages it has. Unreadable for one with a password."""
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("The PDF has a password. Save it without one.", "PDF 有密码保护，请去掉密码后再导入。")
        meta = reader.metadata
        title = str(meta.title or "") if meta is not None else ""
        is_name_of_file = re.search(r"\.\w{2,4}$|^Microsoft Word|^untitled", title, re.IGNORECASE)
        return "" if is_name_of_file else title.strip(), len(reader.pages)
    except DependencyError as error:
        raise Unreadable(
            "The PDF is encrypted. Save it without a password.", "PDF 已加密，请去掉密码后再导入。"
        ) from error
    except PyPdfError as error:
        raise Unreadable(f"The PDF is damaged ({error}).", f"PDF 已损坏（{error}）。") from error


def _without_text(pages: list[int], count: int) -> Problem:
    shown = ", ".join(map(str, pages[:8])) + (" …" if len(pages) > 8 else "")
    if len(pages) >= count:
        return Problem(
            "",
            "The PDF has no text: it is a scan. Read it with OCR first.",
            "PDF 里没有文字，应该是扫描件，请先做文字识别（OCR）。",
        )
    return Problem(f"p. {shown}", "These pages have no text (scans or pictures).", "这些页没有文字（扫描件或图片）。")


def _parts(page: Any) -> Iterator[_Line | str]:
    """The lines of a page from top to bottom, and its tables as Markdown where they stand."""
    tables = [(table.bbox, table.extract()) for table in page.find_tables()]
    tables = [(box, rows) for box, rows in tables if len(rows) > 1 and max(len(row) for row in rows) > 1]
    placed: list[tuple[float, _Line | str]] = []
    bottom = 0.0
    for line in page.extract_text_lines(return_chars=True, strip=True):
        middle = (line["top"] + line["bottom"]) / 2
        inside = any(box[1] <= middle <= box[3] and box[0] - 2 <= line["x0"] <= box[2] for box, _ in tables)
        chars = [char for char in line["chars"] if char["text"].strip()]
        if inside or not chars:
            continue
        sizes = sorted(float(char["size"]) for char in chars)
        size = sizes[len(sizes) // 2]
        bold = sum(
            "bold" in str(char["fontname"]).lower() or "black" in str(char["fontname"]).lower() for char in chars
        )
        gap = (line["top"] - bottom) / max(1.0, size)
        bottom = line["bottom"]
        text = re.sub(r"\(cid:\d+\)", "", " ".join(line["text"].split()))
        if text:
            placed.append(
                (line["top"], _Line(text, size, bold * 2 > len(chars), line["top"] / float(page.height or 1), gap))
            )
    for box, rows in tables:
        cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
        placed.append((box[1], as_markdown([row for row in cells if any(row)])))
    placed.sort(key=lambda one: one[0])
    yield from (part for _, part in placed)


def _without_repeats(pages: list[list[_Line | str]]) -> list[_Line | str]:
    """All pages in a row, without the lines that stand at the edge of most of them (their digits may differ)."""
    seen = Counter(key for page in pages for key in {_edge(part) for part in page} if key)
    most = max(2, len(pages) // 2)
    return [part for page in pages for part in page if len(pages) < 3 or seen[_edge(part)] <= most or not _edge(part)]


def _edge(part: _Line | str) -> str:
    if isinstance(part, str) or 0.09 < part.top < 0.91:
        return ""
    return f"{round(part.top, 1)} {re.sub(chr(92) + 'd+', '0', part.text)}"


def _blocks(parts: list[_Line | str]) -> Iterator[Heading | str]:
    lines = [part for part in parts if isinstance(part, _Line)]
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    larger = sorted({size for size in sizes if size >= body * _HEADING}, reverse=True)[:4]
    kept: list[str] = []
    for part in parts:
        level = _level(part, body, larger) if isinstance(part, _Line) else 0
        if isinstance(part, str) or level:
            yield from _paragraph(kept)
            kept = []
            yield part if isinstance(part, str) else Heading(level, part.text)
            continue
        if kept and (part.gap > 0.9 or (_ITEM.match(part.text) and not _ITEM.match(kept[0]))):
            yield from _paragraph(kept)
            kept = []
        kept.append(part.text)
    yield from _paragraph(kept)


def _level(line: _Line, body: float, larger: list[float]) -> int:
    """1 for the largest letters; 0 for a line of the text. A short bold line that ends no sentence is a heading, too."""
    size = round(line.size, 1)
    if size in larger and len(line.text) <= 80:
        return larger.index(size) + 1
    is_short = len(line.text) <= 40 and not _SENTENCE_END.search(line.text) and not _ITEM.match(line.text)
    return len(larger) + 1 if line.is_bold and is_short and size >= body * 0.98 else 0


def _paragraph(lines: list[str]) -> Iterator[str]:
    """Broken lines joined again; items of a list stay apart."""
    if not lines:
        return
    text = lines[0]
    for line in lines[1:]:
        if _ITEM.match(line):
            text += "\n" + line
        elif re.search(r"[a-z]-$", text) and re.match(r"[a-z]", line):
            text = text[:-1] + line
        else:
            text += ("" if _CJK_END.search(text) or _CJK_START.match(line) else " ") + line
    yield "\n".join(f"- {_BULLET.sub('', line)}" if _BULLET.match(line) else line for line in text.split("\n"))
