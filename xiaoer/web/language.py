"""Which of the two languages the caller reads."""

from __future__ import annotations

from typing import Literal

from starlette.requests import HTTPConnection

Language = Literal["zh", "en"]
_MOST_TAGS = 20


def as_language(value: str | None, default: Language) -> Language:
    """A language tag such as zh-Hans-CN or en_GB as one of ours; anything else is the default."""
    primary = (value or "").replace("_", "-").split("-")[0].strip().lower()
    return "zh" if primary == "zh" else "en" if primary == "en" else default


def accepted(header: str | None) -> Language | None:
    """The language an Accept-Language header likes best among ours, or None if it likes neither."""
    best: tuple[float, Language] | None = None
    for one in (header or "").split(",")[:_MOST_TAGS]:
        tag, _, parameter = one.partition(";")
        primary = tag.strip().split("-")[0].lower()
        weight = _weight(parameter)
        if primary in ("zh", "en") and weight > (best[0] if best else 0.0):
            best = (weight, "zh" if primary == "zh" else "en")
    return best[1] if best else None


def language_of(connection: HTTPConnection) -> Language:
    """Accept-Language, else what the session speaks (`state.language`, set by whoever read it), else the installation's."""
    found = accepted(connection.headers.get("accept-language"))
    if found is not None:
        return found
    spoken = getattr(connection.state, "language", None)
    default: Language = connection.app.state.xiaoer.settings.language
    return as_language(spoken, default)


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
