"""The next move: what the guard forbids, and what the score prefers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.dialogue.choice import MOST_ASKED, MOVES, Move, allowed_moves, choose

CALM = {"bias": 1.0, "asked": 0.0, "angry": 0.0, "upset": 0.0, "repairs": 0.0}


@given(st.sampled_from(MOVES), st.integers(0, 5), st.booleans(), st.booleans(), st.floats(0, 5), st.booleans())
def test_only_allowed_moves_are_made_and_probabilities_add_up(
    proposed: Move, asked: int, is_confirmed: bool, is_plain: bool, repairs: float, is_angry: bool
) -> None:
    allowed = allowed_moves(proposed, asked=asked, is_confirmed=is_confirmed, is_plain=is_plain)
    choice = choose(proposed, allowed, {**CALM, "asked": float(asked), "repairs": repairs, "angry": float(is_angry)})
    assert choice.move in allowed
    assert sum(choice.probabilities.values()) == pytest.approx(1.0)
    assert set(choice.probabilities) == set(allowed)


def test_nothing_is_done_without_a_yes() -> None:
    assert "act" not in allowed_moves("act", asked=0, is_confirmed=False, is_plain=False)
    assert allowed_moves("act", asked=0, is_confirmed=True, is_plain=False) == ("act",)


def test_nobody_is_asked_a_fourth_time() -> None:
    assert allowed_moves("ask", asked=MOST_ASKED, is_confirmed=False, is_plain=False) == ("hand_off",)


def test_the_angry_are_not_asked_a_third_time() -> None:
    allowed = allowed_moves("ask", asked=2, is_confirmed=False, is_plain=False)
    assert choose("ask", allowed, {**CALM, "asked": 2.0}).move == "ask"
    assert choose("ask", allowed, {**CALM, "asked": 2.0, "angry": 1.0}).move == "hand_off"
