"""What every benchmark prints and writes: a table, and a list of {"case", "metric", "value", "unit"}."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number."""

    case: str
    metric: str
    value: float
    unit: str


def report(figures: list[Figure], *, title: str, out: Path | None = None) -> None:
    """Print a row per case and a column per metric; write the JSON where asked for."""
    cases = list(dict.fromkeys(one.case for one in figures))
    metrics = list(dict.fromkeys((one.metric, one.unit) for one in figures))
    values = {(one.case, one.metric): one.value for one in figures}
    table = Table("case", *(f"{metric} [{unit}]" if unit else metric for metric, unit in metrics), title=title)
    for case in cases:
        row = (values.get((case, metric)) for metric, _ in metrics)
        table.add_row(case, *("" if value is None else f"{value:,.4g}" for value in row))
    Console(width=160).print(table, markup=False)
    if out is not None:
        out.write_text(json.dumps([asdict(one) for one in figures], indent=1, ensure_ascii=False), "utf-8")


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]
