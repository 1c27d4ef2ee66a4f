"""What a page must be for those who hear it, use no mouse, or see little: names for everything, contrast, one main part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_LOOK = (Path(__file__).parent / "audit.js").read_text("utf-8")
_NAMED = {
    *("button", "link", "textbox", "searchbox", "combobox", "listbox", "option", "checkbox", "radio", "radiogroup", "slider"),
    *("heading", "image", "img", "dialog", "alertdialog", "region", "navigation", "log", "tab", "menuitem", "spinbutton"),
}
_FOCUSABLE_TOO = {"separator"}  # a plain line needs no name, one that can be moved does


def find_faults(page: Page) -> list[str]:
    """Everything that is wrong with the page as it stands now."""
    return [*look(page), *_hear(page)]


def look(page: Page) -> list[str]:
    """Only what can be seen: contrast, width, and ids that are there twice."""
    page.wait_for_function("document.getAnimations().every((one) => one.playState !== 'running')")  # colours fade over
    return list(page.evaluate(_LOOK))


def _hear(page: Page) -> list[str]:
    """What a screen reader is told."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    shown = [node for node in nodes if not node["ignored"]]
    faults = [f"no name: {_role(node)} {_place(node, nodes)}" for node in shown if _lacks_name(node)]
    mains = sum(_role(node) == "main" for node in shown)
    if mains != 1:
        faults.append(f"{mains} main parts")
    firsts = [node for node in shown if _role(node) == "heading" and ("level", 1) in _properties(node)]
    if len(firsts) != 1:
        faults.append(f"{len(firsts)} headings of level 1")
    if not page.title().strip() or not page.locator("html").get_attribute("lang"):
        faults.append("no title or no language")
    return faults


def _lacks_name(node: Mapping[str, Any]) -> bool:
    role = _role(node)
    must = role in _NAMED or (role in _FOCUSABLE_TOO and ("focusable", True) in _properties(node))
    return must and not str(node.get("name", {}).get("value", "")).strip()


def _role(node: Mapping[str, Any]) -> str:
    return str(node.get("role", {}).get("value", ""))


def _properties(node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((one["name"], one["value"].get("value")) for one in node.get("properties", ()))


def _place(node: Mapping[str, Any], nodes: list[Any]) -> str:
    """The nearest thing around it that has a name."""
    by_id = {one["nodeId"]: one for one in nodes}
    around = by_id.get(node.get("parentId"))
    while around is not None and not around.get("name", {}).get("value"):
        around = by_id.get(around.get("parentId"))
    return f"in {_role(around)} {around['name']['value']!r}" if around else ""
