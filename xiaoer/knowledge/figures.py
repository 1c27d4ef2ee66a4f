"""Numbers with units in a text, alike in both languages: 签收后 7 天内 and "within seven days of delivery" say one thing.

A figure is what two texts can disagree about. Numbers without a unit are kept apart: they may stand for a figure of the other
text (满 300 减 40, "¥40 off every ¥300"), but nobody is blamed for them. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_CN = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "half a": 0.5,
}  # fmt: skip
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_ZH = rf"(?:{_DIGITS}|[零〇一二两三四五六七八九十百千半]{{1,6}})"
_EN = rf"(?:{_DIGITS}|\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b)"
_TO = r"\s*(?:[-–—~～至到]|to)\s*"
Reader = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its kind: minutes, working_days, months, money (minor units), percent, off (percent taken off), clock (minutes
    of the day), points, gram, millimetre, millilitre, watt, celsius; `number` without a unit. `said`: the words."""

    kind: str
    value: float
    said: str

    @property
    def key(self) -> tuple[str, float]:
        """What makes two figures the same."""
        return self.kind, round(self.value, 3)


# Unit → (kind, how its value is counted). Longer units stand first: 工作日 before 日, 公斤 before 斤.
_UNITS_ZH: Mapping[str, tuple[str, Reader]] = {
    "个?工作日": ("working_days", lambda n: n),
    "个?小时": ("minutes", lambda n: n * 60),
    "分钟": ("minutes", lambda n: n),
    "个月": ("months", lambda n: n),
    "年": ("months", lambda n: n * 12),
    "(?:个星期|周)(?![一二三四五六日天岁边])": ("minutes", lambda n: n * 10080),
    "天": ("minutes", lambda n: n * 1440),
    "元|块钱?": ("money", lambda n: n * 100),
    "折": ("off", lambda n: 100 - n * (10 if n < 10 else 1)),
    "%|％": ("percent", lambda n: n),
    "积分": ("points", lambda n: n),
    "公斤|千克|kg": ("gram", lambda n: n * 1000),
    "克|g": ("gram", lambda n: n),
    "厘米|公分|cm": ("millimetre", lambda n: n * 10),
    "毫米|mm": ("millimetre", lambda n: n),
    "毫升|ml": ("millilitre", lambda n: n),
    "升|l(?![a-z])": ("millilitre", lambda n: n * 1000),
    "瓦|w(?![a-z])": ("watt", lambda n: n),
    "℃|°c|度": ("celsius", lambda n: n),
}
_UNITS_EN: Mapping[str, tuple[str, Reader]] = {
    r"(?:working|business)[\s-]days?": ("working_days", lambda n: n),
    r"hours?|hrs?": ("minutes", lambda n: n * 60),
    r"minutes?|mins?": ("minutes", lambda n: n),
    r"months?": ("months", lambda n: n),
    r"years?": ("months", lambda n: n * 12),
    r"weeks?": ("minutes", lambda n: n * 10080),
    r"days?": ("minutes", lambda n: n * 1440),
    r"yuan|rmb": ("money", lambda n: n * 100),
    r"%\s*off": ("off", lambda n: n),
    r"%|per\s?cent": ("percent", lambda n: n),
    r"(?:loyalty |member |bonus )?points?": ("points", lambda n: n),
    r"kg|kilograms?|kilos?": ("gram", lambda n: n * 1000),
    r"g|grams?": ("gram", lambda n: n),
    r"cm|centimet(?:er|re)s?": ("millimetre", lambda n: n * 10),
    r"mm|millimet(?:er|re)s?": ("millimetre", lambda n: n),
    r"ml|millilit(?:er|re)s?": ("millilitre", lambda n: n),
    r"l|lit(?:er|re)s?": ("millilitre", lambda n: n * 1000),
    r"w|watts?": ("watt", lambda n: n),
    r"°\s?c|degrees?": ("celsius", lambda n: n),
}
_MONEY = re.compile(rf"(?:¥|￥|cny)\s*({_DIGITS})(?:{_TO}(?:¥|￥)?({_DIGITS}))?", re.IGNORECASE)
_CLOCK = re.compile(r"(?<!\d)(?<!\d[:：])([01]?\d|2[0-4])[:：]([0-5]\d)(?![\d:：])")
_CLOCK_ZH = re.compile(r"(上午|早上|下午|晚上|中午|傍晚)?\s?(?<!\d)([01]?\d|2[0-4])\s?点(半)?(?!\d)")
_CLOCK_EN = re.compile(r"(?<![\d.])(1[0-2]|[1-9])\s?(am|pm|a\.m\.|p\.m\.)", re.IGNORECASE)
_NUMBER = re.compile(rf"(?<![\w.])({_DIGITS})(?![\w.]|\s?%)")
_LIST_MARK = re.compile(r"^\s*\d+[.)、]\s+", re.MULTILINE)
_LINK = re.compile(r"\]\([^)]*\)|https?://\S+")
_HALF_YEAR = re.compile("半年")
# The place in an order (第二天), a year, how often: numbers, but no figures.
_NO_FIGURE = re.compile(r"第[一二三四五六七八九十\d]+天|(?<!\d)(?:19|20)\d\d\s?年|\b(?:a|per|each|every) day\b", re.IGNORECASE)


def figures_in(text: str) -> tuple[Figure, ...]:
    """Every figure of a text in 中文 or English, in the order of the text; marks of numbered lists and addresses are no figures."""
    text = _LINK.sub("]", _LIST_MARK.sub("", text)).replace("**", "")
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, Figure]] = []
    for start, end, figures in _spans(text):
        if not any(start < until and since < end for since, until in taken):
            taken.append((start, end))
            found += [(start, one) for one in figures]
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def _spans(text: str) -> Iterator[tuple[int, int, list[Figure]]]:
    for match in _NO_FIGURE.finditer(text):
        yield match.start(), match.end(), []
    for match in _CLOCK.finditer(text):
        yield match.start(), match.end(), [Figure("clock", int(match[1]) * 60 + int(match[2]), match[0])]
    for match in _CLOCK_ZH.finditer(text):
        hour = int(match[2]) + (12 if match[1] in ("下午", "晚上", "傍晚") and int(match[2]) < 12 else 0)
        yield match.start(), match.end(), [Figure("clock", hour * 60 + (30 if match[3] else 0), match[0].strip())]
    for match in _CLOCK_EN.finditer(text):
        hour = int(match[1]) % 12 + (12 if match[2].lower().startswith("p") else 0)
        yield match.start(), match.end(), [Figure("clock", hour * 60, match[0])]
    for match in _MONEY.finditer(text):
        yield match.start(), match.end(), [Figure("money", _value(one) * 100, match[0]) for one in match.groups() if one]
    for match in _HALF_YEAR.finditer(text):
        yield match.start(), match.end(), [Figure("months", 6, match[0])]
    for pattern, kind, read in _PATTERNS:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), [Figure(kind, read(_value(one)), match[0]) for one in match.groups() if one]
    for match in _NUMBER.finditer(text):
        yield match.start(), match.end(), [Figure("number", _value(match[1]), match[0])]


def _value(said: str) -> float:
    said = said.lower().replace(",", "")
    if said in _WORDS:
        return _WORDS[said]
    if said == "半":
        return 0.5
    if said[0].isdigit():
        return float(said)
    if all(letter in _CN for letter in said):  # 八五折 is said digit by digit
        return float("".join(str(_CN[letter]) for letter in said))
    total, digit = 0, 0
    for letter in said:
        unit = {"十": 10, "百": 100, "千": 1000}.get(letter)
        if unit is None:
            digit = _CN.get(letter, 0)
        else:
            total, digit = total + (digit or 1) * unit, 0
    return float(total + digit)


def _pattern(number: str, units: str, after: str) -> re.Pattern[str]:
    return re.compile(rf"({number})(?:{_TO}({number}))?[\s-]?(?:{units}){after}", re.IGNORECASE)


_PATTERNS = tuple(
    (_pattern(number, unit, after), kind, read)
    for number, units, after in ((_EN, _UNITS_EN, r"(?![A-Za-z])"), (_ZH, _UNITS_ZH, ""))
    for unit, (kind, read) in units.items()
)
