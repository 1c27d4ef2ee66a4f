"""How fast one caller may go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xiaoer.web.api import pace as module
from xiaoer.web.api.pace import Pace


class Ticks:
    """A clock to turn by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_wait_then_on() -> None:
    ticks = Ticks()
    pace = Pace(60, burst=2, clock=ticks)
    assert [pace.take("a"), pace.take("a")] == [0, 0]
    assert pace.take("a") == 1.0
    assert pace.take("b") == 0
    ticks.now = 1.0
    assert pace.take("a") == 0
    assert pace.take("a") > 0


@given(st.lists(st.floats(min_value=0, max_value=5), max_size=60), st.integers(min_value=1, max_value=20))
def test_never_more_than_the_burst_and_the_rate(pauses: list[float], burst: int) -> None:
    ticks = Ticks()
    pace = Pace(60, burst=burst, clock=ticks)
    taken = 0
    for pause in pauses:
        ticks.now += pause
        taken += pace.take("a") == 0
    assert taken <= burst + ticks.now + 1e-6


def test_forgotten_keys_do_not_pile_up(monkeypatch: object) -> None:
    ticks = Ticks()
    pace = Pace(60, burst=1, clock=ticks)
    for number in range(module._MOST_KEPT + 10):
        pace.take(str(number))
    assert len(pace._filled) <= module._MOST_KEPT
    ticks.now = 100.0
    for number in range(module._MOST_KEPT):
        pace.take(f"later-{number}")
    assert "5" not in pace._filled
