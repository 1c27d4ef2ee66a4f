"""What each word gives to a line's vector: from a line of masks to the line, a word at a time, along several paths.

On every path the steps add up to the whole way, so their means do, too, to the last bit. Averaged over all orders they would be the
Shapley values (Štrumbelj, Kononenko, "An efficient explanation of individual classifications using game theory", JMLR 11, 2010); a
few orders and their reverses come close, need no gradient, and hold for rounded weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from xiaoer.nlu.encoders.encoder import Encoder, Floats, Tokens

_MOST_UNITS = 24  # words; of a longer line, neighbours go together
_ORDERS = 2  # and the reverse of each
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Attribution:
    """`base` (dimensions,) is the vector of the masked line; `parts` (words, dimensions) lead from it to the line's own; `spans` are
    the characters of each word.
    """

    base: Floats
    parts: Floats
    spans: tuple[Span, ...]


@lru_cache(maxsize=64)
def attribute(encoder: Encoder, text: str) -> Attribution:
    """The words' parts in the vector of a text."""
    (tokens,) = encoder.tokens([text])
    units = _units(tokens, text)
    masked = _without(tokens, [place for unit in units for place in unit], encoder.mask_id)
    base = encoder.vectors([masked])[0]
    parts = np.zeros((len(units), len(base)), dtype=np.float32)
    orders = _orders(len(units))
    for order in orders:
        rows = [base]
        shown: set[int] = set()
        for unit in order:
            shown.add(unit)
            hidden = [place for other, places in enumerate(units) if other not in shown for place in places]
            rows.append(encoder.vectors([_without(tokens, hidden, encoder.mask_id)])[0])
        parts[order] += np.diff(np.array(rows), axis=0) / len(orders)
    spans = tuple((min(tokens.spans[one][0] for one in unit), max(tokens.spans[one][1] for one in unit)) for unit in units)
    return Attribution(base, parts, spans)


def _units(tokens: Tokens, text: str) -> list[list[int]]:
    """Places of the tokens of each word; what has no characters (special tokens, the prefix) belongs to none."""
    units: list[list[int]] = []
    end = -1
    for place, (start, to) in enumerate(tokens.spans):
        if to <= start:
            continue
        if units and start == end and _is_latin(text[start - 1]) and _is_latin(text[start]):
            units[-1].append(place)
        else:
            units.append([place])
        end = to
    while len(units) > _MOST_UNITS:
        units = [[place for unit in units[first : first + 2] for place in unit] for first in range(0, len(units), 2)]
    return units


def _is_latin(letter: str) -> bool:
    return letter.isalnum() and letter < "⺀"


def _orders(many: int) -> list[list[int]]:
    if many < 2:
        return [list(range(many))]
    generator = np.random.default_rng(0)
    firsts = [list(range(many)), *(generator.permutation(many).tolist() for _ in range(_ORDERS - 1))]
    return [order for first in firsts for order in (first, first[::-1])]


def _without(tokens: Tokens, places: list[int], mask: int) -> Tokens:
    ids = list(tokens.ids)
    for place in places:
        ids[place] = mask
    return Tokens(tuple(ids), tokens.types, tokens.unknown, tokens.spans)
