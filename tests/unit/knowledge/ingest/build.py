"""Real files for the tests, made when they are needed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import docx
from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter

from xiaoer.knowledge.ingest.read import read_file
from xiaoer.knowledge.ingest.types import Options, Piece, Problem, Reading


def read(data: bytes, name: str, **options: Any) -> tuple[list[Piece], list[Problem]]:
    """The pieces and the problems of a file."""
    found = list(read_file(data, Reading(name, Options(**options))))
    return [one for one in found if isinstance(one, Piece)], [one for one in found if isinstance(one, Problem)]


def saved(book: Any) -> bytes:
    """A workbook as a file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def faq_book(rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of one sheet with these rows."""
    book: Any = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def shop_book() -> bytes:
    """A question list under a merged title with a merged question, a price list with formats, and a hidden sheet."""
    book: Any = Workbook()
    faq: Any = book.active
    faq.title = "常见问题"
    faq.append(["售后常见问题"])
    faq.merge_cells("A1:D1")
    faq.append(["问题", "答案", "相似问", "分类"])
    faq.append(["怎么退货", "7 天内可退\n保留吊牌", "想退货；退货流程\n我要退", "售后"])
    faq.append(["运费谁出", "质量问题我们出", None, "售后"])
    faq.append([None, "其他情况您出", None, "售后"])
    faq.merge_cells("A4:A5")
    faq.append(["没有答案", None])
    faq.append(["How long is delivery?", "Two days.", None, "shipping"])
    prices: Any = book.create_sheet("价目表")
    prices.append(["商品", "规格", "价格", "折扣", "上架日期", "库存"])
    prices.append(["云柔卫衣", "灰 M", 199, 0.125, date(2026, 11, 1), 5])
    prices.append(["云柔卫衣", "灰 L", 1209.5, 0.2, date(2026, 11, 2), 0])
    prices.append(["静泉水壶", "", 159, None, None, "=A1"])
    for row in (2, 3, 4):
        prices.cell(row, 3).number_format = '"¥"#,##0.00'
        prices.cell(row, 4).number_format = "0.0%"
    hidden: Any = book.create_sheet("内部成本")
    hidden.sheet_state = "hidden"
    hidden.append(["商品", "成本"])
    hidden.append(["云柔卫衣", 60])
    return saved(book)


def policy_document() -> bytes:
    """A Word file with headings, a counted list, bold words, a link-free table and a table of questions."""
    document = docx.Document()
    document.add_heading("退货政策", 1)
    document.add_paragraph("签收后 7 天内可以退货。")
    document.add_heading("运费", 2)
    document.add_paragraph("质量问题").add_run("我们出").bold = True
    for words in ("提交申请", "寄回商品"):
        document.add_paragraph(words, style="List Number")
    document.add_paragraph("保留吊牌", style="List Bullet")
    table(document, [("地区", "运费"), ("江浙沪", "¥0"), ("新疆", "¥20")])
    table(document, [("问题", "答案"), ("多久到账", "2 个工作日")])
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def table(document: Any, rows: Sequence[Sequence[str]]) -> None:
    made = document.add_table(len(rows), len(rows[0]))
    for place, row in enumerate(rows):
        for number, words in enumerate(row):
            made.cell(place, number).text = words


Words = tuple[float, float, float, str]  # left, bottom, size, words


def make_pdf(pages: Sequence[Sequence[Words]], *, lines: Sequence[tuple[float, float, float, float]] = ()) -> bytes:
    """A PDF by hand: words in a Chinese font that every reader knows, and straight lines (of tables) on each page."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 5 0 R >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>",
    ]
    kids = []
    for page in pages:
        drawn = "".join(f"{a} {b} m {c} {d} l S\n" for a, b, c, d in lines)
        drawn += "".join(
            f"BT /F1 {size} Tf {left} {bottom} Td <{words.encode('utf-16-be').hex()}> Tj ET\n"
            for left, bottom, size, words in page
        )
        stream = drawn.encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        number = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % number
        )
        kids.append(f"{number + 1} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


def locked(pdf: bytes, password: str) -> bytes:
    """The same PDF with a password (RC4, so that no cipher library is needed)."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.encrypt(password, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def bomb(member: str) -> bytes:
    """A small archive whose one entry unpacks to 64 MB of nothing."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(member, b"\0" * (64 << 20))
    return file.getvalue()
