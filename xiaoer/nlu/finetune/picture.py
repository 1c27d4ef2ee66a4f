"""A confusion matrix as a picture (SVG)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_CELL, _LABEL = 14, 170
_MOST_NAMED = 200


def confusion_svg(labels: Sequence[str], counts: Mapping[tuple[str, str], int]) -> str:
    """Rows are what was meant, columns what was read; a cell is the darker, the larger its share of the row. Wrong cells are red."""
    many = len(labels)
    size = _LABEL + many * _CELL
    totals = {label: sum(count for (truth, _), count in counts.items() if truth == label) for label in labels}
    cells = []
    for (truth, read), count in sorted(counts.items()):
        share = count / max(1, totals[truth])
        x, y = _LABEL + labels.index(read) * _CELL, _LABEL + labels.index(truth) * _CELL
        colour = "#2f7d4f" if truth == read else "#b3261e"
        title = f"{truth} → {read}: {count}/{totals[truth]}"
        cells.append(
            f'<rect x="{x}" y="{y}" width="{_CELL - 1}" height="{_CELL - 1}" fill="{colour}" fill-opacity="{max(0.12, share):.2f}">'
            f"<title>{escape(title)}</title></rect>"
        )
    names = []
    for place, label in enumerate(labels[:_MOST_NAMED]):
        middle = _LABEL + place * _CELL + _CELL - 4
        names.append(f'<text x="{_LABEL - 6}" y="{middle}" text-anchor="end">{escape(label)}</text>')
        names.append(f'<text transform="translate({middle},{_LABEL - 6}) rotate(-60)">{escape(label)}</text>')
    frame = f'<rect x="{_LABEL}" y="{_LABEL}" width="{many * _CELL}" height="{many * _CELL}" fill="none" stroke="#999"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + 40} {size + 10}" width="{size + 40}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="10">{frame}{"".join(cells)}{"".join(names)}</svg>'
    )
