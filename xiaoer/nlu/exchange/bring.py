"""Lines from outside into the shop's records: what is there already is brought up to date, so that an import can be repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.errors import Invalid
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu.exchange.types import Brought, Foreign, ForeignLine, Problem
from xiaoer.nlu.language import language_of
from xiaoer.nlu.training.copies import mark_of
from xiaoer.nlu.training.labelling import label_of, text_of
from xiaoer.nlu.training.types import Utterance
from xiaoer.nlu.types import Language
from xiaoer.privacy.store import add_audit

_SEVERAL_EN, _SEVERAL_ZH = "the file has this line twice; the first one counts", "文件中这条语料重复出现，以第一条为准"


def bring(scope: Scope, found: Foreign, *, mapping: Mapping[str, str | None], by: str, origin: str) -> Brought:
    """Store the lines under the labels that `mapping` gives their intents (None: left out; not named: as they are called there).

    A line that reads like one that is here takes its place: the label changes, the line does not double. Frozen lines stay.
    """
    scope.lock("training_queue")
    wanted, problems = _wanted(found.lines, mapping)
    skipped = sum(mapping.get(line.intent, line.intent) is None for line in found.lines)
    here = utterances.list_by_mark(scope, list(wanted))
    new: list[Utterance] = []
    updated = unchanged = 0
    for mark, line in wanted.items():
        stored = _stored(here.get(mark, ()))
        if stored is None:
            new.append(_utterance(scope, line, mark, by, origin))
        elif stored.label == line.intent and (stored.split == line.split or not line.split):
            unchanged += 1
        elif stored.split == "test":
            problems.append(_frozen(line, stored))
        else:
            utterances.save_utterance(scope, _updated(scope, stored, line, by))
            updated += 1
    utterances.add_utterances(scope, new)
    words = utterances.save_entity_words(scope, found.words)
    counts = {"added": len(new), "updated": updated, "format": found.format, "file": origin}
    add_audit(scope, who=by, what="utterances_imported", about="utterances", data=counts)
    return Brought(len(new), updated, unchanged, skipped, words, (*found.problems, *problems))


def _wanted(lines: Sequence[ForeignLine], mapping: Mapping[str, str | None]) -> tuple[dict[str, ForeignLine], list[Problem]]:
    """Each line once, by its mark, under its own label and with checked words; what cannot be kept, and why."""
    wanted: dict[str, ForeignLine] = {}
    problems: list[Problem] = []
    for line in lines:
        name = mapping.get(line.intent, line.intent)
        if name is None:
            continue
        try:
            text, label = text_of(line.text), label_of(name)
        except Invalid as error:
            problems.append(Problem(line.where, error.text("en"), error.text("zh")))
            continue
        mark = mark_of(text)
        if mark in wanted:
            if wanted[mark].intent != label:
                problems.append(Problem(line.where, f"{_SEVERAL_EN} ({wanted[mark].where}).", f"{_SEVERAL_ZH}（{wanted[mark].where}）。"))
            continue
        entities = line.entities if text == line.text else ()
        wanted[mark] = replace(line, text=text, intent=label, entities=entities)
    return wanted, problems


def _stored(lines: Sequence[Utterance]) -> Utterance | None:
    """The line to bring up to date: a labelled one if there is one, else one that waits or was skipped."""
    return next((one for one in lines if one.label is not None), next((one for one in lines if one.duplicate_of is None), None))


def _utterance(scope: Scope, line: ForeignLine, mark: str, by: str, origin: str) -> Utterance:
    return Utterance(
        id=new_id("utt"), text=line.text, mark=mark, language=_language(line), label=line.intent, source="imported",
        split="test" if line.split == "test" else "train", created_at=scope.now, origin=origin, entities=line.entities,
        labelled_by=by, labelled_at=scope.now,
    )  # fmt: skip


def _updated(scope: Scope, stored: Utterance, line: ForeignLine, by: str) -> Utterance:
    return replace(
        stored, label=line.intent, labelled_by=by, labelled_at=scope.now, skipped_at=None, batch=None, duplicate_of=None,
        split="test" if line.split == "test" else stored.split, entities=line.entities or stored.entities,
    )  # fmt: skip


def _language(line: ForeignLine) -> Language:
    """The file's word on it, else what the characters say (a Chinese line stays one, whatever folder it lay in)."""
    told: Language = "en" if line.language.lower().startswith("en") else "zh"
    return language_of(line.text, told) if line.language else language_of(line.text, "zh")


def _frozen(line: ForeignLine, stored: Utterance) -> Problem:
    return Problem(
        line.where,
        f"This line is frozen in the test set as {stored.label!r}; it was left as it is.",
        f"这条语料在冻结的测试集中，标为“{stored.label}”，未改动。",
    )
