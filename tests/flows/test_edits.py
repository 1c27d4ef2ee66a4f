"""Articles are edited while the process is killed with -9: the small sister of `python -m benchmarks.edits --edits 10000`."""

from __future__ import annotations

import random

import pytest

from benchmarks.edits import Ledger, play


@pytest.mark.parametrize("engine", ["embedded", "elasticsearch"])
def test_nothing_is_lost_and_nothing_is_stale(engine: str) -> None:
    ledger, kills = play(40, 15, 20, engine=engine, seed=random.randrange(1000))
    assert ledger.wrong == []
    assert kills
    assert ledger.texts


def test_the_ledger_would_notice() -> None:
    ledger = Ledger(texts={1: "new", 2: None, 3: "kept", 4: "old"}, open={3: "unheard", 4: "unheard"})
    ledger.check(1, "old", "stale")
    ledger.check(2, "back", "archived")
    ledger.check(1, None, "lost")
    assert len(ledger.wrong) == 3
    ledger.check(3, "kept", "not done")
    ledger.check(4, "unheard", "done")
    assert len(ledger.wrong) == 3
    ledger.check(4, "old", "done and undone")
    assert len(ledger.wrong) == 4
