"""The audit: who did what to what, one line after the other, each carrying the hash of the one before.

A line that is changed or taken out later breaks the chain at that place, and `find_break` says where.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiaoer.db.scope import Scope
from xiaoer.privacy.tables import audit

_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A line of the audit. `who` is a customer's or staff member's id or "assistant"; `about` the id of what was changed."""

    seq: int
    at: datetime
    who: str
    what: str
    about: str
    data: Mapping[str, Any]
    previous: str
    hash: str


def add_audit(scope: Scope, *, who: str, what: str, about: str, data: Mapping[str, Any]) -> None:
    """Write a line, in the transaction of the change itself."""
    scope.lock("audit")  # two writers must not build on the same line
    last = scope.first(scope.select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1))
    seq, previous = (1, _FIRST) if last is None else (last.seq + 1, last.hash)
    row = {"seq": seq, "at": scope.now, "who": who, "what": what, "about": about, "data": dict(data), "previous": previous}
    scope.execute(scope.insert(audit).values(**row, hash=_hash(row)))


def list_audit(scope: Scope, *, about: str = "", after_seq: int = 0, limit: int = 200) -> tuple[AuditLine, ...]:
    """Lines in their order, of one thing or of all."""
    query = scope.select(audit).where(audit.c.seq > after_seq).order_by(audit.c.seq).limit(limit)
    query = query.where(audit.c.about == about) if about else query
    return tuple(AuditLine(**{name: row._mapping[name] for name in AuditLine.__dataclass_fields__}) for row in scope.all(query))


def find_break(scope: Scope) -> int | None:
    """The number of the first line that does not fit the one before it, or None when the chain is whole."""
    previous, after = _FIRST, 0
    while lines := list_audit(scope, after_seq=after, limit=1000):
        for line in lines:
            row = {name: getattr(line, name) for name in ("seq", "at", "who", "what", "about", "data", "previous")}
            if line.seq != after + 1 or line.previous != previous or line.hash != _hash(row):
                return after + 1
            previous, after = line.hash, line.seq
    return None


def _hash(row: Mapping[Any, Any]) -> str:
    plain = {**row, "at": row["at"].isoformat(), "data": row["data"]}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
