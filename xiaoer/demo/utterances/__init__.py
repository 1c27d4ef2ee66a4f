"""The demo shop's labelled lines: training and test, written apart from each other."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
TRAINING = [FOLDER / "train_zh.csv", FOLDER / "train_en.csv"]
TEST = [FOLDER / "test_zh.csv", FOLDER / "test_en.csv"]
