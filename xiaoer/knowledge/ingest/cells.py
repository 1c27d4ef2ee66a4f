"""The value of a spreadsheet's cell as a person sees it: dates, percentages and money by the cell's own format."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

_COLOUR = re.compile(r"\[(?:black|blue|cyan|green|magenta|red|white|yellow|color\s*\d+|[<>=]+[\d.]+)\]", re.IGNORECASE)
_MONEY = re.compile(r"\[\$([^\-\]]*)(?:-[^\]]*)?\]")
_SIGNS = ("¥", "￥", "$", "€", "£", "₩", "₹", "₽", "CNY", "USD", "EUR", "GBP", "HK$", "NT$", "RMB")
_DAY = timedelta(days=1)


def shown(value: Any, number_format: str = "General") -> str:
    """The cell as text; empty for an empty one and for an error such as #N/A."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        hours, seconds = divmod(int(value.total_seconds()), 3600)
        return f"{hours}:{seconds // 60:02d}"
    if isinstance(value, int | float):
        return _number(value, number_format or "General")
    text = str(value).strip()
    return "" if re.fullmatch(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", text) else text


def _number(value: float, number_format: str) -> str:
    pattern = _COLOUR.sub("", number_format).split(";")[0]
    try:
        exact = Decimal(str(value))
    except InvalidOperation:  # pragma: no cover
        return str(value)
    if not exact.is_finite():
        return ""
    found = _MONEY.search(pattern)
    sign = (
        found.group(1)
        if found
        else next((one for one in _SIGNS if one in pattern.replace('"', "").replace("\\", "")), "")
    )
    plain = _MONEY.sub("", pattern)
    decimals = _decimals(plain)
    if "%" in plain:
        return f"{_fixed(exact * 100, decimals, grouped=False)}%"
    words = " ".join(
        one.strip() for one in re.findall(r'"([^"]*)"', plain) if one.strip() and one.strip() not in _SIGNS
    )
    text = _fixed(exact, decimals, grouped="#,#" in plain or ",##0" in plain)
    if sign:
        text = f"-{sign}{text[1:]}" if text.startswith("-") else f"{sign}{text}"
    return f"{text} {words}".strip() if words.isascii() else text + words


def _decimals(pattern: str) -> int | None:
    """How many digits stand after the point; None where the format leaves it open."""
    if "general" in pattern.lower() or not re.search(r"[0#]", pattern) or re.search(r"[Ee][+-]", pattern):
        return None
    found = re.search(r"\.([0#?]+)", pattern)
    return len(found.group(1)) if found else 0


def _fixed(value: Decimal, decimals: int | None, *, grouped: bool) -> str:
    comma = "," if grouped else ""
    if decimals is None:
        text = f"{value.normalize():{comma}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:{comma}.{decimals}f}"
