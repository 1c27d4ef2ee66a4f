"""When staff are there: the shop's service hours, in the shop's time zone."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from xiaoer.shop.types import Shop


def is_open(shop: Shop, now: datetime) -> bool:
    """Whether people answer at this moment. Hours that end before they begin run over midnight."""
    local = now.astimezone(ZoneInfo(shop.time_zone)).time()
    begin, end = time.fromisoformat(shop.hours_from), time.fromisoformat(shop.hours_to)
    if begin <= end:
        return begin <= local < end
    return local >= begin or local < end
