"""Bytes as text, whoever wrote them: UTF-8 and UTF-16 with or without a mark, GB18030, Big5, and Western bytes at last."""

from __future__ import annotations

import codecs

from xiaoer.knowledge.ingest.unreadable import Unreadable

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_LOOKED_AT = 65_536
_LIKELY = 0.6  # share of everyday characters that a Chinese text has at least
# Everyday characters: the first level of GB 2312 (3 755 by frequency), and the frequently used ones of Big5 (5 401).
_LEVEL_GB, _LEVEL_BIG5 = (0xB0, 0xD7), (0xA4, 0xC6)


def decode(data: bytes, *, said: str = "") -> str:
    """The text. `said`: the encoding that the source names, tried after the marks. Unreadable for what is no text at all."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    sample = data[:_LOOKED_AT]
    if b"\0" in sample:
        return data.decode(_utf16(sample), "replace")
    for name in ("utf-8", said):
        try:
            return data.decode(name) if name else _by_likeness(data)
        except (UnicodeDecodeError, LookupError):
            continue
    return _by_likeness(data)


def _utf16(sample: bytes) -> str:
    """UTF-16 without a mark: the order of bytes in which the text is made of everyday characters. Anything else is no text."""
    scores = {}
    for name in ("utf-16-le", "utf-16-be"):
        text = sample[: len(sample) // 2 * 2].decode(name, "replace")
        is_clean = not any(letter < " " and letter not in "\t\r\n" for letter in text)
        plain = sum(letter.isascii() for letter in text)
        strange = len(text) - plain
        scores[name] = is_clean * (plain + _everyday(text, "gb2312", _LEVEL_GB) * strange) / max(1, len(text))
    best = max(scores, key=lambda name: scores[name])
    if scores[best] < _LIKELY:
        raise Unreadable("This is no text.", "这不是文本文件。")
    return best


def _by_likeness(data: bytes) -> str:
    for name, level in (("gb18030", _LEVEL_GB), ("big5", _LEVEL_BIG5)):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if _everyday(text[:_LOOKED_AT], "gb2312" if name == "gb18030" else name, level) >= _LIKELY:
            return text
    try:  # a few broken bytes in a Chinese text
        text = data.decode("gb18030", "replace")
        if text.count("\ufffd") * 50 < len(text) and _everyday(text[:_LOOKED_AT], "gb2312", _LEVEL_GB) >= _LIKELY:
            return text
    except LookupError:  # pragma: no cover
        pass
    return data.decode("cp1252", "replace")


def _everyday(text: str, encoding: str, level: tuple[int, int]) -> float:
    """The share of everyday characters among those beyond ASCII."""
    strange = [letter for letter in text if ord(letter) > 127]
    if not strange:
        return 1.0
    good = 0
    for letter in strange:
        encoded = letter.encode(encoding, "ignore")
        is_sign = 0x3000 <= ord(letter) < 0x3040 or 0xFF00 <= ord(letter) < 0xFFEF or 0x2000 <= ord(letter) < 0x2070
        good += is_sign or (len(encoded) == 2 and level[0] <= encoded[0] <= level[1])
    return good / len(strange)
