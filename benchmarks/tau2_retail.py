"""τ²-bench's retail tasks with a scripted customer, along the path of the widget: pass^1 to pass^4, turns and time.

    python benchmarks/tau2_retail.py --harness DIR --db FILE [--lang en|zh|both] [--level clear|native|verbatim|all] [--seeds 4]
        [--tasks 0,7,21] [--split train|test|all] [--processes 1] [--data-dir DIR] [--json OUT] [--transcripts DIR]

DIR holds scripted_user.py, goals.json, gold_states.json and check_state.py; FILE is the store. Nothing of goals.json is given to
the shop but, with --lang zh, its glossary. How to read the figures: docs/howto/tau2.md.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import math
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.report import Figure, quantile, report
from benchmarks.tau2_store import Store, prepare
from benchmarks.tau2_talk import Judge, Outcome, play

FLOOR = 11 / 114  # what a system that does nothing passes
LEVELS, LANGUAGES = ("clear", "native", "verbatim"), ("en", "zh")
_NEEDED = ("scripted_user.py", "goals.json", "gold_states.json", "check_state.py")


@dataclass(frozen=True, slots=True)
class Job:
    """Dialogues to be played in one process: tasks by seeds, in one language, at one level."""

    harness: Path
    db: Path
    folder: Path
    language: str
    level: str
    tasks: tuple[str, ...]
    seeds: int
    transcripts: Path | None


def main() -> None:
    """Play, print, write."""
    given = _arguments()
    missing = [name for name in _NEEDED if not (given.harness / name).is_file()] or ([] if given.db.is_file() else [str(given.db)])
    if missing:
        raise SystemExit(f"not there: {', '.join(missing)}")
    tasks = _tasks(_goals(given.harness)["tasks"], given.tasks, given.split)
    languages = LANGUAGES if given.lang == "both" else (given.lang,)
    levels = LEVELS if given.level == "all" else (given.level,)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as scratch:
        for language in languages:
            for level in levels:
                job = Job(
                    given.harness, given.db, given.data_dir or Path(scratch), language, level, tasks, given.seeds, given.transcripts
                )
                is_one = len(languages) * len(levels) == 1
                figures += figures_of(_played(job, given.processes), given.seeds, "" if is_one else f"{language} {level} ")
    title = f"τ² retail, {given.lang}, {given.level}: scripted customer, not comparable with published figures"
    report(figures, title=title, out=given.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--harness", type=Path, required=True, help="folder of customer, goals, end states, checker")
    parser.add_argument("--db", type=Path, required=True, help="the store, db.json")
    parser.add_argument("--lang", choices=(*LANGUAGES, "both"), default="en")
    parser.add_argument("--level", choices=(*LEVELS, "all"), default="clear")
    parser.add_argument("--seeds", type=int, default=4, help="runs of each task, each with other words")
    parser.add_argument("--tasks", default="", help="ids, separated by commas; without it all of the split")
    parser.add_argument("--split", default="all", help="train, test or all, as goals.json marks them")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--data-dir", type=Path, help="keep the prepared store here for the next run")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--transcripts", type=Path, help="write what was said here, a file for each dialogue")
    return parser.parse_args()


def _goals(harness: Path) -> dict[str, Any]:
    return _read_json(harness / "goals.json")


def _read_json(path: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return values


def _tasks(tasks: Mapping[str, Any], wanted: str, split: str) -> tuple[str, ...]:
    if wanted:
        chosen = tuple(one.strip() for one in wanted.split(",") if one.strip())
        unknown = [one for one in chosen if one not in tasks]
        if unknown:
            raise SystemExit(f"no such task: {', '.join(unknown)}")
        return chosen
    return tuple(name for name, task in tasks.items() if split in ("all", task.get("split", "all")))


def _played(job: Job, processes: int) -> list[Outcome]:
    if processes <= 1:
        return asyncio.run(run(job))
    asyncio.run(_store_of(job))  # made once, before the processes look for it
    shares = [partial(asdict, job)() | {"tasks": job.tasks[place::processes]} for place in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        return [one for part in pool.map(_in_a_process, shares) for one in part]


def _in_a_process(values: dict[str, Any]) -> list[Outcome]:
    return asyncio.run(run(Job(**values)))


async def _store_of(job: Job) -> Store:
    glossary = _goals(job.harness).get("zh_glossary") if job.language == "zh" else None
    return await prepare(job.folder, job.db, glossary)


async def run(job: Job) -> list[Outcome]:
    """Every dialogue of the job, one after the other."""
    store = await _store_of(job)
    scripted, checker = _load(job.harness, "scripted_user"), _load(job.harness, "check_state")
    goals = _goals(job.harness)["tasks"]
    judge = Judge(checker, checker.load_gold(job.harness / "gold_states.json"), _read_json(job.db))
    outcomes: list[Outcome] = []
    async for outcome in play(store, scripted, judge, [goals[name] for name in job.tasks], job.language, job.level, job.seeds):
        outcomes.append(outcome)
        if job.transcripts is not None:
            _keep(job.transcripts, job, outcome)
    return outcomes


def _load(folder: Path, name: str) -> ModuleType:
    """A module of the harness, from its file."""
    spec = importlib.util.spec_from_file_location(f"tau2_harness_{name}", folder / f"{name}.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"{folder / name}.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _keep(folder: Path, job: Job, outcome: Outcome) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{job.language}-{job.level}-{outcome.task:0>3}-{outcome.seed}{'' if outcome.passed else '-FAILED'}.json"
    (folder / name).write_text(json.dumps(asdict(outcome), ensure_ascii=False, indent=1), "utf-8")


def figures_of(outcomes: Sequence[Outcome], seeds: int, name: str) -> list[Figure]:
    """pass^k of all tasks and of each kind, and beside the first what the dialogues cost and what must never happen."""
    kinds = sorted({kind for one in outcomes for kind in one.kinds})
    figures = [
        figure
        for case, chosen in [("all", outcomes), *((kind, [one for one in outcomes if kind in one.kinds]) for kind in kinds)]
        for figure in _passes(f"{name}{case}", chosen, seeds)
    ]
    took = [ms for one in outcomes for ms in one.cpu_ms]
    figures += [
        Figure(f"{name}all", "turns", sum(one.turns for one in outcomes) / max(1, len(outcomes)), ""),
        Figure(f"{name}all", "CPU p50", quantile(took, 0.5), "ms"),
        Figure(f"{name}all", "CPU p95", quantile(took, 0.95), "ms"),
        Figure(f"{name}all", "writes without a yes", sum(one.writes_without_yes for one in outcomes), ""),
        Figure(f"{name}all", "writes on others", sum(one.writes_on_others for one in outcomes), ""),
        Figure(f"{name}doing nothing", "pass^1", FLOOR, ""),
    ]
    return figures


def _passes(case: str, outcomes: Iterable[Outcome], seeds: int) -> list[Figure]:
    passed: dict[str, list[bool]] = {}
    for one in outcomes:
        passed.setdefault(one.task, []).append(one.passed)
    figures = [Figure(case, "tasks", len(passed), "")]
    for k in range(1, min(4, seeds) + 1):
        shares = [math.comb(sum(runs), k) / math.comb(len(runs), k) for runs in passed.values()]
        figures.append(Figure(case, f"pass^{k}", sum(shares) / max(1, len(shares)), ""))
    return figures


if __name__ == "__main__":
    main()
