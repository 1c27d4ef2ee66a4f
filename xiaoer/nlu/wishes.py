"""Several wishes in one message: split where both sides, read by themselves, want something of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from xiaoer.nlu.model import Prediction

_BORDER = re.compile(
    r"[。！？!?；;\n]+|[,，]\s*(?=(?:另外|还有|顺便|然后|再|对了|以及|同时|and|also|by the way|btw|plus|then)\b|另外|还有|顺便|然后|再|对了)|"
    r"(?<=[一-鿿])\s+(?=[一-鿿])|[,，]|\band also\b|\balso\b|\bby the way\b|\bbtw\b|\band\b|另外|还有|顺便"
)
_SURE = 0.6
_SHORTEST = 2
_SMALL_TALK = frozenset({"greeting", "thanks", "goodbye", "affirm", "deny", "chitchat", "feedback"})
Span = tuple[int, int]


def split(text: str, predict: Callable[[str], Prediction]) -> list[tuple[Span, Prediction]]:
    """Spans with their predictions. One span over everything unless two parts surely want different things.

    A part that wants nothing surely ("it is too big") belongs to the part before it, or else to the one after it.
    """
    whole = predict(text)
    parts = [span for span in _spans(text) if len(text[slice(*span)].strip()) >= _SHORTEST]
    if len(parts) < 2:
        return [((0, len(text)), whole)]
    sure = [(span, found) for span in parts if _is_sure(found := predict(text[slice(*span)]))]
    distinct = {found.intents[0][0] for _, found in sure}
    if len(distinct) < 2:
        return [((0, len(text)), _best_of(whole, [found for _, found in sure]))]
    return _grow(text, _merged(sure))


def _best_of(whole: Prediction, parts: Sequence[Prediction]) -> Prediction:
    """A long line may look strange as a whole although one clear part says what is wanted."""
    if whole.outcome == "answer" or not parts:
        return whole
    return max(parts, key=lambda found: found.intents[0][1])


def _is_sure(found: Prediction) -> bool:
    return found.outcome == "answer" and found.intents[0][1] >= _SURE and found.intents[0][0] not in _SMALL_TALK


def _spans(text: str) -> list[Span]:
    spans: list[Span] = []
    start = 0
    for match in _BORDER.finditer(text):
        spans.append((start, match.start()))
        start = match.end()
    spans.append((start, len(text)))
    return spans


def _merged(sure: Sequence[tuple[Span, Prediction]]) -> list[tuple[Span, Prediction]]:
    """Neighbours that want the same thing are one wish."""
    merged: list[tuple[Span, Prediction]] = []
    for span, found in sure:
        if merged and merged[-1][1].intents[0][0] == found.intents[0][0]:
            merged[-1] = ((merged[-1][0][0], span[1]), merged[-1][1])
        else:
            merged.append((span, found))
    return merged


def _grow(text: str, wishes: Sequence[tuple[Span, Prediction]]) -> list[tuple[Span, Prediction]]:
    """Each wish reaches to where the next one begins."""
    grown: list[tuple[Span, Prediction]] = []
    for number, ((start, _), found) in enumerate(wishes):
        first = 0 if number == 0 else start
        last = wishes[number + 1][0][0] if number + 1 < len(wishes) else len(text)
        grown.append(((first, last), found))
    return grown
