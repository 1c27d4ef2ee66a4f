"""Places by their names."""

from __future__ import annotations


def places_in(text: str) -> tuple[str, ...]:
    """Cities and regions named in a text."""
    return ()
