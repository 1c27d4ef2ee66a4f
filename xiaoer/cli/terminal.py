"""What the terminal speaks, and how it is told things: messages go to standard error, results to standard output."""

from __future__ import annotations

import os

from rich.console import Console

messages = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def language() -> str:
    """The terminal's language: zh for a Chinese locale, en for any other."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "zh" if os.environ[name].lower().startswith("zh") else "en"
    return "en"


def spoken(en: str, zh: str) -> str:
    """The one of two sentences that the reader of this terminal understands."""
    return zh if language() == "zh" else en


def tell(en: str, zh: str) -> None:
    """A line on standard error, in the terminal's language."""
    messages.print(spoken(en, zh))
