"""`xiaoer chat`: the assistant in a terminal or a pipe."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.conftest import Command
from xiaoer.demo.seed_standing import MEI


def test_lines_out_of_a_pipe_are_answered_until_an_empty_one(xiaoer: Command, spruce_data: Path) -> None:
    typed = "你好\n七天无理由退货，运费谁出？\n\nnever read\n"
    done = xiaoer("chat", "--data-dir", spruce_data, "--language", "zh", typed=typed)
    assert done.code == 0, done
    assert "12" in done.out
    assert "never read" not in done.out
    assert done.err == ""


def test_nothing_typed_is_no_error(xiaoer: Command, spruce_data: Path) -> None:
    assert xiaoer("chat", "--data-dir", spruce_data).code == 0


def test_a_customer_sees_their_order_and_why(xiaoer: Command, spruce_data: Path) -> None:
    done = xiaoer("chat", "--as", MEI, "--why", "--say", "我的快递到哪了？", "--data-dir", spruce_data)
    assert done.code == 0, done
    assert "› 我的快递到哪了？" in done.out
    assert "┃" in done.out
    assert " ms" in done.out


def test_an_unknown_customer_is_named(xiaoer: Command, spruce_data: Path) -> None:
    done = xiaoer("chat", "--as", "cus_nobody", "--say", "hi", "--data-dir", spruce_data)
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert "Traceback" not in done.err


def test_after_a_hand_off_the_line_waits_for_a_person(xiaoer: Command, spruce_data: Path) -> None:
    words = ("--say", "转人工", "--say", "在吗")
    assert "人工" in xiaoer("chat", "--data-dir", spruce_data, *words).out
    english = xiaoer("chat", "--data-dir", spruce_data, *words).out
    assert "A person holds this conversation" in english
    assert "等待客服回复" in xiaoer("chat", "--data-dir", spruce_data, *words, language="zh_CN.UTF-8").out


def test_a_folder_without_the_shop(xiaoer: Command, tmp_path: Path) -> None:
    line = xiaoer("chat", "--data-dir", tmp_path, "--say", "hi").only_line()
    assert "xiaoer demo" in line
    assert "xiaoer shops add" in line
