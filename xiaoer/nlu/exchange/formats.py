"""Which format a file has, and how its intents are called here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from xiaoer.errors import Invalid
from xiaoer.nlu.exchange import dialogflow_cx, dialogflow_es, lex, rasa, sheet
from xiaoer.nlu.exchange.archive import Archive
from xiaoer.nlu.exchange.types import FORMATS, Foreign
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import OUTSIDE
from xiaoer.nlu.training.labelling import label_of
from xiaoer.nlu.training.types import EntityWords, Utterance

ENDINGS = {"csv": "csv", "xlsx": "xlsx", "rasa": "yml", "dialogflow-es": "zip", "dialogflow-cx": "zip", "lex": "zip"}
_SAME = {
    "greeting": ("greet", "hello", "hi", "welcome", "defaultwelcomeintent", "默认欢迎"),
    "goodbye": ("bye", "goodbye", "farewell"), "thanks": ("thank", "thankyou", "thanks"),
    "affirm": ("affirm", "yes", "confirm", "defaultpositiveintent"), "deny": ("deny", "no", "reject"),
    "human_request": ("human", "handoff", "speaktohuman", "talktohuman", "agenthandoff", "liveperson", "transfertohuman", "转人工"),
    "logistics_tracking": ("trackorder", "trackparcel", "tracking", "whereismyorder"), "cancel_order": ("cancelorder", "ordercancel"),
    "return_request": ("returnitem", "returnorder", "退货"), "refund_status": ("trackrefund", "refundstatus"),
    "chitchat": ("smalltalk", "chitchat"), "feedback": ("feedback", "review"),
    OUTSIDE: ("oos", "outofscope", "nlufallback", "fallbackintent", "defaultfallbackintent", "defaultnegativeintent", "none", "其他"),
}  # fmt: skip
_ENOUGH, _SHARE, _TRIED = 2, 0.6, 30


def read_file(name: str, data: bytes, kind: str = "") -> Foreign:
    """The lines of a file, in the format that is named or that it looks like. Invalid: it looks like none."""
    if kind and kind not in FORMATS:
        raise Invalid(f"There is no format {kind!r}: {', '.join(FORMATS)}.", f"没有格式“{kind}”，可用：{'、'.join(FORMATS)}。", field="format")
    if not data:
        raise Invalid("The file is empty.", "文件是空的。", field="file")
    ending = name.lower().rpartition(".")[2]
    if kind == "csv" or (not kind and ending in ("csv", "tsv", "txt")):
        return sheet.read_csv(data)
    if kind == "xlsx" or (not kind and ending in ("xlsx", "xlsm")):
        return sheet.read_xlsx(data)
    if (kind == "rasa" or not kind) and ending in ("yml", "yaml"):
        return rasa.read_yaml(data)
    if kind == "rasa" and data[:2] != b"PK":
        return rasa.read_yaml(data)
    if data[:2] != b"PK":
        raise Invalid(
            "This file is none of CSV, Excel, Rasa YAML, or a zip of Dialogflow or Lex. Name its format.",
            "无法识别这个文件：不是 CSV、Excel、Rasa YAML，也不是 Dialogflow 或 Lex 的 zip。请指定格式。",
            field="file",
        )
    return _read_zip(Archive(data), kind)


def _read_zip(archive: Archive, kind: str) -> Foreign:
    if kind == "lex" or (not kind and any(archive.matching(lex.INTENT))):
        return lex.read_zip(archive)
    if kind == "dialogflow-cx" or (not kind and any(archive.matching(dialogflow_cx.PHRASES))):
        return dialogflow_cx.read_zip(archive)
    if kind == "dialogflow-es" or (not kind and any(archive.matching(dialogflow_es.SAYS))):
        return dialogflow_es.read_zip(archive)
    if kind == "rasa" or any(name.endswith((".yml", ".yaml")) for name in archive.names):
        return rasa.read_zip(archive)
    raise Invalid(
        "The zip holds no training phrases of Dialogflow ES, Dialogflow CX, Lex V2 or Rasa.",
        "zip 中没有 Dialogflow ES、Dialogflow CX、Lex V2 或 Rasa 的训练语料。",
        field="file",
    )


def write_file(kind: str, lines: Sequence[Utterance], words: Sequence[EntityWords]) -> bytes:
    """The lines in a format of others."""
    if kind == "csv":
        return sheet.write_csv(lines)
    if kind == "xlsx":
        return sheet.write_xlsx(lines)
    writers = {
        "rasa": rasa.write_yaml, "dialogflow-es": dialogflow_es.write_zip, "dialogflow-cx": dialogflow_cx.write_zip, "lex": lex.write_zip,
    }  # fmt: skip
    if kind not in writers:
        raise Invalid(f"There is no format {kind!r}: {', '.join(FORMATS)}.", f"没有格式“{kind}”，可用：{'、'.join(FORMATS)}。", field="format")
    return writers[kind](lines, words)


def suggest(found: Foreign, known: Collection[str], model: IntentModel | None = None) -> dict[str, str | None]:
    """For each intent of the file, what it is here: the same name, a name known to mean the same, or what most of its lines read as;
    otherwise an intent of the shop's own. None where its name cannot be one."""
    return {name: _suggested(name, found, known, model) for name in found.intents}


def _suggested(name: str, found: Foreign, known: Collection[str], model: IntentModel | None) -> str | None:
    if name in found.fallbacks:
        return OUTSIDE
    plain = _plain(name)
    same = next((one for one in sorted(known) if _plain(one) == plain), None)
    named = same or next((ours for ours, theirs in _SAME.items() if plain in theirs and (ours in known or ours == OUTSIDE)), None)
    return named or _by_its_lines(name, found, model) or own_name(name)


def _by_its_lines(name: str, found: Foreign, model: IntentModel | None) -> str | None:
    if model is None:
        return None
    texts = [line.text for line in found.lines if line.intent == name][:_TRIED]
    read = Counter(one.intents[0][0] for text in texts if (one := model.predict(text)).outcome == "answer")
    if len(texts) < _ENOUGH or not read:
        return None
    best, count = read.most_common(1)[0]
    return best if count / len(texts) >= _SHARE else None


def own_name(name: str) -> str | None:
    """The name as an intent of this shop, or None when nothing of it can stay."""
    words = re.sub(r"[^\w.\-/]+", "_", name).strip("_.-/")[:64]
    try:
        return label_of(words)
    except Invalid:
        return None


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()
