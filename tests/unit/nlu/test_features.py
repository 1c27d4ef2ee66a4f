"""Features stand where their characters stand, and homophones share some."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xiaoer.nlu.features import grams_of
from xiaoer.nlu.normalise import normalise


@given(st.text(alphabet=st.characters(), max_size=60))
def test_features_lie_within_the_text(text: str) -> None:
    length = len(normalise(text).text)
    for gram, start, end in grams_of(text):
        assert 0 <= start < end <= length
        assert gram


def features(text: str) -> set[str]:
    return {gram for gram, _, _ in grams_of(text)}


def test_a_homophone_typed_by_mistake_shares_its_sound() -> None:
    shared = features("诱惑吗") & features("有货吗")
    assert {gram for gram in shared if gram.startswith("p")} >= {"pyou huo"}


def test_order_numbers_look_alike() -> None:
    assert features("SP2026110300017") - {"wsp"} == features("SP2026111900999") - {"wsp"}


def test_traditional_and_full_width_letters_are_the_same_to_the_model() -> None:
    assert features("我要退貨，Ｈｏｏｄｉｅ") == features("我要退货，hoodie")


def test_words_and_their_neighbours() -> None:
    found = features("this hoodie 有XL吗")
    assert {"h有", "h吗"} <= found
    assert {gram for gram in found if "hoodi" in gram}, "the English word is seen in a Chinese sentence"
