"""Every product has its drawing, the drawings are harmless, small and of one design, and take the variant's colour."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

DEMO = Path(__file__).parents[3] / "xiaoer" / "demo"
PICTURES = DEMO / "pictures"
COLOUR = "#c0ffee"  # stands where the variant's colour goes
PAPER = "#f4f0ea"
FALLBACK, AVATARS = "parcel", ("mark", "staff")
MOST_BYTES = 3000
ALLOWED_TAGS = {"svg", "g", "path", "rect", "circle", "ellipse"}
FORBIDDEN = re.compile(r"<script|<style|<image|<foreignObject|href|url\(|\bon\w+=|<!|<\?(?!xml)", re.IGNORECASE)


def _catalogue() -> dict[str, list[dict[str, Any]]]:
    """Products by the picture they name."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted((DEMO / "catalogue").glob("*.yaml")):
        content = yaml.safe_load(path.read_text("utf-8"))
        for product in content if isinstance(content, list) else ():
            found[product["picture"]].append(product)
    return found


PRODUCTS = _catalogue()
NAMES = sorted(path.stem for path in PICTURES.glob("*.svg"))


def _read(name: str) -> str:
    return (PICTURES / f"{name}.svg").read_text("utf-8")


def test_every_picture_that_a_product_names_is_drawn_and_no_other() -> None:
    assert set(NAMES) == {*PRODUCTS, FALLBACK, *AVATARS}


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_small_harmless_svg(name: str) -> None:
    text = _read(name)
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["viewBox"] == "0 0 240 240"
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= ALLOWED_TAGS
    assert not FORBIDDEN.search(text)
    assert len(text.encode()) < MOST_BYTES


@pytest.mark.parametrize("name", [name for name in NAMES if name not in AVATARS])
def test_a_picture_lies_on_the_paper(name: str) -> None:
    first = ElementTree.fromstring(_read(name))[0]
    assert (first.attrib["fill"], first.attrib["width"], first.attrib["height"]) == (PAPER, "240", "240")


@pytest.mark.parametrize("name", sorted(PRODUCTS))
def test_what_comes_in_colours_is_drawn_in_the_colour_asked_for(name: str) -> None:
    has_colours = any("colour" in (product.get("options") or {}) for product in PRODUCTS[name])
    assert (COLOUR in _read(name)) is has_colours


@pytest.mark.parametrize("name", [FALLBACK, *AVATARS])
def test_what_belongs_to_no_variant_keeps_its_own_colours(name: str) -> None:
    assert COLOUR not in _read(name)


def test_every_colour_that_a_product_comes_in_can_be_drawn() -> None:
    shades = yaml.safe_load((DEMO / "catalogue" / "attributes.yaml").read_text("utf-8"))["colours"]
    used = {
        colour
        for products in PRODUCTS.values()
        for product in products
        for colour in (product.get("options") or {}).get("colour", ())
    }
    without = sorted(one for one in used if not re.fullmatch(r"#[0-9a-f]{6}", str(shades[one].get("hex", ""))))
    assert without == []
