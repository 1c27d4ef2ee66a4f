"""This shop's products, types, colours, sizes and attributes, found by name, nickname and synonym in both languages.

Longest match first. Latin names match on word borders and with a plural s; Chinese names anywhere, also by sound when no
character matches (homophone typing).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xiaoer.nlu.entities.aspects import Aspects
from xiaoer.nlu.entities.namesakes import heads_of, marks_of
from xiaoer.nlu.entities.options import Options
from xiaoer.nlu.entities.spans import entity
from xiaoer.nlu.normalise import Normalised, normalise
from xiaoer.nlu.types import Entity
from xiaoer.shop.types import Product

_SIZE = re.compile(r"(?<![a-z\d'’])(xxxl|xxl|xl|xs|[sml]|[2-4]xl)(?![a-z\d'])\s*(?:码|号)?|(?<![\d.])(2[2-9]|3\d|4[0-6])\s*(?:码|号)|\bsize\s*(\d{2}|xxl|xl|xs|[sml])\b|\beu\s?(3\d|4[0-6])\b")
# "Too small" says why it goes back, not which size is meant.
_NO_COMPLAINT = r"(?<![a-z])(?<!too )(?<!very )(?<!bit )(?<!so )(?<!little )(?<!extra )"
_WORDS_OF_SIZE = {"small": "S", "medium": "M", "large": "L", "extra large": "XL", "小码": "S", "中码": "M", "大码": "L", "加大码": "XL"}
_TRUE_ATTRIBUTES = (
    ("waterproof", r"防水|\bwater ?proof\b|\bwater[- ]resistant\b"),
    ("dishwasher_safe", r"洗碗机|\bdishwasher\b"),
    ("wireless", r"无线|\bwireless\b"),
    ("foldable", r"折叠|\bfold(?:able|ing)\b"),
    ("machine_washable", r"机洗|\bmachine[- ]wash(?:able)?\b"),
)
_MOST_IDS = 8
_MOST_OF_A_KIND = 24  # "my shoes" must reach every pair that an order may hold
_GENERIC = frozenset({"set", "套装", "个", "one", "kids", "white", "box", "light", "good", "order", "card", "return", "sale"})


@dataclass
class Gazetteer:
    """Names to values. Build it once for a catalogue."""

    names: dict[str, tuple[str, Any]] = field(default_factory=dict)
    sounds: dict[str, str] = field(default_factory=dict)
    _latin: re.Pattern[str] | None = None
    _cjk: re.Pattern[str] | None = None
    attribute_keys: frozenset[str] = frozenset()
    aspects: Aspects = field(default_factory=Aspects)
    options: Options = field(default_factory=Options)
    _marks: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def build(cls, products: Sequence[Product], words: Mapping[str, Any]) -> Gazetteer:
        """From products and the shop's dictionary (`colours`, `values` with labels and synonyms in zh and en)."""
        made = cls(attribute_keys=frozenset(key for product in products for key in product.attributes))
        kinds: dict[str, list[str]] = {}
        named: dict[str, list[str]] = {}
        for product in products:
            for language in ("zh", "en"):
                kind = normalise(product.kind.get(language, "")).text
                kinds.setdefault(kind, []).append(product.id)
                for name in (product.names.get(language, ""), *product.nicknames.get(language, ())):
                    named.setdefault(normalise(name).text, []).append(product.id)
        for name, ids in named.items():
            if name and name not in kinds and name not in _GENERIC:
                made.names[name] = ("product", {"product_ids": ids[:_MOST_IDS], "score": 1.0})
        for kind, ids in kinds.items():
            if kind and kind not in _GENERIC:
                first = [one for one in named.get(kind, ()) if one in ids]
                ordered = [*first, *(one for one in ids if one not in first)]
                made.names[kind] = ("kind", {"product_ids": ordered[:_MOST_OF_A_KIND], "word": kind})
        for head, ids in heads_of({**named, **kinds}).items():
            if head not in made.names and head not in _GENERIC:
                made.names[head] = ("kind", {"product_ids": ids[:_MOST_OF_A_KIND], "word": head})
        made._add_words("colour", words.get("colours", {}))
        made._add_words("material", _materials(words))
        made.aspects = Aspects.build(words.get("attributes", {}))
        made.options = Options.build(products, words)
        made._add_marks(products, words)
        made._compile()
        return made

    def _add_marks(self, products: Sequence[Product], words: Mapping[str, Any]) -> None:
        """A word of the dictionary ("waterproof", 防水) asks for a property, one of a type ("dryer") names all of its kind."""
        types = [normalise(text).text for product in products for text in product.kind.values()]
        common = _pairs_and_words(words) | marks_of(types, "", frozenset())
        for product in products:
            names = [normalise(name).text for one in ("zh", "en") for name in _names(product, one)]
            kinds = [normalise(product.kind.get(one, "")).text for one in ("zh", "en")]
            self._marks[product.id] = frozenset.intersection(*(marks_of(names, kind, common) for kind in kinds))

    def _add_words(self, kind: str, slugs: Mapping[str, Any]) -> None:
        for slug, data in slugs.items():
            names = [*data.get("labels", {}).values(), *(w for group in (data.get("synonyms") or {}).values() for w in group or ())]
            for name in names:
                text = normalise(str(name)).text
                if text and text not in self.names and (len(text) > 1 or kind == "colour"):
                    self.names[text] = (kind, slug)

    def _compile(self) -> None:
        latin = sorted((name for name in self.names if name[0] < "㐀"), key=len, reverse=True)
        cjk = sorted((name for name in self.names if name[0] >= "㐀"), key=len, reverse=True)
        self._latin = re.compile(rf"(?<![a-z])({'|'.join(map(re.escape, latin))})(?:e?s)?(?![a-z])") if latin else None
        self._cjk = re.compile("|".join(map(re.escape, cjk))) if cjk else None

    def find(self, original: str, normal: Normalised) -> Iterator[Entity]:
        """Everything of the shop that is named, longest first, no character used twice."""
        taken: list[tuple[int, int]] = []
        called: list[Entity] = []
        for start, end, name in self._matches(normal.text):
            if any(start < stop and begin < end for begin, stop in taken):
                continue
            taken.append((start, end))
            kind, value = self.names[name]
            kind, value = self._told_apart(kind, value, normal.text)
            one = entity(kind, original, normal, start, end, value)
            called += [one] if kind in ("product", "kind") else []
            yield one
        yield from self.aspects.find(original, normal, called)
        yield from _sizes(original, normal, taken)
        for key, pattern in _TRUE_ATTRIBUTES:
            match = re.search(pattern, normal.text)
            if match and key in self.attribute_keys:
                value = {"key": key, "op": "is", "value": True}
                yield entity("attribute", original, normal, match.start(), match.end(), value)

    def _told_apart(self, kind: str, value: Any, text: str) -> tuple[str, Any]:
        """A type with a word that only some of its products are called by ("the citywalk backpack") names those."""
        if kind != "kind":
            return kind, value
        said = set(re.findall(r"[a-z]+", text))
        marks = {one: self._marks.get(one, frozenset()) for one in value["product_ids"]}
        scores = {one: sum(mark in (said if mark[0] < "㐀" else text) for mark in found) for one, found in marks.items()}
        best = max(scores.values(), default=0)
        named = [one for one, score in scores.items() if score == best > 0]
        if not named or len(named) == len(scores):
            return kind, value
        if len(named) == 1:
            return "product", {"product_ids": named, "score": 0.9}
        return kind, {**value, "product_ids": [*named, *(one for one in scores if one not in named)]}

    def _matches(self, text: str) -> list[tuple[int, int, str]]:
        found: list[tuple[int, int, str]] = []
        if self._latin is not None:
            found += [(m.start(), m.end(), m.group(1)) for m in self._latin.finditer(text)]
        if self._cjk is not None:
            found += [(m.start(), m.end(), m.group()) for m in self._cjk.finditer(text)]
        return sorted(found, key=lambda one: one[0] - one[1])


def _names(product: Product, language: str) -> tuple[str, ...]:
    return (product.names.get(language, ""), *product.nicknames.get(language, ()))


def _pairs_and_words(words: Mapping[str, Any]) -> frozenset[str]:
    """The dictionary's own words, cut as the marks of names are."""
    entries = [data for group in ("attributes", "colours", "values", "options") for data in words.get(group, {}).values()]
    texts = [str(text) for data in entries for text in (data.get("labels") or {}).values()]
    texts += [str(text) for data in entries for group in (data.get("synonyms") or {}).values() for text in group or ()]
    return marks_of([normalise(text).text for text in texts], "", frozenset())


def _materials(words: Mapping[str, Any]) -> Mapping[str, Any]:
    material = words.get("attributes", {}).get("material", {})
    values = words.get("values", {})
    return {slug: values[slug] for slug in material.get("values", ()) if slug in values}


def _sizes(original: str, normal: Normalised, taken: Iterable[tuple[int, int]]) -> Iterator[Entity]:
    used = list(taken)
    for match in _SIZE.finditer(normal.text):
        if any(match.start() < end and start < match.end() for start, end in used):
            continue
        word = next(group for group in match.groups() if group).upper()
        size = {"2XL": "XXL", "3XL": "XXXL"}.get(word, word)
        yield entity("size", original, normal, match.start(), match.end(), size)
    for name, size in _WORDS_OF_SIZE.items():
        place = normal.text.find(name)
        if place >= 0 and (name[0] >= "㐀" or re.search(rf"{_NO_COMPLAINT}{name}(?![a-z])(?! enough)", normal.text)):
            yield entity("size", original, normal, place, place + len(name), size)
