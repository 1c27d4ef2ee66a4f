"""`xiaoer train intents`: lines in a file become a model; a line that does not fit is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command
from xiaoer.app import model_path
from xiaoer.nlu.model import IntentModel

LINES = "text,intent\n" + "".join(f"{text},{intent}\n" for intent, texts in {
    "refund": ("我要退款", "钱什么时候退", "退款怎么还没到", "give me my money back", "refund please"),
    "greet": ("你好", "在吗", "hello there", "good morning", "早上好啊"),
    "oos": ("今天天气如何", "write me a poem", "股票会涨吗", "who won the match", "讲个笑话"),
}.items() for text in texts)  # fmt: skip


def train(xiaoer: Command, folder: Path, content: str | bytes, *more: str) -> tuple[int, str]:
    path = folder / "lines.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = xiaoer("train", "intents", "--data", path, "--data-dir", folder, *more)
    assert "Traceback" not in done.err
    return done.code, done.err


def test_the_same_lines_make_the_same_file(xiaoer: Command, tmp_path: Path) -> None:
    code, err = train(xiaoer, tmp_path, LINES)
    assert code == 0, err
    assert "15 lines, 2 intents" in err
    assert len(err.splitlines()) == 2  # a finished bar, and what came of it
    path = model_path(tmp_path, "spruce")
    first = IntentModel.load(path)
    assert first.labels == ("greet", "refund")
    before = path.read_bytes()
    assert train(xiaoer, tmp_path, LINES)[0] == 0
    second = IntentModel.load(path)
    assert (second.rows == first.rows).all()
    assert (second.weights == first.weights).all()
    assert second.calibration == first.calibration
    assert second.version == first.version
    assert len(path.read_bytes()) == len(before)


def test_excels_mark_at_the_beginning_is_no_part_of_the_column(xiaoer: Command, tmp_path: Path) -> None:
    assert train(xiaoer, tmp_path, b"\xef\xbb\xbf" + LINES.replace("\n", "\r\n").encode())[0] == 0


def test_several_files_and_another_shop(xiaoer: Command, tmp_path: Path) -> None:
    rows = LINES.splitlines(keepends=True)
    (tmp_path / "more.csv").write_text("".join([rows[0], *rows[8:]]))
    code, err = train(xiaoer, tmp_path, "".join(rows[:8]), "--data", str(tmp_path / "more.csv"), "--shop", "maple")
    assert code == 0, err
    assert "15 lines" in err
    assert model_path(tmp_path, "maple").is_file()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "needs the columns text and intent"),
        ("text,intent\n", "needs the columns text and intent"),
        ("words,label\nhi,greet\n", "needs the columns text and intent"),
        (LINES + ",greet\n", "line 17: text or intent is empty"),
        (LINES + '"over\ntwo lines",greet\nhi,\n', "line 19: text or intent is empty"),
        (LINES + "only a text\n", "line 17: text or intent is empty"),
        ("text,intent\nhi,greet\nhello,greet\n", "at least two intents"),
        (LINES + "lonely,once\n", "once"),
        (LINES.encode("gb18030"), "CSV UTF-8"),
        (LINES.encode("utf-16"), "CSV UTF-8"),
        (b"text,intent\n\x00\x01\x02,\x00\n", ""),
    ],
)
def test_lines_that_do_not_fit_are_named(xiaoer: Command, tmp_path: Path, content: str | bytes, said: str) -> None:
    code, err = train(xiaoer, tmp_path, content)
    assert code == 1
    assert said in err
    assert err.startswith("xiaoer: ")
    assert len(err.splitlines()) == 1
    assert not model_path(tmp_path, "spruce").exists()


def test_empty_lines_between_do_not_count(xiaoer: Command, tmp_path: Path) -> None:
    code, err = train(xiaoer, tmp_path, LINES.replace("\n", "\n\n"))
    assert code == 0, err
    assert "15 lines" in err


def test_a_file_that_is_not_there(xiaoer: Command, tmp_path: Path) -> None:
    done = xiaoer("train", "intents", "--data", tmp_path / "no.csv", "--data-dir", tmp_path, language="zh_CN.UTF-8")
    assert (done.code, done.err) == (1, f"xiaoer: 没有文件 {tmp_path / 'no.csv'}。\n")


def test_a_model_that_was_good_stays_when_training_fails(xiaoer: Command, tmp_path: Path) -> None:
    assert train(xiaoer, tmp_path, LINES)[0] == 0
    before = model_path(tmp_path, "spruce").read_bytes()
    assert train(xiaoer, tmp_path, LINES + "lonely,once\n")[0] == 1
    assert model_path(tmp_path, "spruce").read_bytes() == before
