"""Progress bars on standard error, for everything that takes longer than a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from xiaoer.cli.terminal import messages, spoken, tell

Report = Callable[[float, str], None]


@contextmanager
def bar(en: str, zh: str) -> Iterator[Report]:
    """A bar that is told how far the work is (0..1) and what it is doing. Without a terminal, one line at the end."""
    if not messages.is_terminal:
        yield lambda share, what: None
        tell(f"{en}: done", f"{zh}：完成")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=messages) as progress:
        task = progress.add_task(spoken(en, zh), total=1.0)
        yield lambda share, what: progress.update(task, completed=share)
        progress.update(task, completed=1.0)
