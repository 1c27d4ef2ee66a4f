"""A verdict as JSON and back: for proposals, cards and the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from xiaoer.aftersales.types import Change, ClauseRef, Line, Request, Swap, Verdict


def to_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON values; `from_json` gives it back unchanged."""
    data = asdict(verdict)
    data["until"] = None if verdict.until is None else verdict.until.isoformat()
    data["request"]["items"] = [list(pair) for pair in verdict.request.items]
    data["request"]["swaps"] = list(data["request"]["swaps"])
    for name in ("clauses", "lines", "changes", "needs"):
        data[name] = list(data[name])
    data["refund_days"] = None if verdict.refund_days is None else list(verdict.refund_days)
    return data


def from_json(data: Mapping[str, Any]) -> Verdict:
    """The verdict out of `to_json`."""
    until, days = data["until"], data["refund_days"]
    return Verdict(
        **{
            **data,
            "request": request_from_json(data["request"]),
            "clauses": tuple(ClauseRef(**one) for one in data["clauses"]),
            "lines": tuple(Line(**one) for one in data["lines"]),
            "changes": tuple(Change(**one) for one in data["changes"]),
            "needs": tuple(data["needs"]),
            "until": None if until is None else datetime.fromisoformat(until),
            "refund_days": None if days is None else (days[0], days[1]),
        }
    )


def request_from_json(data: Mapping[str, Any]) -> Request:
    """The request inside of a verdict's JSON."""
    items = tuple((str(item), int(pieces)) for item, pieces in data["items"])
    return Request(**{**data, "items": items, "swaps": tuple(Swap(**one) for one in data["swaps"])})
