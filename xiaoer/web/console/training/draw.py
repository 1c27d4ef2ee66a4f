"""Each part of the page drawn: asked for by its address, or come back from a form that failed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from xiaoer.db.scope import Scope
from xiaoer.errors import XiaoerError
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.exchange.formats import ENDINGS, suggest
from xiaoer.nlu.exchange.types import FORMATS, Brought, Foreign, Problem
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.normalise import normalise
from xiaoer.nlu.training.comparing import Comparison, compare
from xiaoer.nlu.training.figures import hash_of_lines
from xiaoer.nlu.training.masking import mask_line
from xiaoer.nlu.training.published import load_version
from xiaoer.nlu.training.types import SOURCES, LineFilter, Utterance
from xiaoer.nlu.training.work import FEWEST
from xiaoer.web.console.reader import Reader, reader_of
from xiaoer.web.console.training import read, view
from xiaoer.web.console.training.looks import Looks
from xiaoer.web.console.training.names import list_intents, title_of
from xiaoer.web.session import StaffSession, app_of
from xiaoer.web.templates import language_of, render

_MOST_PROBLEMS = 200
_COMPARED: dict[tuple[str, ...], Comparison] = {}  # the last few: filtering them must not read thousands of lines again
_MOST_COMPARED = 4
_MOST_CONFUSED = 5
_COPIES: dict[tuple[str, int], tuple[tuple[Utterance, ...], ...]] = {}  # the newest answer only


def looks_of(request: Request) -> Looks:
    """The looks for new lines of this server."""
    found: Looks = request.app.state.training_looks
    return found


async def queue_page(
    request: Request, session: StaffSession, *, language: str = "", error: XiaoerError | None = None, done: str = ""
) -> Response:
    """What waits for a label. `done`: what the last press did, to be told."""
    app, shop_id = app_of(request), session.shop_id
    looking = looks_of(request).is_looking(shop_id)  # before reading: what comes in between is asked for again
    record = await app.database.read(
        shop_id, lambda scope: read.read_queue(scope, staff_id=session.staff.id, language=language)
    )
    reader = reader_of(app, session, language_of(request))
    values: dict[str, Any] = {
        "queue": view.queue_of(record, app, session, reader),
        "waiting": record.waiting,
        "undoable": record.undoable,
        "intents": list_intents(app, shop_id, record.counts, reader.t),
        "spoken": language,
        "looking": looking,
        "done": done,
    }
    return _draw(request, session, reader, "queue", values, error)


async def lines_page(
    request: Request,
    session: StaffSession,
    *,
    wanted: LineFilter,
    page: int = 1,
    error: XiaoerError | None = None,
    typed: str = "",
    done: str = "",
) -> Response:
    """Labelled lines, with the form that adds one and those that change them."""
    app, shop_id = app_of(request), session.shop_id
    record = await app.database.read(shop_id, lambda scope: read.read_lines(scope, wanted, page=page))
    reader = reader_of(app, session, language_of(request))
    query = {name: value for name in LineFilter.__dataclass_fields__ if (value := getattr(wanted, name))}
    values: dict[str, Any] = {
        "lines": [(one, title_of(one.label or "", app, shop_id, reader.t)) for one in record.lines],
        "total": record.total,
        "wanted": wanted,
        "number": page,
        "pages": max(1, -(-record.total // read.MOST_LISTED)),
        "query": urlencode(query),
        "intents": list_intents(app, shop_id, record.counts, reader.t),
        "people": record.people,
        "sources": SOURCES,
        "fewest": FEWEST,
        "typed": typed,
        "done": done,
    }
    return _draw(request, session, reader, "lines", values, error)


async def copies_page(request: Request, session: StaffSession, *, error: XiaoerError | None = None) -> Response:
    """Lines that say the same."""
    app, shop_id = app_of(request), session.shop_id
    known, same, counts = await app.database.read(shop_id, read.read_known)
    key = (shop_id, hash(tuple((one.id, one.text, one.label, one.split) for one in known)))
    if key not in _COPIES:  # finding them takes seconds on ten thousand lines
        groups = await asyncio.to_thread(read.copies_of, known, same)
        _COPIES.clear()
        _COPIES[key] = groups
    groups = _COPIES[key]
    reader = reader_of(app, session, language_of(request))
    titled = [[(one, title_of(one.label or "", app, shop_id, reader.t)) for one in group] for group in groups]
    return _draw(request, session, reader, "copies", {"groups": titled, "counts": counts, "query": ""}, error)


async def versions_page(
    request: Request, session: StaffSession, *, error: XiaoerError | None = None, done: str = ""
) -> Response:
    """Versions, the one that reads, and the training that is going on."""
    app = app_of(request)

    def look(scope: Scope) -> tuple[read.VersionsRecord, str]:
        return read.read_versions(scope), hash_of_lines(utterances.list_lines(scope, "test"))

    record, test_hash = await app.database.read(session.shop_id, look)
    reader = reader_of(app, session, language_of(request))
    runs = view.runs_of(record, reader)
    thin = [name for name, one in record.counts.items() if 0 < one["train"] < FEWEST and name != "oos"]
    values: dict[str, Any] = {
        "versions": view.versions_of(record, test_hash, reader),
        "runs": runs,
        "run": runs[0] if runs and runs[0]["is_open"] else None,
        "log": view.log_of(record.log, record, reader),
        "previous": record.previous,
        "names": view.FIGURES,
        "lines": sum(one["train"] for one in record.counts.values()),
        "frozen": sum(one["test"] for one in record.counts.values()),
        "thin": [title_of(name, app, session.shop_id, reader.t) for name in thin],
        "done": done,
    }
    return _draw(request, session, reader, "versions", values, error)


async def compare_page(
    request: Request, session: StaffSession, version_id: str, wanted: Mapping[str, str], *, error: XiaoerError | None = None
) -> Response:
    """A version beside the one that reads: figures, and which answers would change."""
    app, shop_id = app_of(request), session.shop_id
    record = await app.database.read(shop_id, lambda scope: read.read_compare(scope, version_id))
    found = await _compared(request, session, record)
    reader = reader_of(app, session, language_of(request))
    reading = next((one for one in record.versions if record.reading and one.id == record.reading.version_id), None)
    rows = [
        (name, *(view.figure(name, side[name]) if side else "–" for side in (found.before, found.after)))
        for name in view.FIGURES
    ]
    values: dict[str, Any] = {
        "candidate": record.candidate,
        "reading": reading,
        "others": [one for one in record.versions if reading is None or one.id != reading.id],
        "figures": rows,
        "changes": view.changes_of(found, wanted, app, shop_id, reader),
        "found": found,
        "wanted": wanted,
        "confused": [
            {**one, "truth": title_of(one["truth"], app, shop_id, reader.t), "read": title_of(one["read"], app, shop_id, reader.t)}
            for one in (found.after or {}).get("confusions", ())[:_MOST_CONFUSED]
        ],
    }
    return _draw(request, session, reader, "compare", values, error)


async def _compared(request: Request, session: StaffSession, record: read.CompareRecord) -> Comparison:
    app = app_of(request)
    assistant = app.assistant_of(session.shop_id)
    test_hash = hash_of_lines([(text, label) for text, label, _ in record.test])
    key = (session.shop_id, assistant.version_id, record.candidate.id, test_hash, str(hash(record.traffic)))
    if key not in _COMPARED:
        model = await load_version(app.models_of(session.shop_id), record.candidate)
        now = app.clock()

        def work(published: IntentModel, candidate: IntentModel) -> Comparison:
            reader = assistant.reader
            said = [
                (mask_line(text, reader.entities(text, normalise(text), now), spoken), spoken) for text, spoken in record.traffic
            ]
            return compare(published, candidate, record.test, said)

        _COMPARED[key] = await asyncio.to_thread(work, assistant.reader.model, model)
        while len(_COMPARED) > _MOST_COMPARED:
            _COMPARED.pop(next(iter(_COMPARED)))
    return _COMPARED[key]


async def exchange_page(
    request: Request, session: StaffSession, *, error: XiaoerError | None = None, brought: Brought | None = None
) -> Response:
    """Files in and out; after an import what came of it."""
    app = app_of(request)
    counts = await app.database.read(session.shop_id, utterances.count_labels)
    values: dict[str, Any] = {
        "formats": [(name, ENDINGS[name]) for name in FORMATS],
        "total": sum(one["train"] + one["test"] for one in counts.values()),
        "brought": brought,
        "problems": _worded(brought.problems, language_of(request)) if brought else (),
    }
    return _draw(request, session, reader_of(app, session, language_of(request)), "exchange", values, error)


async def mapping_page(
    request: Request, session: StaffSession, token: str, name: str, found: Foreign, *, error: XiaoerError | None = None
) -> Response:
    """How the intents of a file are called here, to be looked over before anything is stored."""
    app, shop_id = app_of(request), session.shop_id
    counts = await app.database.read(shop_id, utterances.count_labels)
    reader = reader_of(app, session, language_of(request))
    intents = list_intents(app, shop_id, counts, reader.t)
    model = app.assistant_of(shop_id).reader.model
    known = {one.name for one in intents}
    suggested = await asyncio.to_thread(suggest, found, known, model)
    examples: dict[str, list[str]] = {}
    for line in found.lines:
        some = examples.setdefault(line.intent, [])
        if len(some) < 2:
            some.append(line.text)
    rows = [
        {"name": theirs, "count": count, "ours": ours, "is_own": ours not in known, "examples": examples[theirs]}
        for theirs, count in found.intents.items()
        for ours in (suggested[theirs],)
    ]
    problems = _worded(found.problems, reader.t.language)
    values: dict[str, Any] = {
        "token": token, "file": name, "found": found, "rows": rows, "intents": intents, "problems": problems,
    }  # fmt: skip
    return _draw(request, session, reader, "mapping", values, error)


def _worded(problems: tuple[Problem, ...], language: str) -> list[tuple[str, str]]:
    return [(one.where, one.zh if language == "zh" else one.en) for one in problems[:_MOST_PROBLEMS]]


def _draw(
    request: Request, session: StaffSession, reader: Reader, place: str, values: Mapping[str, Any], error: XiaoerError | None
) -> Response:
    tab = {"copies": "lines", "compare": "versions", "mapping": "exchange"}.get(place, place)
    named = {**view.frame(app_of(request), session, reader, place=tab), **values}
    if error is not None:
        named["notice"] = error.text(reader.t.language)
    return render(request, f"training/{place}.html", status=error.status if error else 200, **named)


async def find_run(request: Request, session: StaffSession) -> dict[str, Any] | None:
    """The newest training in words, or None before there is any."""
    app = app_of(request)
    record = await app.database.read(session.shop_id, read.read_versions)
    runs = view.runs_of(record, reader_of(app, session, language_of(request)))
    return runs[0] if runs else None


async def is_published(request: Request, session: StaffSession, version_id: str) -> bool:
    """Whether this version reads."""
    found = await app_of(request).database.read(session.shop_id, versions.find_publication)
    return found is not None and found.version_id == version_id
