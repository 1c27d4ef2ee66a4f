"""The intent model: trained the same every time, explained to the last bit, and never surprised."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.cli.train import read_lines
from xiaoer.demo.utterances import TEST, TRAINING
from xiaoer.errors import Invalid, ModelUnavailable
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import OUTSIDE, train

FEW = ("return_request", "logistics_tracking", "stock_check", "human_request", OUTSIDE)


def few_lines(most: int = 40) -> list[tuple[str, str]]:
    """Some lines of a few intents, in both languages."""
    taken: Counter[tuple[str, str]] = Counter()
    lines = []
    for path in TRAINING:
        for text, intent in read_lines(path):
            taken[path.stem, intent] += 1
            if intent in FEW and taken[path.stem, intent] <= most:
                lines.append((text, intent))
    return lines


@pytest.fixture(scope="module")
def small() -> IntentModel:
    return train(few_lines())


def test_the_same_lines_give_the_same_model(small: IntentModel) -> None:
    again = train(few_lines())
    assert again.version == small.version
    assert again.vocabulary == small.vocabulary
    assert again.calibration == small.calibration
    assert np.array_equal(again.rows, small.rows)
    assert train(few_lines(), seed=1).calibration != small.calibration


def test_the_version_tells_the_lines_apart(small: IntentModel) -> None:
    other = train(few_lines(30))
    assert other.version != small.version


def test_progress_goes_from_nothing_to_all() -> None:
    told: list[float] = []
    train(few_lines(10), progress=lambda share, what: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    "lines", [[], [("退货", "a")], [("退货", "a"), ("退钱", "a")], [("x", "a"), ("y", "a"), ("z", "b")], [("x", "oos")] * 9]
)
def test_too_few_lines_are_refused_by_name(lines: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid, match="two lines each") as caught:
        train(lines)
    assert caught.value.zh != caught.value.en


@pytest.mark.parametrize("text", ["我要退货", "where is my parcel, it's been 9 days", "找人工客服", "", "👍", "xqzv"])
def test_the_parts_of_a_score_sum_to_it(small: IntentModel, text: str) -> None:
    scores = small.scores(text).scores.ravel()
    for number, label in enumerate(small.labels):
        parts = small.explain(text, label)
        assert sum(part.weight for part in parts) == pytest.approx(scores[number], abs=2e-3)


def test_any_text_gets_probabilities(small: IntentModel) -> None:
    @given(text=st.text(alphabet=st.characters(), max_size=80))
    def law(text: str) -> None:
        found = small.predict(text)
        assert sum(chance for _, chance in found.intents) == pytest.approx(1.0)
        assert [chance for _, chance in found.intents] == sorted((chance for _, chance in found.intents), reverse=True)
        assert 0 <= found.oos_score <= 1
        for part in small.explain(text, small.labels[0]):
            assert 0 <= part.start <= part.end <= len(text)
            assert part.start < part.end or not part.gram, "only the intent's own bias stands nowhere"

    law()


def test_explained_words_are_the_words_of_the_customer(small: IntentModel) -> None:
    text = "Ｉ want to ＲＥＴＵＲＮ it"
    best = small.explain(text, "return_request")[0]
    assert "ＲＥＴＵＲＮ".startswith(text[best.start : best.end][:3]) or "ＲＥＴ" in text[best.start : best.end]


def test_a_saved_model_is_the_same_model(small: IntentModel, tmp_path: Path) -> None:
    path = tmp_path / "models" / "intents.npz"
    small.save(path)
    loaded = IntentModel.load(path)
    assert loaded.version == small.version
    assert loaded.predict("我要退货") == small.predict("我要退货")
    assert sorted(one.name for one in path.parent.iterdir()) == ["intents.npz"]


@pytest.mark.parametrize("damage", ["missing", "cut", "text", "empty"])
def test_a_damaged_model_is_named_with_what_to_do(small: IntentModel, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "intents.npz"
    small.save(path)
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"cut": whole[: len(whole) // 2], "text": b"hello" * 100, "empty": b""}[damage])
    with pytest.raises(ModelUnavailable, match="xiaoer train intents") as caught:
        IntentModel.load(path)
    assert str(path) in caught.value.zh


def test_a_model_of_another_format_is_refused(small: IntentModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "intents.npz"
    monkeypatch.setattr("xiaoer.nlu.model.FORMAT", 99)
    small.save(path)
    monkeypatch.undo()
    with pytest.raises(ModelUnavailable, match="format 99"):
        IntentModel.load(path)


@pytest.mark.parametrize("text", ["我要退货", "where is my parcel", "", "👍", "xqzv", "INVOICE please and a refund"])
def test_one_line_is_judged_as_many_are(small: IntentModel, text: str) -> None:
    held = small.scores(text)
    (chances,), (away,) = small.calibration.judge(held)
    one, away_one = small.calibration.judge_one(held)
    assert one == pytest.approx(chances, abs=1e-9)
    assert away_one == pytest.approx(away, abs=1e-9)


def test_outcomes_follow_the_thresholds(small: IntentModel) -> None:
    strict = replace(small, calibration=replace(small.calibration, outside_from=-1.0))
    assert strict.predict("我要退货").outcome == "outside"
    doubtful = replace(small, calibration=replace(small.calibration, outside_from=2.0, ask_below=2.0))
    assert doubtful.predict("我要退货").outcome == "ask"
    trusting = replace(small, calibration=replace(small.calibration, outside_from=2.0, ask_below=0.0))
    assert trusting.predict("我要退货").outcome == "answer"


# ── the model that the demo ships, on lines it never saw ──────────────────────────────────────────────────────────────
FLOORS = {"test_zh": 0.91, "test_en": 0.81}


@pytest.mark.quality
@pytest.mark.parametrize("path", TEST, ids=lambda path: path.stem)
def test_the_shipped_lines_teach_enough(spruce_model: IntentModel, path: Path) -> None:
    lines = [(text, intent) for text, intent in read_lines(path) if intent != OUTSIDE]
    right = sum(spruce_model.predict(text).intents[0][0] == intent for text, intent in lines)
    assert right / len(lines) >= FLOORS[path.stem]


@pytest.mark.quality
def test_probabilities_mean_what_they_say(spruce_model: IntentModel) -> None:
    """Expected calibration error over ten bins, on lines that neither training nor calibration saw."""
    lines = [line for path in TEST for line in read_lines(path) if line[1] != OUTSIDE]
    found = [spruce_model.predict(text).intents[0] for text, _ in lines]
    chances = np.array([chance for _, chance in found])
    right = np.array([best == intent for (best, _), (_, intent) in zip(found, lines, strict=True)], dtype=float)
    bins = np.minimum((chances * 10).astype(int), 9)
    error = sum(abs(chances[bins == one].mean() - right[bins == one].mean()) * (bins == one).mean() for one in set(bins))
    assert error <= 0.06


@pytest.mark.quality
def test_what_lies_outside_is_mostly_seen_and_what_lies_inside_mostly_kept(spruce_model: IntentModel) -> None:
    lines = [line for path in TEST for line in read_lines(path)]
    outcomes = Counter((intent == OUTSIDE, spruce_model.predict(text).outcome) for text, intent in lines)
    outside = {outcome: outcomes[True, outcome] for outcome in ("answer", "ask", "outside")}
    inside = {outcome: outcomes[False, outcome] for outcome in ("answer", "ask", "outside")}
    assert outside["outside"] / sum(outside.values()) >= 0.68
    assert outside["answer"] / sum(outside.values()) <= 0.24
    assert inside["outside"] / sum(inside.values()) <= 0.05
