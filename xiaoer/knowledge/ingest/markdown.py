"""Markdown files: a document with headings, or an article as `xiaoer knowledge export` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import yaml
from markdown_it import MarkdownIt

from xiaoer.errors import Invalid
from xiaoer.knowledge.edit import ARTICLE_ID, tidy
from xiaoer.knowledge.ingest.split import pieces_of
from xiaoer.knowledge.ingest.types import Found, Heading, Piece, Problem, Reading
from xiaoer.knowledge.types import Article, ArticleText
from xiaoer.yaml_text import read_yaml

FORMAT = 1
_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_STATES = ("draft", "published", "archived")


def read_markdown(text: str, reading: Reading) -> Iterator[Found]:
    """The pieces of a Markdown file."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    found = _FRONT.match(text)
    front: Any = None
    if found:
        try:
            front = read_yaml(found.group(1))
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            yield Problem(
                "---",
                f"The front matter is no YAML: {_first_line(error)}",
                f"文件头不是合法的 YAML：{_first_line(error)}",
            )
            return
    body = text[found.end() :] if found else text
    if isinstance(front, Mapping) and "xiaoer" in front:
        yield _exported(front, body, reading)
        return
    title = str(front["title"]) if isinstance(front, Mapping) and front.get("title") else ""
    yield from pieces_of(blocks_of(body), reading, title=title)


def blocks_of(text: str) -> Iterator[Heading | str]:
    """Headings, and between them the text as it was written."""
    lines = text.split("\n")
    start = 0
    tokens = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).parse(text)
    for place, token in enumerate(tokens):
        if token.type != "heading_open" or token.level > 0 or token.map is None:
            continue
        yield from _paragraphs(lines[start : token.map[0]])
        inline = tokens[place + 1]
        words = "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))
        if words.strip():
            yield Heading(int(token.tag[1]), words.strip())
        start = token.map[1]
    yield from _paragraphs(lines[start:])


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Stretches between blank lines; a fenced block stays whole."""
    kept: list[str] = []
    fence = ""
    for line in lines:
        mark = re.match(r"\s{0,3}(```+|~~~+)", line)
        if mark and (not fence or mark.group(1).startswith(fence)):
            fence = "" if fence else mark.group(1)[:3]
        if not line.strip() and not fence:
            if kept:
                yield "\n".join(kept)
            kept = []
        else:
            kept.append(line.rstrip())
    if kept:
        yield "\n".join(kept)


# ── articles as they were exported ─────────────────────────────────────────────────────────────────────────────────────
def _exported(front: Mapping[str, Any], body: str, reading: Reading) -> Found:
    try:
        return _piece(_article(front, _bodies(body, str(front.get("mark", "")))))
    except (Invalid, KeyError, TypeError, ValueError, AttributeError) as error:
        zh = error.zh if isinstance(error, Invalid) else str(error)
        return Problem("---", f"This is no article of an export: {error}", f"这不是导出的文章：{zh}")


def _article(front: Mapping[str, Any], bodies: Mapping[str, str]) -> Article:
    if front["xiaoer"] != FORMAT:
        raise ValueError(f"format {front['xiaoer']!r}")
    if not isinstance(front["id"], str) or not ARTICLE_ID.fullmatch(front["id"]):
        raise ValueError(f"id {front['id']!r}")
    if front["state"] not in _STATES:
        raise ValueError(f"state {front['state']!r}")
    texts = tuple(
        ArticleText(
            language, str(front[language]["title"]), _words(front[language].get("similar")), bodies.get(language, "")
        )
        for language in ("zh", "en")
        if language in front
    )
    article = Article(
        id=front["id"],
        category=str(front.get("category") or ""),
        audience=front.get("audience", "all"),
        intents=_words(front.get("intents")),
        texts=texts,
        version=0,
        updated_at=_NEVER,
        state=front["state"],
        valid_from=_day(front.get("valid_from")),
        valid_to=_day(front.get("valid_to")),
        owner=str(front.get("owner") or ""),
    )
    return tidy(article)


def _piece(article: Article) -> Piece:
    text = article.texts[0] if article.texts else ArticleText("zh", "", (), "")
    return Piece(article.id, text.title or article.id, text.body, text.language, whole=article)


def _bodies(body: str, mark: str) -> dict[str, str]:
    ending = f" {mark}" if mark else ""
    parts = re.split(rf"^<!-- (zh|en){re.escape(ending)} -->\n", body, flags=re.MULTILINE)
    return {language: text.strip("\n") for language, text in zip(parts[1::2], parts[2::2], strict=True)}


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value or ())


def _day(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0]
