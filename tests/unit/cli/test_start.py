"""A start that cannot work ends with one line that says what to do, in the terminal's language, and exit code 2."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.unit.cli.conftest import Command, apart, as_plain_user
from xiaoer.app import model_path

SHOP = "spruce"


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = shutil.which("mount")
    options = [str(mount), "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if mount is None or os.geteuid() != 0 or subprocess.run(options, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root can make a small disk, and not everywhere")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


# ── ports and settings ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_port_in_use(xiaoer: Command, taken_port: int) -> None:
    for command in ("serve", "demo"):
        line = xiaoer(command, "--port", taken_port).only_line()
        assert f"127.0.0.1:{taken_port}" in line
        assert "--port" in line
    line = xiaoer("serve", "--port", taken_port, language="zh_CN.UTF-8").only_line()
    assert "无法监听" in line
    assert "--port" in line


def test_a_port_without_permission() -> None:
    rights = as_plain_user()
    first_free = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if first_free.exists() and int(first_free.read_text()) <= 81:
        pytest.skip("on this machine everybody may listen on every port")
    line = apart("serve", "--port", "81", before=rights).only_line()
    assert "127.0.0.1:81" in line


@pytest.mark.parametrize("host", ["203.0.113.7", "::zz"])
def test_an_address_that_is_not_ours(xiaoer: Command, host: str) -> None:
    assert host in xiaoer("serve", "--host", host, "--port", "0").only_line()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("serve", "--port", "99999"), "--port"),
        (("serve", "--port", "many"), "--port"),
        (("serve", "--bogus"), "--bogus"),
        (("sreve",), "sreve"),
        (("train", "intents", "--shop", "../../etc"), "--shop"),
        (("chat", "--language", "fr"), "--language"),
    ],
)
def test_a_wrong_word_on_the_command_line(xiaoer: Command, words: tuple[str, ...], named: str) -> None:
    assert named in xiaoer(*words).only_line()
    assert named in xiaoer(*words, language="zh_CN.UTF-8").only_line()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "ten", "应为整数"),
        ("PORT", "70000", "不能大于 65535"),
        ("UPLOAD_MB", "0", "不能小于 1"),
        ("LANGUAGE", "fr", "应为 'zh' 或 'en'"),
        ("ALWAYS_ONLINE", "perhaps", "应为 true 或 false"),
        ("DATABASE_URL", "mysql://x", "postgresql://"),
    ],
)
def test_a_wrong_setting(xiaoer: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str) -> None:
    monkeypatch.setenv(f"XIAOER_{name}", value)
    english = xiaoer("serve").only_line()
    assert f"XIAOER_{name}" in english
    assert value in english
    assert expected in xiaoer("serve", language="zh_CN.UTF-8").only_line()


def test_a_secret_that_is_too_short_is_not_shown(xiaoer: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_SECRET", "hush-hush")
    line = xiaoer("serve").only_line()
    assert "XIAOER_SECRET" in line
    assert "hush" not in line


def test_an_env_file_that_is_no_text(xiaoer: Command, bare: Path) -> None:
    (bare / ".env").write_bytes("XIAOER_SHOP=云杉".encode("gb18030"))
    assert ".env" in xiaoer("serve").only_line()


# ── the data folder ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_data_folder_that_is_a_file(xiaoer: Command, tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.write_text("")
    line = xiaoer("serve", "--port", "0", "--data-dir", path).only_line()
    assert str(path) in line
    assert "XIAOER_DATA_DIR" in line
    assert str(path) in xiaoer("demo", "--port", "0", "--data-dir", path / "below").only_line()


def test_a_data_folder_without_rights(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    line = apart("serve", "--port", "0", "--data-dir", folder, before=as_plain_user()).only_line()
    assert str(folder) in line
    assert "Permission denied" in line
    folder.chmod(0o000)
    assert str(folder) in apart("shops", "list", "--data-dir", folder, before=as_plain_user()).only_line()
    folder.chmod(0o700)


def test_records_that_may_only_be_read(spruce_data: Path) -> None:
    path = spruce_data / "xiaoer.sqlite3"
    path.chmod(0o400)
    line = apart("shops", "list", "--data-dir", spruce_data, before=as_plain_user()).only_line()
    assert str(path) in line
    assert "writable" in line


@pytest.mark.parametrize("begin", [0, 100])
def test_records_that_are_damaged(xiaoer: Command, spruce_data: Path, begin: int) -> None:
    path = spruce_data / "xiaoer.sqlite3"
    with path.open("r+b") as file:
        file.seek(begin)
        file.write(os.urandom(16_384))
    assert str(path) in xiaoer("serve", "--port", "0", "--data-dir", spruce_data).only_line()


def test_records_that_are_damaged_further_inside(xiaoer: Command, spruce_data: Path) -> None:
    path = spruce_data / "xiaoer.sqlite3"
    with path.open("r+b") as file:
        for page in range(20, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    line = xiaoer("serve", "--port", "0", "--data-dir", spruce_data).only_line()
    assert "malformed" in line


def test_records_of_a_newer_version(xiaoer: Command, spruce_data: Path) -> None:
    with sqlite3.connect(spruce_data / "xiaoer.sqlite3") as records:
        records.execute("UPDATE alembic_version SET version_num = '9999'")
    records.close()
    assert "9999" in xiaoer("serve", "--port", "0", "--data-dir", spruce_data).only_line()
    assert "更新版本" in xiaoer("demo", "--port", "0", "--data-dir", spruce_data, language="zh_CN.UTF-8").only_line()


def test_a_full_disk(tiny_disk: Path) -> None:
    """The schema alone does not fit."""
    line = apart("demo", "--port", "0", "--data-dir", tiny_disk).only_line()
    assert str(tiny_disk) in line
    (tiny_disk / "fill").write_bytes(b"x" * (200 << 10))
    assert "XIAOER_DATA_DIR" in apart("serve", "--port", "0", "--data-dir", tiny_disk).only_line()


def test_a_disk_that_is_full_while_the_demo_is_made(tmp_path: Path) -> None:
    """No file may grow beyond one megabyte: the records do, while they are seeded."""
    words = [sys.executable, "-m", "xiaoer", "demo", "--port", "0", "--data-dir", str(tmp_path / "data")]
    limit = 1 << 20
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "LANG": "en"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert done.returncode == 2, done
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("xiaoer: ")
    assert "disk" in done.stderr.splitlines()[-1]


def test_a_secret_that_cannot_be_used(xiaoer: Command, spruce_data: Path) -> None:
    (spruce_data / "secret").write_text("short")
    line = xiaoer("serve", "--port", "0", "--data-dir", spruce_data).only_line()
    assert str(spruce_data / "secret") in line
    assert "Delete the file" in line
    (spruce_data / "secret").unlink()
    (spruce_data / "secret").mkdir()
    assert str(spruce_data / "secret") in xiaoer("serve", "--port", "0", "--data-dir", spruce_data).only_line()


# ── what a shop needs ────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_intent_model_that_is_missing_or_damaged(xiaoer: Command, spruce_data: Path) -> None:
    path = model_path(spruce_data, SHOP)
    whole = path.read_bytes()
    for damaged in (None, b"", whole[:5000], whole[:-5000], b"PK" + whole[2:400] + os.urandom(4000) + whole[4400:]):
        path.unlink(missing_ok=True)
        if damaged is not None:
            path.write_bytes(damaged)
        for command in (("serve", "--port", "0"), ("chat", "--say", "hi")):
            line = xiaoer(*command, "--data-dir", spruce_data).only_line()
            assert "xiaoer train intents --shop spruce" in line


def test_a_policy_that_is_missing(xiaoer: Command, spruce_data: Path) -> None:
    with sqlite3.connect(spruce_data / "xiaoer.sqlite3") as records:
        records.execute("DELETE FROM policies")
    records.close()
    assert "xiaoer shops policy" in xiaoer("serve", "--port", "0", "--data-dir", spruce_data).only_line()


@pytest.mark.parametrize("how", ["gone", "cut", "nonsense"])
def test_an_index_that_is_damaged_is_built_again(xiaoer: Command, spruce_data: Path, how: str) -> None:
    index = spruce_data / "index" / SHOP
    if how == "gone":
        shutil.rmtree(index)
    else:
        for path in index.iterdir():
            if path.name != "xiaoer.json" and path.is_file():
                path.write_bytes(path.read_bytes()[:10] if how == "cut" else os.urandom(500))
    done = xiaoer("chat", "--data-dir", spruce_data, "--say", "七天无理由退货，运费谁出？")
    assert done.code == 0, done
    assert "12" in done.out


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_postgres_that_does_not_answer(xiaoer: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_DATABASE_URL", "postgresql://mei:hush-hush@127.0.0.1:1/shop")
    for language in ("en", "zh_CN"):
        line = xiaoer("serve", "--port", "0", language=language).only_line()
        assert "127.0.0.1:1/shop" in line
        assert "XIAOER_DATABASE_URL" in line
        assert "hush" not in line


@pytest.mark.postgres
def test_a_postgres_that_refuses(
    xiaoer: Command, monkeypatch: pytest.MonkeyPatch, postgres_server: postgres.Server
) -> None:
    monkeypatch.setenv("XIAOER_DATABASE_URL", postgres_server.url.replace("xiaoer@", "nobody-here:hush-hush@"))
    line = xiaoer("serve", "--port", "0").only_line()
    assert "nobody-here" in line
    assert "hush" not in line
    monkeypatch.setenv("XIAOER_DATABASE_URL", postgres_server.url_of("no_such_database"))
    assert "no_such_database" in xiaoer("serve", "--port", "0").only_line()


def test_the_package_for_postgres_is_missing(xiaoer: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    monkeypatch.setenv("XIAOER_DATABASE_URL", "postgresql://mei@127.0.0.1:1/shop")
    assert "pip install 'xiaoer[postgres]'" in xiaoer("serve", "--port", "0").only_line()
