"""What both engines can store: PostgreSQL takes no NUL, and neither takes half a surrogate pair."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: T) -> T:
    """The same value with U+FFFD for every character that cannot be stored; strings keep their length."""
    result: Any = value
    if isinstance(value, str):
        result = _UNSTORABLE.sub("\ufffd", value)
    elif isinstance(value, Mapping):
        result = {storable(key): storable(one) for key, one in value.items()}
    elif isinstance(value, list | tuple):
        result = [storable(one) for one in value]
    return result  # type: ignore[no-any-return]
