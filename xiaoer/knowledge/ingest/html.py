"""HTML pages: the article of a page without what stands around it; headings, lists, tables and links survive as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from xiaoer.knowledge.ingest.decode import decode
from xiaoer.knowledge.ingest.rows import as_markdown
from xiaoer.knowledge.ingest.split import pieces_of
from xiaoer.knowledge.ingest.types import Found, Heading, Reading

_AROUND = (
    "script, style, noscript, template, iframe, svg, canvas, form, button, input, select, nav, header, footer, aside, "
    "[hidden], [aria-hidden=true], [role=navigation], [role=banner], [role=contentinfo], [role=search], .breadcrumb, .breadcrumbs"
)
_ROOTS = ("article", "main", "[role=main]", "#content", ".article-body", ".content")
_BLOCKS = {
    "p", "div", "section", "article", "main", "ul", "ol", "li", "table", "pre", "blockquote", "dl", "dt", "dd", "figure",
    "details", "summary", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "body", "header", "address", "figcaption", "center",
}  # fmt: skip
_CHARSET = re.compile(rb"""<meta[^>]+charset=["']?\s*([\w-]+)""", re.IGNORECASE)
_DEEPEST = 200  # nested elements; beyond that a page is a trap


@dataclass(frozen=True, slots=True)
class _Page:
    base: str


def read_html(data: bytes, reading: Reading, *, base: str = "", charset: str = "") -> Iterator[Found]:
    """The pieces of a page. `base`: its address, for links that are relative."""
    said = _CHARSET.search(data[:4096])
    text = decode(data, said=charset or (said.group(1).decode("ascii") if said else ""))
    parser = LexborHTMLParser(text.replace("\0", ""))
    title = parser.css_first("title")
    name = " ".join(title.text().split()) if title is not None else ""
    root = _root_of(parser)
    if root is None:
        return
    for one in root.css(_AROUND):
        if one.tag != "header" or not one.css("h1"):
            one.decompose()
    yield from pieces_of(_blocks(root, _Page(base), 0), reading, title=name.split(" | ")[0].split(" – ")[0].strip())


def _root_of(parser: LexborHTMLParser) -> LexborNode | None:
    for selector in _ROOTS:
        found = parser.css(selector)
        if len(found) == 1 and found[0].text().strip():
            return found[0]
    return parser.body


def _blocks(node: LexborNode, page: _Page, depth: int) -> Iterator[Heading | str]:
    """An element's children: blocks one after the other, and the words between them as paragraphs."""
    inline: list[str] = []
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag not in _BLOCKS and not _has_blocks(child):
            inline.append(_inline(child, page))
            continue
        if words := _line("".join(inline)):
            yield words
        inline = []
        if depth < _DEEPEST:
            yield from _block(child, tag, page, depth)
    if words := _line("".join(inline)):
        yield words


def _has_blocks(node: LexborNode) -> bool:
    return node.is_element_node and any((one.tag or "") in _BLOCKS for one in node.traverse())


def _block(node: LexborNode, tag: str, page: _Page, depth: int) -> Iterator[Heading | str]:
    if tag == "summary" or re.fullmatch("h[1-6]", tag):
        if words := _line(_words(node, page), is_plain=True):
            yield Heading(6 if tag == "summary" else int(tag[1]), words)
    elif tag in ("ul", "ol"):
        yield "\n".join(_items(node, page, tag == "ol", 0))
    elif tag == "table":
        if table := as_markdown(_rows(node, page)):
            yield table
    elif tag == "pre":
        yield f"```\n{node.text().strip(chr(10))}\n```"
    elif tag == "dt":
        yield f"**{_line(_words(node, page))}**"
    elif tag == "blockquote":
        parts = [one for one in _blocks(node, page, depth + 1) if isinstance(one, str)]
        yield "\n>\n".join("\n".join(f"> {line}" for line in part.split("\n")) for part in parts)
    else:
        yield from _blocks(node, page, depth + 1)


def _items(node: LexborNode, page: _Page, is_numbered: bool, depth: int) -> Iterator[str]:
    number = 0
    for item in node.iter():
        if item.tag != "li":
            continue
        number += 1
        words: list[str] = []
        inner: list[str] = []
        for child in item.iter(include_text=True):
            if child.tag in ("ul", "ol") and depth < 8:
                inner += list(_items(child, page, child.tag == "ol", depth + 1))
            else:
                words.append((" " if child.tag in _BLOCKS else "") + _inline(child, page))
        mark = f"{number}." if is_numbered else "-"
        yield "   " * depth + f"{mark} {_line(' '.join(''.join(words).split()))}"
        yield from inner


def _rows(table: LexborNode, page: _Page) -> list[list[str]]:
    """Cells as text; what spans several rows or columns stands in each of them."""
    rows: list[list[str]] = []
    pending: dict[int, tuple[int, str]] = {}
    for tr in table.css("tr"):
        row: list[str] = []
        cells = [cell for cell in tr.iter() if cell.tag in ("td", "th")]
        while cells or len(row) in pending:
            if len(row) in pending:
                left, words = pending.pop(len(row))
                if left > 1:
                    pending[len(row)] = (left - 1, words)
                row.append(words)
                continue
            cell = cells.pop(0)
            words = _line(_words(cell, page))
            for _ in range(_span(cell, "colspan")):
                if (down := _span(cell, "rowspan")) > 1:
                    pending[len(row)] = (down - 1, words)
                row.append(words)
            if len(row) > 200:
                break
        if any(row):
            rows.append(row)
    return rows


def _span(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "1").strip()
    return min(100, int(value)) if value.isascii() and value.isdigit() and int(value[:6]) > 0 else 1


def _words(node: LexborNode, page: _Page) -> str:
    return "".join((" " if one.tag in _BLOCKS else "") + _inline(one, page) for one in node.iter(include_text=True))


def _inline(node: LexborNode, page: _Page) -> str:
    if node.is_text_node:
        return _escaped(re.sub(r"\s+", " ", node.text(deep=True) or ""))
    tag = node.tag or ""
    if not node.is_element_node:
        return ""
    if tag == "br":
        return "\n"
    if tag == "img":
        return _escaped((node.attributes.get("alt") or "").strip())
    inside = _words(node, page)
    words = inside.strip()
    if not words:
        return inside
    if tag in ("strong", "b"):
        return f"**{words}**"
    if tag == "code":
        return f"`{node.text().strip()}`"
    if tag == "a":
        return _link(words, node.attributes.get("href") or "", page)
    return inside


def _link(words: str, target: str, page: _Page) -> str:
    address = urljoin(page.base, target.strip()) if page.base else target.strip()
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return words
    if scheme not in ("http", "https", "mailto", "tel") or re.search(r"[\s()<>]", address):
        return words
    return f"[{words}]({address})"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*\[\]<])", r"\\\1", text)


def _line(text: str, *, is_plain: bool = False) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    joined = " ".join(line for line in lines if line) if is_plain else "\n".join(line for line in lines if line)
    return re.sub(r"\\([\\`*\[\]<])", r"\1", joined.replace("**", "")) if is_plain else joined
