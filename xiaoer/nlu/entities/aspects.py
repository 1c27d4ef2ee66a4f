"""Which attribute of a product is asked about: "多少瓦", "is it waterproof", "how heavy". From the shop's own dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xiaoer.nlu.entities.spans import entity
from xiaoer.nlu.normalise import Normalised, normalise
from xiaoer.nlu.types import Entity

_SHORTEST = {"zh": 2, "en": 3}
_HOW_MANY = {"zh": ("多少{unit}", "几{unit}"), "en": ("how many {unit}", "how much {unit}")}
# Words that say too little by themselves, whatever a dictionary calls by them.
_COMMON = frozenset({"for", "use", "care", "good for", "people", "fit", "set", "holds", "lasts", "款式", "定时", "认证"})


@dataclass
class Aspects:
    """Words to attribute keys. Build it once for a dictionary."""

    keys: dict[str, list[str]] = field(default_factory=dict)
    _pattern: re.Pattern[str] | None = None

    @classmethod
    def build(cls, attributes: Mapping[str, Any]) -> Aspects:
        """From the dictionary's `attributes`: their labels, `synonyms` and units ("how many watts") in zh and en."""
        made = cls()
        for key, data in attributes.items():
            for language in ("zh", "en"):
                names = [data.get("labels", {}).get(language, ""), *((data.get("synonyms") or {}).get(language) or ())]
                unit = (data.get("unit") or {}).get(language, "")
                if unit:
                    names += [asked.format(unit=unit) for asked in _HOW_MANY[language]]
                for name in names:
                    made._add(str(name), key, language)
        words = sorted(made.keys, key=len, reverse=True)
        if words:
            made._pattern = re.compile("|".join(_as_pattern(word) for word in words))
        return made

    def _add(self, name: str, key: str, language: str) -> None:
        word = _plain(normalise(name).text)
        if len(word) < _SHORTEST[language] or word in _COMMON:
            return
        keys = self.keys.setdefault(word, [])
        if key not in keys:
            keys.append(key)

    def find(self, original: str, normal: Normalised, taken: Sequence[Entity]) -> Iterator[Entity]:
        """Every attribute asked about. `taken`: products and types named, whose names say nothing about what is asked."""
        if self._pattern is None:
            return
        for match in self._pattern.finditer(normal.text):
            keys = self.keys.get(_plain(match.group()))
            found = None if keys is None else entity("aspect", original, normal, match.start(), match.end(), {"keys": list(keys)})
            if found is not None and not any(one.start < found.end and found.start < one.end for one in taken):
                yield found


def _plain(word: str) -> str:
    return re.sub(r"[\s-]+", " ", word).strip()


def _as_pattern(word: str) -> str:
    """Latin words match on word borders, with a space or a hyphen between them."""
    escaped = re.escape(word).replace(r"\ ", r"[\s-]?" if word[0] >= "㐀" else r"[\s-]")
    return escaped if word[0] >= "㐀" else rf"(?<![a-z]){escaped}(?![a-z])"
