"""Lines that were once read as something else, told on the demo shop."""

from __future__ import annotations

import pytest

from tests.flows.conftest import Begin
from tests.flows.talk import text_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module", params=["sqlite"])
def records(request: pytest.FixtureRequest) -> str:
    """What is decided has nothing to do with the engine."""
    return str(request.param)


@pytest.mark.parametrize(
    ("language", "lines", "expected"),
    [
        ("zh", ["耳机少了一个，能补发吗？"], "missing_or_damaged"),
        ("zh", ["少发了一件，请补发"], "missing_or_damaged"),
        ("zh", ["双肩包我不想要了，那我拒收行吗"], "not:unsubscribe"),
        ("en", ["Where is my backpack?", "When will it arrive?"], "logistics|order_status"),
        ("zh", ["我的双肩包到哪了", "什么时候能到？"], "logistics|order_status"),
        ("en", ["What offers do you have right now?"], "not:chitchat"),
        ("zh", ["你们现在有什么优惠活动？"], "not:chitchat"),
        ("en", ["Exchange my dryer for a new one, it is broken"], "not:ask_variant"),
    ],
)
async def test_is_read_for_what_it_says(begin: Begin, language: str, lines: list[str], expected: str) -> None:
    talk = await begin("cus_mei", language)
    answer = ""
    for line in lines:
        answer = text_of(await talk.say(line))
    turn = await talk.turn()
    assert turn is not None
    flows = {step["flow"] for step in turn.trace["decided"]["steps"]} | set(turn.trace["decided"]["parts"])
    if expected.startswith("not:"):
        assert expected.removeprefix("not:") not in flows, answer
    else:
        assert flows & set(expected.split("|")), f"{flows}: {answer}"
