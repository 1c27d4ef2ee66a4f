"""Lines in a table: CSV as spreadsheets write it, and Excel workbooks. Columns: text, intent, language, split."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from xiaoer.errors import Invalid
from xiaoer.nlu.exchange.archive import MOST_BYTES, Archive
from xiaoer.nlu.exchange.types import Foreign, ForeignLine, Problem
from xiaoer.nlu.training.types import Utterance

COLUMNS = ("text", "intent", "language", "split")
_NAMES = {
    "text": ("text", "utterance", "example", "query", "question", "phrase", "sentence", "语料", "问法", "文本", "问题", "句子", "内容"),
    "intent": ("intent", "label", "category", "class", "意图", "标签", "分类", "类别"),
    "language": ("language", "lang", "locale", "语言"),
    "split": ("split", "set", "用途", "数据集"),
}
_ENCODINGS = ("utf-8-sig", "gb18030")
_STARTS_FORMULA = ("=", "+", "-", "@", "'")
_MOST_ROWS = 200_000


def read_csv(data: bytes) -> Foreign:
    """Lines of a CSV file: commas, semicolons or tabs; UTF-8, UTF-16, or the GB 18030 of Chinese Excel."""
    text = _decoded(data)
    csv.field_size_limit(1 << 20)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return _read(_numbered(reader), "csv", lambda number: f"{number}")


def _numbered(reader: Any) -> Iterator[tuple[int, list[str] | str]]:
    """Rows with the numbers of their lines; in the place of a row that is damaged, why."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, str(error)
            continue
        yield reader.line_num, row


def read_xlsx(data: bytes) -> Foreign:
    """Lines of the first worksheet that has the columns."""
    from openpyxl import load_workbook  # noqa: PLC0415  # a fifth of a second that only workbooks cost

    Archive(data)  # a workbook is a zip file: bounded before it is unpacked
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise Invalid(
            f"This is no Excel workbook, or it is damaged ({type(error).__name__}). Save it as .xlsx again.",
            f"这不是 Excel 工作簿，或文件已损坏（{type(error).__name__}）。请重新另存为 .xlsx。",
            field="file",
        ) from error
    try:
        found = [_sheet(sheet.title, sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
    finally:
        book.close()
    with_lines = [one for one in found if one.lines]
    return with_lines[0] if with_lines else found[0] if found else Foreign("xlsx", ())


def _sheet(title: str, rows: Iterable[Sequence[Any]]) -> Foreign:
    cells = ((number, [("" if one is None else str(one)) for one in row]) for number, row in enumerate(rows, 1))
    return _read(cells, "xlsx", lambda number: f"{title}!{number}")


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise Invalid("The file is too large.", "文件太大。", field="file")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(
        "The file is text neither in UTF-8 nor in GB 18030. In Excel, save it as CSV UTF-8.",
        "文件编码既不是 UTF-8 也不是 GB18030。在 Excel 中请另存为“CSV UTF-8”。",
        field="file",
    )


def _read(rows: Iterator[tuple[int, list[str] | str]], kind: str, where: Any) -> Foreign:
    """The lines below the row that names the columns."""
    lines: list[ForeignLine] = []
    problems: list[Problem] = []
    columns: dict[str, int] = {}
    for number, row in itertools.islice(rows, _MOST_ROWS):
        if isinstance(row, str):
            problems.append(Problem(where(number), f"This row is damaged: {row}.", f"这一行已损坏：{row}。"))
        elif not any(one.strip() for one in row):
            continue
        elif not columns:
            columns = _columns(row)
            if not {"text", "intent"} <= set(columns):
                problem = Problem(
                    where(number), "The first row must name the columns text and intent.", "第一行必须包含 text（语料）和 intent（意图）两列。"
                )
                return Foreign(kind, (), problems=(*problems, problem))
        else:
            _line(row, columns, where(number), lines, problems)
    return Foreign(kind, tuple(lines), problems=tuple(problems))


def _columns(row: Sequence[str]) -> dict[str, int]:
    names = [one.strip().lower() for one in row]
    found = {}
    for column, known in _NAMES.items():
        place = next((names.index(one) for one in known if one in names), None)
        if place is not None:
            found[column] = place
    return found


def _line(row: Sequence[str], columns: dict[str, int], where: str, lines: list[ForeignLine], problems: list[Problem]) -> None:
    cells = {name: _unguarded(row[place]).strip() if place < len(row) else "" for name, place in columns.items()}
    if not cells["text"] or not cells["intent"]:
        problems.append(Problem(where, "text or intent is empty.", "text 或 intent 为空。"))
        return
    split = cells.get("split", "").lower()
    lines.append(
        ForeignLine(cells["text"], cells["intent"], where, cells.get("language", ""), "test" if split in ("test", "测试") else "")
    )


def _guarded(text: str) -> str:
    """What a spreadsheet would run as a formula is kept as text: customers write these lines."""
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


def _unguarded(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in _STARTS_FORMULA else text


def write_csv(lines: Sequence[Utterance]) -> bytes:
    """A CSV file in UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in lines:
        writer.writerow([_guarded(one.text), _guarded(one.label or ""), one.language, one.split])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(lines: Sequence[Utterance]) -> bytes:
    """A workbook with one sheet; every cell is text."""
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("utterances")
    sheet.append(COLUMNS)
    for one in lines:
        cells = []
        for value in (one.text, one.label or "", one.language, one.split):
            cell = WriteOnlyCell(sheet, value=_guarded(value))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
