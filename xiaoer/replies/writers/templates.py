"""The writer that needs no model: one template per part and language, filled from the part's facts and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from xiaoer.dialogue.context import Context
from xiaoer.dialogue.effects import Part
from xiaoer.errors import ConfigurationError
from xiaoer.replies.words import Words
from xiaoer.yaml_text import read_yaml

LANGUAGES = ("zh", "en")
# A line of a template ends in a mark, and marks with nothing between them are one line break: a condition that does not hold
# leaves no empty line, while the empty lines of an article that is quoted stay.
_MARK = "\x1f"
_BREAKS = re.compile(r"[ \t]*\x1f[\x1f \t]*")
_ONLY_TAGS = re.compile(r"(?:\s*\{%(?:(?!%\}).)*%\})+\s*")


@dataclass(frozen=True)
class TemplateWriter:
    """Templates by language and part. `labels`, `units`: the shop's words for option and attribute values (see words.Words)."""

    templates: Mapping[str, Mapping[str, Template]]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    own_language: str = ""

    def words(self, context: Context) -> Words:
        """Formats for this context's language and shop."""
        return Words(context.language, context.shop.currency, context.shop.time_zone, self.labels, self.units, self.own_language)

    def write(self, part: Part, context: Context, words: Words) -> str:
        """The part in words."""
        template = self.templates[context.language][part.template]
        around: dict[str, Any] = {"w": words, "now": context.now, "customer": context.customer, "shop": context.shop}
        around["told"] = context.policy.told
        text = template.render({**around, **part.facts})
        return _BREAKS.sub("\n", text).strip()


def read_templates(
    *, labels: Mapping[str, Any] | None = None, units: Mapping[str, Any] | None = None, own_language: str = ""
) -> TemplateWriter:
    """The templates shipped, with a shop's own words. ConfigurationError when a language lacks a template."""
    return TemplateWriter(read_shipped(), labels or {}, units or {}, own_language)


@cache
def read_shipped() -> Mapping[str, Mapping[str, Template]]:
    """The templates by language and part, once for all shops."""
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    texts: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        folder = files("xiaoer.replies") / "templates" / language
        texts[language] = {}
        for entry in sorted(folder.iterdir(), key=str):
            if entry.name.endswith(".yaml"):
                texts[language].update(read_yaml(entry.read_text("utf-8")))
    lacking = set(texts["zh"]) ^ set(texts["en"])
    if lacking:
        raise ConfigurationError(f"Reply templates exist in one language only: {', '.join(sorted(lacking))}.",
                                 f"以下回复模板只有一种语言：{'、'.join(sorted(lacking))}。")  # fmt: skip
    return {language: _Compiled(environment, texts[language]) for language in LANGUAGES}


class _Compiled(Mapping[str, Template]):
    """Templates that are compiled when they are first written with: all of them would take a second of every start."""

    def __init__(self, environment: SandboxedEnvironment, texts: Mapping[str, str]) -> None:
        self._environment, self._texts = environment, texts
        self._kept: dict[str, Template] = {}

    def __getitem__(self, name: str) -> Template:
        found = self._kept.get(name)
        if found is None:
            found = self._kept[name] = self._environment.from_string(_marked(self._texts[name]))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def _marked(template: str) -> str:
    """The template with marks for line breaks; a line of nothing but tags breaks nothing."""
    lines = template.splitlines()
    return "".join(line if _ONLY_TAGS.fullmatch(line) else line + _MARK for line in lines)
