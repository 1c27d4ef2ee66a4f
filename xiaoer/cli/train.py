"""`xiaoer train`: learn from labelled lines."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from xiaoer.app import model_path, prepare_folder
from xiaoer.cli.options import DataDir, ShopId
from xiaoer.cli.progress import bar
from xiaoer.cli.terminal import tell
from xiaoer.demo.utterances import TRAINING
from xiaoer.errors import Invalid, NotFound
from xiaoer.nlu.train import train
from xiaoer.settings import read_settings

commands = typer.Typer(help="Train the models of a shop.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """Train the models of a shop."""


@commands.command("intents")
def intents(
    data: Annotated[
        list[Path] | None, typer.Option("--data", help="CSV with the columns text and intent (oos: outside). Repeatable.")
    ] = None,
    data_dir: DataDir = None,
    shop: ShopId = None,
    seed: Annotated[int, typer.Option(help="Seed of folds and solver: the same lines give the same model.")] = 0,
) -> None:
    """Train the intent model from labelled lines (without --data: those of the demo shop)."""
    found = read_settings(data_dir=data_dir, shop=shop)
    prepare_folder(found.data_dir)
    lines = [line for path in data or TRAINING for line in read_lines(path)]
    train_and_save(lines, model_path(found.data_dir, found.shop), seed=seed)


def train_and_save(lines: Sequence[tuple[str, str]], path: Path, *, seed: int = 0) -> None:
    """Train on (text, intent) lines, with a bar, and put the model in its place."""
    with bar("Training the intent model", "训练意图模型") as report:
        model = train(lines, seed=seed, progress=report)
    model.save(path)
    count, labels, share = len(lines), len(model.labels), f"{model.about['held_out']['accuracy']:.1%}"
    tell(
        f"{count} lines, {labels} intents, held-out accuracy {share}, version {model.version} → {path}",
        f"{count} 条语料，{labels} 个意图，留出准确率 {share}，版本 {model.version} → {path}",
    )


def read_lines(path: Path) -> list[tuple[str, str]]:
    """(text, intent) of every row. Invalid names the row that is wrong."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", f"没有文件 {path}。", field="data")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(
            f"{path} is not a CSV file in UTF-8 ({error}). In Excel, save it as CSV UTF-8.",
            f"{path} 不是 UTF-8 编码的 CSV 文件（{error}）。在 Excel 中请另存为“CSV UTF-8”。",
            field="data",
        ) from error
    if not rows or not {"text", "intent"} <= set(rows[0][1]):
        raise Invalid(f"{path} needs the columns text and intent.", f"{path} 需要有 text 和 intent 两列。", field="data")
    for number, row in rows:
        if not (row["text"] or "").strip() or not (row["intent"] or "").strip():
            raise Invalid(f"{path}, line {number}: text or intent is empty.", f"{path} 第 {number} 行：text 或 intent 为空。")
    return [(row["text"], row["intent"].strip()) for _, row in rows]

