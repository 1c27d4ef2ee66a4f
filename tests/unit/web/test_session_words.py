"""The pages' texts: the same keys and places in both languages, and every text that a page asks for is there."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from xiaoer.web.templates import LANGUAGES, PAGES, Catalogue, asset, environment, read_catalogue

_CALLED = re.compile(r"""\bt\(\s*["']([a-z_.]+)["']\s*[,)]""")
_BEGUN = re.compile(r"""\bt(?:\.code)?\(\s*["']([a-z_.]+)\.?["']\s*(?:~|,)""")


def variants(text: str | Mapping[str, str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text.values())


def places(text: str | Mapping[str, str]) -> set[str]:
    return {name for one in variants(text) for name in re.findall(r"\{(\w+)\}", one)}


def test_both_languages_have_the_same_texts() -> None:
    zh, en = (read_catalogue(language).texts for language in LANGUAGES)
    assert set(zh) == set(en)
    assert not {key for key in zh if places(zh[key]) != places(en[key])}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    texts = read_catalogue("zh" if language == "zh" else "en").texts
    assert not [key for key, text in texts.items() if not all(one.strip() for one in variants(text))]


def test_chinese_texts_are_punctuated_in_chinese() -> None:
    """A half-width comma, question mark or exclamation mark between Chinese characters is a slip."""
    wrong = re.compile(r"[㐀-鿿][,?!;]|[,?!;][㐀-鿿]")
    texts = read_catalogue("zh").texts
    assert not {key: text for key, text in texts.items() if any(wrong.search(one) for one in variants(text))}


def test_every_text_that_a_page_names_is_there() -> None:
    texts = read_catalogue("zh").texts
    missing = []
    for path in (*PAGES.rglob("*.html"), *PAGES.rglob("*.py")):
        source = path.read_text("utf-8")
        missing += [f"{path.name}: {key}" for key in _CALLED.findall(source) if key not in texts]
        begun = [key.rstrip(".") for key in _BEGUN.findall(source) if key not in texts]
        missing += [f"{path.name}: {key}.…" for key in begun if not any(one.startswith(f"{key}.") for one in texts)]
    assert not missing


def test_every_template_can_be_read() -> None:
    for name in environment().list_templates(extensions=["html"]):
        environment().get_template(name)


def test_a_text_is_chosen_by_its_number_and_an_unknown_one_is_an_error() -> None:
    t = Catalogue("en", {"lines": {"one": "one line", "other": "{n} lines"}, "name": "{name}"})
    assert (t("lines", n=1), t("lines", n=0), t("lines", n=2)) == ("one line", "0 lines", "2 lines")
    assert t("name", name="<Mei>") == "<Mei>"  # escaped where it is drawn, not here
    assert (t.code("mood", "calm"), t.has("name")) == ("calm", True)
    with pytest.raises(KeyError):
        t("nothing")


def test_a_file_is_fetched_under_a_mark_of_its_folder() -> None:
    assert re.fullmatch(r"/ui/~[0-9a-f]{10}/base\.css", asset("ui/base.css"))
    assert re.fullmatch(r"/console/~[0-9a-f]{10}/desk/desk\.css", asset("console/desk/desk.css"))
