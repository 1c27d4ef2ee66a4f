"""A customer's line without the customer: what names a person, a place or an order is hidden before the line is kept to learn from.

What is hidden keeps its shape (digits become zeros), so the reader sees the same features as before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xiaoer.nlu.types import Entity

_HIDDEN = {"phone", "email", "address", "order_number", "tracking_number", "code", "last_digits", "company"}
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){4,}")  # cards, identity numbers, and whatever else has five digits and more
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_NAME = re.compile(
    r"(?P<lead>(?:我叫|我姓|我的名字是|收件人|收货人|联系人|姓名)\s*[:：是]?\s*|\b(?:my name is|name is|this is|i am called)\s+)"
    r"(?P<name>[一-鿿·]{1,4}|[A-Za-z]+(?:\s[A-Za-z]+)?)",
    re.IGNORECASE,
)
_WORDS = {
    "zh": {"address": "某省某市某路0号", "email": "name@example.com", "company": "某公司", "name": "某某"},
    "en": {"address": "0 Some Street", "email": "name@example.com", "company": "Some Company", "name": "Somebody"},
}


def mask_line(text: str, entities: Sequence[Entity], language: str) -> str:
    """The line with every contact, address, number of an order and name hidden."""
    words = _WORDS["zh" if language == "zh" else "en"]
    for one in sorted((one for one in entities if one.kind in _HIDDEN), key=lambda one: -one.start):
        text = text[: one.start] + words.get(one.kind, _zeros(one.text)) + text[one.end :]
    text = _LINK.sub("https://example.com", text)
    text = _EMAIL.sub("name@example.com", text)
    text = _LONG_NUMBER.sub(lambda found: _zeros(found.group()), text)
    return _NAME.sub(lambda found: found.group("lead") + words["name"], text)


def _zeros(text: str) -> str:
    return re.sub(r"\d", "0", text)
