"""Dialogflow CX exports in the JSON package: `intents/NAME/NAME.json`, `intents/NAME/trainingPhrases/LANG.json`,
`entityTypes/NAME/NAME.json`, `entityTypes/NAME/entities/LANG.json`.
The shapes: https://cloud.google.com/dialogflow/cx/docs/reference/json-export, and exports as the console makes them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

from xiaoer.nlu.exchange.archive import Archive, as_json, pack, records, texts
from xiaoer.nlu.exchange.dialogflow_es import entity_type, file_name, grouped, parts_of
from xiaoer.nlu.exchange.types import Foreign, ForeignLine, Problem
from xiaoer.nlu.train import OUTSIDE
from xiaoer.nlu.training.types import EntityWords, Utterance

PHRASES = re.compile(r"(?:.*/)?intents/(?P<name>[^/]+)/trainingPhrases/(?P<language>[a-zA-Z-]+)\.json")
_INTENT = re.compile(r"(?:.*/)?intents/(?P<name>[^/]+)/[^/]+\.json")
_ENTITIES = re.compile(r"(?:.*/)?entityTypes/(?P<name>[^/]+)/entities/(?P<language>[a-zA-Z-]+)\.json")
_LANGUAGES = {"zh": "zh-cn", "en": "en"}


def read_zip(archive: Archive) -> Foreign:
    """The training phrases of every language, with their entity marks."""
    names: dict[str, str] = {}
    types: dict[str, dict[str, str]] = {}
    fallbacks: set[str] = set()
    for path, found in archive.matching(_INTENT):
        about = archive.json(path)
        if isinstance(about, dict):
            name = str(about.get("displayName") or unquote(found["name"]))
            names[found["name"]] = name
            types[name] = {str(one.get("id")): str(one.get("entityType", "")) for one in records(about.get("parameters"))}
            if about.get("isFallback") is True:
                fallbacks.add(name)
    lines: list[ForeignLine] = []
    problems: list[Problem] = []
    for path, found in archive.matching(PHRASES):
        document = archive.json(path)
        phrases = document.get("trainingPhrases") if isinstance(document, dict) else None
        if document is not None and not isinstance(phrases, list):
            problems.append(Problem(path, "trainingPhrases was expected here.", "此处应有 trainingPhrases。"))
        intent = names.get(found["name"], unquote(found["name"]))
        for number, phrase in enumerate(records(phrases), 1):
            line = _phrase(phrase, intent, f"{path}#{number}", found["language"], types.get(intent, {}))
            if line is None:
                problems.append(Problem(f"{path}#{number}", "A phrase without words.", "这条例句没有文字。"))
            else:
                lines.append(line)
    words = [word for path, found in archive.matching(_ENTITIES) for word in _entities(archive.json(path), found)]
    return Foreign("dialogflow-cx", tuple(lines), tuple(words), (*archive.problems, *problems), frozenset(fallbacks))


def _phrase(phrase: dict[str, Any], intent: str, where: str, language: str, types: dict[str, str]) -> ForeignLine | None:
    text = ""
    entities: list[dict[str, Any]] = []
    for part in records(phrase.get("parts")):
        words = part.get("text")
        if not isinstance(words, str):
            continue
        name = part.get("parameterId")
        if isinstance(name, str) and name:
            entity = {"start": len(text), "end": len(text) + len(words), "entity": name}
            entities.append({**entity, **({"type": types[name]} if types.get(name) else {})})
        text += words
    start = len(text) - len(text.lstrip())
    moved = tuple({**one, "start": one["start"] - start, "end": one["end"] - start} for one in entities if one["start"] >= start)
    return ForeignLine(text.strip(), intent, where, language, entities=moved) if text.strip() else None


def _entities(document: Any, found: re.Match[str]) -> list[EntityWords]:
    entries = document.get("entities") if isinstance(document, dict) else None
    name = unquote(found["name"])
    return [
        EntityWords("synonym", name, entry["value"], found["language"], tuple(texts(entry.get("synonyms"))))
        for entry in records(entries)
        if isinstance(entry.get("value"), str)
    ]


def write_zip(lines: Sequence[Utterance], words: Sequence[EntityWords]) -> bytes:
    """A package that Dialogflow CX restores."""
    files: dict[str, bytes] = {
        "agent.json": as_json({
            "displayName": "xiaoer", "defaultLanguageCode": "zh-cn", "supportedLanguageCodes": ["en"], "timeZone": "Asia/Shanghai",
            "startFlow": "Default Start Flow",
        }),
    }  # fmt: skip
    by_label: dict[str, list[Utterance]] = defaultdict(list)
    for one in lines:
        by_label[one.label or ""].append(one)
    for label, some in by_label.items():
        stem = file_name(label)
        files[f"intents/{stem}/{stem}.json"] = as_json(_intent(label, some))
        for language, code in _LANGUAGES.items():
            phrases = [_written(one, code) for one in some if one.language == language]
            if phrases:
                files[f"intents/{stem}/trainingPhrases/{code}.json"] = as_json({"trainingPhrases": phrases})
    for name, code, entries in grouped(words):
        stem = file_name(name)
        kind = {"name": _id("entity", name), "displayName": name, "kind": "KIND_MAP"}
        files[f"entityTypes/{stem}/{stem}.json"] = as_json(kind)
        files[f"entityTypes/{stem}/entities/{code}.json"] = as_json({"entities": [{**one, "languageCode": code} for one in entries]})
    return pack(files)


def _intent(label: str, lines: Sequence[Utterance]) -> dict[str, Any]:
    about: dict[str, Any] = {"name": _id("intent", label), "displayName": label, "priority": 500000, "numTrainingPhrases": len(lines)}
    named = {str(one["entity"]): entity_type(dict(one)) for line in lines for one in line.entities}
    if named:
        about["parameters"] = [{"id": name, "entityType": kind} for name, kind in sorted(named.items())]
    return {**about, "isFallback": True} if label == OUTSIDE else about


def _written(line: Utterance, code: str) -> dict[str, Any]:
    parts = [
        {"text": text, "auto": True} if one is None else {"text": text, "parameterId": str(one["entity"]), "auto": True}
        for text, one in parts_of(line)
    ]
    return {"id": _id("phrase", line.id), "parts": parts, "repeatCount": 1, "languageCode": code}


def _id(kind: str, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"xiaoer/{kind}/{name}"))
