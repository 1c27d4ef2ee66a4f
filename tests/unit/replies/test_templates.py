"""Both languages say the same things, out of the same facts."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files

import pytest
import yaml
from jinja2 import Environment, meta

from tests import people
from tests.unit.dialogue.talk import ENGINE, ORDERS, Talk, context_of, obliging, say
from xiaoer.dialogue.effects import Part
from xiaoer.errors import ConfigurationError
from xiaoer.replies.compose import compose
from xiaoer.replies.writers import templates
from xiaoer.replies.writers.templates import LANGUAGES, read_templates
from xiaoer.yaml_text import read_yaml

GIVEN = {"w", "now", "customer", "shop"}  # every template may use these
_CJK = re.compile(r"[一-鿿]")
# What stands in the records in Chinese only: the article that the tests know, people and addresses.
NAMES = re.compile(
    r"运费怎么算|满 99 免运费。|怎么开发票|梅雨|个人|顺丰速运|上海市?|浦东新区|世纪大道100号|"
    r"浙江省|杭州市|余杭区|文一西路969号"
)


def texts_of(language: str) -> dict[str, str]:
    folder = files("xiaoer.replies") / "templates" / language
    found: dict[str, str] = {}
    for entry in sorted(folder.iterdir(), key=str):
        for name, text in yaml.safe_load(entry.read_text("utf-8")).items():
            assert name not in found, f"{name} is there twice"
            found[name] = text
    return found


ZH, EN = texts_of("zh"), texts_of("en")


def variables(text: str) -> set[str]:
    return meta.find_undeclared_variables(Environment(autoescape=True).parse(text)) - GIVEN


def test_both_languages_have_the_same_templates() -> None:
    assert set(ZH) == set(EN)


@pytest.mark.parametrize("name", sorted(ZH))
def test_a_template_is_made_of_the_same_facts_in_both_languages(name: str) -> None:
    assert variables(ZH[name]) == variables(EN[name])


@pytest.mark.parametrize("name", sorted(ZH))
def test_each_language_is_its_own(name: str) -> None:
    plain = re.sub(r"{[{%].*?[}%]}", "", EN[name], flags=re.DOTALL)
    assert not _CJK.search(plain), "Chinese in the English words"
    if re.search(r"[a-z]{3}", plain):
        assert _CJK.search(re.sub(r"{[{%].*?[}%]}", "", ZH[name], flags=re.DOTALL)), "no Chinese in the Chinese words"


def test_a_template_that_one_language_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = read_yaml

    def lose_one(text: str) -> dict[str, str]:
        found: dict[str, str] = real(text)
        return {name: words for name, words in found.items() if not (name == "greeting" and "Hello" in words)}

    monkeypatch.setattr("xiaoer.replies.writers.templates.read_yaml", lose_one)
    templates.read_shipped.cache_clear()  # they are compiled once for all shops
    with pytest.raises(ConfigurationError, match="greeting"):
        read_templates()


def test_a_fact_that_is_missing_is_an_error_and_no_blank() -> None:
    writer, context = read_templates(), context_of()
    with pytest.raises(Exception, match="undefined"):
        writer.write(Part("return_done", {}), context, writer.words(context))


def test_words_of_the_shop_cannot_run_code() -> None:
    """A product or an article may hold anything; only the template itself is a template."""
    writer, context = read_templates(), context_of()
    named = replace(context, customer=people.mei(name="{{ 7 * 7 }}"))
    assert "{{ 7 * 7 }}" in writer.write(Part("greeting", {}), named, writer.words(named))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", sorted(ENGINE.flows.by_intent))
def test_whatever_is_decided_can_be_said(intent: str, language: str) -> None:
    writer = read_templates()
    for pick in range(4):
        talk = Talk(context_of(*ORDERS, language=language))
        ending = talk.turn(say("hello", intent, language=language))
        for seq in range(2, 10):
            reply = compose(writer, ending, context_of(*ORDERS, language=language))
            assert reply.text.strip()
            assert "None" not in reply.text
            if language == "en":
                assert not _CJK.search(NAMES.sub("", reply.text)), reply.text
            if talk.state.question is None and talk.state.proposal is None:
                break
            ending = talk.turn(obliging(talk.state, seq, pick))
