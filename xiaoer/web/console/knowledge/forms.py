"""What staff typed into the form of an article, as an article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from xiaoer.errors import Invalid
from xiaoer.knowledge.types import Article, ArticleText

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they were sent, to be shown again when something was refused, and what they were typed over."""

    fields: Mapping[str, str]
    revision: int
    version: int
    note: str

    def article(self, base: Article) -> Article:
        """The article that they make. Invalid names the field that is wrong."""
        texts = tuple(
            ArticleText(
                language,  # type: ignore[arg-type]
                self.fields.get(f"title_{language}", ""),
                tuple(self.fields.get(f"similar_{language}", "").splitlines()),
                self.fields.get(f"body_{language}", ""),
            )
            for language in LANGUAGES
        )
        return replace(
            base,
            category=self.fields.get("category", ""),
            audience=self.fields.get("audience", "all"),  # type: ignore[arg-type]
            intents=tuple(self.fields.get("intents", "").replace("，", ",").split(",")),
            owner=self.fields.get("owner", "")[:64],
            texts=texts,
            version=self.version,
            valid_from=_day(self.fields.get("valid_from", ""), "valid_from"),
            valid_to=_day(self.fields.get("valid_to", ""), "valid_to"),
        )


def typed_of(form: Mapping[str, Any]) -> Typed:
    """The form as text; files are left out."""
    fields = {str(name): value for name, value in form.items() if isinstance(value, str)}
    revision, version = (_number(fields.get(name, "")) for name in ("revision", "version"))
    return Typed(fields, revision, version, " ".join(fields.get("note", "").split())[:200])


def fields_of(article: Article) -> dict[str, str]:
    """An article as the fields of its form."""
    fields = {
        "category": article.category,
        "audience": article.audience,
        "intents": ", ".join(article.intents),
        "owner": article.owner,
        "valid_from": str(article.valid_from or ""),
        "valid_to": str(article.valid_to or ""),
    }
    for language in LANGUAGES:
        text = article.find_text(language)
        fields[f"title_{language}"] = text.title if text else ""
        fields[f"similar_{language}"] = "\n".join(text.similar) if text else ""
        fields[f"body_{language}"] = text.body if text else ""
    return fields


def _day(value: str, name: str) -> date | None:
    if not value.strip():
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise Invalid("A day is written 2026-11-24.", "日期应写成 2026-11-24。", field=name) from None


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
