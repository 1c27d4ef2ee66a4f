"""What intents are called on the page, and which one somebody means by what they typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xiaoer.app import App
from xiaoer.errors import Invalid
from xiaoer.nlu.train import OUTSIDE
from xiaoer.nlu.training.labelling import label_of
from xiaoer.web.console.explain.story import title_of_intent
from xiaoer.web.templates import Catalogue, read_catalogue

NEW = "+"
_WITHOUT_FLOW = {"affirm", "deny", OUTSIDE}  # heard as answers, or not answered


@dataclass(frozen=True, slots=True)
class Intent:
    """An intent with its title and how many lines it has."""

    name: str
    title: str
    train: int = 0
    test: int = 0
    is_own: bool = False


def title_of(name: str, app: App, shop_id: str, t: Catalogue) -> str:
    """An intent as staff call it; the shop's own ones by their names."""
    if name == OUTSIDE:
        return t("training.outside")
    return title_of_intent(name, app.assistant_of(shop_id), t)


def list_intents(app: App, shop_id: str, counts: Mapping[str, Mapping[str, int]], t: Catalogue) -> list[Intent]:
    """Every intent that has lines, is read by the published model, or starts a flow."""
    assistant = app.assistant_of(shop_id)
    flows = set(assistant.engine.flows.by_intent)
    names = {*counts, *assistant.reader.model.labels, OUTSIDE}
    found = [
        Intent(
            name, title_of(name, app, shop_id, t), counts.get(name, {}).get("train", 0), counts.get(name, {}).get("test", 0),
            is_own=name not in flows and name not in _WITHOUT_FLOW,
        )
        for name in names
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.name == OUTSIDE, one.title.lower(), one.name))


def named_by(typed: str, app: App, shop_id: str, counts: Mapping[str, Mapping[str, int]]) -> str:
    """The intent that was typed by name or title. `+name` makes a new one. Invalid: there is none of the kind."""
    words = typed.strip()
    if words.startswith(NEW):
        return label_of(words.removeprefix(NEW))
    for language in ("zh", "en"):
        for one in list_intents(app, shop_id, counts, read_catalogue("zh" if language == "zh" else "en")):
            if words in (one.name, one.title) or (words and words.lower() == one.title.lower()):
                return one.name
    raise Invalid(
        f"There is no intent {words!r}. To make a new one, type +{words or 'name'}.",
        f"没有意图“{words}”。要新建意图，请输入 +{words or '名称'}。",
        field="label",
    )
