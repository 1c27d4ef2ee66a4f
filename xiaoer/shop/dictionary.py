"""Words of a shop in both languages: a common dictionary, the shop's own glossary before it, and what a catalogue needs of both.

A value that is in neither is put together where it is a measure ("10 hours", "1.5L", "30-50 lbs", "256GB SSD").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from xiaoer.shop.types import Product
from xiaoer.yaml_text import read_yaml

_GROUPS = ("products", "options", "values", "colours", "units")
_MEASURE = re.compile(r"(\d+(?:\.\d+)?)(?:\s?-\s?(\d+(?:\.\d+)?))?[\s-]?([a-z\"°%]+)")
_BRACKETS = re.compile(r"\s*[（(][^（）()]*[）)]\s*$")
_PIXELS = re.compile(r"(\d+)\s?mp")
_MOST_SAID = 24
LANGUAGE = "en"  # the language that a catalogue is written in, for which these words are made
_COUNTED = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning: how it is called in each language, the label first."""

    en: tuple[str, ...]
    zh: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Entries by group and folded English word."""

    groups: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)

    def find(self, group: str, word: str) -> Entry | None:
        """The entry of an English word in a group, or None."""
        return self.groups.get(group, {}).get(fold(word))

    def with_glossary(self, glossary: Mapping[str, Mapping[str, Sequence[str]]]) -> Dictionary:
        """With a shop's own words before the common ones: {group: {English: [中文, …]}}; group "" is for every group."""
        groups = {name: dict(entries) for name, entries in self.groups.items()}
        for group, words in glossary.items():
            for name in (group,) if group else _GROUPS[:-1]:
                mine = groups.setdefault(name, {})
                for en, zh in words.items():
                    known = mine.get(fold(en), Entry((en,), ()))
                    mine[fold(en)] = Entry(known.en, tuple(dict.fromkeys((*_spread(zh), *known.zh))))
        return Dictionary(groups)

    def names_of(self, name: str) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
        """A product's names and nicknames in both languages, out of its English name."""
        entry = self.find("products", name)
        if entry is None:
            return {"zh": name, "en": name}, {}
        others = {"zh": entry.zh[1:], "en": tuple(one for one in entry.en if fold(one) != fold(name))}
        return {"zh": entry.zh[0] if entry.zh else name, "en": name}, others

    def words_of(self, products: Iterable[Product]) -> dict[str, Any]:
        """The shop's dictionary (see store_shops.save_words) for the options of these products."""
        made: dict[str, Any] = {"language": LANGUAGE, "attributes": {}, "options": {}, "values": {}, "colours": {}}
        for product in products:
            for variant in product.variants:
                for option, value in variant.options.items():
                    made["options"].setdefault(option, _told(option, self.find("options", option)))
                    made["values"].setdefault(value, _told(value, self.entry_of(value)))
                    if _is_colour(option) and self.find("colours", value) is not None:
                        made["colours"].setdefault(value, _told(value, self.find("colours", value)))
        return made

    def entry_of(self, value: str) -> Entry | None:
        """The words for an option's value: as it stands in the dictionary, in both of its groups, or put together."""
        found = [one for one in (self.find("values", value), self.find("colours", value)) if one is not None]
        measured = self._measured(value)
        found += [] if measured is None else [measured]
        if not found:
            return None
        return Entry(_together(one.en for one in found), _together(one.zh for one in found))

    def _measured(self, value: str) -> Entry | None:
        """A measure, with words after it where these are known."""
        pixels = _PIXELS.fullmatch(fold(value))
        if pixels:
            return Entry((value, f"{pixels.group(1)} megapixels"), (f"{pixels.group(1)}00万像素",))
        match = _MEASURE.match(fold(value))
        if match is None:
            return None
        least, most, unit = match.groups()
        rest = fold(value)[match.end() :].strip()
        numbers = (least,) if most is None else (f"{least}-{most}", f"{least}到{most}")
        if unit == "piece" and not rest:
            return Entry((value, f"{least} piece", f"{least} pieces"), tuple(f"{one}件套" for one in _spoken(least)))
        entry = self.find("units", unit)
        if entry is None:
            return None
        after = self._after(rest)
        if after is None:
            return None
        gaps = ("", " ", "-")
        en = tuple(f"{numbers[0]}{gap}{name}{tail}" for gap in gaps for name in entry.en for tail in after.en)
        zh = tuple(f"{one}{name}{tail}" for number in numbers for one in _spoken(number) for name in entry.zh for tail in after.zh)
        return Entry((value, *en[:_MOST_SAID]), zh[:_MOST_SAID])

    def _after(self, rest: str) -> Entry | None:
        if not rest:
            return Entry(("",), ("",))
        if rest == "equivalent":
            return Entry((" equivalent", ""), ("等效", ""))
        known = self.find("values", rest)
        return None if known is None else Entry(tuple(f" {one}" for one in known.en), tuple(known.zh))


@lru_cache(maxsize=1)
def common_words() -> Dictionary:
    """The dictionary that ships with the product."""
    data = read_yaml((files("xiaoer.shop") / "words.yaml").read_text("utf-8"))
    groups: dict[str, dict[str, Entry]] = {}
    for group, words in data.items():
        made = groups.setdefault(group, {})
        for en, zh in words.items():
            entry = Entry(_split(str(en)), _split(str(zh)))
            for word in entry.en:
                made.setdefault(fold(word), entry)
    return Dictionary(groups)


def fold(word: str) -> str:
    """A word as it is looked up: small letters, single spaces, no hyphen between words' letters lost."""
    return " ".join(word.casefold().split())


def _split(text: str) -> tuple[str, ...]:
    return tuple(one.strip().strip("'") for one in re.split(r"[,，]", text) if one.strip())


def _spread(words: Sequence[str]) -> Iterator[str]:
    """Each word, and without what stands in brackets behind it: 青轴（clicky） is also said 青轴."""
    for word in words:
        yield word
        bare = _BRACKETS.sub("", word)
        if bare and bare != word:
            yield bare


def _spoken(number: str) -> tuple[str, ...]:
    """A number as it is written in Chinese: 10, 十; 2 also 两, 二."""
    if number.isdigit() and 0 < int(number) <= 10:
        spoken = ("两", "二") if number == "2" else (_COUNTED[int(number)],)
        return (number, *spoken)
    return (number,)


def _is_colour(option: str) -> bool:
    return bool(re.search(r"\bcolou?r\b|颜色", fold(option)))


def _together(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for group in groups for word in group if word))


def _told(word: str, entry: Entry | None) -> dict[str, Any]:
    """An entry of the shop's dictionary. The shop's own word stays the English label."""
    if entry is None:
        return {"labels": {"zh": word, "en": word}}
    zh = entry.zh or (word,)
    others = {"zh": list(zh[1:]), "en": [one for one in entry.en if fold(one) != fold(word)]}
    return {"labels": {"zh": zh[0], "en": word}, "synonyms": others}
