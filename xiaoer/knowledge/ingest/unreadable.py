"""A source, or a part of it, that cannot be read."""

from __future__ import annotations


class Unreadable(Exception):
    """A source, or a part of it, cannot be read. Turned into a Problem where it is read; the rest goes on."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh
