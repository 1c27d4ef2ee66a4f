"""Which language a message is in."""

from __future__ import annotations

import pytest

from xiaoer.nlu.language import language_of


@pytest.mark.parametrize(
    ("text", "hint", "expected"),
    [
        ("我要退货", "en", "zh"),
        ("where is my order", "zh", "en"),
        ("这个 hoodie 有 XL 吗", "en", "zh"),
        ("can I return the 卫衣 please", "zh", "en"),
        ("OK", "zh", "zh"),
        ("ok", "en", "en"),
        ("SP2026110300017", "zh", "zh"),
        ("SP2026110300017", "en", "en"),
        ("👍", "zh", "zh"),
        ("", "en", "en"),
        ("嗯", "en", "zh"),
        ("退", "en", "zh"),
    ],
)
def test_the_language_of_a_message(text: str, hint: str, expected: str) -> None:
    assert language_of(text, hint) == expected
