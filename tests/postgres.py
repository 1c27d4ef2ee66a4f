"""A PostgreSQL server for one test process: private port, temporary folder, no fsync, gone when the tests are.

Tests connect as `xiaoer`, an ordinary role that owns its tables: row-level security is not applied to superusers.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.services import find_postgres, lacking
from xiaoer.db.engine import Database

OVERRIDE = "XIAOER_TEST_POSTGRES_URL"
_START_S = 30
_PREFIX = "xiaoer-postgres-"
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
}


@dataclass(frozen=True)
class Server:
    """Where databases can be made. `url` names a role that may create databases and is no superuser."""

    url: str

    def url_of(self, name: str) -> str:
        """The URL of another database of this server."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def run(self, statement: str) -> None:
        """Run one statement outside of a transaction."""
        run_here(_execute(self.url, statement))

    def clone(self, template: str | None) -> str:
        """A new database, a copy of `template`; returns its name."""
        name = f"xiaoer_test_{uuid.uuid4().hex[:16]}"
        self.run(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def make_template(self) -> str:
        """A database with the newest schema, to be cloned."""
        name = self.clone(None)

        async def migrate() -> None:
            database = await Database.open(self.url_of(name))
            await database.migrate()
            await database.close()

        run_here(migrate())
        return name


@contextmanager
def running() -> Iterator[Server]:
    """The server of XIAOER_TEST_POSTGRES_URL, or one of our own for as long as the block lasts."""
    given = os.environ.get(OVERRIDE)
    if given:
        yield Server(given)
        return
    programs = find_postgres()
    if programs is None:
        lacking("postgres", "no server programs here; on Debian: apt-get install postgresql")
    user = _user()
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_memory()))
    if user is not None:
        shutil.chown(folder, user)
    port = _free_port()
    process = None
    try:
        process = _start(programs, folder, port, user)
        _prepare(f"postgresql://postgres@127.0.0.1:{port}/postgres")
        yield Server(f"postgresql://xiaoer@127.0.0.1:{port}/postgres")
    finally:
        if process is not None:
            _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove what test processes that were killed left behind; their servers ended with them."""
    for folder in Path(_memory() or tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            is_old = time.time() - folder.stat().st_mtime > _START_S
            if is_old and not (folder / "data" / "postmaster.pid").exists():
                shutil.rmtree(folder, ignore_errors=True)


def _memory() -> str | None:
    """A folder in memory, where the system has one with room: copying a database is ten times as fast there."""
    memory = Path("/dev/shm")
    is_roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
    return str(memory) if is_roomy else None


def _user() -> str | None:
    """Whom to run as: the server refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as_user(user: str | None, *command: str) -> list[str]:
    """The command as that user; where the system can do it, it ends when this process is killed."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if user is not None:
            lacking("postgres", "the server refuses root, and setpriv, which would start it as somebody else, is missing")
        return list(command)
    become = ["--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--init-groups"] if user else []
    return [setpriv, *become, "--pdeathsig", "INT", *command]


def _start(programs: Path, folder: Path, port: int, user: str | None) -> subprocess.Popen[bytes]:
    data = str(folder / "data")
    make = [str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    made = subprocess.run(_as_user(user, *make), capture_output=True, cwd=folder, check=False)
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr.decode(errors='replace')}")
    options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    serve = [str(programs / "postgres"), "-D", data, "-k", str(folder), "-p", str(port), *options]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            _as_user(user, *serve), stdout=log, stderr=log, cwd=folder, start_new_session=True
        )


def _prepare(url: str) -> None:
    """Wait until it answers, then make the ordinary role."""
    give_up = time.monotonic() + _START_S
    while True:
        try:
            run_here(_execute(url, "CREATE ROLE xiaoer LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB"))
            return
        except (OSError, asyncpg.PostgresError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # fast shutdown
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def connect(url: str) -> Any:
    """A connection that Xiaoer had no hand in."""
    return await asyncpg.connect(url)


async def _execute(url: str, statement: str) -> None:
    connection = await connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def run_here(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end from plain code, whether or not a loop runs in this thread."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()
