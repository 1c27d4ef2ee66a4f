"""The demo shop's labelled lines: training and test, written apart from each other."""

from __future__ import annotations

import csv
from pathlib import Path

from xiaoer.nlu.training.shipped import ShippedLine

FOLDER = Path(__file__).parent
TRAINING = [FOLDER / "train_zh.csv", FOLDER / "train_en.csv"]
TEST = [FOLDER / "test_zh.csv", FOLDER / "test_en.csv"]


def shipped_lines() -> list[ShippedLine]:
    """Every labelled line that Xiaoer ships, the test lines among them."""
    return [line for split, paths in (("train", TRAINING), ("test", TEST)) for path in paths for line in _read(path, split)]


def _read(path: Path, split: str) -> list[ShippedLine]:
    language = path.stem.rpartition("_")[2]
    with path.open(encoding="utf-8", newline="") as file:
        return [
            ShippedLine(row["text"], row["intent"].strip(), language, "test" if split == "test" else "train")
            for row in csv.DictReader(file)
        ]
