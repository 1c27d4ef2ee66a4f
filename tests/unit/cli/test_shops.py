"""`xiaoer shops`: a shop of one's own from the first command to the first answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command, Ended
from xiaoer.db.engine import Database
from xiaoer.demo.seed import policy_text
from xiaoer.desk.sign_in import sign_in
from xiaoer.desk.types import Staff
from xiaoer.errors import NotSignedIn


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy that can be put in force."""
    path = tmp_path / "policy.yaml"
    path.write_text(policy_text(), "utf-8")
    return path


def add(xiaoer: Command, policy: Path, shop: str = "maple", **options: str) -> Ended:
    more = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    words = ("--zh", "枫叶小铺", "--en", "Maple", "--policy", policy, *more)
    return xiaoer("shops", "add", shop, *words, "--data-dir", policy.parent)


def who_signs_in(folder: Path, email: str, password: str) -> Staff:
    async def enter() -> Staff:
        database = await Database.open(f"sqlite:///{folder / 'xiaoer.sqlite3'}")
        try:
            return await sign_in(database, "maple", email, password)
        finally:
            await database.close()

    return asyncio.run(enter())


def test_a_shop_from_nothing(xiaoer: Command, policy: Path) -> None:
    folder = policy.parent
    here = ("--data-dir", folder, "--shop", "maple")
    added = add(xiaoer, policy)
    assert added.code == 0, added
    assert "xiaoer train intents --shop maple" in added.err
    listed = xiaoer("shops", "list", "--data-dir", folder)
    assert "枫叶小铺 · Maple" in listed.out
    staff = ("shops", "staff", "lin@maple.example", "--name", "小林", *here)
    assert xiaoer(*staff, "--password", "a-long-password").code == 0
    assert who_signs_in(folder, "LIN@maple.example", "a-long-password").role == "staff"
    assert xiaoer(*staff, "--password", "another-password", "--lead").code == 0
    assert who_signs_in(folder, "lin@maple.example", "another-password").role == "lead"
    with pytest.raises(NotSignedIn):
        who_signs_in(folder, "lin@maple.example", "a-long-password")
    first = xiaoer("shops", "secret", *here).out.strip()
    assert len(first) >= 32
    assert xiaoer("shops", "secret", *here).out.strip() == first
    renewed = xiaoer("shops", "secret", "--renew", *here).out.strip()
    assert renewed not in ("", first)
    assert xiaoer("shops", "secret", *here).out.strip() == renewed
    assert "clauses are in force" in xiaoer("shops", "policy", policy, *here).err


def test_the_same_shop_twice(xiaoer: Command, policy: Path) -> None:
    assert add(xiaoer, policy).code == 0
    again = add(xiaoer, policy)
    assert (again.code, "already" in again.err) == (1, True)


@pytest.mark.parametrize(
    ("shop", "options"),
    [
        ("../etc", {}), ("a b", {}), ("枫叶", {}), ("", {}), ("maple", {"currency": "yuan"}), ("maple", {"time_zone": "Mars/Base"}),
        ("maple", {"time_zone": "../../etc/passwd"}),
    ],
)  # fmt: skip
def test_values_that_do_not_fit(xiaoer: Command, policy: Path, shop: str, options: dict[str, str]) -> None:
    done = add(xiaoer, policy, shop, **options)
    assert done.code == 1, done
    assert len(done.err.splitlines()) == 1
    assert "Traceback" not in done.err


@pytest.mark.parametrize("content", [b"clauses: [", b"clauses: 3", b"", b"\xff\xfe", "售后".encode("gb18030")])
def test_a_policy_that_cannot_be_read(xiaoer: Command, policy: Path, content: bytes) -> None:
    policy.write_bytes(content)
    done = add(xiaoer, policy)
    assert done.code in (1, 2), done
    assert len(done.err.splitlines()) == 1
    assert "maple" not in xiaoer("shops", "list", "--data-dir", policy.parent).out


def test_nothing_is_kept_for_a_shop_that_is_not_there(xiaoer: Command, policy: Path) -> None:
    here = ("--data-dir", policy.parent, "--shop", "nowhere")
    staff = ("shops", "staff", "lin@maple.example", "--name", "Lin", "--password", "a-long-password")
    for words in (staff, ("shops", "policy", policy), ("shops", "secret")):
        done = xiaoer(*words, *here)
        assert done.code == 1, done
        assert "nowhere" in done.err


def test_a_password_that_is_too_short(xiaoer: Command, policy: Path) -> None:
    assert add(xiaoer, policy).code == 0
    here = ("--data-dir", policy.parent, "--shop", "maple")
    done = xiaoer("shops", "staff", "lin@maple.example", "--name", "Lin", "--password", "short", *here)
    assert (done.code, "8" in done.err) == (1, True)


def test_groups_without_a_command_show_what_there_is(xiaoer: Command) -> None:
    for words in ((), ("shops",), ("train",)):
        done = xiaoer(*words)
        assert done.code == 2
        assert "Usage: xiaoer" in done.out
        assert done.err == ""
