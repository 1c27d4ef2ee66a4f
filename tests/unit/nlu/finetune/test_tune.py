"""Models are fine-tuned for real, a tiny BERT and MiniLM: cut off, gone on with, explained, exported, served."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.nlu.finetune import models
from xiaoer.errors import Invalid
from xiaoer.nlu.encoders.convert import convert, load
from xiaoer.nlu.encoders.encoder import Encoder, pool, unit
from xiaoer.nlu.encoders.folder import Pooling
from xiaoer.nlu.encoders.head import find_head, seen_lines
from xiaoer.nlu.encoders.probes import check_reference
from xiaoer.nlu.finetune.gradients import integrated_gradients
from xiaoer.nlu.finetune.plan import Tuning
from xiaoer.nlu.finetune.report import figures_of, write_report
from xiaoer.nlu.finetune.tune import Learned, fine_tune
from xiaoer.nlu.finetune.tuner import Tuner
from xiaoer.nlu.train import train

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("default"),  # torch and transformers warn of what they will change one day
]
LINES = models.lines_of(240, 1)
TEST = models.lines_of(80, 2)
QUICK = Tuning(stages="both", epochs=4, contrast_epochs=2, rate=4e-3, batch=16, frozen_words=False, max_length=32)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Any:
    """torch on one thread: the same numbers every time, and other test processes go on."""
    torch = models.need_torch()
    torch.set_num_threads(1)
    return torch


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory, one_thread: Any) -> Path:
    return models.make(tmp_path_factory.mktemp("hf") / "tiny-bert")


class Outcome:
    """A tiny BERT, fine-tuned."""

    def __init__(self, bert: Path, folder: Path) -> None:
        self.folder = folder / "encoders" / "tuned"
        self.told: list[float] = []
        self.learned: Learned
        self.tuner: Tuner
        self.learned, self.tuner = fine_tune(
            str(bert), LINES, self.folder, work=folder / "work", tuning=QUICK, tell=lambda share, what: self.told.append(share)
        )
        self.work_is_gone = not (folder / "work").exists()


@pytest.fixture(scope="module")
def tuned(bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return Outcome(bert, tmp_path_factory.mktemp("tuned"))


def accuracy(scores: np.ndarray[Any, Any], labels: tuple[str, ...], lines: list[tuple[str, str]]) -> float:
    return float(np.mean([labels[row.argmax()] == label for row, (_, label) in zip(scores, lines, strict=True)]))


def test_it_learns(tuned: Outcome) -> None:
    assert tuned.learned.best >= 0.9
    assert [one["stage"] for one in tuned.learned.epochs][:3] == ["contrast", "contrast", "classify"]
    assert accuracy(tuned.tuner.scores([text for text, _ in TEST]), tuned.learned.split.labels, TEST) >= 0.9
    assert tuned.told == sorted(tuned.told)
    assert tuned.told[-1] == 1.0
    assert tuned.work_is_gone


def test_what_is_exported_says_the_same(tuned: Outcome) -> None:
    encoder = Encoder.open(tuned.folder)
    texts = [text for text, _ in TEST]
    head = find_head(encoder, tuned.learned.split.labels)
    assert head is not None
    scores = head.scores(encoder.vectors(encoder.tokens(texts)))
    agreed = (scores.argmax(axis=1) == tuned.tuner.scores(texts).argmax(axis=1)).mean()
    assert agreed >= 0.97
    assert check_reference(encoder) is not None
    assert find_head(encoder, (*tuned.learned.split.labels, "more")) is None


def test_the_model_is_calibrated_on_lines_that_the_encoder_never_saw(tuned: Outcome) -> None:
    encoder = Encoder.open(tuned.folder)
    seen = seen_lines(encoder, [text for text, _ in LINES])
    assert seen.sum() == len({text for text, _ in tuned.learned.split.seen})
    assert not seen_lines(encoder, [text for text, _ in tuned.learned.split.kept_back]).any()
    model = train(LINES, encoder=encoder)
    right = [model.predict(text).intents[0][0] == label for text, label in TEST]
    assert np.mean(right) >= 0.9


def test_cut_off_and_begun_again_it_comes_to_the_same_end(bert: Path, tuned: Outcome, tmp_path: Path) -> None:
    class Cut(Exception):
        pass

    def cut(share: float, what: str) -> None:
        if what.startswith("epoch 4"):
            raise Cut

    with pytest.raises(Cut):
        fine_tune(str(bert), LINES, tmp_path / "out", work=tmp_path / "work", tuning=QUICK, tell=cut)
    assert not (tmp_path / "out").exists()
    again, tuner = fine_tune(str(bert), LINES, tmp_path / "out", work=tmp_path / "work", tuning=QUICK)
    assert again.resumed_from == 3
    assert again.epochs == tuned.learned.epochs
    texts = [text for text, _ in TEST]
    assert np.allclose(tuner.scores(texts), tuned.tuner.scores(texts), atol=1e-4)


def test_a_broken_or_foreign_checkpoint_is_not_gone_on_with(bert: Path, tmp_path: Path) -> None:
    quick = Tuning(stages="classify", epochs=1, rate=4e-3, max_length=32)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "checkpoint.pt").write_bytes(b"PK\x03\x04 cut off")
    learned, _ = fine_tune(str(bert), LINES[:60], tmp_path / "out", work=tmp_path / "work", tuning=quick)
    assert learned.resumed_from == 0


def test_it_stops_when_nothing_gets_better(bert: Path, tmp_path: Path) -> None:
    slow = Tuning(stages="classify", epochs=12, patience=2, rate=1e-9, max_length=32)
    learned, _ = fine_tune(str(bert), LINES[:60], tmp_path / "out", work=tmp_path / "work", tuning=slow)
    assert len(learned.epochs) <= 4


@pytest.mark.parametrize("label", models.LABELS)
def test_integrated_gradients_sum_to_the_difference(tuned: Outcome, label: str) -> None:
    text = f"please do the {models.GROUPS[label][0]} about it"
    found = integrated_gradients(tuned.tuner, text, label)
    assert abs(found.gap) <= 0.02 * max(1.0, abs(found.score - found.masked))
    heaviest = found.spans[int(np.argmax(found.parts))]
    assert text[slice(*heaviest)] == models.GROUPS[label][0]


def test_parts_of_a_fine_tuned_models_score_sum_to_it(tuned: Outcome) -> None:
    model = train(LINES, encoder=Encoder.open(tuned.folder))
    assert model.dense is not None
    asked = next(text for text, _ in TEST if model.is_encoded(text))
    for number, label in enumerate(model.labels):
        whole = sum(part.weight for part in model.explain(asked, label))
        assert whole == pytest.approx(model.joint_scores(asked)[number], abs=2e-3)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_tells_everything(tuned: Outcome, tmp_path: Path, language: str) -> None:
    model = train(LINES, encoder=Encoder.open(tuned.folder))
    lines = [*TEST, ("what is love", "oos"), ("who are you", "oos"), (f"the {models.GROUPS['parcel'][0]}", "refund")]
    figures = figures_of(model, lines, tuned.learned)
    page = write_report(tmp_path, "tuned", figures, language=language, tuner=tuned.tuner)
    data = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert data["accuracy"] >= 0.9
    assert 0 <= data["ece"] <= 1
    assert data["auroc_near"] is not None
    assert data["auroc_far"] >= 0.5
    assert data["without_encoder"]["accuracy"] is not None
    assert (tmp_path / "confusion.svg").read_text("utf-8").startswith("<svg")
    html = page.read_text("utf-8")
    assert "parcel" in html
    assert "rgba(" in html  # the mixed-up sentence is tinted
    assert ("混淆矩阵" if language == "zh" else "What is mixed up") in html


@pytest.mark.parametrize("kind", models.KINDS)
def test_every_kind_of_encoder_becomes_a_folder(kind: str, tmp_path: Path) -> None:
    torch = models.need_torch()
    source = models.make(tmp_path / kind, kind)
    convert(source, tmp_path / "exact", pooling=Pooling("mean", 32), exact=True)
    encoder = Encoder.open(tmp_path / "exact")
    model, tokenizer = load(source)
    for text, _ in TEST[:6]:
        given = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            states = model(input_ids=given["input_ids"], attention_mask=given["attention_mask"]).last_hidden_state.numpy()
        wanted = unit(pool(states, given["attention_mask"].numpy(), "mean"))
        assert np.allclose(encoder.embed([text]), wanted, atol=2e-4)
    convert(source, tmp_path / "rounded", pooling=Pooling("mean", 32))
    assert (tmp_path / "rounded" / "model.onnx").stat().st_size < (tmp_path / "exact" / "model.onnx").stat().st_size


def test_what_is_no_encoder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("huggingface_hub.constants"), "HF_HUB_OFFLINE", True)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', "utf-8")
    for source in (str(tmp_path), "nobody/there-is-no-such-model"):
        with pytest.raises(Invalid, match="cannot be read") as caught:
            convert(source, tmp_path / "out")
        assert caught.value.zh != caught.value.en
    assert not (tmp_path / "out").exists()


def test_minilm_is_fine_tuned(tmp_path: Path) -> None:
    source = models.minilm()
    said = {
        "parcel": (
            "where is my parcel", "has my package been sent", "track my delivery", "when does the box arrive", "is it on its way",
            "my shipment is late", "the courier never came", "no news of my order",
        ),
        "refund": (
            "give me my money back", "when is my refund paid", "i want to be reimbursed", "return the payment to my card",
            "the refund is missing", "how long does a refund take", "credit my account please", "i was promised my money",
        ),
        "sizes": (
            "which size fits me", "does it run large", "is medium too small for me", "how do i measure my waist",
            "i am between two sizes", "what is the chest width", "do you have a size chart", "will an L fit a tall man",
        ),
    }  # fmt: skip
    lines = [(text, label) for label, texts in said.items() for text in texts]
    tuning = Tuning(stages="both", epochs=1, contrast_epochs=1, max_length=32)
    learned, tuner = fine_tune(str(source), lines, tmp_path / "minilm", work=tmp_path / "work", tuning=tuning)
    new = [("the postman brought nothing", "parcel"), ("pay me back what i spent", "refund"), ("are they too wide", "sizes")]
    assert accuracy(tuner.scores([text for text, _ in new]), learned.split.labels, new) == 1
    probed = check_reference(Encoder.open(tmp_path / "minilm"))
    assert probed is not None
    assert probed.mean > 0.95
    found = integrated_gradients(tuner, new[0][0], "parcel", steps=48)
    assert abs(found.gap) <= 0.03 * max(1.0, abs(found.score - found.masked))
