"""What the indexes of a shop are called in an engine that holds those of many."""

from __future__ import annotations

import hashlib
import secrets

_MARK = "__"  # no shop's id holds an underscore, so no shop's index looks like a build of another's


def alias_of(prefix: str, shop_id: str) -> str:
    """The name under which a shop's index is asked. Lower case is all that engines allow; shops that differ in case stay apart."""
    lower = shop_id.lower()
    if lower == shop_id:
        return f"{prefix}_{lower}"
    return f"{prefix}_{lower}_{hashlib.sha256(shop_id.encode()).hexdigest()[:12]}"


def new_build_of(alias: str) -> str:
    """A name for one build of the index, unlike any other."""
    return f"{alias}{_MARK}{secrets.token_hex(6)}"


def is_build_of(alias: str, name: str) -> bool:
    """Whether this is the name of one of the alias's builds."""
    return name.startswith(f"{alias}{_MARK}")
