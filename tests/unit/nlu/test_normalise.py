"""Normalising folds spellings together and always finds the way back to the original characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.nlu.normalise import MOST_CHARACTERS, normalise

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)  # surrogates, control characters and unassigned ones included
MIXED = st.text(alphabet="ＡｂＣ１２３㎏①ﬁß 退貨發貨買賣軟體，。İ\u0301\u200d👨‍👩‍👧\ud800\x00", max_size=30)


@given(st.one_of(ANY_TEXT, MIXED))
def test_every_character_knows_where_it_came_from(text: str) -> None:
    normal = normalise(text)
    assert len(normal.origin) == len(normal.text)
    assert list(normal.origin) == sorted(normal.origin)
    assert all(0 <= place < len(text) for place in normal.origin)


@given(st.one_of(ANY_TEXT, MIXED), st.data())
def test_a_span_points_into_the_original(text: str, data: st.DataObject) -> None:
    normal = normalise(text)
    start = data.draw(st.integers(0, len(normal.text)))
    end = data.draw(st.integers(0, len(normal.text)))
    first, last = normal.span(start, end)
    assert 0 <= first <= last <= len(text)
    if start < end:
        assert normalise(text[first:last]).text.find(normal.text[start:end]) >= 0


@given(MIXED)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＳＰ２０２６", "sp2026"),
        ("退貨運費", "退货运费"),
        ("Ｈoodie　ＸＬ？", "hoodie xl?"),
        ("60㎏", "60kg"),
        ("a\x00b\ud800c", "a b c"),
        ("", ""),
    ],
)
def test_spellings_fold_together(text: str, expected: str) -> None:
    assert normalise(text).text == expected


def test_a_long_text_is_read_up_to_a_limit() -> None:
    assert len(normalise("退" * 1_000_000).text) == MOST_CHARACTERS
