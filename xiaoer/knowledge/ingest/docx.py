"""Word files: headings by their styles, lists, tables and links as Markdown. A table of questions and answers becomes questions."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import docx
from docx.table import Table as DocxTable
from docx.text.hyperlink import Hyperlink

from xiaoer.knowledge.ingest.packed import open_packed
from xiaoer.knowledge.ingest.rows import Table, as_markdown, columns_of, is_faq, pieces_of_table
from xiaoer.knowledge.ingest.split import pieces_of
from xiaoer.knowledge.ingest.types import Found, Heading, Problem, Reading

_HEADING = re.compile(r"(?:heading|标题|überschrift|titre)\s*(\d)", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_docx(data: bytes, reading: Reading) -> Iterator[Found]:
    """The pieces of a document."""
    open_packed(data).close()
    document = docx.Document(io.BytesIO(data))
    numbered = _numbered(document)
    blocks: list[Heading | str] = []
    questions: list[Found] = []
    used: Counter[str] = Counter()
    pictures = 0
    for one in document.iter_inner_content():
        if isinstance(one, DocxTable):
            rows = _rows(one)
            if rows and is_faq(columns_of(rows[0])):
                questions += pieces_of_table(Table("", rows, list(range(1, len(rows) + 1))), reading, used)
            elif table := as_markdown(rows):
                blocks.append(table)
            continue
        pictures += len(one._p.findall(f".//{_W}drawing")) + len(one._p.findall(f".//{_W}pict"))
        if block := _paragraph(one, numbered):
            blocks.append(block)
    yield from questions
    yield from pieces_of(_joined(blocks), reading, title=str(document.core_properties.title or "").strip())
    if pictures:
        yield Problem(
            "",
            f"{pictures} pictures were left out; add them in the console.",
            f"有 {pictures} 张图片没有导入，请在后台补上。",
        )


def _paragraph(one: Any, numbered: dict[str, bool]) -> Heading | str:
    words = _words(one).strip()
    if not words:
        return ""
    style = str(one.style.name or "") if one.style is not None else ""
    if style.lower() in ("title", "标题"):
        return Heading(1, _plain(words))
    if found := _HEADING.match(style):
        return Heading(min(6, int(found.group(1)) + 1), _plain(words))
    level = _outline(one)
    if level is not None:
        return Heading(min(6, level + 2), _plain(words))
    depth, number = _list_of(one, style)
    if depth is None:
        return words
    is_numbered = numbered.get(number, False) or "number" in style.lower()
    return "\x00" + "   " * depth + ("1. " if is_numbered else "- ") + words.replace("\n", " ")


def _joined(blocks: list[Heading | str]) -> Iterator[Heading | str]:
    """Items of a list that follow each other are one block, and are counted."""
    items: list[str] = []
    for block in [*blocks, ""]:
        if isinstance(block, str) and block.startswith("\x00"):
            items.append(block[1:])
            continue
        if items:
            yield "\n".join(_counted(items))
            items = []
        yield block


def _counted(items: list[str]) -> Iterator[str]:
    counts: dict[int, int] = {}
    for item in items:
        depth = (len(item) - len(item.lstrip(" "))) // 3
        counts = {level: count for level, count in counts.items() if level <= depth}
        if item.lstrip().startswith("1. "):
            counts[depth] = counts.get(depth, 0) + 1
            item = item.replace("1. ", f"{counts[depth]}. ", 1)
        yield item


def _words(one: Any) -> str:
    """Runs and links of a paragraph; bold ones are marked."""
    parts: list[tuple[str, bool]] = []
    for part in one.iter_inner_content():
        if isinstance(part, Hyperlink):
            address = part.url
            is_web = address.startswith(("http://", "https://", "mailto:")) and not re.search(r"[\s()<>]", address)
            parts.append((f"[{part.text}]({address})" if is_web and part.text.strip() else part.text, False))
        elif part.text:
            parts.append((part.text, bool(part.bold) and bool(part.text.strip())))
    text = ""
    for place, (words, is_bold) in enumerate(parts):
        was_bold = place > 0 and parts[place - 1][1]
        goes_on = place + 1 < len(parts) and parts[place + 1][1]
        text += ("**" if is_bold and not was_bold else "") + words + ("**" if is_bold and not goes_on else "")
    return re.sub(r"\*\*(\s*)\*\*", r"\1", text)


def _plain(words: str) -> str:
    return " ".join(words.replace("**", "").split())


def _outline(one: Any) -> int | None:
    found = one._p.find(f"./{_W}pPr/{_W}outlineLvl")
    value = found.get(f"{_W}val") if found is not None else None
    return int(value) if value is not None and value.isdigit() and int(value) < 6 else None


def _list_of(one: Any, style: str) -> tuple[int | None, str]:
    """How deep an item of a list stands, and the number of its list; (None, "") for what is no item."""
    found = one._p.find(f"./{_W}pPr/{_W}numPr")
    if found is None:
        is_item = re.match(r"(?i)list (bullet|number|paragraph)|列表", style)
        deeper = re.search(r"\d$", style)
        return (
            (int(deeper.group()) - 1 if deeper else 0, "")
            if is_item and "paragraph" not in style.lower()
            else (None, "")
        )
    depth, number = found.find(f"{_W}ilvl"), found.find(f"{_W}numId")
    level = depth.get(f"{_W}val", "0") if depth is not None else "0"
    return (min(8, int(level)) if level.isdigit() else 0, number.get(f"{_W}val", "") if number is not None else "")


def _numbered(document: Any) -> dict[str, bool]:
    """Which lists are counted (1. 2. 3.) and not dotted."""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return {}
    formats: dict[str, str] = {}
    for abstract in root.findall(f"{_W}abstractNum"):
        first = abstract.find(f"{_W}lvl/{_W}numFmt")
        formats[abstract.get(f"{_W}abstractNumId", "")] = (
            first.get(f"{_W}val", "bullet") if first is not None else "bullet"
        )
    found: dict[str, bool] = {}
    for number in root.findall(f"{_W}num"):
        link = number.find(f"{_W}abstractNumId")
        found[number.get(f"{_W}numId", "")] = link is not None and formats.get(link.get(f"{_W}val", "")) not in (
            "bullet",
            None,
        )
    return found


def _rows(table: Any) -> list[list[str]]:
    """Cells as text. A merged cell comes once for each place it covers."""
    found = [
        ["\n".join(_words(one).strip() for one in cell.paragraphs).strip() for cell in row.cells] for row in table.rows
    ]
    return [row for row in found if any(row)]
