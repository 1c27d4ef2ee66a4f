"""Tokens: ours, so that every engine sees the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.knowledge.tokens import fold, tokens_of


@given(st.text(alphabet=st.characters(), max_size=80))
def test_any_text_has_tokens_without_blanks(text: str) -> None:
    tokens = tokens_of(text)
    assert all(token and not token.isspace() and " " not in token for token in tokens)
    assert tokens_of(text) == tokens


ALIKE = [("運費", "运费"), ("ＨＯＯＤＩＥ", "hoodie"), ("Returns", "return"), ("shipped", "shipping")]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_share_their_tokens(one: str, other: str) -> None:
    assert set(tokens_of(one)) & set(tokens_of(other))


def test_chinese_is_cut_into_characters_and_pairs() -> None:
    assert {"运", "费", "运费"} <= set(tokens_of("运费怎么算"))


def test_numbers_are_kept() -> None:
    assert {"7", "99.5"} <= set(tokens_of("7天内满99.5元"))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert tokens_of(fold(text)) == tokens_of(text)
