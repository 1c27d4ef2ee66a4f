"""From the entities of a message to what it means."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from xiaoer.nlu.entities.options import Options
from xiaoer.nlu.meant.draft import Found
from xiaoer.nlu.meant.read import read
from xiaoer.nlu.meant.types import Meant
from xiaoer.nlu.normalise import Normalised
from xiaoer.nlu.types import Entity

_DIGITS = re.compile(r"(?<![\w.])\d{6,20}(?!\w|\.\d)")


def meant_of(normal: Normalised, entities: Sequence[Entity], options: Options) -> Meant:
    """What the message means. `entities`: those found in it, in characters of the original."""

    def place(one: Entity) -> tuple[int, int]:
        return bisect_left(normal.origin, one.start), bisect_left(normal.origin, one.end)

    goods = [Found("goods", *place(one), one.text, tuple(one.value["product_ids"])) for one in entities if one.kind in ("product", "kind")]
    numbers = [place(one) for one in entities if one.kind in ("order_number", "tracking_number")]
    taken = [*((one.start, one.end) for one in goods), *numbers, *(place(one) for one in entities if one.kind in ("email", "address"))]
    found = list(goods)
    for said in options.find(normal.text):
        inside = [span for span in taken if said.start < span[1] and span[0] < said.end]
        if not inside or (said.end - said.start > sum(end - start for start, end in inside) and said.start <= inside[0][0]):
            found = [one for one in found if not (one.start < said.end and said.start < one.end)]
            found.append(Found("option", said.start, said.end, normal.text[said.start : said.end], (), said.pairs))
    for keys, start, end in options.find_keys(normal.text):
        if not any(one.start < end and start < one.end for one in found):
            found.append(Found("key", start, end, normal.text[start:end], (), tuple((key, "") for key in keys)))
    for match in _DIGITS.finditer(normal.text):
        if match.group() in options.numbers:
            found.append(Found("number", match.start(), match.end(), match.group()))
    return read(normal.text, sorted(found, key=lambda one: (one.start, -one.end)), numbers=numbers)
