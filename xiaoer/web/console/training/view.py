"""The records as the templates want them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from xiaoer.app import App
from xiaoer.nlu.store_versions import SILENT
from xiaoer.nlu.training.comparing import Change, Comparison, Read
from xiaoer.nlu.training.trainings import is_alive
from xiaoer.nlu.training.types import SHIPPED_BY, ModelVersion, Publication, TrainingRun, Utterance
from xiaoer.web.console.reader import Reader, clock_of, day_of, frame_of
from xiaoer.web.console.training.names import title_of
from xiaoer.web.console.training.read import QueueRecord, VersionsRecord
from xiaoer.web.session import StaffSession

# A form or link with these swaps only the part that it changes, and still works where no script runs.
SWAPS = Markup('hx-boost="true" hx-target="#part" hx-select="#part" hx-swap="outerHTML show:none"')
FIGURES = ("accuracy", "macro_f1", "ece", "auroc", "recall_at_95", "kept")
_MOST_PICKS = 5


@dataclass(frozen=True, slots=True)
class Pick:
    """An intent to choose by its number, and how likely the model held it."""

    key: int
    name: str
    title: str
    share: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line in the queue. `alike`: how many open lines its cluster has, where it leads it."""

    line: Utterance
    picks: tuple[Pick, ...]
    alike: int
    times: int
    leads: bool
    novelty: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version in the list, with its figures in words."""

    row: ModelVersion
    made: str
    by: str
    figures: Mapping[str, str]
    is_reading: bool
    is_previous: bool
    is_stale: bool
    size: str


def frame(app: App, session: StaffSession, reader: Reader, *, place: str) -> dict[str, Any]:
    """What every template of the page names. `place`: which of its parts."""
    return {
        **frame_of(app, session, reader),
        "page": "training",
        "place": place,
        "swaps": SWAPS,
        "is_lead": session.staff.role == "lead",
        "percent": percent,
        "notice": "",
        "typed": "",
    }


def percent(value: float | None, digits: int = 1) -> str:
    """A share as people read it; a dash where there is none."""
    return "–" if value is None else f"{value * 100:.{digits}f}%"


def figure(name: str, value: float | None) -> str:
    """A figure as it is compared: rates in per cent, the calibration error as it is published."""
    return "–" if value is None else f"{value:.3f}" if name == "ece" else percent(value)


def queue_of(record: QueueRecord, app: App, session: StaffSession, reader: Reader) -> list[Waiting]:
    """The queue as it is drawn: lines of a cluster below its first one."""
    shown: list[Waiting] = []
    before = ""
    for one in record.lines:
        picks = tuple(
            Pick(number, name, title_of(name, app, session.shop_id, reader.t), percent(chance, 0))
            for number, (name, chance) in enumerate(one.reading.get("intents", ())[:_MOST_PICKS], 1)
        )
        leads = one.cluster != before
        before = one.cluster
        times = 1 + record.copies.get(one.id, 0)
        novelty = percent(one.reading.get("novelty"), 0)
        shown.append(Waiting(one, picks, record.sizes.get(one.cluster, 1) if leads else 1, times, leads, novelty))
    return shown


def versions_of(record: VersionsRecord, test_hash: str, reader: Reader) -> list[Version]:
    """The versions, newest first."""
    reading = record.reading.version_id if record.reading else ""
    previous = record.previous.id if record.previous else ""
    return [
        Version(
            row=one,
            made=moment_of(one.made_at, reader),
            by=person(one.made_by, record.people, reader),
            figures={name: figure(name, one.figures.get("test", {}).get(name)) for name in FIGURES},
            is_reading=one.id == reading,
            is_previous=one.id == previous,
            is_stale=bool(one.figures.get("test")) and one.figures["test"].get("hash") != test_hash,
            size=f"{one.bytes / 1e6:.1f} MB",
        )
        for one in record.versions
    ]


def runs_of(record: VersionsRecord, reader: Reader) -> list[dict[str, Any]]:
    """How trainings went, newest first."""
    numbers = {one.id: one.number for one in record.versions}
    return [run_of(one, reader, record.people, numbers) for one in record.runs]


def run_of(run: TrainingRun, reader: Reader, people: Mapping[str, str], numbers: Mapping[str, int]) -> dict[str, Any]:
    """One training in words. What was silent for too long is told as cut off."""
    is_dead = run.is_open and (not is_alive(run) or reader.now - run.updated_at > SILENT)
    step = run.step.split(" ")[0] if run.step.startswith("fold") else run.step.replace(" ", "_")
    return {
        "id": run.id,
        "state": "interrupted" if is_dead else run.state,
        "is_open": run.is_open and not is_dead,
        "share": run.share,
        "percent": f"{run.share * 100:.0f}%",
        "step": reader.t.code("training.step", step),
        "by": person(run.started_by, people, reader),
        "when": moment_of(run.started_at, reader),
        "error": run.error.get(reader.t.language, ""),
        "number": numbers.get(run.version_id or ""),
    }


def log_of(log: Sequence[Publication], record: VersionsRecord, reader: Reader) -> list[dict[str, Any]]:
    """What was published and rolled back, newest first."""
    numbers = {one.id: one.number for one in record.versions}
    return [
        {
            "kind": one.kind,
            "number": numbers.get(one.version_id, "?"),
            "before": numbers.get(one.previous_id or ""),
            "by": person(one.by, record.people, reader),
            "when": moment_of(one.at, reader),
        }
        for one in log
    ]


def changes_of(found: Comparison, wanted: Mapping[str, str], app: App, shop_id: str, reader: Reader) -> dict[str, Any]:
    """What would be read differently, filtered, with the intents that may be filtered by."""
    where = "traffic" if wanted["where"] == "traffic" else "test"
    every = found.traffic_changes if where == "traffic" else found.test_changes
    chosen = [one for one in every if _fits(one, wanted)]

    def titles(reads: Sequence[Read]) -> list[tuple[str, str]]:
        return sorted({one.intent: title_of(one.intent, app, shop_id, reader.t) for one in reads}.items(), key=lambda one: one[1])

    return {
        "where": where,
        "all": len(every),
        "rows": [_row(one, app, shop_id, reader) for one in chosen[:200]],
        "chosen": len(chosen),
        "better": sum(one.verdict == "better" for one in every),
        "worse": sum(one.verdict == "worse" for one in every),
        "olds": titles([one.before for one in every]),
        "news": titles([one.after for one in every]),
    }


def _fits(one: Change, wanted: Mapping[str, str]) -> bool:
    return (
        wanted["q"].lower() in one.text.lower()
        and wanted["old"] in ("", one.before.intent)
        and wanted["new"] in ("", one.after.intent)
        and wanted["verdict"] in ("", one.verdict)
    )


def _row(one: Change, app: App, shop_id: str, reader: Reader) -> dict[str, Any]:
    def read(found: Read) -> dict[str, str]:
        outcome = "" if found.outcome == "answer" else reader.t(f"training.outcome.{found.outcome}")
        return {"title": title_of(found.intent, app, shop_id, reader.t), "share": percent(found.probability, 0), "outcome": outcome}

    truth = title_of(one.truth, app, shop_id, reader.t) if one.truth else ""
    sides = {"before": read(one.before), "after": read(one.after)}
    return {"text": one.text, "times": one.times, **sides, "truth": truth, "verdict": one.verdict}


def person(staff_id: str, people: Mapping[str, str], reader: Reader) -> str:
    """Who did it: a colleague, a command, or Xiaoer itself."""
    if staff_id in ("", SHIPPED_BY):
        return "Xiaoer 小二"
    return people.get(staff_id) or (reader.t("training.by_command") if staff_id == "cli" else reader.t("training.by_gone"))


def moment_of(moment: Any, reader: Reader) -> str:
    """The day and the clock."""
    return f"{day_of(moment, reader)} {clock_of(moment, reader)}"
