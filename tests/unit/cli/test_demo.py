"""`xiaoer demo`: made once, gone on with after it was cut off, quick the second time, and loud when an answer is wrong."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from xiaoer.app import model_path
from xiaoer.cli.demo import check_demo
from xiaoer.cli.prepare import is_trained, make, prepare
from xiaoer.cli.records import records
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.demo.seeding import SHOP_ID, find_seeding, is_whole
from xiaoer.knowledge import store as articles
from xiaoer.settings import Settings, read_settings
from xiaoer.shop import store_shops

_PATIENCE_S = 60


def settings_of(folder: Path) -> Settings:
    return read_settings(data_dir=folder, port=0, shop=SHOP_ID, always_online=True)


def change_records(folder: Path, change: Callable[[Scope], None]) -> None:
    async def run() -> None:
        database = await Database.open(f"sqlite:///{folder / 'xiaoer.sqlite3'}")
        await database.write(SHOP_ID, change)
        await database.close()

    asyncio.run(run())


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`xiaoer demo` in a process group of its own, as a terminal starts it."""
    words = [sys.executable, "-m", "xiaoer", "demo", "--port", "0", "--data-dir", str(folder)]
    around = {**os.environ, "LANG": "en", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=around, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stderr:
            process.stderr.close()


def press_ctrl_c(process: subprocess.Popen[str]) -> str:
    """What a terminal does: everybody in the group is told. What was printed until the end."""
    os.killpg(process.pid, signal.SIGINT)
    assert process.stderr is not None
    said = process.stderr.read()
    process.wait(_PATIENCE_S)
    return said


# ── being made ───────────────────────────────────────────────────────────────────────────────────────────────────────
def seeded_steps(path: Path) -> int:
    """How many steps of the seeding are done; 0 before there are records."""
    if not path.is_file():
        return 0
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as records:
        try:
            found = records.execute("SELECT text FROM shop_notes WHERE key = 'demo_seed'").fetchone()
        except sqlite3.OperationalError:
            found = None
    records.close()
    return str(found[0]).count(",") if found else 0


def test_ctrl_c_while_it_is_made_and_then_a_second_start(
    tmp_path: Path, spruce_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    with started(folder) as process:
        give_up = time.monotonic() + _PATIENCE_S
        while seeded_steps(folder / "xiaoer.sqlite3") < 3 and time.monotonic() < give_up:
            time.sleep(0.01)
        said = press_ctrl_c(process)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    reached: list[int] = []
    change_records(folder, lambda scope: reached.append(is_whole(find_seeding(scope))))
    assert reached == [False], "it was made before it could be cut off"
    (folder / "models" / SHOP_ID).mkdir(parents=True)
    model_path(folder, SHOP_ID).write_bytes(model_path(spruce_folder, SHOP_ID).read_bytes())  # training takes ten seconds
    make(folder)
    assert capsys.readouterr().err.splitlines() == ["Seeding the demo shop: done", "Building the knowledge index: done"]
    change_records(folder, lambda scope: reached.append(is_whole(find_seeding(scope))))
    assert reached == [False, True]
    assert (folder / "demo-credentials").stat().st_mode & 0o077 == 0
    prepare(settings_of(folder))
    assert capsys.readouterr().err == ""


def test_a_second_start_makes_nothing_and_its_links_sign_in_once(spruce_data: Path) -> None:
    with started(spruce_data) as process:
        assert process.stderr is not None
        printed = [process.stderr.readline() for _ in range(4)]
        links = [found[0] for line in printed if (found := re.search(r"http://\S+", line))]
        assert len(links) == 3, printed
        shop, desk, explain = links
        assert shop.endswith("/shop")
        assert max(map(len, links)) < 80  # fits into a line
        with httpx2.Client() as browser:
            assert browser.get(shop).status_code == 200
        for link, ends in ((desk, "/desk"), (explain, "/explain")):
            with httpx2.Client() as browser:
                entered = browser.get(link)
                assert (entered.status_code, entered.headers["location"]) == (303, ends)
            with httpx2.Client() as another:
                assert another.get(link).status_code == 401
        assert "demo-credentials" in printed[3]
        assert "Traceback" not in press_ctrl_c(process)
    assert process.returncode == 130


def test_the_model_is_trained_anew_only_when_its_lines_changed(spruce_data: Path) -> None:
    def is_ready() -> bool:
        async def look() -> bool:
            async with records(settings_of(spruce_data)) as database:
                return await is_trained(database, spruce_data)

        return asyncio.run(look())

    assert is_ready()
    change_records(spruce_data, lambda scope: store_shops.save_note(scope, "shipped_utterances", "of another version"))
    assert not is_ready()
    make(spruce_data)  # the lines are the same: nothing is trained, and that is remembered
    assert is_ready()
    path = model_path(spruce_data, SHOP_ID)
    whole = path.read_bytes()
    path.write_bytes(whole[:100_000] + bytes(1000) + whole[101_000:])
    assert not is_ready()
    path.unlink()
    assert not is_ready()


# ── the check ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_check_passes_on_the_demo_as_it_is(spruce_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_demo(settings_of(spruce_data)) == 0
    said = capsys.readouterr().err
    assert "every answer was right" in said
    assert "✗" not in said


def test_the_check_fails_loudly_when_an_article_says_something_else(
    spruce_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def sabotage(scope: Scope) -> None:
        (article,) = [one for one in articles.list_articles(scope) if one.texts[0].title == "退货运费谁出？"]
        texts = tuple(replace(one, body=re.sub(r"12(?= 元|，|,)|(?<=¥)12\b|12 元", "21", one.body)) for one in article.texts)
        assert not any("12" in one.body for one in texts)
        articles.save_article(scope, replace(article, texts=texts))

    change_records(spruce_data, sabotage)
    assert check_demo(settings_of(spruce_data)) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("✗ policy-question")]
    assert any("policy-question-zh: line 1 (七天无理由退货，运费谁出？): '12 元'" in line for line in lines), lines
    assert any("policy-question-en" in line and "'¥12' is not in" in line for line in lines), lines


def test_the_check_fails_loudly_when_the_refund_is_told_wrong(spruce_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A policy in force with another fee than the one that was promised: the refund is not what the facts say."""
    with sqlite3.connect(spruce_data / "xiaoer.sqlite3") as records:
        (text,) = records.execute("SELECT text FROM policies").fetchone()
        changed = re.sub(r"\b1200\b", "1300", text)
        assert changed != text
        records.execute("UPDATE policies SET text = ?", (changed,))
    records.close()
    assert check_demo(settings_of(spruce_data)) == 1
    assert "✗ return-" in capsys.readouterr().err
