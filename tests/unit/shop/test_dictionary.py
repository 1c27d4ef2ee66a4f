"""Words of a shop in both languages: common ones, the shop's own before them, measures put together."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiaoer.errors import Invalid, NotFound
from xiaoer.shop.dictionary import common_words
from xiaoer.shop.glossary import glossary_of, glossary_of_csv, read_glossary


@pytest.mark.parametrize(
    ("value", "zh"),
    [
        ("black", "黑色"),
        ("Stainless Steel", "不锈钢"),
        ("10 hours", "10小时"),
        ("1.5L", "1.5升"),
        ("2 liters", "2升"),
        ("13-inch", "13英寸"),
        ("30-50 lbs", "30-50磅"),
        ("100W equivalent", "100瓦等效"),
        ("256GB SSD", "256GB固态硬盘"),
        ("4-piece", "4件套"),
        ("20MP", "2000万像素"),
    ],
)
def test_values_have_words_in_chinese(value: str, zh: str) -> None:
    entry = common_words().entry_of(value)
    assert entry is not None
    assert entry.zh[0] == zh


@pytest.mark.parametrize(("value", "said"), [("4-piece", "四件套"), ("2 cups", "两杯"), ("10 hours", "10个小时"), ("grey", "灰")])
def test_values_are_said_in_several_ways(value: str, said: str) -> None:
    entry = common_words().entry_of(value)
    assert entry is not None
    assert said in entry.zh


@pytest.mark.parametrize("value", ["Zorbium", "12 zorbs", "", "XJ-9", "9"])
def test_what_is_unknown_stays_as_it_is(value: str) -> None:
    assert common_words().entry_of(value) is None


def test_a_glossary_goes_before_the_common_words() -> None:
    words = common_words().with_glossary(glossary_of({"values": {"clicky": "咔嗒轴（clicky）", "zorbium": "佐铋"}}))
    clicky = words.entry_of("clicky")
    assert clicky is not None
    assert clicky.zh[:2] == ("咔嗒轴（clicky）", "咔嗒轴")
    assert "青轴" in clicky.zh
    zorbium = words.entry_of("Zorbium")
    assert zorbium is not None
    assert zorbium.zh == ("佐铋",)
    assert words.find("options", "zorbium") is None


def test_glossaries_come_as_csv_yaml_and_json(tmp_path: Path) -> None:
    wanted = {"": {"zorbium": ["佐铋", "佐比姆"]}}
    (tmp_path / "a.csv").write_text("value,中文\nzorbium,佐铋|佐比姆\n", "utf-8-sig")
    (tmp_path / "b.yaml").write_text("zorbium: [佐铋, 佐比姆]\n", "utf-8")
    (tmp_path / "c.json").write_text('{"zorbium": "佐铋|佐比姆"}', "utf-8")
    assert [read_glossary(tmp_path / name) for name in ("a.csv", "b.yaml", "c.json")] == [wanted] * 3
    grouped = glossary_of_csv("value,zh,group\nnotebook,本子,products\n")
    assert grouped == {"products": {"notebook": ["本子"]}}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "value,zh\nzorbium,\n", "value,zh,group\na,甲,nowhere\n"])
def test_a_csv_that_is_wrong_is_named(text: str) -> None:
    with pytest.raises(Invalid, match="Glossary"):
        glossary_of_csv(text)


@pytest.mark.parametrize("data", [None, [], {}, {"a": {"b": "c"}}, {"values": {"a": None}}, {"values": "x"}])
def test_a_mapping_that_is_wrong_is_named(data: object) -> None:
    with pytest.raises(Invalid, match="Glossary"):
        glossary_of(data)


def test_a_glossary_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_glossary(tmp_path / "nothing.csv")
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Invalid, match="UTF-8"):
        read_glossary(tmp_path / "bad.yaml")
