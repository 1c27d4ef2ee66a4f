"""Edit articles while the process that does it is killed with -9 at random moments, and look for what was lost or is stale.

    python -m benchmarks.edits [--edits 10000] [--articles 300] [--engine embedded] [--seed 1] [--json OUT]

A worker process saves articles and answers questions; what it acknowledged is written down here. It is killed on average
after so many edits, also in the middle of one, of a commit of the index, or of catching up. After each restart the very
first questions ask for the articles edited last and for others at random; in the end for every one: the text must be the
one acknowledged last, an archived article must not come back, and the index must hold each live article's entries once
and nothing of the others. `--engine` elasticsearch, opensearch or solr: over HTTP, against a played server of that protocol.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.report import Figure, quantile, report
from xiaoer.db.engine import Database
from xiaoer.knowledge import store
from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.knowledge import Knowledge, Question
from xiaoer.knowledge.types import Article, ArticleText
from xiaoer.testing.search_api import PlayedElasticsearch, PlayedOpenSearch
from xiaoer.testing.server import PlayedServer
from xiaoer.testing.solr import PlayedSolr

SHOP = "spruce"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PLAYED: dict[str, type[PlayedServer]] = {
    "elasticsearch": PlayedElasticsearch,
    "opensearch": PlayedOpenSearch,
    "solr": PlayedSolr,
}
_ASKED = 0.3  # of the edits are asked for at once
_ARCHIVED = 0.2  # of the edits take the article back
_LOOKED_AT = 40  # articles after each restart, besides those edited last
_LONGEST_S = 60.0  # a worker that says nothing for so long hangs


@dataclass
class Worker:
    """The process that is killed."""

    folder: Path
    url: str
    process: subprocess.Popen[str] | None = None
    kills: int = 0

    def start(self) -> None:
        """A new one on the same data."""
        command = [sys.executable, "-m", "benchmarks.edits", "--worker", str(self.folder), "--url", self.url]
        root = str(Path(__file__).parents[1])
        environment = {**os.environ, "PYTHONPATH": root}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root, env=environment
        )

    def kill(self) -> None:
        """Without a word of warning."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.kills += 1
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what was not sent yet has nobody to go to
                        pipe.close()
            self.process = None

    def kill_after(self, seconds: float) -> threading.Timer:
        """While it is busy with something: only the process, its pipes are closed by `kill`."""
        process = self.process
        assert process is not None
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        return timer

    def send(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Its answer, or None when it is dead."""
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()
        except OSError:
            return None
        hangs = threading.Timer(_LONGEST_S, self.process.kill)
        hangs.start()
        line = self.process.stdout.readline()
        hangs.cancel()
        return dict(json.loads(line)) if line.endswith("\n") else None


@dataclass
class Ledger:
    """What was acknowledged: the text of each article (None: archived), and the edit that nobody heard back of."""

    texts: dict[int, str | None] = field(default_factory=dict)
    open: dict[int, str | None] = field(default_factory=dict)
    last: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)

    def check(self, number: int, found: str | None, when: str) -> None:
        """One article as a question found it (None: not found). An unheard edit may have been done or not, but only once so."""
        allowed = [self.texts.get(number)]
        if number in self.open:
            allowed.append(self.open.pop(number))
            if found in allowed:
                self.texts[number] = found
        if found not in allowed:
            self.wrong.append(f"{when}: article {number} is {found!r}, should be {allowed}")


def main() -> None:
    """Play, print, write; or be the worker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--between-kills", type=int, default=60, help="edits between two kills, on average")
    parser.add_argument("--engine", choices=["embedded", *PLAYED], default="embedded")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        asyncio.run(work(arguments.worker, arguments.url))
        return
    ledger, kills = play(
        arguments.edits, arguments.articles, arguments.between_kills, engine=arguments.engine, seed=arguments.seed
    )
    for line in ledger.wrong[:20]:
        print(f"✗ {line}")
    case = f"kill -9/{arguments.engine}"
    figures = [
        Figure(case, "edits", arguments.edits, ""),
        Figure(case, "kills", kills, ""),
        Figure(case, "wrong", len(ledger.wrong), ""),
        Figure(case, "edit to answer p50", quantile(ledger.waits_ms, 0.5), "ms"),
        Figure(case, "edit to answer p99", quantile(ledger.waits_ms, 0.99), "ms"),
    ]
    report(figures, title="Edited and killed at random", out=arguments.json)
    raise SystemExit(1 if ledger.wrong else 0)


def play(
    edits: int, articles: int, between_kills: int, *, engine: str = "embedded", seed: int = 1
) -> tuple[Ledger, int]:
    """Edit and kill; what was acknowledged with what was found wrong, and how often it was killed."""
    luck = random.Random(seed)
    ledger = Ledger()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(PLAYED[engine]()) if engine in PLAYED else None
        worker = Worker(folder, server.url if server else "")
        stack.callback(worker.kill)
        worker.start()
        done = 0
        while done < edits:
            size = max(1, min(edits - done, round(luck.expovariate(1 / between_kills))))
            done += _edit(worker, ledger, luck, articles, size)
            _kill_in_the_middle(worker, ledger, luck, articles)
            worker.start()
            others = luck.sample(sorted(ledger.texts), min(_LOOKED_AT, len(ledger.texts)))
            _look(worker, ledger, [*dict.fromkeys(ledger.last), *ledger.open, *others], f"after kill {worker.kills}")
            ledger.last.clear()
        _look(worker, ledger, sorted(ledger.texts), "in the end")
        _audit(worker, ledger)
        kills = worker.kills
    return ledger, kills


def _edit(worker: Worker, ledger: Ledger, luck: random.Random, articles: int, size: int) -> int:
    for _ in range(size):
        number, text = luck.randrange(articles), _new_text(luck)
        begun = time.perf_counter()
        if worker.send({"edit": number, "text": text}) is None:
            ledger.open[number] = text
            ledger.wrong.append("the worker died by itself")
            return size
        ledger.texts[number] = text
        ledger.last.append(number)
        if luck.random() < _ASKED:
            _look(worker, ledger, [number], "at once")
            ledger.waits_ms.append((time.perf_counter() - begun) * 1000)
    return size


def _new_text(luck: random.Random) -> str | None:
    return None if luck.random() < _ARCHIVED else f"第 {luck.randrange(10**9)} 版。"


def _kill_in_the_middle(worker: Worker, ledger: Ledger, luck: random.Random, articles: int) -> None:
    """While it saves, or while it answers and feeds the index, or while nothing happens."""
    timer = worker.kill_after(luck.random() * 0.12)
    while True:
        number, text = luck.randrange(articles), _new_text(luck)
        if number in ledger.open:
            continue
        if worker.send({"edit": number, "text": text}) is None:
            ledger.open[number] = text
            break
        ledger.texts[number] = text
        ledger.last.append(number)
        if worker.send({"ask": number}) is None:
            break
    timer.join()
    worker.kill()


def _look(worker: Worker, ledger: Ledger, numbers: list[int], when: str) -> None:
    for number in dict.fromkeys(numbers):
        answer = worker.send({"ask": number})
        if answer is None:
            ledger.wrong.append(f"{when}: the worker died by itself")
            return
        ledger.check(number, answer["text"], when)


def _audit(worker: Worker, ledger: Ledger) -> None:
    answer = worker.send({"audit": sorted(ledger.texts)})
    for number, keys in (answer or {"keys": {}})["keys"].items():
        expected = [] if ledger.texts[int(number)] is None else [f"a{number}/zh/body/0", f"a{number}/zh/title/0"]
        if sorted(keys) != expected:
            ledger.wrong.append(f"the index holds {keys} of article {number}, should be {expected}")
    if answer is None:
        ledger.wrong.append("the worker died by itself")


async def work(folder: Path, url: str) -> None:
    """Do what stands on standard input, a line each, and say so when it is durable."""
    database = await Database.open(f"sqlite:///{folder}/xiaoer.sqlite3")
    await database.migrate()
    knowledge = Knowledge.open(folder / "index", Access(url, rest_s=0.1) if url else None)
    for line in sys.stdin:
        message = json.loads(line)
        if "edit" in message:
            article = _article(message["edit"], message["text"])
            await database.write(SHOP, partial(store.save_article, article=article))
            answer: dict[str, Any] = {"ok": True}
        elif "ask" in message:
            answer = {"text": await _ask(database, knowledge, message["ask"])}
        else:
            shelf = await database.read(SHOP, knowledge.refresh)
            keys = {number: [one.key for one in shelf.index.find([str(number)])] for number in message["audit"]}
            answer = {"keys": keys}
        print(json.dumps(answer), flush=True)


async def _ask(database: Database, knowledge: Knowledge, number: int) -> str | None:
    answer = await knowledge.ask(database, SHOP, Question(f"编号 {number} 的说明", "zh", "customer", NOW))
    body = next((hit.body for hit in answer.hits if hit.article_id == f"a{number}"), None)
    return None if body is None else body.partition("：")[2]


def _article(number: int, text: str | None) -> Article:
    written = ArticleText("zh", f"编号 {number} 的说明", (), f"编号 {number}：{text or '不再提供。'}")
    state: Any = "archived" if text is None else "published"
    return Article(f"a{number}", "", "all", (), (written,), 0, NOW, state)


if __name__ == "__main__":
    main()
