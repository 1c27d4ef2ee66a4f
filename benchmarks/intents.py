"""How well the default reader understands: trained and tried on labelled lines, beside published figures.

    python benchmarks/intents.py --data FILE.csv.gz [--data ...] [--demo] [--encoder DIR] [--json OUT]

A file has the columns split, text, label ("oos": out of scope). Trained on the split `train` alone, in scope only; with the
splits train_5 or train_10, on each of those instead. Tried on `test`, and on out-of-scope lines of any split whose name holds
"test". Each case runs in a process of its own. `kept` and `recall_at_95` are taken at the reader's own threshold, fitted in
training to keep 95 %. --demo: the demo shop's lines, its out-of-scope lines taking part in the training. --encoder: with a dense
half, by the encoder in this folder; nothing is remembered from one training to the next, so `train_cpu_s` holds the encoding.
`encoded` is the share of the test lines that the encoder was asked about.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import logging
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console

from benchmarks.report import Figure, quantile, report
from xiaoer.demo.utterances import TEST, TRAINING
from xiaoer.nlu.encoders.encoder import Encoder
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import OUTSIDE, train

Line = tuple[str, str]  # text, label
Floats = npt.NDArray[np.float64]
_TIMED = 1000
_SHOTS = {"train_5": "5-shot", "train_10": "10-shot"}
_ECE_BINS = 15
VALIDATION = ("val", "valid", "develop")
# Published accuracy by case; what has no source was measured by ourselves with the usual linear model.
ANCHORS = {
    "banking77": "92.6-93.7 F1 BERT-base, 91.9 Qwen3-8B QLoRA (model cards); 91.4 tf-idf + linear SVM",
    "fewshot_banking77/10-shot": "84.3 RoBERTa, 87.2 CPFT, 89.8 ICDA (Few-Shot-Intent-Detection); 74.8 tf-idf + linear SVM",
    "fewshot_banking77/5-shot": "74.0 RoBERTa, 80.9 CPFT, 84.0 ICDA (Few-Shot-Intent-Detection); 62.4 tf-idf + linear SVM",
    "clinc150_full": "91.0 SVM, 91.5 Rasa, 93.5 MLP on USE, 96.2 BERT (Larson 2019); AUROC 94.2 BERT, 96.9 SNGP (Google)",
    "fewshot_clinc150/10-shot": "94.2 CPFT, 94.8 ICDA (Few-Shot-Intent-Detection); 81.1 tf-idf + linear SVM",
    "fewshot_clinc150/5-shot": "92.3 CPFT, 92.6 ICDA (Few-Shot-Intent-Detection)",
    "banking77_oos": "near AUROC 82.7 tf-idf + linear SVM, 86.1 with MiniLM",
    "smp2017_ecdt_zh": "91.9 character 1-2 grams + linear SVM on train + develop; 91.2 on develop",
}


@dataclass(frozen=True, slots=True)
class Case:
    """What to learn from and what to try. Further groups of out-of-scope lines are figured against the same test lines."""

    name: str
    training: tuple[Line, ...]
    test: tuple[Line, ...]
    outside: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (name of the group or "", its lines)
    encoder: Path | None = None


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", default=[], help="labelled lines, .csv.gz or .csv; repeatable")
    parser.add_argument("--demo", action="store_true", help="the demo shop's own lines")
    parser.add_argument("--encoder", type=Path, help="folder of an encoder (model.onnx, tokenizer.json, pooling.json)")
    parser.add_argument("--with-validation", action="store_true", help="each file again, trained on train and validation")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    if not arguments.data and not arguments.demo:
        parser.error("nothing to measure: give --data or --demo")
    cases = [case for path in arguments.data for case in cases_of(path)]
    if arguments.with_validation:
        cases += [case for path in arguments.data for case in cases_of(path, learned=("train", *VALIDATION))]
    if arguments.demo:
        cases.append(demo_case())
    cases = [replace(case, encoder=arguments.encoder) for case in cases]
    figures: list[Figure] = []
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as processes:
        for case in cases:
            figures += processes.submit(measure, case).result()
    title = f"Intents, with the encoder {arguments.encoder.name}" if arguments.encoder else "Intents, default reader"
    report(figures, title=title, out=arguments.json)
    for name in dict.fromkeys(one.case for one in figures):
        if name in ANCHORS:
            Console(width=160).print(f"published, {name}: {ANCHORS[name]}", markup=False, highlight=False)


def cases_of(path: Path, *, learned: Sequence[str] = ("train",)) -> list[Case]:
    """The cases that a file holds. `learned`: the splits to train on, where the file has no few-shot splits."""
    stem = path.name.removesuffix(".gz").removesuffix(".csv")
    with gzip.open(path, "rt", encoding="utf-8-sig") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file:
        rows = [(row["split"], row["text"], row["label"]) for row in csv.DictReader(file)]
    splits = {split for split, _, _ in rows}
    if len(learned) > 1:
        if splits & _SHOTS.keys() or not splits & set(VALIDATION):
            return []
        rows = [("train" if split in learned else split, text, label) for split, text, label in rows]
        stem += "/train+validation"
    test = tuple((text, label) for split, text, label in rows if split == "test" and label != OUTSIDE)
    outside = tuple(
        (_group(split), tuple(text for where, text, label in rows if where == split and label == OUTSIDE))
        for split in sorted(splits)
        if "test" in split and any(where == split and label == OUTSIDE for where, _, label in rows)
    )
    shots = [split for split in _SHOTS if split in splits]
    return [
        Case(
            f"{stem}/{_SHOTS[split]}" if split in _SHOTS else stem,
            tuple((text, label) for where, text, label in rows if where == split and label != OUTSIDE),
            test,
            outside,
        )
        for split in shots or ["train"]
    ]


def _group(split: str) -> str:
    """Lines of unknown intents near the known ones are the measure; those from elsewhere are a group of their own."""
    return "far" if split.startswith("ood") else ""


def demo_case() -> Case:
    """The demo shop's lines in both languages; measured by language, and again without what also stands in training."""
    training = tuple(line for path in TRAINING for line in _demo_lines(path))
    return Case("demo", training, ())


def _demo_lines(path: Path) -> list[Line]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(row["text"], row["intent"]) for row in csv.DictReader(file)]


def _demo_tests(case: Case) -> list[Case]:
    seen = {text for text, _ in case.training}
    cases = []
    for path in TEST:
        lines = _demo_lines(path)
        for name, kept in (("", lines), (", unseen", [line for line in lines if line[0] not in seen])):
            inside = tuple(line for line in kept if line[1] != OUTSIDE)
            outside = tuple(text for text, label in kept if label == OUTSIDE)
            cases.append(replace(case, name=f"demo/{path.stem[-2:]}{name}", test=inside, outside=(("", outside),)))
    return cases


def measure(case: Case) -> list[Figure]:
    """Train, try, and figure one case."""
    logging.getLogger("xiaoer.nlu.encoders.found").setLevel(logging.ERROR)  # it gets its encoder here, not from a data folder
    encoder = Encoder.open(case.encoder) if case.encoder is not None else None
    begun = time.process_time()
    model = train(case.training, encoder=encoder)
    took = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        model.save(path)
        size = path.stat().st_size / 1e6
        model = IntentModel.load(path)
    model = replace(model, encoder=encoder if model.dense is not None else None)
    figures: list[Figure] = []
    for one in _demo_tests(case) if case.name == "demo" else [case]:
        figures += _figures(model, one)
        figures += [
            Figure(one.name, "train_cpu_s", took, "s"),
            Figure(one.name, "file_mb", size, "MB"),
            Figure(one.name, "peak_mb", peak, "MB"),
        ]
    if case.name == "demo":
        figures.append(Figure("demo, held-out folds", "accuracy", 100 * float(model.about["held_out"]["accuracy"]), "%"))
    return figures


def _figures(model: IntentModel, case: Case) -> list[Figure]:
    truth = [label for _, label in case.test]
    took: list[float] = []
    found = []
    for text, _ in case.test:
        begun = time.process_time()
        found.append(model.predict(text))
        took.append((time.process_time() - begun) * 1000)
    named = [one.intents[0][0] for one in found]
    sure = np.array([one.intents[0][1] for one in found])
    right = np.array([one == label for one, label in zip(named, truth, strict=True)])
    inside = np.array([one.oos_score for one in found])
    figures = [
        Figure(case.name, "accuracy", 100 * float(right.mean()), "%"),
        Figure(case.name, "macro_f1", 100 * macro_f1(truth, named), "%"),
        Figure(case.name, "ece", expected_calibration_error(sure, right), ""),
    ]
    for group, texts in case.outside:
        name = f"{case.name}/{group}" if group else case.name
        away = np.array([model.predict(text).oos_score for text in texts])
        figures += [
            Figure(name, "auroc", 100 * auroc(inside, away), "%"),
            Figure(name, "recall_at_95", 100 * float((away > model.calibration.outside_from).mean()), "%"),
            Figure(name, "kept", 100 * float((inside <= model.calibration.outside_from).mean()), "%"),
        ]
    return [
        *figures,
        *_encoded(model, case),
        Figure(case.name, "p50_ms", quantile(took[:_TIMED], 0.5), "ms"),
        Figure(case.name, "p95_ms", quantile(took[:_TIMED], 0.95), "ms"),
    ]


def _encoded(model: IntentModel, case: Case) -> list[Figure]:
    if model.encoder is None:
        return []
    asked = [model.is_encoded(text) for text, _ in case.test]
    return [Figure(case.name, "encoded", 100 * sum(asked) / max(1, len(asked)), "%")]


def macro_f1(truth: Sequence[str], named: Sequence[str]) -> float:
    """The mean over the true labels of each one's F1."""
    scores = []
    for label in set(truth):
        hit = sum(one == other == label for one, other in zip(truth, named, strict=True))
        scores.append(2 * hit / (truth.count(label) + named.count(label)))
    return sum(scores) / len(scores)


def expected_calibration_error(sure: Floats, right: npt.NDArray[np.bool_]) -> float:
    """The mean distance between how sure and how often right, over equal steps of sureness, weighted by their lines."""
    bins = np.minimum((sure * _ECE_BINS).astype(int), _ECE_BINS - 1)
    away = [abs(float(sure[bins == one].mean() - right[bins == one].mean())) * int((bins == one).sum()) for one in np.unique(bins)]
    return sum(away) / len(sure)


def auroc(inside: Floats, outside: Floats) -> float:
    """How often a line from outside scores higher than one from inside; ties count half."""
    ordered = np.sort(inside)
    below = np.searchsorted(ordered, outside, "left")
    level = np.searchsorted(ordered, outside, "right") - below
    return float((below + level / 2).mean() / len(inside))


if __name__ == "__main__":
    main()
