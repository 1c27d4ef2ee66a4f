"""Markdown as a customer reads it in a chat: plain lines, lists kept as lists, tables as lines; cut into passages."""

from __future__ import annotations

import re
from functools import lru_cache

MOST_SHOWN = 600  # characters; a longer body is cut to the paragraphs that answer

_BOLD = re.compile(r"(\*\*|__|`)(.+?)\1")
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")


@lru_cache(maxsize=4096)  # the same articles are shown again and again
def as_plain(markdown: str) -> str:
    """The text without marks. A table row becomes its cells joined by " | ", a list item begins with "· "."""
    lines: list[str] = []
    for line in markdown.splitlines():
        text = _LINK.sub(r"\1", _PICTURE.sub(r"\1", _BOLD.sub(r"\2", line))).rstrip()
        if "|" in text and _RULE.match(text):
            continue
        if text.lstrip().startswith("|"):
            text = " | ".join(cell.strip() for cell in text.strip().strip("|").split("|"))
        text = re.sub(r"^\s*#{1,6}\s*", "", text)
        text = re.sub(r"^(\s*)[-*+]\s+", r"\1· ", text)
        lines.append(text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def paragraphs_of(markdown: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the paragraphs; together they cover every character that is not blank."""
    spans: list[tuple[int, int]] = []
    for match in re.finditer(r"(?:[^\n]+\n?)+", markdown):
        if match.group().strip():
            spans.append((match.start(), match.end()))
    return spans
