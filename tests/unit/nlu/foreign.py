"""Small files in the shapes that Rasa, Dialogflow and Lex write, worded by us."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

RASA_2 = '''version: "2.0"

nlu:
- intent: greet
  examples: |
    - hey there
    - 你好呀
- intent: track/parcel
  examples: |
    - where is my [parcel](item)
    - is order [SP2026110300017]{"entity": "order", "role": "asked"} on its way
    - my [blue parcel]{"entity": "item", "value": "parcel"} is late
    - a line that
      goes on below
- synonym: parcel
  examples: |
    - package
    - box
- lookup: couriers
  examples: |
    - 顺丰
    - DHL
- regex: order
  examples: |
    - SP\\d{13}
stories:
- story: not ours
  steps:
  - intent: greet
  - action: utter_greet
'''
RASA_3 = '''version: "3.1"
nlu:
- intent: refund
  examples:
  - text: |
      I want my money back
    metadata:
      sentiment: sad
  - text: 我要退款
  - metadata: {}
  - 什么时候退钱
'''
RASA_DAMAGED = '''version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
- intent: [broken
  examples: |
    - nobody reads this
- intent: bye
  examples: |
    - so long
    see you
- intent: marks
  examples: |
    not a dash
    - a [bad mark]{"entity": } here
'''


def zipped(files: dict[str, Any]) -> bytes:
    """A zip of files; what is no text or bytes becomes JSON."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content if isinstance(content, str | bytes) else json.dumps(content))
    return out.getvalue()


def _says(*parts: tuple[str, str, str] | str, template: bool = False) -> dict[str, Any]:
    data = [
        {"text": one, "userDefined": False} if isinstance(one, str) else {"text": one[0], "alias": one[1], "meta": one[2], "userDefined": True}
        for one in parts
    ]
    return {"id": "a9c9f430-942d-48a5-baec-3a7864a59940", "data": data, "isTemplate": template, "count": 0, "updated": 0}


DIALOGFLOW_ES: dict[str, Any] = {
    "package.json": {"version": "1.0.0"},
    "agent.json": {"description": "", "language": "en", "supportedLanguages": ["zh-cn"], "isPrivate": True},
    "intents/Default Welcome Intent.json": {"id": "1", "name": "Default Welcome Intent", "auto": True, "responses": [], "fallbackIntent": False},
    "intents/Default Welcome Intent_usersays_en.json": [_says("hi there"), _says("good day")],
    "intents/Default Fallback Intent.json": {"id": "2", "name": "Default Fallback Intent", "responses": [], "fallbackIntent": True},
    "intents/Default Fallback Intent_usersays_en.json": [_says("sing me a song")],
    "intents/order_status.json": {"id": "3", "name": "order status", "responses": [{"parameters": [{"name": "date", "dataType": "@sys.date"}]}]},
    "intents/order_status_usersays_en.json": [
        _says("where is what I bought ", ("last week", "date", "@sys.date"), "?"),
        _says("@item:item please", template=True),
        _says(" "),
        _says("please ", ("now", "", "@sys.ignore")),
    ],
    "intents/order_status_usersays_zh-cn.json": [_says(("上周", "date", "@sys.date"), "买的到哪了")],
    "entities/size.json": {"id": "4", "name": "size", "isOverridable": True, "isEnum": False, "automatedExpansion": False},
    "entities/size_entries_en.json": [{"value": "large", "synonyms": ["large", "L"]}, {"value": "small", "synonyms": ["small", "S"]}],
}


def _phrase(*parts: tuple[str, str] | str, language: str = "en") -> dict[str, Any]:
    written = [{"text": one, "auto": True} if isinstance(one, str) else {"text": one[0], "parameterId": one[1], "auto": True} for one in parts]
    return {"parts": written, "repeatCount": 1, "languageCode": language}


DIALOGFLOW_CX: dict[str, Any] = {
    "agent.json": {"defaultLanguageCode": "en", "supportedLanguageCodes": ["zh-cn"], "timeZone": "Asia/Shanghai", "startFlow": "Default Start Flow"},
    "flows/Default Start Flow/Default Start Flow.json": {"name": "0", "displayName": "Default Start Flow"},
    "intents/Cards%2fLost/Cards%2fLost.json": {
        "name": "fbf3a704-d78f-4559-9a4d-c255f976bf6b", "displayName": "Cards/Lost", "priority": 500000, "numTrainingPhrases": 2,
        "parameters": [{"id": "kind", "entityType": "@card-kind"}],
    },
    "intents/Cards%2fLost/trainingPhrases/en.json": {"trainingPhrases": [_phrase("I lost my ", ("gift card", "kind")), _phrase(" ")]},
    "intents/Cards%2fLost/trainingPhrases/zh-cn.json": {"trainingPhrases": [_phrase("礼品卡丢了", language="zh-cn")]},
    "intents/Default Negative Intent/Default Negative Intent.json": {"name": "1", "displayName": "Default Negative Intent", "isFallback": True},
    "intents/Default Negative Intent/trainingPhrases/en.json": {"trainingPhrases": [_phrase("what is the meaning of life")]},
    "entityTypes/card-kind/card-kind.json": {"name": "8aeb5b32", "displayName": "card-kind", "kind": "KIND_MAP"},
    "entityTypes/card-kind/entities/en.json": {"entities": [{"value": "gift card", "synonyms": ["gift card", "voucher"], "languageCode": "en"}]},
}  # fmt: skip


def _lex_intent(name: str, *samples: str, parent: str | None = None) -> dict[str, Any]:
    return {
        "name": name, "identifier": "RBFWHIBVSU", "description": None, "parentIntentSignature": parent,
        "sampleUtterances": [{"utterance": one} for one in samples] or None, "intentConfirmationSetting": None, "slotPriorities": [],
    }  # fmt: skip


_LEX = "ShopBot/BotLocales/"
LEX: dict[str, Any] = {
    "Manifest.json": {"metaData": {"schemaVersion": "1", "fileFormat": "LexJson", "resourceType": "BOT"}},
    "ShopBot/Bot.json": {"name": "ShopBot", "version": "DRAFT", "identifier": "A4AO2ZTMJS", "dataPrivacy": {"childDirected": False}},
    f"{_LEX}en_US/BotLocale.json": {"name": "English (US)", "identifier": "en_US", "version": None, "nluConfidenceThreshold": 0.4},
    f"{_LEX}en_US/Intents/ChangeSize/Intent.json": _lex_intent("ChangeSize", "change it to {Size}", "I need a {Size} by {Day} ", " "),
    f"{_LEX}en_US/Intents/ChangeSize/Slots/Size/Slot.json": {"name": "Size", "slotTypeName": "ShirtSize"},
    f"{_LEX}en_US/Intents/ChangeSize/Slots/Day/Slot.json": {"name": "Day", "slotTypeName": "AMAZON.Date"},
    f"{_LEX}en_US/Intents/FallbackIntent/Intent.json": _lex_intent("FallbackIntent", parent="AMAZON.FallbackIntent"),
    f"{_LEX}en_US/SlotTypes/ShirtSize/SlotType.json": {
        "name": "ShirtSize", "slotTypeValues": [
            {"synonyms": [{"value": "large"}], "sampleValue": {"value": "L"}}, {"synonyms": None, "sampleValue": {"value": "M"}},
        ],
    },
    f"{_LEX}zh_CN/Intents/ChangeSize/Intent.json": _lex_intent("ChangeSize", "帮我换成大码"),
}  # fmt: skip
