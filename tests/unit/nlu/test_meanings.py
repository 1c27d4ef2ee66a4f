"""Words stand near words that mean the same, each where it is written, and their vectors sum to the message's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.nlu import meanings
from xiaoer.nlu.features import runs_of
from xiaoer.nlu.normalise import normalise


def near(one: str, other: str) -> float:
    return float(meanings.unit_of(runs_of(one)) @ meanings.unit_of(runs_of(other)))


@pytest.mark.parametrize(
    ("word", "kin", "stranger"),
    [
        ("parcel", "package", "shoes"),
        ("cheap", "expensive", "umbrella"),
        ("refund", "reimbursement", "colour"),
        ("快递", "速递", "颜色"),
        ("便宜", "划算", "台灯"),
        ("发票", "收据", "鞋子"),
    ],
)
def test_words_that_mean_much_the_same_are_near(word: str, kin: str, stranger: str) -> None:
    assert near(word, kin) > near(word, stranger) + 0.2


def test_an_unknown_ending_is_known_by_its_stem() -> None:
    assert near("refund", "refunds") > 0.7


@given(st.text(alphabet=st.characters(), max_size=60))
def test_the_words_sum_to_the_message(text: str) -> None:
    normal = normalise(text).text
    runs = runs_of(normal)
    found = list(meanings.list_meanings(runs))
    for one in found:
        assert normal[one.start : one.end] == one.word
    whole = np.sum([one.vector for one in found], axis=0) if found else np.zeros(meanings.size())
    assert np.allclose(whole, meanings.sum_of(runs), atol=1e-4)
    assert np.linalg.norm(meanings.unit_of(runs)) == pytest.approx(1.0 if np.any(meanings.sum_of(runs)) else 0.0, abs=1e-4)


def test_what_is_no_word_means_nothing() -> None:
    assert not meanings.unit_of(runs_of("xqzvw 12345 ?!")).any()
