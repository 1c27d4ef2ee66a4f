"""The knowledge against labelled questions: does the right article come first, how fast, and when is it rightly silent.

    python benchmarks/knowledge.py --data DIR [--data DIR …] [--encoder DIR] [--index-url URL …] [--scale 100000]
                                   [--similar 5] [--demo] [--json OUT]

DIR holds corpus.jsonl, queries.jsonl and qrels.tsv (BEIR). A document without a title is a question that is its own title.
With --similar N a second case stores N of each document's questions as its similar questions, learns the ranking from those
and asks the others, of a folder where there are so many. --demo asks the demo shop's own question set, with the wish
understood by its reader, which is trained first; and once more without.

A case is `folder/engine`. With --encoder that is words and meaning together, and `folder/engine (words)` is beside it. Times of the
embedded engine are CPU times of one question in this process, those of the others are on the wall: waiting counts.
`edit_…_ms` is on the wall, from an edit to a question that finds it; `memory_mb` is what the articles take in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import math
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.report import Figure, quantile, report
from benchmarks.shelf import built, many, read_encoding
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.demo.seed import SHOP_ID
from xiaoer.demo.seed_articles import seed_articles
from xiaoer.demo.seed_knowledge import fit_knowledge, understood
from xiaoer.demo.utterances import TRAINING
from xiaoer.errors import IndexUnavailable
from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.index.engines import open_engine
from xiaoer.knowledge.index.port import Engine
from xiaoer.knowledge.knowledge import Knowledge
from xiaoer.knowledge.types import Answer, Article, ArticleText
from xiaoer.knowledge.vectors import Encoding
from xiaoer.nlu.language import language_of
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import train

QUESTIONS = Path(__file__).parents[1] / "xiaoer" / "demo" / "questions"
_NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
Grades = Mapping[str, int]
Stored = Mapping[str, tuple[str, ...]]  # similar questions by document
Find = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Set:
    """Documents (id → title, text), questions by id, and the graded documents of each."""

    documents: Mapping[str, tuple[str, str]]
    questions: Mapping[str, str]
    grades: Mapping[str, Grades]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question of the demo's set with the articles that answer it; none when nothing does."""

    question: str
    article_ids: frozenset[str]
    kind: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What came back for a labelled question."""

    asked: Labelled
    answer: Answer
    milliseconds: float

    @property
    def is_right(self) -> bool:
        """Whether the first article is one that answers."""
        return bool(self.answer.hits) and self.answer.hits[0].article_id in self.asked.article_ids


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", default=[], help="a folder in BEIR layout")
    parser.add_argument("--similar", type=int, default=5, help="similar questions to store in the second case; 0: none")
    parser.add_argument("--encoder", type=Path, help="a folder with a sentence encoder: articles are found by meaning too")
    parser.add_argument("--index-url", action="append", default=[], help="an engine besides the embedded one; repeatable")
    parser.add_argument("--scale", type=int, default=0, metavar="PASSAGES", help="also so many passages, made of the sets")
    parser.add_argument("--demo", action="store_true", help="also the demo shop's own question set")
    parser.add_argument("--questions", choices=("test", "fresh", "dev"), default="test", help="which of the demo's sets")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    figures: list[Figure] = []
    encoding = read_encoding(arguments.encoder) if arguments.encoder else None
    sets = {folder.name: read_set(folder) for folder in arguments.data}
    with tempfile.TemporaryDirectory() as folder:
        for engine in engines(Path(folder), arguments.index_url):
            for name, labelled in sets.items():
                figures += measure_set(name, engine, encoding, labelled, arguments.similar)
            if arguments.scale:
                figures += measure_scale(engine, list(sets.values()), arguments.scale)
            engine.close()
    if figures:
        report(figures, title="Knowledge: labelled sets", out=None if arguments.demo else arguments.json)
    if arguments.demo:
        demo = asyncio.run(measure_demo(arguments.questions))
        report(demo, title="Knowledge: the demo shop's questions")
        if arguments.json is not None:
            report([*figures, *demo], title="Knowledge", out=arguments.json)


def engines(folder: Path, urls: Sequence[str]) -> Iterator[Engine]:
    """The embedded engine, and those behind the URLs that answer."""
    yield open_engine(folder)
    for url in urls:
        engine = open_engine(folder, Access(url, prefix="xiaoer-bench", timeout_s=30))
        try:
            engine.open("bench").read_applied()
        except IndexUnavailable as error:
            print(f"left out: {error}")
            engine.close()
        else:
            yield engine


def measure_set(name: str, engine: Engine, encoding: Encoding | None, labelled: Set, similar: int) -> list[Figure]:
    """A set as it is, and with similar questions stored where it has so many. With an encoder, besides by words alone."""
    stored, rest = split(labelled, similar)
    figures: list[Figure] = []
    for one, mark in ((encoding, ""), (None, " (words)")) if encoding else ((None, ""),):
        figures += measure(f"{name}/{engine.name}{mark}", engine, one, labelled, {})
        if stored:
            figures += measure(f"{name}+{similar}/{engine.name}{mark}", engine, one, rest, stored)
    return figures


def read_set(folder: Path) -> Set:
    """The set in this folder; only questions with a document that answers them."""
    documents = {one["_id"]: (one.get("title", ""), one["text"]) for one in _lines(folder / "corpus.jsonl")}
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t"):
            if row[2].isdigit() and int(row[2]) > 0:
                grades[row[0]][row[1]] = int(row[2])
    questions = {one["_id"]: one["text"] for one in _lines(folder / "queries.jsonl") if one["_id"] in grades}
    return Set(documents, questions, grades)


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def split(labelled: Set, size: int) -> tuple[dict[str, tuple[str, ...]], Set]:
    """For sets with at least twice `size` questions a document, on average: `size` of them to store, the others to ask."""
    of_document: dict[str, list[str]] = defaultdict(list)
    for question_id, grades in labelled.grades.items():
        if len(grades) == 1 and question_id in labelled.questions:
            of_document[next(iter(grades))].append(question_id)
    if not size or len(labelled.questions) < 2 * size * 0.9 * len(labelled.documents):
        return {}, labelled
    chooser = random.Random(0)
    chosen = {document: set(chooser.sample(ids, min(size, len(ids)))) for document, ids in of_document.items()}
    taken = set().union(*chosen.values())
    stored = {document: tuple(labelled.questions[one] for one in sorted(ids)) for document, ids in chosen.items()}
    rest = {one: text for one, text in labelled.questions.items() if one not in taken}
    return stored, Set(labelled.documents, rest, labelled.grades)


def measure(case: str, engine: Engine, encoding: Encoding | None, labelled: Set, stored: Stored) -> list[Figure]:
    """Build the index, ask every question, compare; then edit."""
    articles = [_article(one, title, text, stored.get(one, ())) for one, (title, text) in labelled.documents.items()]
    with built(engine, articles, encoding=encoding, is_fitted=bool(stored)) as shelf:
        return [*score(case, labelled, shelf.find, shelf.clock), *shelf.figures(case)]


def measure_scale(engine: Engine, sets: Sequence[Set], passages: int) -> list[Figure]:
    """Speed and size with so many passages made of the documents of all sets; a thousand of their questions are asked."""
    documents = [(one, text) for labelled in sets for one, text in labelled.documents.items()]
    articles = many([_article(f"{n}-{one}", title, text, ()) for n, (one, (title, text)) in enumerate(documents)], passages)
    questions = [text for labelled in sets for text in labelled.questions.values()]
    case, times = f"passages-{passages}/{engine.name}", list[float]()
    with built(engine, articles, encoding=None, is_fitted=False) as shelf:
        for question in random.Random(0).sample(questions, min(1000, len(questions))):
            started = shelf.clock()
            shelf.find(question)
            times.append((shelf.clock() - started) * 1000)
        speed = [Figure(case, "p50_ms", quantile(times, 0.5), "ms"), Figure(case, "p99_ms", quantile(times, 0.99), "ms")]
        return [*speed, *shelf.figures(case)]


def _article(number: str, title: str, text: str, similar: tuple[str, ...]) -> Article:
    written = ArticleText(language_of(title or text, "en"), title or text, similar, text if title else "")
    return Article(number, "", "all", (), (written,), 1, _NOW)


def score(case: str, labelled: Set, find: Find, clock: Callable[[], float]) -> list[Figure]:
    """The figures of a ranking."""
    times: list[float] = []
    totals: dict[str, float] = defaultdict(float)
    for question_id, question in labelled.questions.items():
        started = clock()
        found = find(question)
        times.append((clock() - started) * 1000)
        for metric, value in metrics_of(found, labelled.grades[question_id]).items():
            totals[metric] += value / len(labelled.questions)
    speed = [Figure(case, "p50_ms", quantile(times, 0.5), "ms"), Figure(case, "p99_ms", quantile(times, 0.99), "ms")]
    return [*(Figure(case, metric, value, "") for metric, value in totals.items()), *speed]


def metrics_of(found: Sequence[str], grades: Grades) -> dict[str, float]:
    """hit@1, hit@5, hit@10, mrr@10 and ndcg@10 (gain 2^grade - 1) of one ranking."""
    right = [grades.get(one, 0) for one in found[:10]]
    first = next((place for place, grade in enumerate(right, start=1) if grade), 0)
    hits = {f"hit@{depth}": float(0 < first <= depth) for depth in (1, 5, 10)}
    ideal = _gain(sorted(grades.values(), reverse=True)[:10])
    return {**hits, "mrr@10": 1 / first if first else 0.0, "ndcg@10": _gain(right) / ideal}


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, start=1))


async def measure_demo(name: str) -> list[Figure]:
    """The demo's question set in both languages, with the understood wish and without."""
    reader = train([line for path in TRAINING for line in _read_lines(path)])
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite:///{folder}/xiaoer.sqlite3")
        await database.migrate()
        await database.write(SHOP_ID, seed_articles)
        knowledge = Knowledge.open(Path(folder) / "index")
        try:
            return await database.read(SHOP_ID, lambda scope: _ask_all(knowledge, scope, reader, name))
        finally:
            knowledge.close()
            await database.close()


def _ask_all(knowledge: Knowledge, scope: Scope, reader: IntentModel, of: str) -> list[Figure]:
    fit_knowledge(knowledge, scope, model=reader)
    figures: list[Figure] = []
    for language in ("zh", "en"):
        questions = read_questions(QUESTIONS / f"{of}_{language}.csv")
        for name, is_understood in (("embedded", True), ("no wish", False)):
            intents = [understood(reader, one.question) if is_understood else "" for one in questions]
            pairs = zip(questions, intents, strict=True)
            judged = [_judge(knowledge, scope, one, language, intent) for one, intent in pairs]
            figures += figures_of(f"demo_{language}/{name}", judged)
    return figures


def _judge(knowledge: Knowledge, scope: Scope, asked: Labelled, language: str, intent: str) -> Judged:
    started = time.process_time()
    answer = knowledge.answer(scope, asked.question, language=language, audience="member", today=_NOW, intent=intent)
    return Judged(asked, answer, (time.process_time() - started) * 1000)


def figures_of(case: str, judged: Sequence[Judged]) -> list[Figure]:
    """Ranking over the answerable questions; the decision over both kinds."""
    inside = [one for one in judged if one.asked.article_ids]
    outside = [one for one in judged if not one.asked.article_ids]
    answered = [one for one in inside if one.answer.outcome == "answer"]
    offered = [one for one in inside if one.answer.outcome == "did_you_mean"]
    values = {
        "hit@1": sum(one.is_right for one in inside) / len(inside),
        "hit@3": sum(_place(one) < 3 for one in inside) / len(inside),
        "hit@5": sum(_place(one) < 5 for one in inside) / len(inside),
        "auroc": auroc([one.answer.probability for one in inside], [one.answer.probability for one in outside]),
        "answered": len(answered) / len(inside),
        "right": sum(one.is_right for one in answered) / max(1, len(answered)),
        "asked back": len(offered) / len(inside),
        "false": sum(one.answer.outcome == "answer" for one in outside) / max(1, len(outside)),
        "p50_ms": quantile([one.milliseconds for one in judged], 0.5),
        "p99_ms": quantile([one.milliseconds for one in judged], 0.99),
    }
    return [Figure(case, metric, value, "ms" if metric.endswith("ms") else "") for metric, value in values.items()]


def _place(one: Judged) -> int:
    ids = [hit.article_id for hit in one.answer.hits]
    return next((place for place, article_id in enumerate(ids) if article_id in one.asked.article_ids), 1000)


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that an answerable question stands above one that is not."""
    pairs = sum((one > other) + 0.5 * (one == other) for one in inside for other in outside)
    return pairs / (len(inside) * len(outside)) if inside and outside else math.nan


def read_questions(path: Path) -> list[Labelled]:
    """The labelled questions of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [Labelled(row["question"], frozenset(_ids(row["article_ids"])), row["kind"]) for row in rows]


def _ids(text: str) -> list[str]:
    return [one for one in text.replace("|", " ").replace(";", " ").replace(",", " ").split() if one]


def _read_lines(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["intent"]) for row in csv.DictReader(file)]


if __name__ == "__main__":
    main()
