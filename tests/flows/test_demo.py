"""The conversations that the demo plays, on records of their own, and the questions that the widget offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.flows.conftest import Begin
from tests.flows.talk import play
from xiaoer.app import App
from xiaoer.demo.check import read_dialogues
from xiaoer.demo.expected import facts_of
from xiaoer.demo.seed import SHOP_ID
from xiaoer.web.api import sessions

pytestmark = pytest.mark.asyncio(loop_scope="module")
_ANSWERS = {"article", "logistics", "refund_status", "coupons", "did_you_mean"}


@pytest.mark.parametrize("dialogue", read_dialogues(), ids=lambda dialogue: dialogue["id"])
async def test_dialogue_of_the_demo(app: App, begin: Begin, dialogue: Mapping[str, Any]) -> None:
    talk = await begin(dialogue["who"], dialogue["language"])
    who = "visitor" if dialogue["who"] == "visitor" else talk.customer.id
    facts = await app.database.read(SHOP_ID, lambda scope: facts_of(scope, who))
    await play(talk, dialogue["lines"], facts)


@pytest.mark.parametrize("who", ["visitor", "cus_mei"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_questions_that_the_widget_offers_are_answered(begin: Begin, who: str, language: str) -> None:
    for _, say in sessions._HOT_QUESTIONS[language]:
        talk = await begin(who, language)
        await talk.say(say)
        parts = set(await talk.parts())
        assert parts & _ANSWERS or (who == "visitor" and parts == {"verify_ask"}), f"{say} → {parts}"
