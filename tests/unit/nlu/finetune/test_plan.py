"""Which lines a fine-tuning learns from, and in which order: laws that need no torch."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.errors import Invalid
from xiaoer.nlu.finetune.picture import confusion_svg
from xiaoer.nlu.finetune.plan import Tuning, batches, contrast_batches, fingerprint, split

LINES = st.lists(st.tuples(st.sampled_from([f"line {number}" for number in range(30)]), st.sampled_from("abc")), max_size=60)


@given(lines=LINES, seed=st.integers(0, 5))
def test_no_line_is_learned_from_and_tried_on(lines: list[tuple[str, str]], seed: int) -> None:
    counts = Counter(label for _, label in set(lines))
    if sum(count >= 2 for count in counts.values()) < 2:
        with pytest.raises(Invalid):
            split(lines, seed)
        return
    found = split(lines, seed)
    assert not {text for text, _ in found.seen} & {text for text, _ in found.kept_back}
    assert set(found.seen) | set(found.kept_back) == set(lines)
    assert split(lines, seed) == found


def test_lines_from_outside_are_no_part_of_it() -> None:
    found = split([("x", "oos"), ("a", "one"), ("b", "one"), ("c", "two"), ("d", "two")], 0)
    assert found.labels == ("one", "two")
    assert "x" not in {text for text, _ in (*found.seen, *found.kept_back)}


@given(lengths=st.lists(st.integers(1, 60), max_size=80), size=st.integers(1, 9))
def test_every_row_stands_in_one_batch(lengths: list[int], size: int) -> None:
    found = list(batches(lengths, size, np.random.default_rng(0)))
    assert sorted(row for batch in found for row in batch) == list(range(len(lengths)))
    assert all(len(batch) <= size for batch in found)


@given(labels=st.lists(st.integers(0, 5), min_size=2, max_size=60), size=st.integers(4, 16))
def test_a_contrastive_batch_has_partners(labels: list[int], size: int) -> None:
    given_labels = np.array(labels)
    for batch in contrast_batches(given_labels, size, np.random.default_rng(0)):
        counts = Counter(given_labels[batch].tolist())
        assert min(counts.values()) >= 2


def test_few_lines_get_the_contrastive_stage() -> None:
    few = [(f"{label} {number}", label) for label in "ab" for number in range(10)]
    many = [(f"{label} {number}", label) for label in "ab" for number in range(60)]
    assert Tuning().stages_for(few) == ("contrast",)
    assert Tuning(stages="both").stages_for(many) == ("contrast", "classify")
    assert Tuning().stages_for(many) == ("classify",)
    assert Tuning(stages="contrast").stages_for(many) == ("contrast",)
    assert Tuning().rate_for(384) > Tuning().rate_for(768)
    assert fingerprint("x", few, Tuning()) != fingerprint("x", few, Tuning(seed=1)) != fingerprint("x", many, Tuning(seed=1))


def test_the_picture_has_a_cell_for_each_pair() -> None:
    svg = confusion_svg(["a<b", "c"], {("a<b", "a<b"): 3, ("a<b", "c"): 1, ("c", "c"): 2})
    assert svg.count("<title>") == 3
    assert "a&lt;b → c: 1/4" in svg
