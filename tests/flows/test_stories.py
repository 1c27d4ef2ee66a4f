"""Every flow, told to a good end and to a bad one in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.flows.conftest import Begin
from tests.flows.talk import play
from xiaoer import look_up as looking
from xiaoer.app import App
from xiaoer.conversations.tables import turns
from xiaoer.db.scope import Scope
from xiaoer.demo.seed import SHOP_ID
from xiaoer.dialogue.flow import read_flows
from xiaoer.errors import UnavailableError

pytestmark = pytest.mark.asyncio(loop_scope="module")
STORIES = yaml.safe_load((Path(__file__).parent / "stories.yaml").read_text("utf-8"))
_OF_MEI = ("backpack", "hoodie", "earbuds", "trousers", "joggers", "teapot", "sneakers", "jacket", "suitcase", "dryer")
_ITEMS = (*_OF_MEI, "charger", "runners")
_UNASKED = {"clarify"}  # begins only where the model is in doubt, which changes with every model


@pytest.fixture(scope="module", params=["sqlite"])
def records(request: pytest.FixtureRequest) -> str:
    """What is decided has nothing to do with the engine; the other modules run on both."""
    return str(request.param)


def _name(story: Mapping[str, Any]) -> str:
    return f"{story['flow']}-{story['end']}-{story['language']}-{len(story['lines'])}"


async def test_every_flow_is_told_in_both_languages_with_a_good_and_a_bad_end() -> None:
    told = {(story["flow"], story["end"], story["language"]) for story in STORIES}
    for flow in read_flows().by_id.values():
        ends = ("happy",) if flow.group == "talk" else ("happy", "unhappy")
        lacking = {(flow.id, end, language) for end in ends for language in ("zh", "en")} - told
        assert flow.id in _UNASKED or not lacking


@pytest.mark.parametrize("story", STORIES, ids=_name)
async def test_story(begin: Begin, story: Mapping[str, Any]) -> None:
    talk = await begin(story["who"], story["language"])
    orders = await talk.orders()
    facts = {
        word: order.id for word in _ITEMS for order in reversed(orders) if word in order.items[0].names["en"].lower()
    }
    await play(talk, story["lines"], facts)


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "静泉水壶和疾沸水壶有什么区别"), ("en", "What is the difference between the rapid kettle and the quiet kettle?")],
)
async def test_products_are_compared_where_the_facts_do_not_answer(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    talk = await begin("visitor", language)
    monkeypatch.setitem(looking._LOOK_UPS, "facts", _down)
    await talk.say(words)
    assert await talk.parts() == ["compare"]


async def _down(*args: Any, **named: Any) -> Any:
    raise UnavailableError("The facts do not answer.", "商品信息暂时查不到。")


async def test_every_step_of_every_flow_is_taken(app: App) -> None:
    """All transitions: no step of a flow stands there that no story goes through. Runs after the stories, on what they left."""

    def read(scope: Scope) -> list[Mapping[str, Any]]:
        return [row.trace for row in scope.all(scope.select(turns.c.trace))]

    traces = await app.database.read(SHOP_ID, read)
    if len(traces) < sum(len(story["lines"]) for story in STORIES):
        pytest.skip("only some of the stories were told in this run")
    taken = {(step["flow"], step["step"]) for trace in traces for step in trace["decided"].get("steps", ())}
    flows = [flow for flow in read_flows().by_id.values() if flow.id not in _UNASKED]
    wanted = {(flow.id, f"{step.kind}:{step.name}".rstrip(":")) for flow in flows for step in flow.steps}
    missing = sorted(wanted - taken)
    assert not missing
