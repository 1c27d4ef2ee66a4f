"""`xiaoer train intents`: lines in a file become a model; a line that does not fit is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command
from xiaoer.app import models_folder
from xiaoer.nlu.model import IntentModel

LINES = "text,intent\n" + "".join(f"{text},{intent}\n" for intent, texts in {
    "refund": ("我要退款", "钱什么时候退", "退款怎么还没到", "give me my money back", "refund please"),
    "greet": ("你好", "在吗", "hello there", "good morning", "早上好啊"),
    "oos": ("今天天气如何", "write me a poem", "股票会涨吗", "who won the match", "讲个笑话"),
}.items() for text in texts)  # fmt: skip


def models(folder: Path, shop: str = "spruce") -> list[Path]:
    return sorted(models_folder(folder, shop).glob("*.npz"))


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
    first = IntentModel.load(*models(tmp_path))
    assert first.labels == ("greet", "refund")
    before = models(tmp_path)
    code, err = train(xiaoer, tmp_path, LINES)
    assert "15 lines, 2 intents" in err  # the lines are there already, and do not double
    (path,) = set(models(tmp_path)) - set(before)
    second = IntentModel.load(path)
    assert (second.rows == first.rows).all()
    assert (second.weights == first.weights).all()
    assert second.calibration == first.calibration
    assert second.version == first.version
    assert len(path.read_bytes()) == len(before[0].read_bytes())


def test_excels_mark_at_the_beginning_is_no_part_of_the_column(xiaoer: Command, tmp_path: Path) -> None:
    assert train(xiaoer, tmp_path, b"\xef\xbb\xbf" + LINES.replace("\n", "\r\n").encode())[0] == 0


def test_several_files_and_another_shop(xiaoer: Command, tmp_path: Path) -> None:
    rows = LINES.splitlines(keepends=True)
    (tmp_path / "more.csv").write_text("".join([rows[0], *rows[8:]]))
    code, err = train(xiaoer, tmp_path, "".join(rows[:8]), "--data", str(tmp_path / "more.csv"), "--shop", "maple")
    assert code == 0, err
    assert "15 lines" in err
    assert len(models(tmp_path, "maple")) == 1


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
    assert models(tmp_path) == []


def test_empty_lines_between_do_not_count(xiaoer: Command, tmp_path: Path) -> None:
    code, err = train(xiaoer, tmp_path, LINES.replace("\n", "\n\n"))
    assert code == 0, err
    assert "15 lines" in err


def test_a_file_that_is_not_there(xiaoer: Command, tmp_path: Path) -> None:
    done = xiaoer("train", "intents", "--data", tmp_path / "no.csv", "--data-dir", tmp_path, language="zh_CN.UTF-8")
    assert (done.code, done.err) == (1, f"xiaoer: 没有文件 {tmp_path / 'no.csv'}。\n")


def test_a_model_that_was_good_stays_when_training_fails(xiaoer: Command, tmp_path: Path) -> None:
    assert train(xiaoer, tmp_path, LINES)[0] == 0
    before = models(tmp_path)
    assert train(xiaoer, tmp_path, LINES + ",greet\n")[0] == 1
    assert models(tmp_path) == before


def test_an_intent_with_a_single_line_is_left_out_for_now(xiaoer: Command, tmp_path: Path) -> None:
    code, err = train(xiaoer, tmp_path, LINES + "lonely,once\n")
    assert code == 0, err
    assert IntentModel.load(*models(tmp_path)).labels == ("greet", "refund")
    assert train(xiaoer, tmp_path, "text,intent\nnot alone any more,once\n")[0] == 0
    assert any("once" in IntentModel.load(path).labels for path in models(tmp_path))


def test_versions_are_listed_published_and_rolled_back(xiaoer: Command, tmp_path: Path) -> None:
    assert train(xiaoer, tmp_path, LINES)[0] == 0
    assert train(xiaoer, tmp_path, LINES, "--keep")[0] == 0

    def reads() -> list[str]:
        listed = xiaoer("train", "versions", "--data-dir", tmp_path).out
        return [line for line in listed.splitlines() if " * " in line]

    assert "1 *" in reads()[0]
    assert xiaoer("train", "publish", "2", "--data-dir", tmp_path).code == 0
    assert "2 *" in reads()[0]
    assert xiaoer("train", "roll-back", "--data-dir", tmp_path).code == 0
    assert "1 *" in reads()[0]
    done = xiaoer("train", "roll-back", "--data-dir", tmp_path)
    assert (done.code, "no earlier version" in done.err) == (1, True)
    assert xiaoer("train", "publish", "9", "--data-dir", tmp_path).code == 1
