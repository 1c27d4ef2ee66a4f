"""Quick phrases: sentences that staff call by "/" and a word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from xiaoer.yaml_text import read_yaml


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase ready to send. `name` is what follows the "/"; `words` find it too."""

    name: str
    words: str
    text: str


def list_phrases(reader: str, speaker: str, *, customer: str, staff: str, shop: str) -> tuple[Phrase, ...]:
    """The phrases shipped: named in the reader's language, worded in the one that the customer speaks, names filled in."""
    filled = {"customer": customer, "staff": staff, "shop": shop}
    return tuple(
        Phrase(one["names"][reader], " ".join(one["words"].values()), one["texts"][speaker].format(**filled))
        for one in _read()
    )


@lru_cache(maxsize=1)
def _read() -> tuple[dict[str, Any], ...]:
    return tuple(read_yaml((Path(__file__).parent / "phrases.yaml").read_text("utf-8")))
