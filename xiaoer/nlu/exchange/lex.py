"""Amazon Lex V2 exports: a zip with `Manifest.json`, `BOT/Bot.json`, `BOT/BotLocales/LOCALE/Intents/NAME/Intent.json`, slots beside it and
`SlotTypes/NAME/SlotType.json`. The shapes: https://docs.aws.amazon.com/lexv2/latest/dg/import-export-format.html.

A slot in an utterance (`{Size}`) becomes one of the values of its type, marked as an entity; the values are used in turn.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from xiaoer.nlu.exchange.archive import Archive, as_json, pack, records
from xiaoer.nlu.exchange.dialogflow_es import grouped
from xiaoer.nlu.exchange.types import Foreign, ForeignLine, Problem
from xiaoer.nlu.train import OUTSIDE
from xiaoer.nlu.training.types import EntityWords, Utterance

INTENT = re.compile(r"(?P<root>(?:.*/)?BotLocales/(?P<locale>[A-Za-z]{2,3}_[A-Za-z0-9]+)/)Intents/(?P<name>[^/]+)/Intent\.json")
_SLOT = re.compile(r"(?:.*/)?BotLocales/(?P<locale>[^/]+)/Intents/(?P<intent>[^/]+)/Slots/(?P<name>[^/]+)/Slot\.json")
_TYPE = re.compile(r"(?:.*/)?BotLocales/(?P<locale>[^/]+)/SlotTypes/(?P<name>[^/]+)/SlotType\.json")
_PLACE = re.compile(r"\{\s*([\w-]+)\s*\}")
_LEGAL = re.compile(r"[0-9a-zA-Z][0-9a-zA-Z_-]{0,99}")
_LOCALES = {"zh": ("zh_CN", "Chinese (PRC)"), "en": ("en_US", "English (US)")}
_MOST_LEX = 500  # characters of an utterance there
_FALLBACK = "AMAZON.FallbackIntent"
_BUILT_IN = {
    "AMAZON.Number": "2", "AMAZON.Date": "tomorrow", "AMAZON.Time": "9 am", "AMAZON.Duration": "two days", "AMAZON.FirstName": "Mei",
    "AMAZON.LastName": "Chen", "AMAZON.City": "Hangzhou", "AMAZON.Country": "China", "AMAZON.State": "Zhejiang", "AMAZON.Percentage": "10%",
    "AMAZON.EmailAddress": "name@example.com", "AMAZON.PhoneNumber": "00000000000", "AMAZON.StreetName": "Some Street",
    "AMAZON.AlphaNumeric": "A00000", "AMAZON.Confirmation": "yes",
}  # fmt: skip
_Values = dict[tuple[str, str], list[str]]


def read_zip(archive: Archive) -> Foreign:
    """The sample utterances of every locale, with slots filled."""
    values, words = _types(archive)
    slots = {(found["locale"], found["intent"], found["name"]): archive.json(path) for path, found in archive.matching(_SLOT)}
    lines: list[ForeignLine] = []
    problems: list[Problem] = []
    fallbacks: set[str] = set()
    for path, found in archive.matching(INTENT):
        about = archive.json(path)
        if not isinstance(about, dict):
            continue
        name = _label(about, found["name"])
        if about.get("parentIntentSignature") == _FALLBACK or name == "FallbackIntent":
            fallbacks.add(name)
        for number, sample in enumerate(records(about.get("sampleUtterances")), 1):
            where, text = f"{path}#{number}", sample.get("utterance")
            if not isinstance(text, str) or not text.strip():
                problems.append(Problem(where, "An utterance without words.", "这条语料没有文字。"))
                continue
            kinds = {slot: _kind(slots.get((found["locale"], found["name"], slot))) for slot in _PLACE.findall(text)}
            plain, entities = _filled(text.strip(), kinds, values, found["locale"], number)
            lines.append(ForeignLine(plain, name, where, found["locale"].replace("_", "-"), entities=entities))
    return Foreign("lex", tuple(lines), tuple(words), (*archive.problems, *problems), frozenset(fallbacks))


def _label(about: dict[str, Any], folder: str) -> str:
    """Our own exports keep a name that Lex cannot have in the description."""
    description = about.get("description")
    if isinstance(description, str) and description.startswith("xiaoer: "):
        return description.removeprefix("xiaoer: ")
    return str(about.get("name") or folder)


def _types(archive: Archive) -> tuple[_Values, list[EntityWords]]:
    values: _Values = {}
    words: list[EntityWords] = []
    for path, found in archive.matching(_TYPE):
        about = archive.json(path)
        for entry in records(about.get("slotTypeValues") if isinstance(about, dict) else None):
            sample = entry.get("sampleValue")
            value = sample.get("value") if isinstance(sample, dict) else None
            if isinstance(value, str):
                synonyms = [str(one["value"]) for one in records(entry.get("synonyms")) if isinstance(one.get("value"), str)]
                values.setdefault((found["locale"], found["name"]), []).append(value)
                words.append(EntityWords("synonym", found["name"], value, found["locale"].replace("_", "-"), tuple(synonyms)))
    return values, words


def _kind(slot: Any) -> str:
    return str(slot.get("slotTypeName", "")) if isinstance(slot, dict) else ""


def _filled(
    text: str, kinds: dict[str, str], values: _Values, locale: str, number: int
) -> tuple[str, tuple[dict[str, Any], ...]]:
    plain, entities, last = "", [], 0
    for found in _PLACE.finditer(text):
        slot, kind = found.group(1), kinds.get(found.group(1), "")
        known = values.get((locale, kind)) or ([_BUILT_IN[kind]] if kind in _BUILT_IN else [re.sub(r"[_-]+", " ", slot)])
        value = known[number % len(known)]
        plain += text[last : found.start()]
        entities.append({"start": len(plain), "end": len(plain) + len(value), "entity": slot, **({"slot": kind} if kind else {})})
        plain += value
        last = found.end()
    return plain + text[last:], tuple(entities)


def write_zip(lines: Sequence[Utterance], words: Sequence[EntityWords]) -> bytes:
    """A bot that Lex V2 imports. Utterances keep their words; slots are not made."""
    files: dict[str, bytes] = {
        "Manifest.json": as_json({"metaData": {"schemaVersion": "1", "fileFormat": "LexJson", "resourceType": "BOT"}}),
        "xiaoer/Bot.json": as_json({
            "name": "xiaoer", "version": "DRAFT", "description": None, "identifier": "XIAOERBOT0", "dataPrivacy": {"childDirected": False},
            "idleSessionTTLInSeconds": 300,
        }),
    }  # fmt: skip
    by_place: dict[tuple[str, str], list[Utterance]] = defaultdict(list)
    for one in lines:
        by_place[one.language, one.label or ""].append(one)
    for language, (locale, name) in _LOCALES.items():
        root = f"xiaoer/BotLocales/{locale}"
        about = {"name": name, "identifier": locale, "version": None, "description": None, "nluConfidenceThreshold": 0.4}
        files[f"{root}/BotLocale.json"] = as_json(about)
        labels = [label for spoken, label in by_place if spoken == language]
        for label in labels:
            intent = legal_name(label)
            files[f"{root}/Intents/{intent}/Intent.json"] = as_json(_intent(label, intent, by_place[language, label]))
        if OUTSIDE not in labels:
            files[f"{root}/Intents/FallbackIntent/Intent.json"] = as_json(_intent("FallbackIntent", "FallbackIntent", ()))
        for kind, code, entries in grouped(words):
            if code.lower().startswith(language):
                files[f"{root}/SlotTypes/{legal_name(kind)}/SlotType.json"] = as_json(_slot_type(legal_name(kind), entries))
    return pack(files)


def legal_name(label: str) -> str:
    """A name that Lex takes; the true one stands in the description."""
    if label == OUTSIDE:
        return "FallbackIntent"
    if _LEGAL.fullmatch(label):
        return label
    return f"intent_{hashlib.sha256(label.encode()).hexdigest()[:12]}"


def _intent(label: str, name: str, lines: Sequence[Utterance]) -> dict[str, Any]:
    """The built-in fallback takes no utterances there, so lines from outside go along as an intent of their own kind."""
    samples = [{"utterance": re.sub(r"[{}]", "", one.text)[:_MOST_LEX]} for one in lines]
    return {
        "name": name,
        "identifier": hashlib.sha256(name.encode()).hexdigest()[:10].upper(),
        "description": None if name == label else f"xiaoer: {label}",
        "parentIntentSignature": _FALLBACK if name == "FallbackIntent" else None,
        "sampleUtterances": samples,
        "intentConfirmationSetting": None,
        "intentClosingSetting": None,
        "inputContexts": None,
        "outputContexts": None,
        "dialogCodeHook": None,
        "fulfillmentCodeHook": None,
        "slotPriorities": [],
    }


def _slot_type(name: str, entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "identifier": hashlib.sha256(name.encode()).hexdigest()[:10].upper(),
        "description": None,
        "slotTypeValues": [
            {"synonyms": [{"value": one} for one in entry["synonyms"]], "sampleValue": {"value": entry["value"]}} for entry in entries
        ],
        "parentSlotTypeSignature": None,
        "valueSelectionSetting": {"resolutionStrategy": "TOP_RESOLUTION", "regexFilter": None},
    }
