"""`xiaoer train`: learn from labelled lines."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from xiaoer.app import model_path, prepare_folder
from xiaoer.cli.options import DataDir, ShopId
from xiaoer.cli.progress import bar
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
    with bar("Training the intent model") as report:
        model = train(lines, seed=seed, progress=report)
    path = model_path(found.data_dir, found.shop)
    model.save(path)
    accuracy = model.about["held_out"]["accuracy"]
    Console(stderr=True).print(
        f"{len(lines)} lines, {len(model.labels)} intents, held-out accuracy {accuracy:.1%}, version {model.version} → {path}",
        highlight=False,
    )


def read_lines(path: Path) -> list[tuple[str, str]]:
    """(text, intent) of every row. Invalid names the row that is wrong."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", f"没有文件 {path}。", field="data")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(f"{path} is not a CSV file in UTF-8 ({error}).", f"{path} 不是 UTF-8 编码的 CSV 文件（{error}）。") from error
    if not rows or not {"text", "intent"} <= set(rows[0]):
        raise Invalid(f"{path} needs the columns text and intent.", f"{path} 需要有 text 和 intent 两列。", field="data")
    for number, row in enumerate(rows, start=2):
        if not (row["text"] or "").strip() or not (row["intent"] or "").strip():
            raise Invalid(f"{path}, line {number}: text or intent is empty.", f"{path} 第 {number} 行：text 或 intent 为空。")
    return [(row["text"], row["intent"].strip()) for row in rows]

