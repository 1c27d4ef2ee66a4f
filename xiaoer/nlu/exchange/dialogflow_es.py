"""Dialogflow ES exports: a zip with `intents/NAME.json`, `intents/NAME_usersays_LANG.json`, `entities/NAME.json` and
`entities/NAME_entries_LANG.json`. The shapes: https://cloud.google.com/dialogflow/es/docs
and exports as the console makes them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from xiaoer.nlu.exchange.archive import Archive, as_json, pack, records, texts
from xiaoer.nlu.exchange.types import Foreign, ForeignLine, Problem
from xiaoer.nlu.train import OUTSIDE
from xiaoer.nlu.training.types import EntityWords, Utterance

SAYS = re.compile(r"(?P<folder>(?:.*/)?)intents/(?P<name>[^/]+)_usersays_(?P<language>[a-z]{2,3}(?:-[a-zA-Z]+)?)\.json")
_INTENT = re.compile(r"(?:.*/)?intents/(?P<name>[^/]+)\.json")
_ENTRIES = re.compile(r"(?:.*/)?entities/(?P<name>[^/]+)_entries_(?P<language>[a-z]{2,3}(?:-[a-zA-Z]+)?)\.json")
_TEMPLATE = re.compile(r"@[\w.-]+:[\w-]+")
_LANGUAGES = {"zh": "zh-cn", "en": "en"}


def read_zip(archive: Archive) -> Foreign:
    """The training phrases of every language, with their entity marks."""
    names, fallbacks = _intents(archive)
    lines: list[ForeignLine] = []
    problems: list[Problem] = []
    for path, found in archive.matching(SAYS):
        phrases = archive.json(path)
        if phrases is not None and not isinstance(phrases, list):
            problems.append(Problem(path, "A list of phrases was expected here.", "此处应为例句列表。"))
        intent = names.get(found["name"], found["name"])
        for number, phrase in enumerate(records(phrases), 1):
            _phrase(phrase, intent, f"{path}#{number}", found["language"], lines, problems)
    words = [word for path, found in archive.matching(_ENTRIES) for word in _entries(archive.json(path), found)]
    return Foreign("dialogflow-es", tuple(lines), tuple(words), (*archive.problems, *problems), frozenset(fallbacks))


def _intents(archive: Archive) -> tuple[dict[str, str], set[str]]:
    """Each file's name with the intent's own one, and the intents that catch what nothing else does."""
    names: dict[str, str] = {}
    fallbacks: set[str] = set()
    for path, found in archive.matching(_INTENT):
        if SAYS.fullmatch(path):
            continue
        about = archive.json(path)
        if isinstance(about, dict):
            name = str(about.get("name") or found["name"])
            names[found["name"]] = name
            if about.get("fallbackIntent") is True:
                fallbacks.add(name)
    return names, fallbacks


def _phrase(
    phrase: dict[str, Any], intent: str, where: str, language: str, lines: list[ForeignLine], problems: list[Problem]
) -> None:
    text = ""
    entities: list[dict[str, Any]] = []
    for part in records(phrase.get("data")):
        words = part.get("text")
        if not isinstance(words, str):
            continue
        meta = part.get("meta")
        if isinstance(meta, str) and meta.startswith("@") and meta != "@sys.ignore":
            entities.append({"start": len(text), "end": len(text) + len(words), "entity": str(part.get("alias") or meta[1:]), "type": meta})
        text += words
    if phrase.get("isTemplate") is True or _TEMPLATE.search(text):
        problems.append(Problem(where, f"A template with placeholders is no sentence: {text[:80]!r}.", f"带占位符的模板不是例句：“{text[:80]}”。"))
    elif text.strip():
        start = len(text) - len(text.lstrip())
        moved = tuple({**one, "start": one["start"] - start, "end": one["end"] - start} for one in entities if one["start"] >= start)
        lines.append(ForeignLine(text.strip(), intent, where, language, entities=moved))
    else:
        problems.append(Problem(where, "A phrase without words.", "这条例句没有文字。"))


def _entries(entries: Any, found: re.Match[str]) -> list[EntityWords]:
    return [
        EntityWords("synonym", found["name"], entry["value"], found["language"], tuple(texts(entry.get("synonyms"))))
        for entry in records(entries)
        if isinstance(entry.get("value"), str)
    ]


def write_zip(lines: Sequence[Utterance], words: Sequence[EntityWords]) -> bytes:
    """A zip that Dialogflow ES imports ("Import from zip")."""
    files: dict[str, bytes] = {
        "package.json": as_json({"version": "1.0.0"}),
        "agent.json": as_json({"description": "", "language": "zh-cn", "supportedLanguages": ["en"], "displayName": "xiaoer"}),
    }
    for label, some in _by_label(lines).items():
        is_fallback = label == OUTSIDE
        stem = file_name(label)
        about = {
            "id": _id("intent", label), "name": label, "auto": True, "contexts": [],
            "responses": [{"resetContexts": False, "affectedContexts": [], "parameters": _parameters(some), "messages": []}],
            "priority": 500000, "webhookUsed": False, "webhookForSlotFilling": False, "fallbackIntent": is_fallback, "events": [],
        }  # fmt: skip
        files[f"intents/{stem}.json"] = as_json(about)
        for language, code in _LANGUAGES.items():
            phrases = [_written(one) for one in some if one.language == language]
            if phrases:
                files[f"intents/{stem}_usersays_{code}.json"] = as_json(phrases)
    for name, code, entries in grouped(words):
        files[f"entities/{file_name(name)}.json"] = as_json(
            {"id": _id("entity", name), "name": name, "isOverridable": True, "isEnum": False, "isRegexp": False, "automatedExpansion": False}
        )
        files[f"entities/{file_name(name)}_entries_{code}.json"] = as_json(entries)
    return pack(files)


def grouped(words: Sequence[EntityWords]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """(entity, language, entries) of everything that has words; a lookup's words are values of their own."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for one in words:
        code = one.language or "en"
        if one.kind == "synonym":
            found[one.name, code].append({"value": one.value, "synonyms": list(one.words) or [one.value]})
        elif one.kind == "lookup":
            found[one.name, code] += [{"value": word, "synonyms": [word]} for word in one.words]
    return [(name, code, entries) for (name, code), entries in sorted(found.items())]


def file_name(name: str) -> str:
    """A name as it can stand in a path, another one for every name; the true one stands in the file."""
    plain = re.sub(r'[/\\:*?"<>|.]', "_", name)
    return plain if plain == name else f"{plain}_{uuid5(NAMESPACE_URL, name).hex[:6]}"


def _by_label(lines: Sequence[Utterance]) -> dict[str, list[Utterance]]:
    found: dict[str, list[Utterance]] = defaultdict(list)
    for one in lines:
        found[one.label or ""].append(one)
    return found


def parts_of(line: Utterance) -> list[tuple[str, dict[str, Any] | None]]:
    """The words cut where entities begin and end, each with its entity or None."""
    parts: list[tuple[str, dict[str, Any] | None]] = []
    last = 0
    for one in sorted(line.entities, key=lambda one: int(one["start"])):
        start, end = int(one["start"]), int(one["end"])
        if start < last or end > len(line.text) or start >= end:
            continue
        parts += [(line.text[last:start], None)] if start > last else []
        parts.append((line.text[start:end], dict(one)))
        last = end
    return [*parts, (line.text[last:], None)] if last < len(line.text) else parts


def entity_type(one: dict[str, Any]) -> str:
    """The type that a marked entity has there."""
    given = one.get("type")
    return given if isinstance(given, str) and given.startswith("@") else f"@{one['entity']}"


def _written(line: Utterance) -> dict[str, Any]:
    data = [
        {"text": text, "userDefined": False}
        if one is None
        else {"text": text, "alias": str(one["entity"]), "meta": entity_type(one), "userDefined": True}
        for text, one in parts_of(line)
    ]
    return {"id": _id("phrase", line.id), "data": data, "isTemplate": False, "count": 0, "updated": 0}


def _parameters(lines: Sequence[Utterance]) -> list[dict[str, Any]]:
    named = {str(one["entity"]): entity_type(dict(one)) for line in lines for one in line.entities}
    return [
        {"id": _id("parameter", name), "required": False, "dataType": kind, "name": name, "value": f"${name}", "isList": False}
        for name, kind in sorted(named.items())
    ]


def _id(kind: str, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"xiaoer/{kind}/{name}"))
