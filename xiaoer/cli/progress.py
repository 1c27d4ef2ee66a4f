"""Progress bars on standard error, for everything that takes longer than a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

Report = Callable[[float, str], None]


@contextmanager
def bar(title: str) -> Iterator[Report]:
    """A bar that is told how far the work is (0..1) and what it is doing. Without a terminal, one line at the end."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=1.0)
        yield lambda share, what: progress.update(task, completed=share)
        progress.update(task, completed=1.0)
    if not console.is_terminal:
        console.print(f"{title}: done", highlight=False)
