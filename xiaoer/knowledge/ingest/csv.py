"""CSV files: in whatever encoding, with commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from xiaoer.knowledge.ingest.decode import decode
from xiaoer.knowledge.ingest.rows import Table, pieces_of_table
from xiaoer.knowledge.ingest.types import Found, Problem, Reading

MOST_ROWS = 50_000
_LONGEST_CELL = 1 << 20
_SAMPLE = 64_000


def read_csv(data: bytes, reading: Reading) -> Iterator[Found]:
    """The pieces of a CSV file, a row each."""
    csv.field_size_limit(_LONGEST_CELL)
    text = decode(data).replace("\0", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text[:_SAMPLE]), strict=False)
    rows: list[list[str]] = []
    numbers: list[int] = []
    try:
        for row in reader:
            if len(rows) >= MOST_ROWS:
                yield Problem(
                    f"#{reader.line_num}",
                    f"Only {MOST_ROWS:,} rows are read; split the file.",
                    f"最多读取 {MOST_ROWS} 行，请拆分文件。",
                )
                break
            rows.append(row)
            numbers.append(reader.line_num)
    except csv.Error as error:
        yield Problem(
            f"#{reader.line_num}", f"The rows from here on cannot be read: {error}.", f"从这一行起无法读取：{error}。"
        )
    yield from pieces_of_table(Table("", rows, numbers), reading, Counter())


def _delimiter(sample: str) -> str:
    """The sign that cuts the first rows into the same number of cells, most cells first."""
    best = (0.0, ",")
    for sign in ",;\t|，":
        try:
            rows = islice(csv.reader(io.StringIO(sample, newline=""), delimiter=sign), 20)
            widths = [len(row) for row in rows if row]
        except csv.Error:
            continue
        if widths and (most := Counter(widths).most_common(1)[0])[0] > 1:
            best = max(best, (most[1] / len(widths) + min(most[0], 20) / 100, sign))
    return best[1]
