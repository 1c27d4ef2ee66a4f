"""A shop's own glossary out of a file: how its English words are called in 中文.

CSV with a head line: `value` (or `english`) and `zh` (or `中文`), and `group` where a word is only meant for products, options or
values. Or YAML or JSON: {English: 中文}, or one such mapping under each of products, options, values, colours. Several words for
one are separated by "|".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from xiaoer.errors import Invalid, NotFound
from xiaoer.yaml_text import read_yaml

GROUPS = ("products", "options", "values", "colours")
_ENGLISH, _CHINESE = ("value", "english", "en"), ("zh", "中文", "chinese")
Glossary = dict[str, dict[str, list[str]]]


def read_glossary(path: Path) -> Glossary:
    """Out of a file; Invalid names the line or the key that is wrong."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", f"没有文件 {path}。", field="glossary")
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(path.name, "text in UTF-8") from error
    return glossary_of_csv(text, path.name) if path.suffix.lower() == ".csv" else glossary_of(_parse(text, path.name), path.name)


def glossary_of(data: Any, name: str = "glossary") -> Glossary:
    """Out of parsed YAML or JSON."""
    if not isinstance(data, Mapping) or not data:
        raise _wrong(name, "a mapping from English words to 中文")
    made: Glossary = {}
    is_grouped = all(key in GROUPS for key in data)
    for group, words in data.items() if is_grouped else [("", data)]:
        if not isinstance(words, Mapping):
            raise _wrong(name, f"under {group}: a mapping from English words to 中文")
        made[str(group)] = dict(_words(words, name))
    return made


def glossary_of_csv(text: str, name: str = "glossary") -> Glossary:
    """Out of the text of a CSV file."""
    rows = csv.DictReader(io.StringIO(text))
    head = {(one or "").strip().lower(): one for one in rows.fieldnames or ()}
    english, chinese = (next((head[one] for one in names if one in head), None) for names in (_ENGLISH, _CHINESE))
    if english is None or chinese is None:
        raise _wrong(name, "a head line with the columns value and zh (or 中文)")
    made: Glossary = {}
    for row in rows:
        group = (row.get(head.get("group", "")) or "").strip()
        word, said = (row[english] or "").strip(), (row[chinese] or "").strip()
        if not word or not said or group not in ("", *GROUPS):
            raise _wrong(f"{name}, line {rows.line_num}", f"a word, its 中文, and no group or one of {', '.join(GROUPS)}")
        made.setdefault(group, {})[word] = _split(said)
    return made


def _parse(text: str, name: str) -> Any:
    try:
        return read_yaml(text)  # JSON is YAML
    except yaml.YAMLError as error:
        raise _wrong(name, f"YAML or JSON ({str(error).splitlines()[0]})") from error


def _words(data: Mapping[Any, Any], name: str) -> Iterator[tuple[str, list[str]]]:
    for word, said in data.items():
        listed = [str(one) for one in said] if isinstance(said, list) else _split(str(said or ""))
        if not str(word).strip() or not listed or isinstance(said, Mapping):
            raise _wrong(name, f"中文 for {word!r}")
        yield str(word), listed


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.split("|") if one.strip()]


def _wrong(where: str, expected: str) -> Invalid:
    return Invalid(f"Glossary {where}: expected {expected}.", f"词汇表 {where}：应为 {expected}。", field="glossary")
