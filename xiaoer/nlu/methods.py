"""Ways to pay as customers call them: "my Visa", 尾号2478的信用卡, "the original one", and what they say it shall not be."""

from __future__ import annotations

import re
from typing import NamedTuple

_ORIGINAL = re.compile(
    r"\boriginal(?:ly)?\b|\b(?:same|way) (?:i|card|method|as) ?(?:paid|before)?|\bpaid with\b|\bwhatever i used\b|\bused (?:before|for it|originally)\b|原来|原路|原支付|原付款|原卡|付款时"
)
_KINDS: tuple[tuple[str, str], ...] = (
    ("gift_card", r"\bgift[ -]?cards?\b|\bstore credit\b|礼品卡|礼物卡"),
    ("paypal", r"\bpay ?pal\b|贝宝"),
    ("visa", r"\bvisa\b|维萨"),
    ("mastercard", r"\bmaster ?card\b|万事达"),
    ("amex", r"\bamex\b|\bamerican express\b|运通"),
    ("credit_card", r"\b(?:credit|debit|bank) ?cards?\b|信用卡|银行卡|\bmy card\b"),
    ("wechat", r"微信|\bwechat\b"),
    ("alipay", r"支付宝|\balipay\b"),
)
_LAST4 = re.compile(
    r"(?:ending(?: in| with)?|ends? (?:in|with)|尾号(?:为|是)?|last (?:four|4)(?: digits)?(?: are)?|\*+)\D{0,4}(\d{4})(?!\d)|(?<!\d)(\d{4})\s*(?:结尾|尾号)"
)
_NEGATED = re.compile(
    r"\b(?:not|rather than|instead of|no longer)\s+(?:to |on |with )?(?:my |the )?$|(?:不要|不用|而不是|别用|不是)(?:退)?(?:到)?(?:我的)?$"
)


class MethodSaid(NamedTuple):
    """A way to pay that was named: kinds (brands before "card"), the last digits, or the one that was used before."""

    kinds: tuple[str, ...] = ()
    last4: str = ""
    is_original: bool = False


def method_in(text: str) -> MethodSaid | None:
    """The way to pay that a line names, or None."""
    words = text.lower()
    last4 = next((a or b for a, b in _LAST4.findall(words)), "")
    named = [kind for kind, pattern in _KINDS if any(not _NEGATED.search(words[: one.start()]) for one in re.finditer(pattern, words))]
    kinds = tuple(kind for kind in named if kind != "credit_card") or tuple(named)
    is_original = bool(_ORIGINAL.search(words))
    return MethodSaid(kinds, last4, is_original) if kinds or last4 or is_original else None
