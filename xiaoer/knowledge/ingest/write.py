"""Articles as a folder of Markdown, a file each, that imports back without loss."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import Any

import yaml

from xiaoer.knowledge.ingest.markdown import FORMAT
from xiaoer.knowledge.types import Article

_UNSAFE = re.compile(r"[^\w一-鿿.-]+")


def path_of(article: Article) -> PurePosixPath:
    """Where the article stands in the folder: a folder for each category. Ids that differ by case only get a mark."""
    category = _UNSAFE.sub("-", article.category).strip("-.") or "other"
    mark = "" if article.id == article.id.lower() else "." + hashlib.sha256(article.id.encode()).hexdigest()[:6]
    return PurePosixPath(category[:60]) / f"{article.id}{mark}.md"


def as_file(article: Article) -> str:
    """The article as Markdown with front matter: everything but its version, which counts anew where it is imported."""
    mark = _mark(article)
    front: dict[str, Any] = {"xiaoer": FORMAT, "id": article.id, "state": article.state}
    front |= {"category": article.category, "audience": article.audience}
    if article.intents:
        front["intents"] = list(article.intents)
    for name in ("valid_from", "valid_to"):
        if day := getattr(article, name):
            front[name] = day
    if article.owner:
        front["owner"] = article.owner
    if mark:
        front["mark"] = mark
    for text in article.texts:
        front[text.language] = {"title": text.title, "similar": list(text.similar)}
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=120)
    parts = [f"<!-- {text.language}{f' {mark}' if mark else ''} -->\n\n{text.body}\n" for text in article.texts]
    return f"---\n{head}---\n\n" + "\n".join(parts)


def _mark(article: Article) -> str:
    """Tells the two texts apart from bodies that hold such a line themselves."""
    bodies = "\n".join(text.body for text in article.texts)
    if not re.search(r"^<!-- (?:zh|en)", bodies, re.MULTILINE):
        return ""
    return hashlib.sha256(bodies.encode("utf-8", "surrogatepass")).hexdigest()[:8]
