"""Rows of a table as pieces: a table of questions and answers, or facts with the names of their columns. Never text soup."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xiaoer.knowledge.edit import MOST_TITLE
from xiaoer.knowledge.ingest.split import language_of, place_once, short_title
from xiaoer.knowledge.ingest.types import PATH, Found, Language, Piece, Problem, Reading
from xiaoer.knowledge.types import Audience

_NAMES: dict[str, tuple[str, ...]] = {
    "question": ("问题", "标准问", "标准问题", "问", "提问", "question", "q", "faq", "title", "标题"),
    "answer": (
        "答案",
        "回答",
        "标准答案",
        "答",
        "回复",
        "内容",
        "解答",
        "answer",
        "a",
        "reply",
        "response",
        "content",
        "body",
    ),
    "similar": (
        "相似问",
        "相似问题",
        "相似问法",
        "同义问",
        "扩展问",
        "similar",
        "similarquestions",
        "variants",
        "paraphrases",
    ),
    "language": ("语言", "语种", "language", "lang", "locale"),
    "category": ("分类", "类别", "类目", "category", "topic", "section"),
    "audience": ("可见范围", "受众", "audience", "visibility"),
}
_SUFFIX = re.compile(r"(?:[_\-/ (（]*)(zh|cn|chinese|中文|en|english|英文)[)）]?$")
_NAMED = re.compile(
    r"名称|商品|产品|品名|型号|款式|项目|地区|区域|城市|省份|尺码|name|product|item|model|title|region|city|size"
)
_SEPARATORS = re.compile(r"[\n;；|｜]+")
_AUDIENCES: dict[str, Audience] = {
    "all": "all", "所有人": "all", "公开": "all", "members": "members", "会员": "members", "staff": "staff", "客服": "staff",
    "内部": "staff", "仅客服": "staff",
}  # fmt: skip
_MOST_HEAD = 10  # rows that are looked through for the names of the columns
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Table:
    """A table as rows of text. `numbers[i]` is the row's own number in its source; `name` of the sheet, or empty."""

    name: str
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which column is what, by (kind, language); language is empty where the column does not name one."""

    places: dict[tuple[str, str], int]

    def find(self, kind: str, language: str = "") -> int | None:
        return self.places.get((kind, language))


def pieces_of_table(table: Table, reading: Reading, used: Counter[str]) -> Iterator[Found]:
    """Every row as a piece, or as a problem that names it. A table without a head, or of one column, is a problem."""
    start = _head_of(table)
    if start is None:
        if table.rows:
            yield Problem(table.name, "No row with the names of the columns was found.", "没有找到表头（列名）。")
        return
    head = [" ".join(cell.split()) for cell in table.rows[start]]
    above = next((cells[0] for row in table.rows[:start] if len(cells := [one for one in row if one.strip()]) == 1), "")
    columns = columns_of(head)
    rows = [(table.numbers[place], table.rows[place]) for place in range(start + 1, len(table.rows))]
    rows = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    if is_faq(columns):
        yield from _questions(rows, columns, table.name, reading, used)
    else:
        yield from _facts(rows, head, " ".join(above.split()), table.name, reading, used)


def columns_of(head: Sequence[str]) -> _Columns:
    """What each named column holds; the first of a kind counts."""
    places: dict[tuple[str, str], int] = {}
    for place, name in enumerate(head):
        plain = name.strip().lower().strip("*：:")
        found = _SUFFIX.search(plain)
        language = ""
        if found and found.start() > 0:
            language = "zh" if found.group(1) in ("zh", "cn", "chinese", "中文") else "en"
            plain = plain[: found.start()]
        plain = re.sub(r"[\s_-]+", "", plain)
        for kind, names in _NAMES.items():
            if plain in names:
                places.setdefault((kind, language), place)
    return _Columns(places)


def is_faq(columns: _Columns) -> bool:
    """Whether there is a question and an answer beside it."""
    return any(
        columns.find("question", one) is not None and columns.find("answer", one) is not None
        for one in ("", "zh", "en")
    )


def _head_of(table: Table) -> int | None:
    """The row with the names: the first one with two cells or more of which none is a number, followed by another row."""
    for place, row in enumerate(table.rows[:_MOST_HEAD]):
        cells = [cell.strip() for cell in row if cell.strip()]
        if (
            len(cells) >= 2
            and len(set(cells)) > 1
            and not any(re.fullmatch(r"[-+¥$€£\d.,%/:\s]+", cell) for cell in cells)
        ):
            return place if place + 1 < len(table.rows) else None
    return None


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


# ── questions and answers ──────────────────────────────────────────────────────────────────────────────────────────────
def _questions(
    rows: Sequence[tuple[int, Sequence[str]]], columns: _Columns, sheet: str, reading: Reading, used: Counter[str]
) -> Iterator[Found]:
    languages = [one for one in ("", "zh", "en") if columns.find("question", one) is not None]
    for language in languages:
        waiting: Piece | None = None
        for number, row in rows:
            found = _question(number, row, columns, language, sheet, reading)
            if isinstance(found, Piece) and waiting is not None and found.title == waiting.title:
                same = waiting.body == found.body  # a merged question over several answers
                body = waiting.body if same else f"{waiting.body}\n\n{found.body}"
                waiting = _with(waiting, body, (*waiting.similar, *found.similar))
                continue
            if waiting is not None:
                yield _placed(waiting, sheet, used)
                waiting = None
            if isinstance(found, Problem):
                yield found
            elif found is not None:
                waiting = found
        if waiting is not None:
            yield _placed(waiting, sheet, used)


def _question(
    number: int, row: Sequence[str], columns: _Columns, language: str, sheet: str, reading: Reading
) -> Found | None:
    question, answer = (_cell(row, columns.find(kind, language)) for kind in ("question", "answer"))
    place = at_row(sheet, number)
    if not question and not answer:
        return None
    if not question or not answer:
        lacks = ("question", "问题") if not question else ("answer", "答案")
        return Problem(place, f"The row has no {lacks[0]}.", f"这一行没有{lacks[1]}。")
    if len(question) > MOST_TITLE:
        return Problem(place, f"The question has more than {MOST_TITLE} characters.", f"问题超过 {MOST_TITLE} 个字。")
    said = _cell(row, columns.find("language")).lower()
    told: str = language or (
        "zh" if said[:2] in ("zh", "中文", "cn") else "en" if said[:2] in ("en", "英文", "英语") else ""
    )
    similar = _SEPARATORS.split(_cell(row, columns.find("similar", language)) or (_cell(row, columns.find("similar"))))
    audience = _cell(row, columns.find("audience")).lower()
    if audience and audience not in _AUDIENCES:
        return Problem(
            place,
            f"{audience!r} is no audience (all, members, staff).",
            f"“{audience}”不是可见范围（所有人、会员、客服）。",
        )
    return Piece(
        place=question,
        title=question,
        body=answer,
        language=_language(told, question + answer, reading),
        similar=tuple(dict.fromkeys(one.strip() for one in similar if one.strip() and one.strip() != question)),
        category=_cell(row, columns.find("category"))[:60],
        audience=_AUDIENCES[audience] if audience else "",
    )


def _language(told: str, text: str, reading: Reading) -> Language:
    return language_of(text, told or reading.options.language)


def _with(piece: Piece, body: str, similar: tuple[str, ...]) -> Piece:
    return Piece(
        piece.place, piece.title, body, piece.language, tuple(dict.fromkeys(similar)), piece.category, piece.audience
    )


def _placed(piece: Piece, sheet: str, used: Counter[str]) -> Piece:
    place = place_once(PATH.join(one for one in (sheet, piece.place) if one), used)
    return Piece(place, piece.title, piece.body, piece.language, piece.similar, piece.category, piece.audience)


# ── facts ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _facts(
    rows: Sequence[tuple[int, Sequence[str]]],
    head: Sequence[str],
    above: str,
    sheet: str,
    reading: Reading,
    used: Counter[str],
) -> Iterator[Found]:
    keys = _keys_of(head, [row for _, row in rows])
    name = above or (reading.title if not sheet or re.fullmatch(r"(?i)(sheet|工作表)\s*\d+", sheet) else sheet)
    for number, row in rows:
        values = [
            (head[place] if place < len(head) else "", cell.strip()) for place, cell in enumerate(row[:MOST_COLUMNS])
        ]
        facts = [(column or f"[{place + 1}]", cell) for place, (column, cell) in enumerate(values) if cell]
        about = " ".join(dict.fromkeys(_cell(row, key) for key in keys if _cell(row, key)))
        if not about or len(facts) < 2:
            yield Problem(
                at_row(sheet, number), "The row has no name, or nothing but a name.", "这一行没有名称，或只有名称。"
            )
            continue
        language = _language("", " ".join(f"{column} {cell}" for column, cell in facts), reading)
        colon = "：" if language == "zh" else ": "
        body = "\n".join(f"- {column}{colon}{_one_line(cell)}" for column, cell in facts)
        place = place_once(PATH.join(one for one in (sheet, about) if one), used)
        yield Piece(place, short_title((name, about)), body, language)


def _keys_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns that say what a row is about: a named one or the first of words, and the next ones until rows differ."""
    width = min(len(head), MOST_COLUMNS)
    with_words = [sum(bool(re.search(r"[^\W\d]", _cell(row, place))) for row in rows) for place in range(width)]
    worded = [place for place in range(width) if with_words[place] * 2 > len(rows)]
    named = [place for place in worded if _NAMED.search(head[place].lower())]
    ordered = list(dict.fromkeys([*named[:1], *worded, *range(width)]))
    keys: list[int] = []
    for place in ordered[:4]:
        keys.append(place)
        told = {tuple(_cell(row, key) for key in keys) for row in rows}
        if len(told) == len(rows):
            return keys
    return keys[:1]


def _one_line(cell: str) -> str:
    return " / ".join(part.strip() for part in cell.splitlines() if part.strip())


def at_row(sheet: str, number: int) -> str:
    """Where a row stands, for the report."""
    return f"{sheet}!{number}" if sheet else f"#{number}"


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a table of Markdown, the first one as its head."""
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    lines = [
        "| " + " | ".join(_in_table(row[place]) if place < len(row) else "" for place in range(width)) + " |"
        for row in rows
    ]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _in_table(cell: str) -> str:
    return _one_line(cell).replace("|", "\\|")
