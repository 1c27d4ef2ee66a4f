"""Which variant wishes come to."""

from __future__ import annotations

import pytest

from tests.unit.nlu.meant.test_read import BOOTS, LAMP
from xiaoer.dialogue.scales import order_of
from xiaoer.dialogue.variants import Have, choose
from xiaoer.nlu.meant.types import Want

DARK = Have({"color": "black", "brightness": "low"}, "lamp-0")


def test_what_is_not_named_stays() -> None:
    found = choose(DARK, LAMP, (Want("is", (("color", "red"),)),))
    assert found.outcome == "chosen"
    assert dict(found.variants[0].options) == {"color": "red", "brightness": "low"}


@pytest.mark.parametrize(
    ("want", "options"),
    [
        (Want("more", (("brightness", ""),), 1.0), {"color": "black", "brightness": "high"}),
        (Want("most"), {"color": "red", "brightness": "high"}),
        (Want("least"), {"color": "black", "brightness": "high"}),
        (Want("not", (("color", "black"),)), {"color": "red", "brightness": "low"}),
    ],
)
def test_comparisons(want: Want, options: dict[str, str]) -> None:
    found = choose(DARK, LAMP, (want,))
    assert found.outcome == "chosen"
    assert dict(found.variants[0].options) == options


def test_the_second_choice_is_taken_where_the_first_is_not_made() -> None:
    wants = (Want("is", (("color", "green"),), text="green"), Want("is", (("color", "red"),), level=1))
    found = choose(DARK, LAMP, wants)
    assert (found.outcome, found.variants[0].options["color"]) == ("chosen", "red")


def test_leaving_it_is_a_choice_too() -> None:
    wants = (Want("is", (("color", "green"),), text="green"), Want("leave", level=1))
    assert choose(DARK, LAMP, wants).outcome == "leave"


def test_what_several_fit_is_asked() -> None:
    have = Have({"size": "10", "waterproof": "maybe"}, "boots-9")
    assert choose(have, BOOTS, (Want("is", (("size", "8"),)),)).outcome == "ask"


def test_nothing_wished_for_is_nothing_chosen() -> None:
    assert choose(DARK, LAMP, ()).outcome == "no_wish"


@pytest.mark.parametrize(
    "values",
    [
        ("S", "M", "L", "XL"),
        ("low", "medium", "high"),
        ("256GB SSD", "512GB SSD", "1TB SSD"),
        ("1080p", "4K", "5K"),
        ("i5", "i7", "i9"),
    ],
)
def test_scales(values: tuple[str, ...]) -> None:
    places = order_of(values)
    assert places is not None
    assert sorted(values, key=lambda value: places[value]) == list(values)


def test_colours_have_no_order() -> None:
    assert order_of(("red", "blue")) is None
