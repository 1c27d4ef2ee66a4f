"""Who reads a page of the console: their words, and how names, moments and codes look to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from xiaoer.app import App
from xiaoer.customers.types import Customer
from xiaoer.desk.types import Staff
from xiaoer.replies.words import Words
from xiaoer.web.language import Language
from xiaoer.web.session import StaffSession
from xiaoer.web.templates import Catalogue, read_catalogue, words_of

_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks, when, and in which words."""

    staff: Staff
    now: datetime
    t: Catalogue
    words: Words


def reader_of(app: App, session: StaffSession, language: Language) -> Reader:
    """Who looks at the desk now."""
    words = words_of(app, session.shop_id, language)
    return Reader(session.staff, app.clock(), read_catalogue(language), words)


def frame_of(app: App, session: StaffSession, reader: Reader) -> dict[str, Any]:
    """What every page of the console names: who is signed in where, and the formats of the reader."""
    shop = app.assistant_of(session.shop_id).shop
    return {"session": session, "shop_name": reader.words.name(shop.names), "words": reader.words}


def name_of(customer: Customer | None, t: Catalogue) -> str:
    """The customer's name; a visitor by the last characters of their id, so that two can be told apart."""
    if customer is None:
        return t("desk.unknown_customer")
    return customer.name or t("desk.visitor", code=customer.id[-4:].upper())


def short_moment(moment: datetime, reader: Reader) -> str:
    """Today the clock, before that the day."""
    return clock_of(moment, reader) if is_same_day(moment, reader.now, reader) else day_of(moment, reader)


def day_of(moment: datetime, reader: Reader) -> str:
    """The day at the shop, with the year when it is another than now."""
    zone = ZoneInfo(reader.words.time_zone)
    local = moment.astimezone(zone)
    if local.year == reader.now.astimezone(zone).year:
        return reader.words.day(moment)
    return format_date(
        local, "y年M月d日" if reader.t.language == "zh" else "d MMMM y", locale=_LOCALES[reader.t.language]
    )


def clock_of(moment: datetime, reader: Reader) -> str:
    """The time of day at the shop."""
    return f"{moment.astimezone(ZoneInfo(reader.words.time_zone)):%H:%M}"


def is_same_day(one: datetime, other: datetime, reader: Reader) -> bool:
    """Whether two moments are on one day at the shop."""
    zone = ZoneInfo(reader.words.time_zone)
    return one.astimezone(zone).date() == other.astimezone(zone).date()


def slot_text(name: str, value: Any, t: Catalogue) -> str:
    """A slot's value in words; empty for what says nothing to a person."""
    if isinstance(value, str):
        return t.code(f"slot_value.{name}", value)
    if isinstance(value, bool):
        return t("slot_value.yes") if value else t("slot_value.no")
    if isinstance(value, list | tuple):
        parts = [one[0] if isinstance(one, list | tuple) and one else one for one in value]
        return "、".join(map(str, parts)) if t.language == "zh" else ", ".join(map(str, parts))
    return str(value) if isinstance(value, int | float) else ""


def reason_text(reason: str, t: Catalogue) -> str:
    """Why the assistant handed over, as a sentence. Reasons of the policy come as `policy:<why>`."""
    return t.code("desk.reason", reason.partition(":")[0])
