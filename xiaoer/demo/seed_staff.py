"""The two who answer at the demo's desk. Their passwords are made anew for every installation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from xiaoer.db.scope import Scope
from xiaoer.desk.sign_in import add_staff
from xiaoer.desk.types import Role, Staff

LIN, WU = "lin@spruce.example", "wu@spruce.example"
_PEOPLE: tuple[tuple[str, str, str, Role], ...] = (("lin", LIN, "Lin 林", "staff"), ("wu", WU, "Wu 吴", "lead"))


@dataclass(frozen=True, slots=True)
class Credential:
    """With what a member of the demo's staff signs in."""

    email: str
    name: str
    role: Role
    password: str


def add_demo_staff(scope: Scope) -> tuple[dict[str, Staff], tuple[Credential, ...]]:
    """Make both accounts, or give them new passwords. By short name, and what they sign in with."""
    members, credentials = {}, []
    for short, email, name, role in _PEOPLE:
        password = secrets.token_urlsafe(9)
        members[short] = add_staff(scope, email=email, name=name, role=role, password=password)
        credentials.append(Credential(email, name, role, password))
    return members, tuple(credentials)
