"""Excel files: every visible sheet as a table, merged cells filled, values as they look in Excel."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from xiaoer.knowledge.ingest.cells import shown
from xiaoer.knowledge.ingest.packed import open_packed
from xiaoer.knowledge.ingest.rows import MOST_COLUMNS, Table, pieces_of_table
from xiaoer.knowledge.ingest.types import Found, Problem, Reading

MOST_ROWS = 50_000  # of a sheet
_CHUNK = 1 << 20
_OVERLAP = 4096
_MOST_MERGED = 200_000  # cells
_MERGE = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_UNCALCULATED = re.compile(rb'<c\s[^>]*?r="([A-Z]+\d+)"[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')


@dataclass
class _Scan:
    """What the fast reader does not tell: merged ranges, and formulas without a stored value."""

    merged: list[tuple[int, int, int, int]]
    uncalculated: list[str]


def read_xlsx(data: bytes, reading: Reading) -> Iterator[Found]:
    """The pieces of a workbook, a row each."""
    packed = open_packed(data)
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    used: Counter[str] = Counter()
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in sheets:
        scan = _scan(packed, str(getattr(sheet, "_worksheet_path", "")))
        name = str(sheet.title)
        if scan.uncalculated:
            cells = ", ".join(scan.uncalculated[:5])
            yield Problem(
                f"{name}!{scan.uncalculated[0]}",
                f"{len(scan.uncalculated)} formulas have no stored value ({cells}); open the file in Excel and save it.",
                f"有 {len(scan.uncalculated)} 个公式没有保存结果（{cells}），请用 Excel 打开后重新保存。",
            )
        rows: list[list[str]] = []
        numbers: list[int] = []
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
            if len(rows) >= MOST_ROWS:
                yield Problem(
                    f"{name}!{number}",
                    f"Only {MOST_ROWS:,} rows of a sheet are read.",
                    f"每个工作表最多读取 {MOST_ROWS} 行。",
                )
                break
            rows.append([_shown(cell) for cell in row])
            numbers.append(number)
        _fill(rows, scan.merged)
        yield from pieces_of_table(Table(name if len(sheets) > 1 else "", rows, numbers), reading, used)
    book.close()


def _shown(cell: Any) -> str:
    return shown(cell.value, getattr(cell, "number_format", None) or "General")


def _fill(rows: list[list[str]], merged: list[tuple[int, int, int, int]]) -> None:
    """Each cell of a merged range says what its first one says; a title over the whole width stays one cell."""
    for left, top, right, bottom in merged:
        if top > len(rows) or left > len(rows[top - 1]):
            continue
        words = rows[top - 1][left - 1]
        if top == bottom and right - left + 1 >= max(len(one) for one in rows[: top + 1]) > 1:
            continue
        for row in rows[top - 1 : bottom]:
            for place in range(left - 1, min(right, len(row))):
                row[place] = words


def _scan(packed: zipfile.ZipFile, path: str) -> _Scan:
    found = _Scan([], [])
    cells = 0
    try:
        sheet = packed.open(path.lstrip("/"))
    except KeyError:
        return found
    with sheet:
        kept = b""
        seen: set[bytes] = set()
        while chunk := sheet.read(_CHUNK):
            text = kept + chunk
            for match in _MERGE.finditer(text):
                if match.group(1) in seen:
                    continue
                seen.add(match.group(1))
                box: Any = range_boundaries(match.group(1).decode())
                left, top, right, bottom = box
                cells += (right - left + 1) * (bottom - top + 1)
                if cells <= _MOST_MERGED:
                    found.merged.append((left, top, right, bottom))
            for match in _UNCALCULATED.finditer(text):
                name = match.group(1).decode()
                if name not in found.uncalculated[-50:]:
                    found.uncalculated.append(name)
            kept = text[-_OVERLAP:]
    return found
