"""Entities are found in the normalised text and told in characters of the original."""

from __future__ import annotations

from typing import Any

from xiaoer.nlu.normalise import Normalised
from xiaoer.nlu.types import Entity


def entity(kind: str, original: str, normal: Normalised, start: int, end: int, value: Any) -> Entity:
    """The entity whose characters in the normalised text are start..end."""
    first, last = normal.span(start, end)
    return Entity(kind, original[first:last], first, last, value)
