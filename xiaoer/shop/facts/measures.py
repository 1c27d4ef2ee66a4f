"""What a product measures under a word of comparison: "lightest" is its weight, "largest" its capacity, "cheapest" its price."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiaoer.shop.types import Product

PRICE, WARRANTY = "price", "warranty_months"


@dataclass(frozen=True, slots=True)
class Ordering:
    """By which attribute to compare (the first of `keys` that the products have), and whether more comes first."""

    keys: tuple[str, ...]
    is_most: bool
    word: str


_CAPACITY = (
    "capacity_l",
    "capacity_ml",
    "battery_mah",
    "volume_ml",
    "people",
    "room_m2",
    "diameter_cm",
    "screen_in",
    "length_cm",
)
_BATTERY = ("battery_h", "battery_days", "battery_mah", "lasts_h")
_WARM = ("warm_c",)
_POWER = ("suction_kpa", "power_w", "pressure_bar", "brightness_lm")
# (superlative, comparative, keys, more comes first)
_TABLE: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    (r"最便宜|最低价|价格最低|最实惠|\bcheapest\b|\bleast expensive\b|\blowest[- ]price|\bmost affordable\b", r"更便宜|便宜[一点些吗]|哪[个款]便宜|\bcheaper\b|\bless expensive\b", (PRICE,), False),
    (r"最贵|价格最高|\bmost expensive\b|\bpriciest\b|\bdearest\b", r"更贵|贵一点|哪[个款]贵|\bmore expensive\b|\bdearer\b|\bpricier\b", (PRICE,), True),
    (r"最轻|\blightest\b", r"更轻|轻一点|轻[吗些]|哪[个款]轻|\blighter\b", ("weight_g",), False),
    (r"最重|\bheaviest\b", r"更重|重一点|哪[个款]重|\bheavier\b", ("weight_g",), True),
    (r"最(?:耐用|持久)|续航最[长久好]|用得最久|电池最[大好]|电量最[大多]|\blongest[- ](?:battery|lasting)|\bbest battery\b|\bbiggest battery\b|\blongest battery life\b", r"续航更|更耐用|用得更久|\blonger battery|\bbetter battery\b|\blasts? longer\b", _BATTERY, True),
    (r"最大(?:的)?容量|容量最大|最能装|装得最多|最大|\blargest\b|\bbiggest\b|\broomiest\b|\bmost spacious\b|\bholds? the most\b", r"更大|容量大|更能装|大一点|哪[个款]大|\blarger\b|\bbigger\b|\broomier\b", _CAPACITY, True),
    (r"最小|\bsmallest\b|\bmost compact\b|\btiniest\b", r"更小|小一点|\bsmaller\b|\bmore compact\b", ("packed_cm", *_CAPACITY), False),
    (r"最安静|最静音|噪音最[小低]|声音最小|\bquietest\b|\bleast noisy\b|\bmost silent\b", r"更安静|更静音|\bquieter\b|\bless noisy\b", ("noise_db",), False),
    (r"最保暖|最暖|最抗冻|\bwarmest\b", r"更保暖|更暖|\bwarmer\b", _WARM, False),
    (r"蓬松度最高|\bhighest fill power\b", r"蓬松度更高|\bhigher fill power\b", ("fill_power",), True),
    (r"功率最[大高]|吸力最[大强]|最强劲|最有劲|\bmost powerful\b|\bstrongest\b|\bhighest wattage\b", r"功率更|吸力更|更强劲|\bmore powerful\b|\bstronger\b", _POWER, True),
    (r"最亮|亮度最高|\bbrightest\b", r"更亮|\bbrighter\b", ("brightness_lm",), True),
    (r"充电最快|充得最快|\bfastest[- ]charging\b|\bcharges (?:the )?fastest\b", r"充电更快|\bcharges faster\b", ("charge_h",), False),
    (r"防水(?:性)?最[好强]|最防水|\bmost waterproof\b|\bbest waterproof", r"更防水|防水更好|\bmore waterproof\b", ("waterproof_mm",), True),
    (r"保温最[久长好]|\bkeeps? (?:hot|warm|drinks hot) (?:the )?longest\b", r"保温更|\bkeeps? (?:hot|warm) longer\b", ("keep_hot_h",), True),
    (r"防晒(?:指数)?最[高强]|\bhighest spf\b", r"防晒更|\bhigher spf\b", ("spf",), True),
    (r"线最长|最长的线|\blongest cable\b", r"线更长|\blonger cable\b", ("cable_length_cm",), True),
    (r"口袋最多|\bmost pockets\b", r"口袋更多|\bmore pockets\b", ("pockets",), True),
    (r"最高|\btallest\b", r"更高|\btaller\b", ("height_cm",), True),
    (r"最长|\blongest\b", r"更长|\blonger\b", ("length_cm",), True),
    (r"跟最高|\bhighest heels?\b", r"跟更高|\bhigher heel", ("heel_cm",), True),
    (r"(?:保修|质保)(?:期)?最[长久]|\blongest (?:warranty|guarantee)\b", r"保修更|\blonger (?:warranty|guarantee)\b", (WARRANTY,), True),
)  # fmt: skip
_LABELLED = {
    "zh": r"{name}(?:是|的)?最(?:(?:高|大|多|长|强)|(?P<least>低|小|少|短))",
    "en": r"\b(?:(?:highest|most|largest|longest|biggest|best)|(?P<least>lowest|least|smallest|shortest)) {name}\b",
}
_SUPERLATIVES = tuple((re.compile(most), keys, is_most) for most, _, keys, is_most in _TABLE)
_COMPARATIVES = tuple((re.compile(f"{most}|{more}"), keys, is_most) for most, more, keys, is_most in _TABLE)


def find_superlative(words: str) -> Ordering | None:
    """The superlative in lower-case words, the longest one where several match ("battery lasts longest" is no length)."""
    return _longest(words, _SUPERLATIVES)


def labelled_superlative(words: str, dictionary: Mapping[str, Any], pool: Sequence[Product]) -> Ordering | None:
    """A superlative of an attribute that is called by its name: SPF最高, the lowest noise. Of several the longest name."""
    found: list[Ordering] = []
    for key, data in dictionary.get("attributes", {}).items():
        if data.get("type") == "number" and key_for(pool, (key,)) is not None:
            found += [Ordering((key,), match.group("least") is None, match.group()) for match in _said(words, data)]
    return max(found, key=lambda one: len(one.word), default=None)


def _said(words: str, data: Mapping[str, Any]) -> Iterator[re.Match[str]]:
    """Where a superlative stands beside the label or a synonym of an attribute, or a part of it (防晒指数 SPF)."""
    for language in ("zh", "en"):
        names = (data.get("labels", {}).get(language, ""), *((data.get("synonyms") or {}).get(language) or ()))
        parts = {part for one in names for part in (str(one).lower(), *str(one).lower().split()) if len(part) > 1}
        for part in parts:
            match = re.search(_LABELLED[language].format(name=re.escape(part)), words)
            if match:
                yield match


def find_comparative(words: str) -> Ordering | None:
    """The word by which two things are compared, superlatives included."""
    return _longest(words, _COMPARATIVES)


def _longest(words: str, table: Sequence[tuple[re.Pattern[str], tuple[str, ...], bool]]) -> Ordering | None:
    found = [(match.group(), keys, is_most) for pattern, keys, is_most in table if (match := pattern.search(words))]
    if not found:
        return None
    word, keys, is_most = max(found, key=lambda one: len(one[0]))
    return Ordering(keys, is_most, word)


def measure(product: Product, key: str) -> float | None:
    """The product's number under this key: its lowest price (minor units) in stock, its warranty, or the attribute; None without one."""
    if key == PRICE:
        prices = [one.price_minor for one in product.variants if one.stock > 0] or [
            one.price_minor for one in product.variants
        ]
        return float(min(prices)) if prices else None
    if key == WARRANTY:
        return float(product.warranty_months)
    value = product.attributes.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def key_for(products: Sequence[Product], keys: Sequence[str]) -> str | None:
    """The key that most of the products can be compared by; the first named where several do, None where no two can."""
    counts = {key: sum(measure(one, key) is not None for one in products) for key in keys}
    best = max(counts.values(), default=0)
    return next((key for key in keys if counts[key] == best), None) if best >= min(2, len(products)) and best else None


def rank(products: Sequence[Product], key: str, *, is_most: bool) -> list[tuple[Product, float]]:
    """Products with their number, the best first; those without one are left out."""
    measured = [(one, value) for one in products if (value := measure(one, key)) is not None]
    return sorted(measured, key=lambda pair: (-pair[1] if is_most else pair[1], pair[0].id))
