"""Option values of this shop's variants in the customer's words: "clicky", "no backlight", "28 inch", "尺码8", "10h".

Words are compared token by token in one spelling (numbers in digits, units by one name, no plural), the longest first. What a
word can mean stays open here ("black" of a frame or of a lens): the product at hand decides, or an option named beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xiaoer.nlu.normalise import normalise
from xiaoer.shop.types import Product

Pair = tuple[str, str]
Key = tuple[str, ...]
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[a-z]+(?:['’][a-z]+)?|英寸|英尺|毫升|小时|件套|千克|公斤|[㐀-鿿]|[%\"]")
_NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
    "一": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8", "九": "9", "十": "10",
}  # fmt: skip
_UNITS = {
    "h": "hour", "hr": "hour", "小时": "hour", "in": "inch", "inche": "inch", "\"": "inch", "英寸": "inch", "寸": "inch", "feet": "ft", "foot": "ft",
    "英尺": "ft", "liter": "l", "litre": "l", "升": "l", "毫升": "ml", "巴": "bar", "杯": "cup", "倍": "x", "pc": "piece", "件套": "piece", "片": "piece",
    "pound": "lb", "磅": "lb", "percent": "%", "号": "码", "megapixel": "mp", "g": "gb",
}  # fmt: skip
_SPELLINGS = {"gray": "grey", "colour": "color", "batterie": "battery", "colours": "color"}
# Words of size in one order each; a product that is made in S, M, L is asked for in "medium" all the same.
_LETTERS = {"xs": ("extra small",), "s": ("small", "小号", "小码"), "m": ("medium", "中号", "中码"), "l": ("large", "大号", "大码"), "xl": ("extra large", "加大码"), "xxl": ("double xl", "2xl")}
_SCALE_ZH = {"large": ("大号", "大码"), "small": ("小号", "小码"), "medium": ("中号", "中码")}
_NOT = (("not",), ("non",), ("isn't",), ("aren't",), ("without",), ("no",), ("不",), ("非",), ("无",), ("不", "要"), ("没", "有"), ("不", "带"))
_NONE = (("no",), ("without",), ("no", "extra"), ("without", "any"), ("无",), ("不", "要"), ("没", "有"), ("不", "带"), ("没",))
_APART = re.compile(r"[^\s:=\-是为的]")  # an option and its value stand together
_LONGEST_KEY = 6
_LONGEST = 6
_SHORTEST_ALIAS = 4
_SHORTEST_NUMBER = 6
# Too short or too common to name a value alone: an option must be named beside them ("size 8", 亮度低, "1500 pieces").
_NO_ALIAS = frozenset({"with", "type", "size", "color", "material", "filter", "card", "range", "warm", "equivalent", "natural", "extra", "neck", "back", "high", "over", "soft", "hard", "life", "time", "only", "pair"})


class Said(NamedTuple):
    """An option value in the text: what it can mean, and its characters in the normalised text."""

    pairs: tuple[Pair, ...]
    start: int
    end: int


class _Token(NamedTuple):
    word: str
    start: int
    end: int


@dataclass
class Options:
    """Words to (option, value) pairs, and words to options. Build it once for a catalogue."""

    values: dict[Key, list[Pair]] = field(default_factory=dict)
    keys: dict[Key, list[str]] = field(default_factory=dict)
    weak: set[Key] = field(default_factory=set)
    numbers: frozenset[str] = frozenset()

    @classmethod
    def build(cls, products: Sequence[Product], words: Mapping[str, Any]) -> Options:
        """From the variants of the products and the shop's dictionary (options, values and colours with labels and synonyms)."""
        made = cls(numbers=_numbers(products))
        offered: dict[str, list[str]] = {}
        for product in products:
            for variant in product.variants:
                for key, value in variant.options.items():
                    if value not in offered.setdefault(key, []):
                        offered[key].append(value)
        for key in offered:
            for text in (key.replace("_", " "), *_names(words.get("options", {}).get(key)), *_names(words.get("attributes", {}).get(key))):
                made._add_key(text, key)
        for key, values in offered.items():
            dictionary = {**words.get("values", {}), **(words.get("colours", {}) if "colo" in key else {})}
            for value in values:
                made._add_value(key, value, _names(dictionary.get(value)))
            made._add_aliases(key, values)
        return made

    def _add_key(self, text: str, key: str) -> None:
        word = _key(text)
        forms = [word, *((one,) for one in word if one.isascii() and len(one) > 2)]
        if key == "size":
            forms.append(("码",))
        for form in filter(None, forms):
            known = self.keys.setdefault(form, [])
            if key not in known:
                known.append(key)

    def _add_value(self, key: str, value: str, names: Iterable[str]) -> None:
        spelled = [value.replace("_", " "), *names, *_LETTERS.get(value.lower(), ()), *_SCALE_ZH.get(value.lower(), ())]
        for text in spelled:
            self._put(_key(text), (key, value))
            if value in ("none", "no", "yes"):  # "none" alone is an answer to anything
                self.weak.add(_key(text))
        for lead in _NONE if value == "none" else _NOT if value == "no" else ():
            for name in self._names_of(key):
                self._put((*lead, *name), (key, value))
        if value == "yes":
            for name in self._names_of(key):
                self._put(name, (key, value))
        words = _key(value)
        if len(words) > 1 and words[0] == "not":  # "not resistant" of "water resistance"
            for name in self._names_of(key):
                for lead in _NOT:
                    self._put((*lead, *name), (key, value))

    def _names_of(self, key: str) -> list[Key]:
        """The whole names of an option, also as an adjective: "water resistance" → "water resistant"."""
        names = [name for name, keys in self.keys.items() if key in keys and (len(name) > 1 or not name[0].isascii() or name == _key(key))]
        return [*names, *(tuple([*name[:-1], "resistant"]) for name in names if name[-1] == "resistance")]

    def _add_aliases(self, key: str, values: Sequence[str]) -> None:
        """A word that stands in one value of an option only names it: "google", "stainless"; "512gb" without "ssd"."""
        where: dict[Key, set[str]] = {}
        for value in values:
            tokens = _key(value)
            if len(tokens) < 2:
                continue
            for word in tokens:
                if word.isalpha() and word.isascii() and len(word) >= _SHORTEST_ALIAS and word not in _NO_ALIAS:
                    where.setdefault((word,), set()).add(value)
            if len(tokens) == 3 and tokens[0][0].isdigit():
                where.setdefault(tokens[:2], set()).add(value)
            if all(word.isascii() and word.isalpha() for word in tokens):
                where.setdefault(("".join(tokens),), set()).add(value)
        for form, named in where.items():
            if len(named) == 1 and form not in self.keys:
                self._put(form, (key, next(iter(named))))

    def _put(self, form: Key, pair: Pair) -> None:
        if not form or form == ("yes",) or form == ("no",):
            return
        known = self.values.setdefault(form, [])
        if pair not in known:
            known.append(pair)
        alone = form[0]
        if len(form) == 1 and (alone[0].isdigit() or (len(alone) == 1 and alone not in ("s", "m", "l")) or alone == "none"):
            self.weak.add(form)

    def find(self, text: str) -> Iterator[Said]:
        """Every option value named in a normalised text, from left to right."""
        tokens = tokens_of(text)
        at = 0
        while at < len(tokens):
            found = self._at(text, tokens, at)
            if found is None:
                at += 1
                continue
            said, at = found
            yield said

    def _at(self, text: str, tokens: Sequence[_Token], at: int) -> tuple[Said, int] | None:
        for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
            form = tuple(one.word for one in tokens[at : at + length])
            pairs = self.values.get(form)
            if pairs is None:
                continue
            first, last, narrowed = self._beside(text, tokens, at, at + length, pairs)
            if form in self.weak and narrowed is None:
                continue
            return Said(tuple(narrowed or pairs), tokens[first].start, tokens[last - 1].end), last
        return None

    def _beside(
        self, text: str, tokens: Sequence[_Token], first: int, last: int, pairs: Sequence[Pair]
    ) -> tuple[int, int, list[Pair] | None]:
        """The place together with an option named right before or after it, and the pairs of that option."""
        for length in range(_LONGEST_KEY, 0, -1):
            for start, end in ((last, last + length), (first - length, first)):
                if start < 0 or end > len(tokens):
                    continue
                gap = text[tokens[end - 1].end : tokens[first].start] if start < first else text[tokens[last - 1].end : tokens[start].start]
                keys = None if _APART.search(gap) else self.keys.get(tuple(one.word for one in tokens[start:end]))
                narrowed = [pair for pair in pairs if keys and pair[0] in keys]
                if narrowed and len(narrowed) <= len(pairs):
                    return (first, last, narrowed) if start < first else (first, end, narrowed)
        return first, last, None

    def find_keys(self, text: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
        """Every option that is named by itself ("same size", 尺码不变)."""
        tokens = tokens_of(text)
        for at in range(len(tokens)):
            for length in range(min(_LONGEST_KEY, len(tokens) - at), 0, -1):
                keys = self.keys.get(tuple(one.word for one in tokens[at : at + length]))
                if keys:
                    yield tuple(keys), tokens[at].start, tokens[at + length - 1].end
                    break


def tokens_of(text: str) -> list[_Token]:
    """The words of a normalised text in one spelling, with their places."""
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        after_number = bool(tokens) and tokens[-1].word[0].isdigit() and match.start() - tokens[-1].end <= 1
        tokens.append(_Token(_spelled(word, after_number), match.start(), match.end()))
    return tokens


def _spelled(word: str, after_number: bool) -> str:
    word = word.replace("’", "'").removesuffix("'s")
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if after_number:
        return _UNITS.get(word, "x" if word == "time" else word)
    return _NUMBERS.get(word, _SPELLINGS.get(word, word))


def _key(text: str) -> Key:
    return tuple(one.word for one in tokens_of(normalise(str(text)).text))


def _names(data: Mapping[str, Any] | None) -> list[str]:
    """Labels and synonyms of a dictionary entry in every language."""
    if not data:
        return []
    return [*map(str, (data.get("labels") or {}).values()), *(str(one) for group in (data.get("synonyms") or {}).values() for one in group or ())]


def _numbers(products: Sequence[Product]) -> frozenset[str]:
    """The numbers of products and variants, where they are numbers that a customer could read somewhere."""
    ids = [*(product.id for product in products), *(variant.id for product in products for variant in product.variants)]
    return frozenset(one for one in ids if one.isdecimal() and len(one) >= _SHORTEST_NUMBER)
