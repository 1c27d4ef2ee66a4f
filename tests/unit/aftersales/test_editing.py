"""A value is changed where it stands: everything else of the text stays, whatever is typed."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from yaml.reader import Reader

from xiaoer.aftersales.editing import Leaf, block_of, list_leaves, next_version, with_values, with_version
from xiaoer.aftersales.policy import read_policy
from xiaoer.errors import Invalid
from xiaoer.yaml_text import read_yaml

TEXT = (files("xiaoer.demo") / "policy.yaml").read_text("utf-8")
LEAVES = list_leaves(TEXT)
UNSAYABLE = Reader.NON_PRINTABLE
TEXTS = [leaf for leaf in LEAVES if leaf.kind == "text" and "texts" in leaf.path]
NUMBERS = [leaf for leaf in LEAVES if leaf.kind == "number"]


@lru_cache(maxsize=4)
def parsed(text: str) -> object:
    return read_yaml(text)


def value_at(text: str, leaf: Leaf) -> object:
    found = parsed(text)
    for key in leaf.path:
        if isinstance(found, list):
            found = next(one for one in found if one["id"] == key)
        else:
            assert isinstance(found, dict)
            found = {str(name): value for name, value in found.items()}[str(key)]
    return found


def test_every_kind_of_value_is_there() -> None:
    assert {leaf.kind for leaf in LEAVES} == {"number", "flag", "choice", "list", "text"}
    assert all(value_at(TEXT, leaf) == leaf.value for leaf in LEAVES)
    assert not [leaf for leaf in LEAVES if leaf.path[-1] in ("id", "why", "for", "clock")]


def test_the_same_values_change_nothing() -> None:
    same = {leaf.name: leaf.shown for leaf in LEAVES}
    assert with_values(TEXT, same) == TEXT


@given(st.sampled_from(TEXTS), st.text(min_size=1, max_size=80).filter(lambda said: bool(said.strip())))
@settings(max_examples=60, deadline=None)
def test_any_sentence_comes_back_as_it_was_typed(leaf: Leaf, said: str) -> None:
    wanted = UNSAYABLE.sub("", said.replace("\r\n", "\n").replace("\r", "\n")).strip()
    assume(wanted)
    after = with_values(TEXT, {leaf.name: said})
    assert value_at(after, leaf) == wanted
    others = [one for one in LEAVES if one.name != leaf.name]
    assert [value_at(after, one) for one in others] == [one.value for one in others]
    assert [line for line in after.splitlines() if line.lstrip().startswith("#")] == [
        line for line in TEXT.splitlines() if line.lstrip().startswith("#")
    ]


@given(st.lists(st.tuples(st.sampled_from(NUMBERS), st.integers(0, 10**9)), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_several_numbers_are_changed_at_once(changes: list[tuple[Leaf, int]]) -> None:
    wanted = {leaf.name: number for leaf, number in changes}
    after = with_values(TEXT, {name: str(number) for name, number in wanted.items()})
    for leaf in NUMBERS:
        assert value_at(after, leaf) == wanted.get(leaf.name, leaf.value)
    assert len(after.splitlines()) == len(TEXT.splitlines())


@pytest.mark.parametrize("said", ["", "-1", "7.5", "seven", "９９９９９９９９９９９９９", "1e3", "7\n8"])
def test_what_is_no_number_is_refused_by_name(said: str) -> None:
    with pytest.raises(Invalid) as caught:
        with_values(TEXT, {NUMBERS[0].name: said})
    assert caught.value.field == NUMBERS[0].name


def test_a_choice_is_one_of_the_choices() -> None:
    leaf = next(one for one in LEAVES if one.kind == "choice")
    with pytest.raises(Invalid):
        with_values(TEXT, {leaf.name: "maybe"})
    assert with_values(TEXT, {"clauses/there-is-none/then": "allow"}) == TEXT


def test_block_texts_and_quotes_survive() -> None:
    text = TEXT.replace("      zh: 订单还没有付款", "      zh: |\n        订单还没有付款", 1)
    leaf = next(one for one in list_leaves(text) if one.name == "clauses/cancel-unpaid/texts/zh")
    after = with_values(text, {leaf.name: "新的一句: 好"})
    assert value_at(after, leaf) == "新的一句: 好"
    read_policy(after)


def test_versions_count_up() -> None:
    assert [next_version(one) for one in ("2026-1", "v9", "summer", "2026-09")] == ["2026-2", "v10", "summer-2", "2026-10"]
    after = with_version(TEXT, '2026 "夏" #1')
    assert read_policy(after).version == '2026 "夏" #1'
    assert len(after.splitlines()) == len(TEXT.splitlines())


def test_a_clause_is_found_in_the_text() -> None:
    first, last = block_of(TEXT, "cancel-paid")
    lines = TEXT.splitlines()[first - 1 : last]
    assert lines[0].strip() == "- id: cancel-paid"
    assert yaml.safe_load("\n".join(lines))[0]["id"] == "cancel-paid"
    with pytest.raises(Invalid):
        block_of(TEXT, "there-is-none")
