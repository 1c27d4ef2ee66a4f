"""Reads a message for what it means: goods that were named, orders that were described, and what is wanted instead.

One pass from left to right. In "source" what is named is what the customer has; after "instead", "to", "for this version", 换成
it is what they want ("target"). An option belongs to the goods it stands with: before their name, in brackets behind it, or, as a
wish, to the goods named last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from xiaoer.nlu.meant.draft import BREAKS, Draft, Found, Reading
from xiaoer.nlu.meant.marks import Mark, marks_in
from xiaoer.nlu.meant.orders import orders_in
from xiaoer.nlu.meant.turns import TURNS
from xiaoer.nlu.meant.types import Meant, Want

_NUMERIC = re.compile(r"\d+(?:\.\d+)?")
_BLANK = re.compile(r"[\s\-]*(?:的)?\s*$")
_OPENING = re.compile(r"\s*[(\[]")
_EVERY = re.compile(r"\b(?:all|both|every|each)\b[a-z ]*$|(?:所有|全部|两[个件双台款只])(?:的)?$")
_BEHIND_TARGET = re.compile(r"\b(?:to|for|with|into)(?: an?| the| some)? $|(?:换成|改成)(?:一?[个件双台])?$")


def read(text: str, found: Sequence[Found], *, numbers: Sequence[tuple[int, int]] = ()) -> Meant:
    """What a normalised text means. `found`: goods, options and item numbers in it; `numbers`: places of order numbers."""
    orders = orders_in(text, found)
    spans = [(one.start, one.end) for one in orders if one.end]
    free = [one for one in found if not _inside(one.start, [*spans, *numbers])]
    names = [(one.start, one.end) for one in found if one.kind == "goods"]
    marks = [mark for mark in marks_in(text) if not _inside(mark.start, spans) and not _overlaps(mark, names)]
    reading = Reading(text, sorted([*free, *marks], key=lambda one: (one.start, -one.end)))
    _run(reading)
    items = tuple(draft.done() for draft in reading.items)
    return Meant(tuple(orders), items, tuple(reading.loose), reading.scope, text)


def _inside(place: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _overlaps(mark: Mark, names: Sequence[tuple[int, int]]) -> bool:
    """Whether half of the mark is half of a name (换台 in 换台灯)."""
    return any(mark.start < start < mark.end < end or start < mark.start < end for start, end in names)


def _run(reading: Reading) -> None:
    for number, one in enumerate(reading.marks):
        if one.start < reading.at:
            continue
        if isinstance(one, Found):
            _take(reading, one, number)
        elif one.name in TURNS:
            TURNS[one.name](reading, one)
    if not reading.items and not reading.loose and not reading.has_verb:  # "the black one, in XL": an answer
        reading.loose = [Want("is", one.pairs, text=one.word) for one in reading.found if one.kind == "option"]


def _take(reading: Reading, one: Found, number: int) -> None:
    if one.kind == "goods":
        _goods(reading, one)
    elif one.kind == "option":
        _option(reading, one, number)
    elif one.kind == "number":
        _item_number(reading, one)
    reading.at = max(reading.at, one.end)


def _goods(reading: Reading, one: Found) -> None:
    reading.named_at = one.end
    known = [item for item in reading.items if set(item.product_ids) & set(one.product_ids) and not item.is_excluded]
    opens = bool(_OPENING.match(reading.text[one.end :]))
    is_another = opens and (reading.mode == "source" or bool(known and known[-1].like))
    if known and not reading.excludes and not is_another:
        reading.current = known[-1]
        _hand_over(reading, one)
        return
    head = reading.text[max(0, one.start - 24) : one.start]
    if reading.mode == "target" and reading.current is not None and not opens and _BEHIND_TARGET.search(head):
        pairs = tuple(("product", product) for product in one.product_ids)
        reading.current.wants.append(Want("product", pairs, text=one.word))
        return
    draft = Draft(one.product_ids, one.word, one.start, one.end, is_excluded=reading.excludes)
    near = [option for option in reading.before if not BREAKS.search(reading.text[option.end : one.start])]
    draft.like += [option.pairs for option in near]
    draft.count = "all" if _EVERY.search(head) else ""
    draft.rank, reading.rank_next = reading.rank_next, ""
    reading.items.append(draft)
    reading.current, reading.level, reading.before = draft, 0, []
    if reading.mode == "target" and not reading.excludes:
        reading.mode = "loose"


def _hand_over(reading: Reading, one: Found) -> None:
    """Wishes said right before a name ("a red hat") were meant for it."""
    reading.before = []
    if reading.mode != "target" or reading.current is None:
        return
    for want in [want for want in reading.loose if want.text]:
        place = reading.text.rfind(want.text, 0, one.start)
        if place >= 0 and not BREAKS.search(reading.text[place + len(want.text) : one.start]):
            reading.loose.remove(want)
            reading.current.wants.append(want)


def _option(reading: Reading, one: Found, number: int) -> None:
    if reading.negates:
        reading.negates = False
        reading.want(Want("not", one.pairs, text=one.word))
    elif reading.depth and reading.current is not None and reading.in_brackets == "like":
        reading.current.like.append(one.pairs)
    elif reading.mode == "source" and not reading.condition:
        current = reading.current
        if current is not None and not BREAKS.search(reading.text[current.end : one.start]) and not _goods_follow(reading, one, number):
            current.like.append(one.pairs)
        else:
            reading.before.append(one)
    else:
        reading.want(_amount_after(reading, one, number) or Want("is", one.pairs, text=one.word))


def _goods_follow(reading: Reading, one: Found, number: int) -> bool:
    following = next((each for each in reading.marks[number + 1 :] if isinstance(each, Found)), None)
    return following is not None and following.kind == "goods" and bool(_BLANK.match(reading.text[one.end : following.start]))


def _amount_after(reading: Reading, one: Found, number: int) -> Want | None:
    """"500 pieces less" counts from what they have."""
    following = next((each for each in reading.marks[number + 1 :] if each.start >= one.end), None)
    digits = _NUMERIC.search(one.word)
    if not isinstance(following, Mark) or following.how not in ("more", "less") or following.start - one.end > 2 or digits is None:
        return None
    reading.at = following.end
    return Want(following.how, tuple((key, "") for key, _ in one.pairs), float(digits.group()), one.word)


def _item_number(reading: Reading, one: Found) -> None:
    if reading.mode == "target":
        reading.want(Want("number", text=one.word))
        return
    reading.current = Draft((), "", one.start, one.end, number=one.word, is_excluded=reading.excludes)
    reading.items.append(reading.current)
