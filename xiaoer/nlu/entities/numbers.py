"""Order and parcel numbers (also mangled ones), amounts, quantities, places in a list, sizes of bodies and laptops."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaoer.nlu.entities.spans import entity
from xiaoer.nlu.normalise import Normalised
from xiaoer.nlu.types import Entity

_ORDER = re.compile(r"s\s*p[\s:#-]*((?:[\do][\s-]?){13})(?![\d])")
_BARE_ORDER = re.compile(r"(?<!\d)(20\d{6}\d{5})(?!\d)")
_PARCEL = re.compile(r"(?<![a-z\d])(sf\s?(?:\d\s?){13}|7[58](?:\d\s?){12})(?!\d)")
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_ENGLISH = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
# Every repetition is bounded and begins at a border, so that no message can make a search slow.
_CN = r"(?<![零〇一二两三四五六七八九十百千])[零〇一二两三四五六七八九十百千]{1,12}"
_NUMBER = rf"((?<![\d.])\d{{1,9}}(?:\.\d{{1,4}})?|{_CN})"
_MONEY = re.compile(rf"(?:¥|￥|rmb|cny)\s*(\d{{1,9}}(?:\.\d{{1,4}})?)|{_NUMBER}\s*(?:块钱?|元|rmb|cny|yuan|bucks)")
_BARE_LIMIT = re.compile(r"(?:(?:[不别]要?(?:超过|高于|多于)|低于|少于|小于)\s{0,3}|(?:under|below|less than|within|up to|over|above|more than|around|about)\s+)(\d{1,9}(?:\.\d{1,4})?)(?!\s*(?:[天个件岁斤克升度小月年瓦分]|公斤|毫升|厘米|cm|kg|g|ml|l|w|inch|in|mm|days?|hours?|°|\d))|(\d{2,5}|(?<![零一二两三四五六七八九十百千])[一二两三四五六七八九][百千][零一二两三四五六七八九十百]{0,4})\s*(?:以内|以下|以上|左右|上下)(?!\s*(?:天|小时))")
_MAX = re.compile(r"under|below|less than|within|up to|at most|no more than|cheaper than|以内|以下|[不别]要?超过|[不别]要?高于|低于|少于|小于|不到")
_MIN = re.compile(r"over|above|more than|at least|from|以上|超过|高于|不低于|起")
_ABOUT = re.compile(r"around|about|roughly|左右|上下|大概")
_QUANTITY = re.compile(rf"{_NUMBER}\s*(?:件|个|双|条|只|台|瓶|包|套|盒|副|把|本|pcs?\b|pieces?\b|pairs?\b|of them\b)|\b(one|two|three|four|five)\s+of\s+(?:them|those)\b")
_ORDINAL = re.compile(rf"第\s*({_CN}|\d{{1,4}})\s*(?:个|件|单|款|条|双|项)?|\b(first|second|third|fourth|fifth)\s*(?:one|item|option|order)?\b|最后(?:一)?(?:个|件|单|款)|\bthe last (?:one|item)\b")
_ENGLISH_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_LAPTOP = re.compile(r"(1\d(?:\.\d)?)\s*(?:寸|英寸|-?\s?inch(?:es)?|\"|in\b)")
_HEIGHT = re.compile(r"身高\s*(1\d{2})|\b(1\d{2})\s*cm\b|(?<!\d)(1\d{2})\s*(?:高|公分)|\b(\d)'(\d{1,2})\"?|\b1\.(\d{2})\s*m\b")
_WEIGHT = re.compile(r"(?:体重\s*)?(\d{2,3})\s*(斤|公斤|kg|kilos?|lbs?|pounds?)")
_FOOT = re.compile(r"脚长\s*(2\d(?:\.\d)?)(?:\s*(?:cm|厘米))?|脚长\s*(2\d{2})\s*(?:mm|毫米)?|foot (?:is|length)?\s*(2\d(?:\.\d)?)\s*cm")
_CODE = re.compile(r"(?:验证码|code|尾号|后四位|last (?:four|4)(?: digits)?(?: (?:is|are))?)\D{0,6}(\d{4,6})(?!\d)|(?<!\d)(\d{4})\s*(?:是)?(?:结尾|尾号)")


def number_of(word: str) -> float | None:
    """A number in digits or Chinese: 三百五 → 350, 两 → 2, 1.5 → 1.5; None for what is none."""
    if re.fullmatch(r"\d+(?:\.\d+)?", word):
        return float(word)
    if word in _ENGLISH:
        return float(_ENGLISH[word])
    total, digit, last_unit = 0, 0, 1
    for letter in word:
        if letter in _DIGITS:
            digit = _DIGITS[letter]
            continue
        unit = {"十": 10, "百": 100, "千": 1000}.get(letter)
        if unit is None:
            return None
        total += (digit or 1) * unit
        digit, last_unit = 0, unit
    if digit and last_unit >= 100 and "零" not in word:  # 三百五 means 350
        digit *= last_unit // 10
    return float(total + digit)


def find(original: str, normal: Normalised) -> Iterator[Entity]:
    """Every entity of these families."""
    taken: list[tuple[int, int]] = []
    for one in (*_orders(original, normal), *_parcels(original, normal)):
        taken.append((one.start, one.end))
        yield one
    for one in (
        *_money(original, normal),
        *_measures(original, normal),
        *_quantities(original, normal),
        *_ordinals(original, normal),
        *_codes(original, normal),
    ):
        if not any(one.start < end and start < one.end for start, end in taken):
            yield one


def _orders(original: str, normal: Normalised) -> Iterator[Entity]:
    for match in _ORDER.finditer(normal.text):
        digits = re.sub(r"[\s-]", "", match.group(1)).replace("o", "0")
        yield entity("order_number", original, normal, match.start(), match.end(), f"SP{digits}")
    for match in _BARE_ORDER.finditer(normal.text):
        if not normal.text[max(0, match.start() - 3) : match.start()].rstrip(" :#-").endswith("p"):
            yield entity("order_number", original, normal, match.start(), match.end(), f"SP{match.group(1)}")


def _parcels(original: str, normal: Normalised) -> Iterator[Entity]:
    for match in _PARCEL.finditer(normal.text):
        value = re.sub(r"\s", "", match.group(1)).upper()
        yield entity("tracking_number", original, normal, match.start(), match.end(), value)


def _money(original: str, normal: Normalised) -> Iterator[Entity]:
    spans: list[tuple[int, int]] = []
    for pattern in (_MONEY, _BARE_LIMIT):
        for match in pattern.finditer(normal.text):
            word = next(group for group in match.groups() if group)
            amount = number_of(word)
            if amount is None or any(match.start() < end and start < match.end() for start, end in spans):
                continue
            spans.append((match.start(), match.end()))
            around = normal.text[max(0, match.start() - 14) : match.end() + 5]
            op = "max" if _MAX.search(around) else "min" if _MIN.search(around) else "about" if _ABOUT.search(around) else "is"
            value = {"minor": round(amount * 100), "currency": "CNY", "op": op}
            yield entity("money", original, normal, match.start(), match.end(), value)


def _quantities(original: str, normal: Normalised) -> Iterator[Entity]:
    for match in _QUANTITY.finditer(normal.text):
        if normal.text[max(0, match.start() - 1) : match.start()] in tuple("第这那上下某几"):
            continue
        amount = number_of(next(group for group in match.groups() if group))
        if amount is not None and amount == int(amount) and 0 < amount <= 999:
            yield entity("quantity", original, normal, match.start(), match.end(), int(amount))


def _ordinals(original: str, normal: Normalised) -> Iterator[Entity]:
    for match in _ORDINAL.finditer(normal.text):
        if match.group(1):
            amount = number_of(match.group(1))
            place = int(amount) if amount else 0
        else:
            place = _ENGLISH_PLACES.get(match.group(2) or "", -1)
        if place:
            yield entity("ordinal", original, normal, match.start(), match.end(), place)


def _measures(original: str, normal: Normalised) -> Iterator[Entity]:
    for match in _LAPTOP.finditer(normal.text):
        yield entity("laptop", original, normal, match.start(), match.end(), {"inches": float(match.group(1))})
    for match in _HEIGHT.finditer(normal.text):
        plain = match.group(1) or match.group(2) or match.group(3)
        if plain:
            height = int(plain)
        elif match.group(4):
            height = round(int(match.group(4)) * 30.48 + int(match.group(5)) * 2.54)
        else:
            height = 100 + int(match.group(6))
        yield entity("body", original, normal, match.start(), match.end(), {"height_cm": height})
    for match in _WEIGHT.finditer(normal.text):
        factor = {"斤": 0.5, "公斤": 1, "kg": 1}.get(match.group(2), 0.4536 if match.group(2)[0] in "lp" else 1)
        value = {"weight_kg": round(int(match.group(1)) * factor, 1)}
        yield entity("body", original, normal, match.start(), match.end(), value)
    for match in _FOOT.finditer(normal.text):
        centimetres = match.group(1) or match.group(3)
        millimetres = round(float(centimetres) * 10) if centimetres else int(match.group(2))
        yield entity("body", original, normal, match.start(), match.end(), {"foot_mm": millimetres})


def _codes(original: str, normal: Normalised) -> Iterator[Entity]:
    for match in _CODE.finditer(normal.text):
        digits = match.group(1) or match.group(2)
        kind = "last_digits" if len(digits) == 4 else "code"
        yield entity(kind, original, normal, match.start(), match.end(), digits)
