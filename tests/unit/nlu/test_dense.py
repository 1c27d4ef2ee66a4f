"""The dense half: it knows what the n-grams cannot, keeps out of what it cannot read, and every part of a score has its place."""

from __future__ import annotations

import logging
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import tiny_encoder
from xiaoer.nlu.dense import scale_between
from xiaoer.nlu.encoders.encoder import Encoder
from xiaoer.nlu.logistic import fit_logistic
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import OUTSIDE, train

FILLERS = "the a my please now so well can you i we do it is was for with about really just".split()  # noqa: SIM905
LABELS = ("other", "parcel", "refund", "sizes")


def _made_words() -> dict[str, list[str]]:
    """Eight words for each label, with nothing in common but what the encoder knows."""
    generator = random.Random(3)
    words = ["".join(generator.choices("bcdfghjklmnpqrstvwxyz", k=7)) for _ in range(8 * len(LABELS))]
    return {label: words[8 * number : 8 * number + 8] for number, label in enumerate(LABELS)}


GROUPS = _made_words()
PARCEL, SIZES, REFUND = GROUPS["parcel"][7], GROUPS["sizes"][7], GROUPS["refund"][7]


def lines_of(many: int, seed: int, used: slice) -> list[tuple[str, str]]:
    """Lines whose label hangs on one word of the label's group, among those of `used`."""
    generator = random.Random(seed)
    lines = []
    for number in range(many):
        label = list(GROUPS)[number % len(GROUPS)]
        words = [*generator.sample(FILLERS, 3), generator.choice(GROUPS[label][used])]
        generator.shuffle(words)
        lines.append((" ".join(words), label))
    return lines


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    same = [tuple(words) for words in GROUPS.values()]
    return tiny_encoder.make(tmp_path_factory.mktemp("data") / "encoders" / "tiny", FILLERS, same=same)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return Encoder.open(folder)


@pytest.fixture(scope="module")
def fused(encoder: Encoder) -> IntentModel:
    return train(lines_of(400, 1, slice(0, 6)), encoder=encoder)


@pytest.fixture(scope="module")
def fresh() -> list[tuple[str, str]]:
    """Lines with words that no training line has."""
    return lines_of(120, 2, slice(6, 8))


def accuracy(model: IntentModel, lines: list[tuple[str, str]]) -> float:
    return sum(model.predict(text).intents[0][0] == label for text, label in lines) / len(lines)


def test_the_encoder_knows_words_that_no_line_had(fused: IntentModel, fresh: list[tuple[str, str]]) -> None:
    assert fused.dense is not None
    assert accuracy(fused, fresh) >= 0.95
    assert accuracy(replace(fused, encoder=None), fresh) < 0.6


def test_it_is_not_asked_about_what_it_cannot_read(fused: IntentModel) -> None:
    text = f"我的包裹 到哪了 {PARCEL}"
    assert not fused.is_encoded(text)
    assert fused.predict(text) == replace(fused, encoder=None).predict(text)


def test_it_is_not_asked_about_what_is_easy(fused: IntentModel, fresh: list[tuple[str, str]]) -> None:
    easy = [text for text, _ in lines_of(100, 3, slice(0, 6))]
    asked = np.mean([fused.is_encoded(text) for text in easy])
    assert asked < 0.8
    assert np.mean([fused.is_encoded(text) for text, _ in fresh]) > asked


WORDS = st.lists(st.sampled_from([*FILLERS, *GROUPS["parcel"], "包裹"]), max_size=9)


@given(text=st.one_of(st.text(max_size=60), WORDS.map(" ".join)))
def test_any_text_is_read_with_probabilities_that_sum_to_one(fused: IntentModel, text: str) -> None:
    found = fused.predict(text)
    assert sum(chance for _, chance in found.intents) == pytest.approx(1, abs=1e-3)
    assert 0 <= found.oos_score <= 1


def test_nineteen_in_twenty_lines_inside_stay_inside(fused: IntentModel) -> None:
    inside = lines_of(300, 4, slice(0, 6))
    kept = np.mean([fused.predict(text).outcome != "outside" for text, _ in inside])
    assert kept >= 0.9


@pytest.mark.parametrize("text", [f"please do {PARCEL} about it", f"now my {SIZES}, {REFUND}", GROUPS["parcel"][0]])
def test_the_parts_of_a_joined_score_sum_to_it(fused: IntentModel, text: str) -> None:
    scores = fused.joint_scores(text)
    for number, label in enumerate(fused.labels):
        parts = fused.explain(text, label)
        assert sum(part.weight for part in parts) == pytest.approx(scores[number], abs=2e-3)


def test_the_encoders_word_is_named_in_its_place(fused: IntentModel) -> None:
    text = f"please do {PARCEL} about it"
    assert fused.is_encoded(text)
    heaviest = next(part for part in fused.explain(text, "parcel") if part.gram.startswith("«"))
    assert text[heaviest.start : heaviest.end] == PARCEL
    assert heaviest.weight > 0


def test_the_order_of_probabilities_is_that_of_the_joint_scores(fused: IntentModel, fresh: list[tuple[str, str]]) -> None:
    for text, _ in fresh[:20]:
        scores = dict(zip(fused.labels, fused.joint_scores(text).tolist(), strict=True))
        named = [label for label, _ in fused.predict(text).intents]
        assert named == sorted(named, key=lambda label: -scores[label])


def test_the_file_keeps_it_and_finds_its_encoder(fused: IntentModel, folder: Path, fresh: list[tuple[str, str]]) -> None:
    path = folder.parents[1] / "models" / "spruce" / "one.npz"
    fused.save(path)
    again = IntentModel.load(path)
    assert again.encoder is not None
    assert again.version == fused.version
    for text, _ in fresh[:20]:
        found, wanted = again.predict(text), fused.predict(text)
        assert found.outcome == wanted.outcome
        assert found.oos_score == pytest.approx(wanted.oos_score, abs=1e-3)
        assert found.intents[0][0] == wanted.intents[0][0]


def test_without_its_encoder_a_model_reads_on_and_the_log_says_why(
    fused: IntentModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "models" / "spruce" / "one.npz"
    fused.save(path)
    with caplog.at_level(logging.WARNING):
        assert IntentModel.load(path).encoder is None
        tiny_encoder.make(tmp_path / "encoders" / "tiny", FILLERS, seed=5)
        assert IntentModel.load(path).encoder is None
    assert "there is no encoder tiny" in caplog.text
    assert "another one than it was trained with" in caplog.text
    assert IntentModel.load(path).predict(f"please {GROUPS['parcel'][0]} now").intents[0][0] == "parcel"


def test_another_processor_is_noticed(fused: IntentModel, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert fused.dense is not None
    other = replace(fused.dense, probes=np.roll(fused.dense.probes, 1, axis=0))
    path = folder.parents[1] / "models" / "spruce" / "two.npz"
    replace(fused, dense=other).save(path)
    assert IntentModel.load(path).encoder is None
    assert "train again on this machine" in caplog.text


def test_lines_it_cannot_read_get_no_dense_half(encoder: Encoder) -> None:
    chinese = [(f"我要退{letter}", "refund") for letter in "款钱货掉了吧呢啊"]
    chinese += [(f"包裹到{letter}", "parcel") for letter in "哪了没货家吗呢啊"]
    model = train(chinese, encoder=encoder)
    assert model.dense is None
    assert model.about["encoder"]["is_used"] is False


def test_lines_from_outside_teach_the_gate(encoder: Encoder) -> None:
    inside = [(text, label) for text, label in lines_of(300, 6, slice(0, 6)) if label != "other"]
    outside = [(text, OUTSIDE) for text, label in lines_of(300, 7, slice(0, 6)) if label == "other"]
    model = train([*inside, *outside], encoder=encoder)
    assert model.dense is not None
    far = [text for text, label in lines_of(160, 8, slice(6, 8)) if label == "other"]
    near = [text for text, label in lines_of(160, 9, slice(6, 8)) if label != "other"]
    strange = np.mean([model.predict(text).oos_score for text in far])
    assert strange > np.mean([model.predict(text).oos_score for text in near])


def test_the_vectors_of_lines_are_kept_from_one_training_to_the_next(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = lines_of(80, 1, slice(0, 6))
    first = train(lines, encoder=encoder, kept=tmp_path)
    asked: list[int] = []
    vectors = Encoder.vectors

    def count(self: Encoder, texts: list[object]) -> object:
        asked.append(len(texts))
        return vectors(self, texts)  # type: ignore[arg-type]

    monkeypatch.setattr(Encoder, "vectors", count)
    again = train(lines, encoder=encoder, kept=tmp_path)
    assert sum(asked) < 60  # names and probes, no lines
    assert first.dense is not None
    assert again.dense is not None
    assert np.array_equal(first.dense.lines, again.dense.lines)
    (tmp_path / f"{encoder.hash}.npz").write_bytes(b"broken")
    assert train(lines, encoder=encoder, kept=tmp_path).dense is not None


def test_logistic_regression_finds_the_borders() -> None:
    generator = np.random.default_rng(0)
    middles = generator.normal(size=(5, 16)) * 2
    labels = generator.integers(0, 5, 600)
    rows = (middles[labels] + generator.normal(size=(600, 16))).astype(np.float32)
    found = fit_logistic(rows, labels, classes=5, cost=1.0)
    assert (found.scores(rows).argmax(axis=1) == labels).mean() > 0.99
    shifted = fit_logistic(rows, labels, classes=5, cost=1e-4)
    assert np.abs(shifted.weights).max() < np.abs(found.weights).max()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_a_scale_keeps_the_order(one: list[float], other: list[float]) -> None:
    both, alone = scale_between(np.array(one), np.array(other))
    read = np.interp(np.linspace(0, 1, 50), both, alone)
    assert (np.diff(read) >= 0).all()
    assert read[0] >= 0
    assert read[-1] <= 1 + 1e-9
