"""Every query about staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.desk.tables import sign_in_tries, staff
from xiaoer.desk.types import Staff
from xiaoer.errors import NotFound


def get_staff(scope: Scope, staff_id: str) -> Staff:
    """The member of staff, or NotFound."""
    found = find_staff(scope, staff_id)
    if found is None:
        raise NotFound("There is no such member of staff.", "没有这位客服。", field="staff_id")
    return found


def find_staff(scope: Scope, staff_id: str) -> Staff | None:
    """The member of staff, or None."""
    row = scope.first(scope.select(staff).where(staff.c.id == staff_id))
    return None if row is None else _staff(row._mapping)


def find_staff_by_email(scope: Scope, email: str) -> Staff | None:
    """The member of staff with this address (case does not matter), or None."""
    row = scope.first(scope.select(staff).where(staff.c.email == email.strip().lower()))
    return None if row is None else _staff(row._mapping)


def find_password_hash(scope: Scope, staff_id: str) -> str | None:
    """What the password is compared with, or None."""
    found: str | None = scope.scalar(scope.select(staff.c.password_hash).where(staff.c.id == staff_id))
    return found


def list_staff(scope: Scope) -> tuple[Staff, ...]:
    """Everybody, by name."""
    return tuple(_staff(row._mapping) for row in scope.all(scope.select(staff).order_by(staff.c.name, staff.c.id)))


def save_staff(scope: Scope, member: Staff, *, password_hash: str) -> None:
    """Insert, or bring the stored one to these values."""
    values = {name: getattr(member, name) for name in Staff.__dataclass_fields__}
    values |= {"password_hash": password_hash, "created_at": scope.now}
    scope.upsert(staff, values, keys=["id"], update=[name for name in values if name not in ("id", "created_at")])


def add_try(scope: Scope, email: str) -> None:
    """Write down a sign-in that failed."""
    row = {"id": new_id("try"), "email": email.strip().lower(), "tried_at": scope.now}
    scope.execute(scope.insert(sign_in_tries).values(**row))


def count_tries(scope: Scope, email: str, *, since: datetime) -> int:
    """How many sign-ins failed for this address since a moment."""
    mine = (sign_in_tries.c.email == email.strip().lower(), sign_in_tries.c.tried_at >= since)
    return int(scope.scalar(scope.select(sa.func.count(sign_in_tries.c.id)).where(*mine)) or 0)


def forget_tries(scope: Scope, email: str) -> None:
    """After a sign-in that worked."""
    scope.execute(scope.delete(sign_in_tries).where(sign_in_tries.c.email == email.strip().lower()))


def _staff(row: Mapping[Any, Any]) -> Staff:
    return Staff(**{name: row[name] for name in Staff.__dataclass_fields__})
