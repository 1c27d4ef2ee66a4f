"""A document, block by block, as pieces: one for each section, under the path of its headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from xiaoer.knowledge.edit import MOST_TITLE
from xiaoer.knowledge.ingest.types import PATH, Heading, Language, Piece, Reading

MOST_ZH, MOST_EN = 1_500, 4_000  # characters of a piece; a longer section is cut between paragraphs
_CJK = re.compile(r"[㐀-䶿一-鿿]")
_LETTER = re.compile(r"[A-Za-z]+")
_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
_HARD = 18_000  # characters: a single paragraph longer than an article may be is cut wherever it can be


def language_of(text: str, wanted: str = "") -> Language:
    """zh where Chinese characters weigh more than English words."""
    if wanted in ("zh", "en"):
        return "zh" if wanted == "zh" else "en"
    return "zh" if len(_CJK.findall(text[:20_000])) * 2 > len(_LETTER.findall(text[:20_000])) else "en"


def pieces_of(blocks: Iterable[Heading | str], reading: Reading, *, title: str = "") -> Iterator[Piece]:
    """The sections of a document. What stands before the first heading is called like the document itself."""
    path: list[tuple[int, str]] = []
    body: list[str] = []
    name = title or reading.title
    sections: list[tuple[tuple[str, ...], list[str]]] = []
    for block in blocks:
        if isinstance(block, Heading):
            sections.append((tuple(words for _, words in path), body))
            path, body = [*[one for one in path if one[0] < block.level], (block.level, block.text)], []
        elif block.strip():
            body.append(block.strip("\n"))
    sections.append((tuple(words for _, words in path), body))
    used: Counter[str] = Counter()
    for headings, parts in sections:
        yield from _section(headings or (name,), parts, reading, used)


def _section(headings: tuple[str, ...], parts: list[str], reading: Reading, used: Counter[str]) -> Iterator[Piece]:
    if not parts:
        return
    language = language_of(" ".join([*headings, *parts]), reading.options.language)
    place = place_once(PATH.join(headings), used)
    stretches = list(_stretches(parts, MOST_ZH if language == "zh" else MOST_EN))
    for number, body in enumerate(stretches, 1):
        mark = "" if number == 1 else f"（{number}）" if language == "zh" else f" ({number})"
        yield Piece(place + (f"#{number}" if mark else ""), short_title(headings, mark), body, language)


def place_once(place: str, used: Counter[str]) -> str:
    """The place, told apart from earlier ones that are called alike."""
    used[place] += 1
    return place if used[place] == 1 else f"{place} [{used[place]}]"


def short_title(headings: tuple[str, ...], mark: str = "") -> str:
    """The path of the headings; where it is too long, the outer ones go first."""
    kept = [" ".join(one.split()) for one in headings]
    while len(kept) > 1 and len(PATH.join(kept) + mark) > MOST_TITLE:
        kept.pop(0)
    return PATH.join(kept)[: MOST_TITLE - len(mark)].rstrip() + mark


def _stretches(parts: list[str], most: int) -> Iterator[str]:
    """Blocks joined up to a length; a long table is cut between rows, with its head on each part."""
    kept: list[str] = []
    size = 0
    for part in (small for one in parts for small in _small(one, most)):
        if kept and size + len(part) > most:
            yield "\n\n".join(kept)
            kept, size = [], 0
        kept.append(part)
        size += len(part) + 2
    if kept:
        yield "\n\n".join(kept)


def _small(block: str, most: int) -> Iterator[str]:
    if len(block) <= most:
        yield block
        return
    lines = block.split("\n")
    is_table = len(lines) > 2 and lines[0].lstrip().startswith("|") and bool(_RULE.match(lines[1]))
    head = lines[:2] if is_table else []
    kept: list[str] = []
    for line in (small for one in lines[len(head) :] for small in _cut(one)):
        if kept and sum(map(len, kept)) + len(line) > most:
            yield "\n".join([*head, *kept])
            kept = []
        kept.append(line)
    if kept:
        yield "\n".join([*head, *kept])


def _cut(line: str) -> Iterator[str]:
    for start in range(0, max(1, len(line)), _HARD):
        yield line[start : start + _HARD]
