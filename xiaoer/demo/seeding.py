"""What is noted of the demo's seeding: when it was begun, and which steps are done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from xiaoer.db.scope import Scope
from xiaoer.shop import store_shops

SHOP_ID = "spruce"
LAST_STEP = "conversations"
_NOTE = "demo_seed"


def find_seeding(scope: Scope) -> dict[str, Any] | None:
    """{"at": the moment everything is told from, "done": [names of steps]}, or None when it was never begun."""
    text = store_shops.find_note(scope, _NOTE)
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found


def save_seeding(scope: Scope, noted: Mapping[str, Any]) -> None:
    """Note how far the seeding has come."""
    store_shops.save_note(scope, _NOTE, json.dumps(noted))


def is_whole(noted: Mapping[str, Any] | None) -> bool:
    """Whether every step is done."""
    return noted is not None and LAST_STEP in noted["done"]
