"""How the desk's values look: waiting times, who may do what, days, quick phrases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from xiaoer.conversations.types import Conversation, Message
from xiaoer.customers.types import Customer
from xiaoer.desk.types import Staff
from xiaoer.replies.words import Words
from xiaoer.web.console.desk.look import holder_of, lines_of, span_of, waiting_of
from xiaoer.web.console.desk.phrases import list_phrases
from xiaoer.web.console.desk.read import ThreadRecord
from xiaoer.web.console.reader import Reader, day_of, name_of, reason_text, short_moment, slot_text
from xiaoer.web.templates import read_catalogue

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LIN, WU = Staff("stf_lin", "l@x.example", "Lin", "staff"), Staff("stf_wu", "w@x.example", "Wu", "lead")
MEI = Customer("cus_mei", "陈美", "zh", False, NOW)
ZH, EN = (Reader(LIN, NOW, read_catalogue(one), Words(one)) for one in ("zh", "en"))


def conversation(holder: str, staff_id: str | None = None) -> Conversation:
    return Conversation("cnv_1", MEI.id, "web", "zh", holder, staff_id, NOW, NOW, 1, 0, 1, 1)  # type: ignore[arg-type]


def message(seq: int, author: str, minutes: float, **more: Any) -> Message:
    at = NOW + timedelta(minutes=minutes)
    return Message("cnv_1", seq, f"{seq}", author, "text", f"{seq}", "zh", at, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "<1分钟", "<1 min"),
        (59, "<1分钟", "<1 min"),
        (60, "1分钟", "1 min"),
        (3599, "59分钟", "59 mins"),
        (3600, "1小时", "1 hr"),
        (86400 * 3, "3天", "3 days"),
    ],
)
def test_a_span_is_one_number_in_one_unit(seconds: int, zh: str, en: str) -> None:
    assert (span_of(seconds, "zh"), span_of(seconds, "en")) == (zh, en)


@pytest.mark.parametrize(("seconds", "level"), [(-5, ""), (119, ""), (120, "wait"), (299, "wait"), (300, "stop")])
def test_waiting_turns_to_the_wait_and_the_stop_colour(seconds: int, level: str) -> None:
    assert waiting_of(NOW - timedelta(seconds=seconds), ZH).level == level


@pytest.mark.parametrize(
    ("holder", "by", "reader", "seen"),
    [
        ("assistant", None, LIN, ("assistant", True, False, False)),
        ("queue", None, LIN, ("queue", True, False, False)),
        ("staff", LIN.id, LIN, ("me", False, True, True)),
        ("staff", WU.id, LIN, ("colleague", False, False, False)),
        ("staff", LIN.id, WU, ("colleague", True, True, False)),
        ("closed", None, LIN, ("closed", True, False, False)),
    ],
)
def test_who_holds_it_decides_what_may_be_done(
    holder: str, by: str | None, reader: Staff, seen: tuple[object, ...]
) -> None:
    members = {one.id: one for one in (LIN, WU)}
    found = holder_of(conversation(holder, by), members, replace(ZH, staff=reader))
    assert (found.kind, found.may_take, found.may_give, found.may_reply) == seen


def test_lines_say_who_and_when_once_and_where_a_day_begins() -> None:
    lines = (
        message(2, "customer", -1440),
        message(3, "customer", -1),
        message(4, "customer", 0),
        message(5, "staff", 0.1, staff_id=LIN.id),
        message(6, "staff", 5, staff_id=LIN.id),
    )
    record = ThreadRecord(conversation("staff", LIN.id), MEI, lines, None, {LIN.id: LIN}, None)
    drawn = lines_of(record, ZH)
    assert [one.day for one in drawn] == ["11月22日", "今天", "", "", ""]
    assert [one.follows for one in drawn] == [False, False, True, False, False]
    assert [one.is_mine for one in drawn] == [False, False, False, True, True]
    later = lines_of(replace(record, messages=lines[2:], previous=lines[1]), ZH)
    assert later == drawn[2:]  # the same, wherever the reading begins


def test_moments_are_the_clock_today_the_day_before_and_the_year_in_others() -> None:
    assert short_moment(NOW, ZH) == "10:00"
    assert short_moment(NOW - timedelta(days=1), EN) == "22 November"
    assert (day_of(NOW - timedelta(days=400), ZH), day_of(NOW - timedelta(days=400), EN)) == (
        "2025年10月19日",
        "19 October 2025",
    )


def test_visitors_are_told_apart_and_codes_are_worded() -> None:
    visitor = Customer("vis_01abcxyz9", "", "zh", True, NOW)
    assert (name_of(visitor, ZH.t), name_of(MEI, EN.t), name_of(None, EN.t)) == (
        "访客 XYZ9",
        "陈美",
        "Unknown customer",
    )
    assert (reason_text("policy:window_passed", ZH.t), reason_text("newer", ZH.t)) == (
        "按售后规则需要人工处理",
        "newer",
    )
    assert (slot_text("reason", "size", EN.t), slot_text("items", [["a", 1], ["b", 2]], ZH.t)) == (
        "does not fit",
        "a、b",
    )


@pytest.mark.parametrize("speaker", ["zh", "en"])
def test_phrases_are_named_for_the_reader_and_worded_for_the_customer(speaker: str) -> None:
    found = list_phrases("zh", speaker, customer="Mei", staff="Lin", shop="Spruce")
    english = list_phrases("en", speaker, customer="Mei", staff="Lin", shop="Spruce")
    assert [one.text for one in found] == [one.text for one in english]
    assert len({one.name for one in found}) == len(found) >= 8
    assert not [one for one in (*found, *english) if "{" in one.text or not one.words]
    assert any("Lin" in one.text for one in found)
    is_chinese = [any("一" <= letter <= "鿿" for letter in one.text) for one in found]
    assert all(is_chinese) if speaker == "zh" else not any(is_chinese)
