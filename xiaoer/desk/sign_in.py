"""Staff accounts and signing in. Passwords are kept as Argon2id hashes; wrong tries are limited, by address."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from xiaoer.db.engine import Database
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.desk import store
from xiaoer.desk.types import Role, Staff
from xiaoer.errors import Invalid, NotSignedIn, TooMany

SHORTEST = 8
LONGEST = 256  # hashing is slow on purpose; a megabyte of password is an attack, not a password
MOST_TRIES = 10
WINDOW = timedelta(minutes=15)
_AT_ONCE = asyncio.Semaphore(2)  # each hash takes 64 MiB for a moment


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    """Compared with when there is no such account, so that both cases take the same time."""
    return _hasher().hash("nobody has this password")


def add_staff(scope: Scope, *, email: str, name: str, role: Role, password: str, language: str = "zh") -> Staff:
    """A new account, or a new password for the address that is there. Invalid names what is wrong."""
    address = email.strip().lower()
    if "@" not in address or len(address) > 254:
        raise Invalid("An e-mail address is needed.", "请填写邮箱地址。", field="email")
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(
            f"A password has {SHORTEST} to {LONGEST} characters.", f"密码长度为 {SHORTEST} 到 {LONGEST} 个字符。", field="password"
        )
    known = store.find_staff_by_email(scope, address)
    member = Staff(known.id if known else new_id("stf"), address, name, role, "en" if language == "en" else "zh")
    store.save_staff(scope, member, password_hash=_hasher().hash(password))
    return member


async def sign_in(database: Database, shop_id: str, email: str, password: str) -> Staff:
    """The member of staff. NotSignedIn without saying what was wrong; TooMany after ten wrong tries in a quarter of an hour."""

    def read(scope: Scope) -> tuple[Staff | None, str | None, int]:
        member = store.find_staff_by_email(scope, email)
        stored = store.find_password_hash(scope, member.id) if member else None
        return member, stored, store.count_tries(scope, email, since=scope.now - WINDOW)

    member, stored, tries = await database.read(shop_id, read)
    if tries >= MOST_TRIES:
        raise TooMany(
            "Too many wrong tries. Wait a quarter of an hour.",
            "密码错误次数过多，请 15 分钟后再试。",
            retry_after_s=int(WINDOW.total_seconds()),
        )
    async with _AT_ONCE:
        is_right = await asyncio.to_thread(_matches, stored or _hash_of_nobody(), password[:LONGEST])
    if member is None or not is_right:
        await database.write(shop_id, lambda scope: store.add_try(scope, email))
        raise NotSignedIn("The e-mail address or the password is wrong.", "邮箱或密码不正确。")
    if tries:
        await database.write(shop_id, lambda scope: store.forget_tries(scope, email))
    return member


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
