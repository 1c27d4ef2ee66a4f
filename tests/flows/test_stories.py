"""Every flow, told to its end in both languages, and the conversations that the demo plays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.flows.conftest import Begin
from tests.flows.talk import Talk
from xiaoer.app import App
from xiaoer.demo.check import Answer, compare, read_dialogues
from xiaoer.demo.expected import facts_of
from xiaoer.demo.seed import SHOP_ID
from xiaoer.dialogue.flow import read_flows

pytestmark = pytest.mark.asyncio(loop_scope="module")
STORIES = yaml.safe_load((Path(__file__).parent / "stories.yaml").read_text("utf-8"))
_OF_MEI = ("backpack", "hoodie", "earbuds", "trousers", "joggers", "teapot", "sneakers", "jacket", "suitcase", "dryer")
_ITEMS = (*_OF_MEI, "charger", "runners")
_UNASKED = {"clarify"}  # begins only where the model is in doubt, which changes with every model


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
    await _play(talk, story["lines"], facts)


@pytest.mark.parametrize("dialogue", read_dialogues(), ids=lambda dialogue: dialogue["id"])
async def test_dialogue_of_the_demo(app: App, begin: Begin, dialogue: Mapping[str, Any]) -> None:
    talk = await begin(dialogue["who"], dialogue["language"])
    who = "visitor" if dialogue["who"] == "visitor" else talk.customer.id
    facts = await app.database.read(SHOP_ID, lambda scope: facts_of(scope, who))
    await _play(talk, dialogue["lines"], facts)


async def _play(talk: Talk, lines: list[Mapping[str, Any]], facts: Mapping[str, Any]) -> None:
    for number, line in enumerate(lines, 1):
        before = await talk.commits()
        if "press" in line:
            answers = await talk.press(line["press"])
        else:
            answers = await talk.say(line["say"].format_map(facts), photo=line.get("photo", False))
        assert answers, f"line {number} was not answered"
        message, turn = answers[-1], await talk.turn()
        assert turn is not None
        shown = {"text": message.text, "cards": [*message.cards]}
        heard = Answer(shown, turn, (await talk.conversation()).holder, await talk.commits())
        wrong = compare(line, heard, before, facts)
        assert not wrong, f"line {number} {talk.said[-1]!r}: {wrong}\n{message.text}"
        assert message.language == talk.language
