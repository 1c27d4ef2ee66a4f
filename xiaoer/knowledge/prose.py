"""An article's Markdown as HTML: one renderer for the customer's widget and for the console's preview.

CommonMark with tables, a line break stays one; raw HTML stays text, and what comes out is sanitised by an allow-list all the
same. Pictures are the shop's own: of any other only its words are shown, so that reading an article tells nobody else who reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

PICTURE = re.compile(r"upl_[0-9a-z]{26}\.(?:png|jpg|webp)")  # how an uploaded picture is named in a text
FindPicture = Callable[[str], str | None]
_TAGS = {
    "p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "blockquote", "a", "img",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}, "th": {"align"}, "td": {"align"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_SHIFT = 2  # the page has its own h1, the article's title is h2
_ALIGN = re.compile(r"text-align:\s*(left|right|center)")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "maxNesting": 20, "breaks": True}).enable(["table", "strikethrough"])


def as_html(markdown: str, *, picture: FindPicture) -> str:
    """The text as safe HTML. `picture` gives the address of one of the shop's pictures by its name, or None for another."""
    parser = _parser()
    tokens = parser.parse(markdown)
    _prepare(tokens, picture)
    html = parser.renderer.render(tokens, parser.options, {}).replace("<br>\n", "<br>").replace("<br />\n", "<br>")
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer nofollow")


def pictures_in(markdown: str) -> tuple[str, ...]:
    """The names of the pictures that a text shows, each once."""
    shown = (
        str(child.attrGet("src") or "")
        for token in _parser().parse(markdown)
        for child in token.children or ()
        if child.type == "image"
    )
    return tuple(dict.fromkeys(name for name in shown if PICTURE.fullmatch(name)))


def _prepare(tokens: Sequence[Token], picture: FindPicture) -> None:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + _SHIFT)}"
        if token.type in ("th_open", "td_open") and (found := _ALIGN.search(str(token.attrGet("style") or ""))):
            token.attrs = {"align": found.group(1)}
        for child in token.children or ():
            if child.type == "image":
                _place(child, picture)


def _place(image: Token, picture: FindPicture) -> None:
    name = str(image.attrGet("src") or "")
    address = picture(name) if PICTURE.fullmatch(name) else None
    if address is not None:
        image.attrSet("src", address)
        return
    image.type, image.tag, image.children = "text", "", None  # what is said about it stands in its place
