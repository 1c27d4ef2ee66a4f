"""Chinese or English? Decided for every message; what says nothing (a number, "ok", an emoji) keeps the conversation's."""

from __future__ import annotations

import re

from xiaoer.nlu.types import Language

_CJK = re.compile(r"[㐀-䶿一-鿿]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_NEUTRAL = frozenset({"ok", "okay", "sp", "sf", "xl", "xxl", "xs", "hi", "no", "app", "sku", "ems", "yes", "vip", "qq", "id"})
_FEW_NAMES = 2
# Without any of these a Chinese word in an English sentence is a name: "can I return the 卫衣 please".
_GRAMMAR = re.compile(r"[吗呢吧了的我你您要有没不是能可怎什多少几哪这那给帮请]")


def language_of(text: str, hint: str) -> Language:
    """The language of a message. One Chinese character weighs as much as an English word; code-mixed lines are mostly Chinese."""
    characters = len(_CJK.findall(text))
    words = len([word for word in _WORD.findall(text) if word.lower() not in _NEUTRAL])
    if not characters and not words:
        if re.search(r"\b(?:yes|no|ok|okay|hi)\b", text.lower()) and hint != "zh":
            return "en"
        return "zh" if hint == "zh" else "en"
    if words >= 3 and words >= characters and not _GRAMMAR.search(text):
        return "en"
    if characters >= 2 and characters * 2 >= words:
        return "zh"
    is_name_in_chinese = hint == "zh" and characters > 0 and words <= _FEW_NAMES  # 用PayPal
    return "zh" if characters > words or is_name_in_chinese else "en"
