"""How fast knowledge comes in: reading, storing, and again without a change, for each format.

    python -m benchmarks.imports [--rows 5000] [--pages 100] [--json OUT]

Files are made here: a price list and a question list of `rows` rows (XLSX and CSV), a Markdown file, an HTML page and a
Word file of rows/5 sections, and a PDF of `pages` pages. In the JSON the case is the format; the metrics are `pieces`,
`file_mb`, `read_s` (CPU of one process), `store_s` (until everything is durable, by the clock), `again_s` (the same file
once more), `pieces_per_s` (of reading and storing together) and `longest_hold_ms` (the longest that the one writer was
held by a transaction of the import, while customers' lines wait).
"""

from __future__ import annotations

import argparse
import asyncio
import io
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import docx
from openpyxl import Workbook

from benchmarks.report import Figure, report
from tests.unit.knowledge.ingest.build import make_pdf
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.knowledge.ingest.files import sources_of
from xiaoer.knowledge.ingest.read import read_file
from xiaoer.knowledge.ingest.run import Importing, new_import
from xiaoer.knowledge.ingest.types import Options, Piece, Reading
from xiaoer.shop.types import Shop

SHOP = Shop("bench", {"zh": "测试", "en": "Bench"}, "CNY", "Asia/Shanghai", "")
_WORDS = "签收后七天内可以退货，商品要保持完好，吊牌和包装齐全，运费按规则承担。"


def price_list(rows: int) -> list[list[Any]]:
    """A product, a variant, a price and a stock in each row."""
    return [
        ["商品", "规格", "价格", "折扣", "库存"],
        *([f"商品{n}", f"规格{n % 7}", 10 + n, (n % 50) / 100, n % 30] for n in range(rows)),
    ]


def questions(rows: int) -> list[list[Any]]:
    """A question, its answer and two similar ones in each row."""
    return [
        ["问题", "答案", "相似问"],
        *([f"第{n}个问题怎么办", f"{_WORDS}{n}", f"{n}怎么弄;{n}如何处理"] for n in range(rows)),
    ]


def workbook(rows: list[list[Any]]) -> bytes:
    """Rows as an Excel file."""
    book: Any = Workbook(write_only=True)
    sheet = book.create_sheet("表")
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def csv_of(rows: list[list[Any]]) -> bytes:
    """Rows as CSV in GB18030, as Excel in China writes it."""
    return "".join(",".join(map(str, row)) + "\r\n" for row in rows).encode("gb18030")


def markdown(sections: int) -> bytes:
    """A document with a heading for each section."""
    return "".join(f"## 第{n}节\n\n{_WORDS * 4}\n\n- 一\n- 二\n\n" for n in range(sections)).encode()


def html(sections: int) -> bytes:
    """The same as a page."""
    body = "".join(f"<h2>第{n}节</h2><p>{_WORDS * 4}</p><ul><li>一</li><li>二</li></ul>" for n in range(sections))
    return f"<html><body><nav>x</nav><main><h1>帮助</h1>{body}</main></body></html>".encode()


def word(sections: int) -> bytes:
    """The same as a Word file."""
    document = docx.Document()
    for n in range(sections):
        document.add_heading(f"第{n}节", 2)
        document.add_paragraph(_WORDS * 4)
        document.add_paragraph("一", style="List Bullet")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf(pages: int) -> bytes:
    """Pages with two headings and forty lines each."""
    page = [(50.0, 800.0 - 18 * n, 16.0 if n % 20 == 0 else 10.0, f"标题{n}" if n % 20 == 0 else _WORDS) for n in range(42)]
    return make_pdf([[(x, y, size, f"{words}{number}") for x, y, size, words in page] for number in range(pages)])


async def measure(name: str, data: bytes, folder: Path) -> list[Figure]:
    """One format, into records of its own."""
    begun = time.process_time()
    pieces = sum(isinstance(one, Piece) for one in read_file(data, Reading(name)))
    read_s = time.process_time() - begun
    path = folder / name
    write(path, data)
    database = await Database.open(f"sqlite:///{folder / f'{name}.sqlite3'}")
    await database.migrate()
    holds: list[float] = []
    original = database.write

    async def timed(shop_id: str, function: Callable[[Scope], Any]) -> Any:
        def run(scope: Scope) -> Any:
            start = time.perf_counter()
            result = function(scope)
            holds.append(time.perf_counter() - start)
            return result

        return await original(shop_id, run)

    watched: Any = database
    watched.write = timed
    took = []
    for _ in range(2):
        run = Importing(database, SHOP.id, new_import([name], Options(), by=""), Options())
        start = time.perf_counter()
        await run.run(sources_of([(name, path)], Options(), most_mb=500))
        took.append(time.perf_counter() - start)
    await database.close()
    assert run.about.counts.get("unchanged", 0) == pieces, run.about.counts
    figure = partial(Figure, name)
    return [
        figure("pieces", pieces, ""),
        figure("file_mb", len(data) / 1e6, "MB"),
        figure("read_s", read_s, "s"),
        figure("store_s", took[0] - read_s, "s"),
        figure("again_s", took[1], "s"),
        figure("pieces_per_s", pieces / took[0], ""),
        figure("longest_hold_ms", 1000 * max(holds), "ms"),
    ]


def write(path: Path, data: bytes) -> None:
    """The file on disk."""
    path.write_bytes(data)


def main() -> None:
    """Measure all formats."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    files = {
        "prices.xlsx": workbook(price_list(given.rows)),
        "questions.xlsx": workbook(questions(given.rows)),
        "questions.csv": csv_of(questions(given.rows)),
        "help.md": markdown(given.rows // 5),
        "help.html": html(given.rows // 5),
        "help.docx": word(given.rows // 5),
        "help.pdf": pdf(given.pages),
    }
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            figures += asyncio.run(measure(name, data, Path(folder)))
    report(figures, title="Importing knowledge", out=given.json)


if __name__ == "__main__":
    main()
