"""Files become pieces: headings, lists and tables survive, rows become facts; a damaged place is named, the rest goes on."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.knowledge.ingest.build import (
    bomb,
    faq_book,
    locked,
    make_pdf,
    policy_document,
    read,
    shop_book,
)
from xiaoer.knowledge.edit import MOST_BODY, MOST_TITLE, tidy
from xiaoer.knowledge.ingest import read as reading
from xiaoer.knowledge.ingest.cells import shown
from xiaoer.knowledge.ingest.decode import decode
from xiaoer.knowledge.ingest.read import read_file
from xiaoer.knowledge.ingest.types import Piece, Reading
from xiaoer.knowledge.ingest.unreadable import Unreadable
from xiaoer.knowledge.ingest.write import as_file
from xiaoer.knowledge.types import Article, ArticleText


# ── spreadsheets ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_question_list_becomes_questions_with_their_similar_ones() -> None:
    pieces, problems = read(shop_book(), "shop.xlsx")
    first = pieces[0]
    assert (first.title, first.body, first.language) == ("怎么退货", "7 天内可退\n保留吊牌", "zh")
    assert first.similar == ("想退货", "退货流程", "我要退")
    assert first.category == "售后"
    assert [(one.title, one.language) for one in pieces[1:3]] == [("运费谁出", "zh"), ("How long is delivery?", "en")]
    assert pieces[1].body == "质量问题我们出\n\n其他情况您出"  # a merged question over two answers
    assert ("常见问题!6", "这一行没有答案。") in [(one.place, one.zh) for one in problems]


def test_rows_of_a_price_list_become_facts_with_the_names_of_their_columns() -> None:
    pieces, _ = read(shop_book(), "shop.xlsx")
    facts = {one.title: one.body for one in pieces if "价目表" in one.title}
    assert facts["价目表 › 云柔卫衣 灰 L"].split("\n") == [
        "- 商品：云柔卫衣", "- 规格：灰 L", "- 价格：¥1,209.50", "- 折扣：20.0%", "- 上架日期：2026-11-02", "- 库存：0",
    ]  # fmt: skip
    assert facts["价目表 › 静泉水壶"] == "- 商品：静泉水壶\n- 价格：¥159.00"
    assert len(facts) == 3


def test_hidden_sheets_stay_hidden_and_formulas_without_a_value_are_told() -> None:
    pieces, problems = read(shop_book(), "shop.xlsx")
    assert "成本" not in "".join(one.body + one.title for one in pieces)
    assert any(one.place == "价目表!F4" and "公式" in one.zh for one in problems)


def test_both_languages_of_a_row_become_pieces() -> None:
    rows = [("question_zh", "answer_zh", "question_en", "answer_en"), ("多久到", "两天", "How long?", "Two days")]
    pieces, problems = read(faq_book(rows), "both.xlsx")
    assert [(one.language, one.title, one.body) for one in pieces] == [
        ("zh", "多久到", "两天"),
        ("en", "How long?", "Two days"),
    ]
    assert not problems


def test_a_row_says_who_may_read_it_and_a_wrong_word_is_told() -> None:
    rows = [
        ("问题", "答案", "可见范围"),
        ("成本多少", "保密", "仅客服"),
        ("几点上班", "九点", "大家"),
        ("在哪", "杭州", ""),
    ]
    pieces, problems = read(faq_book(rows), "who.xlsx")
    assert [(one.title, one.audience) for one in pieces] == [("成本多少", "staff"), ("在哪", "")]
    assert [one.place for one in problems] == ["#3"]


def test_rows_that_are_called_alike_are_told_apart_and_stay_the_same_when_read_again() -> None:
    rows = [("商品", "价格"), ("水壶", 1), ("水壶", 1), ("杯子", 2)]
    places = [one.place for one in read(faq_book(rows), "p.xlsx")[0]]
    assert len(set(places)) == 3
    assert places == [one.place for one in read(faq_book(rows), "p.xlsx")[0]]


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [(0.125, "0.0%", "12.5%"), (1, "0%", "100%"), (1234.5, '"¥"#,##0.00', "¥1,234.50"), (-5, "$#,##0", "-$5"),
     (199, "[$¥-804]#,##0", "¥199"), (12, '0"元"', "12元"), (3, '0 "pcs"', "3 pcs"), (199.0, "General", "199"),
     (0.1 + 0.2, "0.00", "0.30"),
     (1e20, "General", "100000000000000000000"), (datetime(2026, 11, 1), "yyyy-mm-dd", "2026-11-01"),
     (datetime(2026, 11, 1, 9, 5), "yyyy-mm-dd hh:mm", "2026-11-01 09:05"), (date(2026, 1, 2), "", "2026-01-02"),
     (time(9, 30), "", "09:30"), (timedelta(hours=25, minutes=1), "", "25:01"), (True, "", "TRUE"), ("#N/A", "", ""),
     (None, "", ""),
     (float("nan"), "", ""), (" 词 ", "", "词")],
)  # fmt: skip
def test_a_cell_is_read_as_a_person_sees_it(value: object, number_format: str, expected: str) -> None:
    assert shown(value, number_format) == expected


# ── CSV and encodings ──────────────────────────────────────────────────────────────────────────────────────────────────
TEXT = "问题,答案\n怎么退货,签收后七天内可以退货\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_whatever_the_encoding_the_words_are_right(encoding: str) -> None:
    pieces, problems = read(TEXT.encode(encoding), "faq.csv")
    assert [(one.title, one.body) for one in pieces] == [("怎么退货", "签收后七天内可以退货")]
    assert not problems


def test_traditional_and_western_bytes_are_told_apart() -> None:
    assert decode("退貨運費由誰負擔，請問貴店".encode("big5")) == "退貨運費由誰負擔，請問貴店"
    assert decode("Größe für Café".encode("cp1252")) == "Größe für Café"
    assert decode("Größe".encode("latin-1"), said="latin-1") == "Größe"
    with pytest.raises(Unreadable):
        decode(b"\0\0\1\2\0\0" * 50)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_whatever_the_separator(sign: str) -> None:
    text = f'question{sign}answer\n"What, when; how?"{sign}"Two\nlines"\n'
    pieces, _ = read(text.encode(), "faq.csv")
    assert [(one.title, one.body) for one in pieces] == [("What, when; how?", "Two\nlines")]


def test_a_csv_without_names_is_told() -> None:
    pieces, problems = read(b"1,2\n3,4\n", "numbers.csv")
    assert not pieces
    assert problems[0].en.startswith("No row with the names of the columns")


# ── documents ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_word_file_keeps_its_headings_lists_and_tables() -> None:
    pieces, problems = read(policy_document(), "policy.docx")
    found = {one.title: one.body for one in pieces}
    assert list(found) == ["多久到账", "退货政策", "退货政策 › 运费"]
    assert found["退货政策 › 运费"] == (
        "质量问题**我们出**\n\n1. 提交申请\n2. 寄回商品\n- 保留吊牌\n\n"
        "| 地区 | 运费 |\n| --- | --- |\n| 江浙沪 | ¥0 |\n| 新疆 | ¥20 |"
    )
    assert not problems


def test_a_page_is_read_without_its_surroundings() -> None:
    page = """<html><head><title>Returns | Help</title><script>evil()</script></head><body><nav>menu</nav><main><h1>Returns</h1>
      <p>You have <b>7 days</b>.<br>See <a href="/x">here</a> or <a href="javascript:a()">there</a>.</p>
      <h2>Postage</h2><ul><li>One<ol><li>inner</li></ol></li><li>Two</li></ul>
      <table><tr><th rowspan=2>Region</th><th colspan=2>Cost</th></tr><tr><td>a</td><td>b</td></tr><tr><td>East</td><td>1</td>
      <td>2</td></tr></table><details><summary>Who pays?</summary>We do.</details></main><footer>foot</footer></body></html>"""
    pieces, _ = read(page.encode(), "returns.html")
    found = {one.title: one.body for one in pieces}
    assert found["Returns"] == "You have **7 days**.\nSee here or there."
    assert found["Returns › Postage"].startswith("- One\n   1. inner\n- Two\n\n| Region | Cost | Cost |\n")
    assert found["Returns › Postage › Who pays?"] == "We do."
    assert not any(word in str(found) for word in ("menu", "foot", "evil"))


def test_markdown_is_cut_at_its_headings_and_kept_as_it_was_written() -> None:
    text = "---\ntitle: 帮助\n---\n引言\n\n# 退货\n\n## 运费\n\n- a\n- b\n\n```\n# 不是标题\n\nx\n```\n\n## 运费\n\n又一节\n"
    pieces, _ = read(text.encode(), "help.md")
    assert [(one.place, one.title, one.body) for one in pieces] == [
        ("帮助", "帮助", "引言"),
        ("退货 › 运费", "退货 › 运费", "- a\n- b\n\n```\n# 不是标题\n\nx\n```"),
        ("退货 › 运费 [2]", "退货 › 运费", "又一节"),
    ]


def test_a_long_section_is_cut_between_paragraphs_and_a_table_keeps_its_head() -> None:
    rows = "\n".join(f"| 地区{number} | {number} 元 |" for number in range(400))
    pieces, _ = read(f"# 运费表\n\n| 地区 | 运费 |\n|---|---|\n{rows}\n".encode(), "long.md")
    assert len(pieces) > 2
    assert all(one.body.startswith("| 地区 | 运费 |\n|---|---|\n") for one in pieces)
    assert pieces[1].title == "运费表（2）"
    assert sum(one.body.count("元") for one in pieces) == 400


def test_a_pdf_keeps_headings_tables_and_paragraphs_without_what_repeats() -> None:
    lines = [(50.0, y, 350.0, y) for y in (400, 430, 460)] + [(x, 400.0, x, 460.0) for x in (50, 200, 350)]
    first = [
        (50.0, 800.0, 9.0, "云杉优选 帮助"), (50.0, 740.0, 20.0, "退货政策"),
        (50.0, 700.0, 11.0, "签收后七天内可以退货，商品要保持"),
        (50.0, 684.0, 11.0, "完好。"), (50.0, 640.0, 15.0, "运费"), (50.0, 610.0, 11.0, "质量问题我们出。"),
        (60.0, 440.0, 11.0, "地区"), (210.0, 440.0, 11.0, "运费"), (60.0, 410.0, 11.0, "新疆"), (210.0, 410.0, 11.0, "20元"),
        (50.0, 30.0, 9.0, "第 1 页"),
    ]  # fmt: skip
    other = [
        (50.0, 800.0, 9.0, "云杉优选 帮助"),
        (50.0, 740.0, 15.0, "换货"),
        (50.0, 700.0, 11.0, "可以换。"),
        (50.0, 30.0, 9.0, "第 2 页"),
    ]
    last = [
        (50.0, 800.0, 9.0, "云杉优选 帮助"),
        (50.0, 740.0, 15.0, "保修"),
        (50.0, 700.0, 11.0, "一年。"),
        (50.0, 30.0, 9.0, "第 3 页"),
    ]
    first_page = make_pdf([first, other, last], lines=lines)
    pieces, problems = read(first_page, "policy.pdf")
    found = {one.title: one.body for one in pieces}
    assert found["退货政策"] == "签收后七天内可以退货，商品要保持完好。"
    assert found["退货政策 › 运费"] == "质量问题我们出。\n\n| 地区 | 运费 |\n| --- | --- |\n| 新疆 | 20元 |"
    assert found["退货政策 › 换货"] == "可以换。"
    assert "云杉优选" not in str(pieces)
    assert not problems


def test_a_scan_and_a_locked_pdf_say_what_to_do() -> None:
    assert "OCR" in read(make_pdf([[], []]), "scan.pdf")[1][0].en
    partly = read(make_pdf([[], [(50.0, 700.0, 11.0, "有字的一页")]]), "scan.pdf")
    assert [one.place for one in partly[1]] == ["p. 1"]
    assert partly[0][0].body == "有字的一页"
    assert "password" in read(locked(make_pdf([[(50.0, 700.0, 11.0, "秘密")]]), "geheim"), "locked.pdf")[1][0].en
    assert read(locked(make_pdf([[(50.0, 700.0, 11.0, "没有密码")]]), ""), "open.pdf")[0][0].body == "没有密码"


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [(bomb("xl/workbook.xml"), "a.xlsx", "zip bomb"), (bomb("word/document.xml"), "a.docx", "zip bomb"), (b"", "a.md", "empty"),
     (b"PK\x03\x04broken", "a.docx", "damaged"), (b"\xd0\xcf\x11\xe0old", "a.doc", "old Office"), (b"MZ\0\0", "a.exe", "not read"),
     (b"%PDF-1.4 nonsense", "a.pdf", "damaged"), (shop_book()[:-900], "cut.xlsx", "damaged"),
     (b"---\na: [\n---\nx", "a.md", "YAML")],
)  # fmt: skip
def test_what_cannot_be_read_says_why(data: bytes, name: str, says: str) -> None:
    pieces, problems = read(data, name)
    assert not pieces
    assert says in problems[0].en
    assert problems[0].zh != problems[0].en


def test_an_archive_with_a_password_and_one_of_another_kind() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("readme.txt", "x")
    assert "neither .docx nor .xlsx" in read(file.getvalue(), "a.xlsx")[1][0].en
    flagged = bytearray(file.getvalue())
    at = flagged.find(b"PK\x01\x02")
    flagged[at + 8] |= 1
    assert "password" in read(bytes(flagged), "a.xlsx")[1][0].en


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    assert "xiaoer[documents]" in read(policy_document(), "policy.docx")[1][0].en
    assert read(shop_book(), "shop.xlsx")[0]


@given(
    data=st.binary(max_size=400),
    name=st.sampled_from(["a.md", "a.csv", "a.html", "a.txt", "a.pdf", "a.xlsx", "a.docx", "a.x"]),
)
def test_no_bytes_raise(data: bytes, name: str) -> None:
    for one in read_file(data, Reading(name)):
        if isinstance(one, Piece):
            assert one.title
            assert one.body


@given(
    place=st.integers(0, 5000), noise=st.binary(min_size=1, max_size=30), kind=st.sampled_from(["xlsx", "docx", "pdf"])
)
def test_damaged_files_never_raise(place: int, noise: bytes, kind: str) -> None:
    whole = FILES[kind]
    at = place % len(whole)
    list(read_file(whole[:at] + noise + whole[at + len(noise) :], Reading(f"a.{kind}")))


FILES = {
    "xlsx": shop_book(),
    "docx": policy_document(),
    "pdf": make_pdf([[(50.0, 700.0, 11.0, "退货政策"), (50.0, 650.0, 9.0, "可以退")]]),
}
CELLS = st.text(alphabet="问答案abc ,;|\n#*-`退货¥1", max_size=30)


@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=12))
def test_whatever_stands_in_a_table_every_piece_can_be_an_article(rows: list[list[str]]) -> None:
    for piece in read(faq_book(rows), "t.xlsx")[0]:
        assert 0 < len(piece.title) <= MOST_TITLE
        assert 0 < len(piece.body) <= MOST_BODY


@given(text=st.text(max_size=400))
def test_whatever_the_markdown_no_word_is_lost(text: str) -> None:
    pieces, _ = read(("# 标题\n\n" + text).encode("utf-8", "replace"), "a.md")
    kept = "".join(one.title + one.body for one in pieces)
    for word in text.split():
        if word.isalnum() and word.isascii() and word.isalpha() and len(word) > 3:
            assert word in kept


# ── exported articles ──────────────────────────────────────────────────────────────────────────────────────────────────
NEVER = datetime(1970, 1, 1).astimezone()
LINES = st.text(alphabet="退货 ab<!-- zh en -->:'\"#-[]{}&*?|>%@`\n", max_size=60)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    languages = draw(st.sampled_from([("zh",), ("en",), ("zh", "en")]))
    texts = tuple(
        ArticleText(language, draw(LINES) or "x", tuple(draw(st.lists(LINES, max_size=3))), draw(LINES))  # type: ignore[arg-type]
        for language in languages
    )
    return Article(
        draw(st.from_regex(r"[A-Za-z0-9][\w.-]{0,20}", fullmatch=True).filter(str.isascii)), draw(LINES),
        draw(st.sampled_from(["all", "members", "staff"])),
        tuple(draw(st.lists(LINES, max_size=2))), texts, 0, NEVER, draw(st.sampled_from(["published", "draft", "archived"])),
        draw(st.none() | st.dates()), None, draw(st.sampled_from(["", "stf_1"])),
    )  # fmt: skip


@given(article=articles())
def test_what_is_exported_imports_back_without_loss(article: Article) -> None:
    kept = tidy(article)
    if not kept.texts:
        return
    (piece,), problems = read(as_file(kept).encode("utf-8"), "a.md")
    assert not problems
    assert piece.whole == replace(kept, version=0, updated_at=piece.whole.updated_at if piece.whole else NEVER)


def test_a_broken_export_is_told() -> None:
    pieces, problems = read(
        b"---\nxiaoer: 1\nid: ../etc\nstate: published\nzh: {title: x}\n---\n<!-- zh -->\nx\n", "a.md"
    )
    assert not pieces
    assert "no article of an export" in problems[0].en
