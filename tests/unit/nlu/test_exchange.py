"""Files of others come in with everything they hold, line by line; what goes out comes back the same."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.nlu import foreign
from xiaoer.db.engine import Database
from xiaoer.errors import Invalid
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu.exchange.bring import bring
from xiaoer.nlu.exchange.formats import own_name, read_file, suggest, write_file
from xiaoer.nlu.exchange.types import FORMATS, Brought, Foreign
from xiaoer.nlu.train import train
from xiaoer.nlu.training import labelling
from xiaoer.nlu.training.copies import mark_of
from xiaoer.nlu.training.types import EntityWords, LineFilter, Utterance

SHOP = "spruce"
NAMES = {"csv": "a.csv", "xlsx": "a.xlsx", "rasa": "nlu.yml", "dialogflow-es": "a.zip", "dialogflow-cx": "a.zip", "lex": "a.zip"}


def pairs(found: Foreign) -> list[tuple[str, str]]:
    return [(line.text, line.intent) for line in found.lines]


def named(found: Foreign) -> list[tuple[str, str]]:
    """The marked words with their entities."""
    return [(line.text[one["start"] : one["end"]], one["entity"]) for line in found.lines for one in line.entities]


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_rasa_2_with_marks_synonyms_lookups_and_patterns() -> None:
    found = read_file("nlu.yml", foreign.RASA_2.encode())
    assert pairs(found) == [
        ("hey there", "greet"),
        ("你好呀", "greet"),
        ("where is my parcel", "track/parcel"),
        ("is order SP2026110300017 on its way", "track/parcel"),
        ("my blue parcel is late", "track/parcel"),
        ("a line that goes on below", "track/parcel"),
    ]
    assert named(found) == [("parcel", "item"), ("SP2026110300017", "order"), ("blue parcel", "item")]
    assert found.lines[3].entities[0]["role"] == "asked"
    assert [(one.kind, one.value or one.name, one.words) for one in found.words] == [
        ("synonym", "parcel", ("package", "box")),
        ("lookup", "couriers", ("顺丰", "DHL")),
        ("regex", "order", ("SP\\d{13}",)),
    ]
    assert found.problems == ()
    assert found.lines[2].where == "10"


def test_rasa_3_with_examples_as_a_list() -> None:
    found = read_file("nlu.yaml", foreign.RASA_3.replace("\n", "\r\n").encode())
    assert [text for text, _ in pairs(found)] == ["I want my money back", "我要退款", "什么时候退钱"]
    assert [one.where for one in found.problems] == ["10"]


def test_a_damaged_rasa_file_goes_on_after_the_damage() -> None:
    found = read_file("nlu.yml", foreign.RASA_DAMAGED.encode())
    assert pairs(found) == [("hello", "greet"), ("so long see you", "bye"), ("a bad mark here", "marks")]
    assert [one.where for one in found.problems] == ["7", "15", "16"]
    assert all(one.en and one.zh for one in found.problems)


def test_dialogflow_es() -> None:
    found = read_file("agent.zip", foreign.zipped(foreign.DIALOGFLOW_ES))
    assert found.format == "dialogflow-es"
    assert found.intents == {"Default Fallback Intent": 1, "Default Welcome Intent": 2, "order status": 3}
    assert ("where is what I bought last week?", "order status") in pairs(found)
    assert named(found) == [("last week", "date"), ("上周", "date")]
    assert {line.language for line in found.lines} == {"en", "zh-cn"}
    assert found.fallbacks == {"Default Fallback Intent"}
    assert [one.where.rpartition("#")[2] for one in found.problems] == ["2", "3"]
    assert (found.words[0].name, found.words[0].value, found.words[0].words) == ("size", "large", ("large", "L"))


def test_dialogflow_cx() -> None:
    found = read_file("agent.zip", foreign.zipped(foreign.DIALOGFLOW_CX))
    assert found.format == "dialogflow-cx"
    assert found.intents == {"Cards/Lost": 2, "Default Negative Intent": 1}
    assert named(found) == [("gift card", "kind")]
    assert found.lines[0].entities[0]["type"] == "@card-kind"
    assert found.fallbacks == {"Default Negative Intent"}
    assert len(found.problems) == 1


def test_lex_v2_with_slots_filled_in_turn() -> None:
    found = read_file("bot.zip", foreign.zipped(foreign.LEX))
    assert found.format == "lex"
    assert pairs(found) == [
        ("change it to M", "ChangeSize"), ("I need a L by tomorrow", "ChangeSize"), ("帮我换成大码", "ChangeSize"),
    ]  # fmt: skip
    assert named(found) == [("M", "Size"), ("L", "Size"), ("tomorrow", "Day")]
    assert found.fallbacks == {"FallbackIntent"}
    assert len(found.problems) == 1


@pytest.mark.parametrize("files", [foreign.DIALOGFLOW_ES, foreign.DIALOGFLOW_CX, foreign.LEX])
def test_one_damaged_file_in_a_zip_is_told_and_the_rest_comes_in(files: dict[str, Any]) -> None:
    whole = read_file("a.zip", foreign.zipped(files))
    says = [name for name in files if "usersays" in name or "trainingPhrases" in name or name.endswith("Intent.json")]
    found = read_file("a.zip", foreign.zipped({**files, says[0]: '{"cut off'}))
    assert 0 < len(found.lines) <= len(whole.lines)
    assert says[0] in {one.where for one in found.problems}
    deep = foreign.zipped({f"export/{name}": content for name, content in files.items()} | {"__MACOSX/x.json": "junk"})
    assert pairs(read_file("a.zip", deep)) == pairs(whole)


@pytest.mark.parametrize(
    "broken", ["[1, 2]", "null", '{"data": 5, "trainingPhrases": {}, "sampleUtterances": "x", "name": 7}', "[" * 5000]
)
@pytest.mark.parametrize("files", [foreign.DIALOGFLOW_ES, foreign.DIALOGFLOW_CX, foreign.LEX])
def test_json_that_is_something_else_breaks_nothing(files: dict[str, Any], broken: str) -> None:
    kind = read_file("a.zip", foreign.zipped(files)).format
    for name in files:
        read_file("a.zip", foreign.zipped({**files, name: broken}), kind)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_spreadsheets_write_it(encoding: str, delimiter: str) -> None:
    first, empty = ("语料", "意图", "语言"), (("", "x", ""), ("hi", "", ""))
    rows = [first, ("我要退货", "return_request", "zh"), *empty, ("hello", "greeting", "")]
    found = read_file("lines.csv", "\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    assert pairs(found) == [("我要退货", "return_request"), ("hello", "greeting")]
    assert [one.where for one in found.problems] == ["3", "4"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""), ("a.xlsx", b"PK nothing"), ("a.zip", b"PK nothing"), ("a.bin", b"\x00\x01"), ("a.csv", b"\xff\xfa\x00\x81"),
        ("a.zip", foreign.zipped({"readme.txt": "hi"})), ("a.xlsx", foreign.zipped({"readme.txt": "hi"})),
    ],
)  # fmt: skip
def test_files_that_are_none_of_these_are_refused_in_both_languages(name: str, data: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read_file(name, data)
    assert caught.value.text("en") != caught.value.text("zh")


def test_a_table_without_the_columns_says_which_ones() -> None:
    found = read_file("a.csv", b"words,number\nhi,1\n")
    assert found.lines == ()
    assert "text and intent" in found.problems[0].en


def test_a_zip_that_unpacks_to_too_much_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("intents/a_usersays_en.json", b" " * (257 << 20))
    assert len(out.getvalue()) < 1 << 20
    for name in ("a.zip", "a.xlsx"):
        with pytest.raises(Invalid, match="MiB"):
            read_file(name, out.getvalue())


@given(st.binary(max_size=300), st.sampled_from([*FORMATS, ""]), st.sampled_from(["a.csv", "a.yml", "a.zip", "a.xlsx", "a"]))
def test_no_file_breaks_the_import(data: bytes, kind: str, name: str) -> None:
    with suppress(Invalid):
        read_file(name, data, kind)


@given(st.text(max_size=200))
def test_no_yaml_breaks_the_import(text: str) -> None:
    read_file("a.yml", f"nlu:\n- intent: x\n  examples: |\n{text}".encode("utf-8", "replace"))


@pytest.mark.parametrize("text", ["[" * 200_000, "- " * 200_000, "a: " + "{b: " * 100_000])
def test_yaml_that_is_nested_to_bring_the_server_down(text: str) -> None:
    assert read_file("a.yml", text.encode()).problems


# ── out and in again ─────────────────────────────────────────────────────────────────────────────────────────────────
def line_of(text: str, label: str, number: int) -> Utterance:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    language: Any = "zh" if any("一" <= one <= "鿿" for one in text) else "en"
    return Utterance(f"utt_{number}", text, mark_of(text), language, label, "written", "train", moment)


TEXTS = st.text(max_size=60).map(lambda text: text.replace("{", "").replace("}", "")).filter(lambda text: bool(text.strip()))
LABELS = st.from_regex(r"\A[a-z刻字][\w.\-/]{0,12}\Z")


@pytest.mark.parametrize("kind", FORMATS)
@given(lines=st.lists(st.tuples(TEXTS, LABELS), min_size=1, max_size=8))
def test_what_goes_out_comes_back(kind: str, lines: list[tuple[str, str]]) -> None:
    kept = []
    for number, (text, label) in enumerate(lines):
        try:
            kept.append(line_of(labelling.text_of(text), labelling.label_of(label), number))
        except Invalid:
            continue
    found = read_file(NAMES[kind], write_file(kind, kept, ()), kind)
    assert {(mark_of(line.text), line.intent) for line in found.lines} == {(one.mark, one.label) for one in kept}
    assert found.problems == ()


@pytest.mark.parametrize("kind", ["rasa", "dialogflow-es", "dialogflow-cx"])
def test_marks_and_words_survive_the_way_out_and_in(kind: str) -> None:
    text = "换成红色的 [大号] 可以吗"
    marked = ({"start": 2, "end": 4, "entity": "colour"}, {"start": 7, "end": 9, "entity": "size"})
    line = Utterance(
        "utt_1", text, mark_of(text), "zh", "change_items", "written", "train", datetime(2026, 11, 23, tzinfo=UTC), entities=marked
    )
    words = (EntityWords("synonym", "size", "large", "en", ("large", "L")),)
    found = read_file(NAMES[kind], write_file(kind, [line], words), kind)
    assert named(found) == [("红色", "colour"), ("大号", "size")]
    assert [(one.value, one.words) for one in found.words] == [("large", ("large", "L"))]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-x", "@SUM(A1)", "'=x", "''", "'hello"])
def test_customers_words_are_no_formulas(text: str) -> None:
    line = line_of(text, "greeting", 1)
    for kind in ("csv", "xlsx"):
        data = write_file(kind, [line], ())
        assert pairs(read_file(NAMES[kind], data)) == [(text, "greeting")]
    shown = write_file("csv", [line], ()).decode("utf-8-sig").splitlines()[1]
    assert shown[0] not in "=+-@"


# ── into the records ─────────────────────────────────────────────────────────────────────────────────────────────────
async def import_it(database: Database, found: Foreign, mapping: dict[str, str | None]) -> Brought:
    return await database.write(SHOP, lambda scope: bring(scope, found, mapping=mapping, by="stf_lin", origin="file"))


async def test_an_import_can_be_repeated_and_brings_up_to_date(database: Database) -> None:
    found = read_file("nlu.yml", foreign.RASA_2.encode())
    mapping: dict[str, str | None] = {"greet": "greeting", "track/parcel": None}
    first = await import_it(database, found, mapping)
    assert (first.added, first.skipped, first.words) == (2, 4, 3)
    again = await import_it(database, found, mapping)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
    moved = await import_it(database, found, {"greet": "chitchat", "track/parcel": "logistics_tracking"})
    assert (moved.added, moved.updated) == (4, 2)
    lines = await database.read(SHOP, lambda scope: utterances.list_labelled(scope, LineFilter(label="logistics_tracking")))
    assert [one["entity"] for line in lines for one in line.entities].count("item") == 2
    assert {line.source for line in lines} == {"imported"}
    assert len(await database.read(SHOP, utterances.list_entity_words)) == 3


async def test_frozen_lines_and_lines_that_contradict_each_other_are_told(database: Database) -> None:
    line = await database.write(SHOP, lambda scope: labelling.add(scope, "能退吗", "return_policy", by="stf_lin"))
    await database.write(SHOP, lambda scope: labelling.move(scope, [line.id], "test", by="stf_lin"))
    table = "text,intent\n能退吗,return_request\n你好,greeting\n你好！,chitchat\n坏名字,a b<c>\n" + "x" * 2001 + ",greeting\n"
    done = await import_it(database, read_file("a.csv", table.encode()), {})
    assert (done.added, done.updated) == (1, 0)
    assert [one.where for one in done.problems] == ["4", "5", "6", "2"]
    assert ("能退吗", "return_policy") in await database.read(SHOP, lambda scope: utterances.list_lines(scope, "test"))


def test_foreign_names_find_ours() -> None:
    known = {"greeting", "return_request", "logistics_tracking", "order_status"}
    model = train([(text, label) for label, texts in {
        "return_request": ("我要退货", "想把衣服退了", "退掉这个", "I want to return this"),
        "order_status": ("订单到哪一步了", "我的订单怎么样了", "what about my order", "order status please"),
    }.items() for text in texts])  # fmt: skip
    rows = ("hi,Default Welcome Intent", "在,greet", "x,Return-Request", "q,fallback_intent", "我要退货,R1", "想把衣服退了,R1")
    found = read_file("a.csv", "\n".join(("text,intent", *rows, "刻字,En graving!")).encode())
    assert suggest(found, known, model) == {
        "Default Welcome Intent": "greeting", "greet": "greeting", "Return-Request": "return_request", "fallback_intent": "oos",
        "R1": "return_request", "En graving!": "En_graving",
    }  # fmt: skip
    assert own_name("!!!") is None
