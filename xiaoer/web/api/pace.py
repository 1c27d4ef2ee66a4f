"""How fast one caller may go: a bucket that fills by itself.

Twenty lines instead of the `limits` library: one process, one kind of limit and nothing to store elsewhere, so a
dependency with its own storage back ends would bring more than it takes. Several processes each count for themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_MOST_KEPT = 20_000


class Pace:
    """Up to `burst` at once, `per_minute` in the long run, for each key."""

    def __init__(
        self, per_minute: float, *, burst: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = per_minute / 60
        self._burst = per_minute if burst is None else burst
        self._clock = clock
        self._filled: dict[str, tuple[float, float]] = {}

    def take(self, key: str, *, cost: float = 1) -> float:
        """0 when the caller may go on, else the seconds to wait; nothing is taken then."""
        now = self._clock()
        level, since = self._filled.get(key, (self._burst, now))
        level = min(self._burst, level + (now - since) * self._rate)
        if level < cost:
            return max((cost - level) / self._rate, 0.001)
        self._filled.pop(key, None)
        if len(self._filled) >= _MOST_KEPT:
            self._forget(now)
        self._filled[key] = (level - cost, now)
        return 0.0

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full again, and the oldest when there are none."""
        full = [k for k, (level, since) in self._filled.items() if level + (now - since) * self._rate >= self._burst]
        for key in full or list(self._filled)[: _MOST_KEPT // 10]:
            del self._filled[key]
