"""The knowledge against labelled questions: does the right article come first, how fast, and when is it rightly silent.

    python benchmarks/knowledge.py --data DIR [--data DIR …] [--similar 5] [--demo] [--json OUT]

DIR holds corpus.jsonl, queries.jsonl and qrels.tsv (BEIR). A document without a title is a question that is its own title.
With --similar N a second case stores N of each document's questions as its similar questions, learns the ranking from those
and asks the others, of a folder where there are so many. --demo asks the demo shop's own question set, with the wish
understood by its reader, which is trained first; and once more without. Times are CPU times of one question in this process.
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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.report import Figure, quantile, report
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.demo.seed import SHOP_ID
from xiaoer.demo.seed_articles import seed_articles
from xiaoer.demo.seed_knowledge import fit_knowledge, understood
from xiaoer.demo.utterances import TRAINING
from xiaoer.knowledge.answerable import Answerable
from xiaoer.knowledge.collection import Collection
from xiaoer.knowledge.fitting import fit
from xiaoer.knowledge.index.embedded import EmbeddedIndex, Entry
from xiaoer.knowledge.knowledge import Knowledge
from xiaoer.knowledge.search import Asking, search
from xiaoer.knowledge.types import Answer, Article, ArticleText
from xiaoer.nlu.language import language_of
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import train

QUESTIONS = Path(__file__).parents[1] / "xiaoer" / "demo" / "questions"
_NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
Grades = Mapping[str, int]
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
    parser.add_argument("--demo", action="store_true", help="also the demo shop's own question set")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    figures: list[Figure] = []
    for folder in arguments.data:
        labelled = read_set(folder)
        figures += measure(f"{folder.name}/embedded", labelled, {})
        stored, rest = split(labelled, arguments.similar)
        if stored:
            figures += measure(f"{folder.name}+{arguments.similar}/embedded", rest, stored)
    if figures:
        report(figures, title="Knowledge: labelled sets", out=None if arguments.demo else arguments.json)
    if arguments.demo:
        demo = asyncio.run(measure_demo())
        report(demo, title="Knowledge: the demo shop's questions")
        if arguments.json is not None:
            report([*figures, *demo], title="Knowledge", out=arguments.json)


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


def measure(case: str, labelled: Set, stored: Mapping[str, tuple[str, ...]]) -> list[Figure]:
    """Build the index, ask every question, compare."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        collection, entries = Collection(), list[Entry]()
        for number, (title, text) in labelled.documents.items():
            entries += collection.put(_article(number, title, text, stored.get(number, ())))
        index = EmbeddedIndex(Path(folder) / "index")
        index.rebuild(entries, applied=1)
        index_s = time.process_time() - started
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        model = (fit(collection, index) if stored else None) or Answerable()

        def find(question: str) -> list[str]:
            asking = Asking(language_of(question, "en"), ("all",), date(2026, 1, 1))
            return [one.article.id for one in search(collection, index, question, asking, model.fusion, model.emphasis)]

        return [
            *score(case, labelled, find),
            Figure(case, "index_s", index_s, "s"),
            Figure(case, "index_mb", size / 1e6, "MB"),
        ]


def _article(number: str, title: str, text: str, similar: tuple[str, ...]) -> Article:
    written = ArticleText(language_of(title or text, "en"), title or text, similar, text if title else "")
    return Article(number, "", "all", (), (written,), 1, _NOW)


def score(case: str, labelled: Set, find: Find) -> list[Figure]:
    """The figures of a ranking."""
    times: list[float] = []
    totals: dict[str, float] = defaultdict(float)
    for question_id, question in labelled.questions.items():
        started = time.process_time()
        found = find(question)
        times.append((time.process_time() - started) * 1000)
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


async def measure_demo() -> list[Figure]:
    """The demo's question set in both languages, with the understood wish and without."""
    reader = train([line for path in TRAINING for line in _read_lines(path)])
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite:///{folder}/xiaoer.sqlite3")
        await database.migrate()
        await database.write(SHOP_ID, seed_articles)
        knowledge = Knowledge.open(Path(folder) / "index")
        try:
            return await database.read(SHOP_ID, lambda scope: _ask_all(knowledge, scope, reader))
        finally:
            knowledge.close()
            await database.close()


def _ask_all(knowledge: Knowledge, scope: Scope, reader: IntentModel) -> list[Figure]:
    fit_knowledge(knowledge, scope, model=reader)
    figures: list[Figure] = []
    for language in ("zh", "en"):
        questions = read_questions(QUESTIONS / f"test_{language}.csv")
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
