"""Cities and regions named in either language."""

from __future__ import annotations

import pytest

from xiaoer.nlu.places import places_in


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("ship it to my Chicago address", ("Chicago",)),
        ("SEND IT TO houston please", ("Houston",)),
        ("the one in New York", ("New York", "NY")),
        ("寄到我纽约的地址", ("New York", "NY")),
        ("用得州那个地址", ("TX",)),
        ("用德州那個地址", ("TX",)),
        ("费城的那个", ("Philadelphia",)),
        ("12 Oak Road, Portland, OR", ("Portland", "OR")),
        ("this OR that is OK", ()),
        ("the flat in North Carolina", ("NC",)),
        ("Kansas City", ("Kansas City",)),
        ("the one in DC", ("DC",)),
        ("my boots are too small", ()),
        ("", ()),
    ],
)
def test_places_are_found(text: str, places: tuple[str, ...]) -> None:
    assert places_in(text) == places


def test_a_long_text_is_read_up_to_its_limit() -> None:
    assert places_in("x" * 100_000 + " Chicago") == ()
