"""Pages out of Jinja templates, worded in 中文 or English.

Words stand beside the pages that use them: `console/words.zh.yaml` holds what all pages share, `console/<page>/words.zh.yaml`
what one page says, and the same files in `en` have the same keys. A text is one string, or `{one: …, other: …}` chosen by `n`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from xiaoer.errors import ConfigurationError
from xiaoer.replies.words import Words
from xiaoer.web.files import mark_of
from xiaoer.web.language import Language, accepted, as_language
from xiaoer.yaml_text import read_yaml

if TYPE_CHECKING:
    from xiaoer.app import App

LANGUAGES: tuple[Language, ...] = ("zh", "en")
LANGUAGE_COOKIE = "xiaoer_language"
PAGES = Path(__file__).parent / "console"
UI = Path(__file__).parent / "ui"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every text of the pages in one language. Call it with a key: `t("desk.waiting", n=3)`."""

    language: Language
    texts: Mapping[str, str | Mapping[str, str]]

    def __call__(self, key: str, **values: Any) -> str:
        """The text with its values filled in. KeyError for a key that no page has."""
        text = self.texts[key]
        if not isinstance(text, str):
            text = text["one" if values.get("n") == 1 else "other"]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.texts

    def code(self, group: str, code: object) -> str:
        """The text `group.code`, or the code itself where no page has a word for it (codes of a newer version)."""
        key = f"{group}.{code}"
        return self(key) if key in self.texts else str(code)


@lru_cache(maxsize=len(LANGUAGES))
def read_catalogue(language: Language) -> Catalogue:
    """The texts of all pages. ConfigurationError when two files give the same key."""
    texts: dict[str, str | Mapping[str, str]] = {}
    for path in sorted(PAGES.rglob(f"words.{language}.yaml")):
        for key, text in _flatten(read_yaml(path.read_text("utf-8"))).items():
            if key in texts:
                raise ConfigurationError(f"The text {key!r} stands in {path} and in another file too.",
                                         f"文案“{key}”在 {path} 和另一个文件中重复定义。")  # fmt: skip
            texts[key] = text
    return Catalogue(language, texts)


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str | Mapping[str, str]]:
    flat: dict[str, str | Mapping[str, str]] = {}
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping) and set(value) != {"one", "other"}:
            flat |= _flatten(value, f"{key}.")
        else:
            flat[key] = value if isinstance(value, Mapping) else str(value)
    return flat


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one Jinja environment: autoescaped, and an unknown name is an error, not an empty place."""
    found = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.globals["asset"] = asset
    found.globals["icon"] = icon
    return found


@lru_cache(maxsize=64)
def asset(path: str) -> str:
    """Where a file of `ui/` or of a page's folder is fetched: `ui/base.css`. The address changes when the folder does."""
    folder, _, name = path.partition("/")
    return f"/{folder}/~{_mark(folder)}/{name}"


def icon(name: str) -> Markup:
    """One of the drawings in `ui/icons.svg`; the words beside it say what it means, so it is hidden from screen readers."""
    address = asset("ui/icons.svg")
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(address, name)


@lru_cache(maxsize=2)
def _mark(folder: str) -> str:
    return mark_of({"ui": UI, "console": PAGES}[folder])


def language_of(request: Request) -> Language:
    """The reader's language: what they chose, else the first of ours that their browser asks for, else the setting."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    app: App = request.app.state.xiaoer
    wished = accepted(request.headers.get("accept-language"))
    return as_language(chosen, wished or app.settings.language)


def words_of(app: App, shop_id: str, language: Language) -> Words:
    """Formats for this reader: the shop's money and time zone, and its names of options."""
    assistant = app.assistant_of(shop_id)
    writer, shop = assistant.writer, assistant.shop
    return Words(language, shop.currency, shop.time_zone, writer.labels, writer.units)


def draw(template: str, language: Language, /, **values: Any) -> str:
    """A template as HTML. It finds its words under `t`, its language under `language`."""
    return environment().get_template(template).render(t=read_catalogue(language), language=language, **values)


def render(request: Request, template: str, /, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page (or a part of one) for this reader. `here` is where they are, to come back to."""
    language = language_of(request)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    html = draw(template, language, here=path if request.method == "GET" else "/desk", **values)
    return HTMLResponse(html, status_code=status)
