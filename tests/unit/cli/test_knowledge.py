"""`xiaoer knowledge`: in, again, out, and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from tests.unit.knowledge.ingest.build import shop_book
from xiaoer.cli import care
from xiaoer.cli import knowledge as command
from xiaoer.demo.seed import SHOP_ID
from xiaoer.errors import Invalid, NotFound
from xiaoer.knowledge.pictures import keep_picture

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + b"\0" * 40


def bring(data: Path, *what: Path | str, **more: object) -> int:
    """Run the import as the command line does."""
    options = {"language": "", "audience": "all", "category": "", "draft": False, "dry_run": False, "pages": 10, "report": None}
    return command.import_([str(one) for one in what], data_dir=data, shop=SHOP_ID, **{**options, **more})  # type: ignore[arg-type]


def test_in_again_out_and_back(spruce_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, report = tmp_path / "shop.xlsx", tmp_path / "report.jsonl"
    book.write_bytes(shop_book())
    assert bring(spruce_data, book, dry_run=True) == 1
    assert "nothing was stored" in capsys.readouterr().err
    assert bring(spruce_data, book, report=report) == 1  # a row without an answer, and a formula
    told = capsys.readouterr()
    assert "added\tshop.xlsx\t常见问题 › 怎么退货\t怎么退货" in told.out
    assert "6 added, 2 problem" in told.err
    lines = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    assert sum(line["outcome"] == "added" for line in lines) == 6
    bring(spruce_data, book)
    assert "6 unchanged, 2 problem" in capsys.readouterr().err

    picture = keep_picture(spruce_data / "uploads" / SHOP_ID, PNG, most_mb=1)
    (tmp_path / "shown.md").write_text(f"# 步骤\n\n![第一步]({picture})\n", "utf-8")
    assert bring(spruce_data, tmp_path / "shown.md") == 0
    out = tmp_path / "out"
    command.export(out, archived=False, data_dir=spruce_data, shop=SHOP_ID)
    assert (out / "pictures" / picture).read_bytes() == PNG
    assert (out / "returns" / "return-no-reason.md").read_text("utf-8").startswith("---\nxiaoer: 1\nid: return-no-reason\n")
    capsys.readouterr()
    assert bring(spruce_data, out) == 0
    assert capsys.readouterr().err.strip().splitlines()[-1].endswith(" unchanged")
    with pytest.raises(Invalid):
        command.export(out, archived=False, data_dir=spruce_data, shop=SHOP_ID)


def test_what_is_asked_for_wrongly_is_said(spruce_data: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        bring(spruce_data, tmp_path / "gone.md")
    with pytest.raises(Invalid):
        bring(spruce_data, tmp_path, language="fr")
    with pytest.raises(Invalid):
        bring(spruce_data, tmp_path, audience="friends")
    assert bring(spruce_data, "http://127.0.0.1:1/x") == 1  # inside this network


def test_the_lint_fails_where_something_is_wrong(spruce_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    care.lint(days=0, data_dir=spruce_data, shop=SHOP_ID)
    assert capsys.readouterr().err.startswith("0 wrong, ")
    (tmp_path / "wrong.md").write_text("# 多久可以退货呢\n\n签收后 21 天内可以无理由退货。\n", "utf-8")
    assert bring(spruce_data, tmp_path / "wrong.md", category="returns") == 0
    capsys.readouterr()
    with pytest.raises(typer.Exit) as ended:
        care.lint(days=0, as_json=True, data_dir=spruce_data, shop=SHOP_ID)
    assert ended.value.exit_code == 1
    wrong = [one for one in json.loads(capsys.readouterr().out) if one["is_error"]]
    assert [(one["kind"], one["said"]) for one in wrong] == [("policy", "21 天")]


def test_gaps_are_listed(spruce_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    care.gaps(data_dir=spruce_data, shop=SHOP_ID)
    assert "0 gaps." in capsys.readouterr().err
