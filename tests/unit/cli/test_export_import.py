"""`xiaoer export` and `xiaoer import`: a shop as it was, elsewhere, on another engine, under another name; all or nothing."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Command, apart, as_plain_user
from xiaoer.app import model_path
from xiaoer.cli import import_ as importing
from xiaoer.db.copy import list_tables, read_rows
from xiaoer.db.engine import Database
from xiaoer.knowledge.knowledge import answerable_path
from xiaoer.shop import store_shops

SHOP = "spruce"


def rows_of(url: str, shop_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything the shop has in the records."""

    async def read() -> dict[str, list[dict[str, Any]]]:
        database = await Database.open(url)
        try:
            return await database.read(
                shop_id, lambda scope: {table.name: list(read_rows(scope, table)) for table in list_tables()}
            )
        finally:
            await database.close()

    return asyncio.run(read())


def shops_of(folder: Path) -> list[str]:
    async def read() -> list[str]:
        database = await Database.open(f"sqlite:///{folder / 'xiaoer.sqlite3'}")
        try:
            await database.migrate()
            return [shop.id for shop in await database.read("", store_shops.list_shops)]
        finally:
            await database.close()

    return asyncio.run(read())


def sqlite_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'xiaoer.sqlite3'}"


@pytest.fixture
def with_picture(spruce_data: Path) -> Path:
    """The demo's folder, with a picture that somebody sent."""
    picture = spruce_data / "uploads" / SHOP / "ab" / "upl_1.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"\x89PNG picture")
    return spruce_data


@pytest.fixture
def exported(xiaoer: Command, with_picture: Path, tmp_path: Path) -> Path:
    """The demo shop in a file."""
    file = tmp_path / "spruce.zip"
    done = xiaoer("export", file, "--data-dir", with_picture)
    assert done.code == 0, done
    return file


def altered(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A copy of the file with other contents."""
    with zipfile.ZipFile(file) as packed:
        contents = {name: packed.read(name) for name in packed.namelist()}
    change(contents)
    copy = file.with_name("altered.zip")
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in contents.items():
            packed.writestr(name, content)
    return copy


def left_over(folder: Path) -> list[str]:
    """Files of a shop, and what an import would leave lying about."""
    found = [path for path in folder.rglob("*") if path.is_file() or path.name.startswith(".import-")]
    return sorted(path.name for path in found if not path.name.startswith("xiaoer.sqlite3"))


def test_a_shop_comes_back_as_it_was(xiaoer: Command, exported: Path, with_picture: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    done = xiaoer("import", exported, "--data-dir", fresh)
    assert done.code == 0, done
    before = rows_of(sqlite_of(with_picture), SHOP)
    assert sum(map(len, before.values())) > 5000
    assert rows_of(sqlite_of(fresh), SHOP) == before
    assert f"{sum(map(len, before.values()))} rows" in done.err
    assert model_path(fresh, SHOP).read_bytes() == model_path(with_picture, SHOP).read_bytes()
    fitted = answerable_path(Path("index"), SHOP)
    assert (fresh / fitted).read_bytes() == (with_picture / fitted).read_bytes()
    assert (fresh / "uploads" / SHOP / "ab" / "upl_1.png").read_bytes() == b"\x89PNG picture"
    assert not list(fresh.glob(".import-*"))
    answered = xiaoer("chat", "--data-dir", fresh, "--say", "七天无理由退货，运费谁出？")
    assert "12" in answered.out


def test_under_another_name_beside_the_first(xiaoer: Command, exported: Path, with_picture: Path) -> None:
    refused = xiaoer("import", exported, "--data-dir", with_picture)
    assert refused.code == 1
    assert "--as" in refused.err
    assert xiaoer("import", exported, "--data-dir", with_picture, "--as", "maple").code == 0
    assert shops_of(with_picture) == ["maple", SHOP]
    url = sqlite_of(with_picture)
    assert rows_of(url, "maple") == rows_of(url, SHOP)
    assert "12" in xiaoer("chat", "--data-dir", with_picture, "--shop", "maple", "--say", "七天无理由退货，运费谁出？").out
    again = xiaoer("import", exported, "--data-dir", with_picture, "--as", "maple", language="zh_CN.UTF-8")
    assert (again.code, again.err) == (1, "xiaoer: 店铺“maple”已存在，可用 --as 换一个 id 导入。\n")


@pytest.mark.postgres
def test_to_postgres_and_back(
    xiaoer: Command, exported: Path, with_picture: Path, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOER_DATABASE_URL", postgres_url)
    there, back = tmp_path / "there", tmp_path / "back"
    assert xiaoer("import", exported, "--data-dir", there).code == 0
    before = rows_of(sqlite_of(with_picture), SHOP)
    assert rows_of(postgres_url, SHOP) == before
    assert xiaoer("export", tmp_path / "second.zip", "--data-dir", there).code == 0
    monkeypatch.delenv("XIAOER_DATABASE_URL")
    assert xiaoer("import", tmp_path / "second.zip", "--data-dir", back).code == 0
    assert rows_of(sqlite_of(back), SHOP) == before


def test_an_export_is_for_its_owner_and_does_not_write_over_another(xiaoer: Command, exported: Path, with_picture: Path) -> None:
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600
    before = exported.read_bytes()
    done = xiaoer("export", exported, "--data-dir", with_picture)
    assert (done.code, "--replace" in done.err) == (1, True)
    assert exported.read_bytes() == before
    assert xiaoer("export", exported, "--data-dir", with_picture, "--replace").code == 0


def test_an_export_that_fails_leaves_nothing(xiaoer: Command, spruce_data: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    assert xiaoer("export", target / "a.zip", "--data-dir", spruce_data, "--shop", "nowhere").code == 1
    assert xiaoer("export", tmp_path / "no" / "folder" / "a.zip", "--data-dir", spruce_data).code == 1
    assert list(target.iterdir()) == []
    target.chmod(0o500)
    done = apart("export", target / "a.zip", "--data-dir", spruce_data, before=as_plain_user())
    assert str(target) in done.only_line()


# ── files that are not what they should be ───────────────────────────────────────────────────────────────────────────
def _about(change: Mapping[str, Any]) -> Callable[[dict[str, bytes]], None]:
    def apply(contents: dict[str, bytes]) -> None:
        about = json.loads(contents["xiaoer.json"])
        contents["xiaoer.json"] = json.dumps({**about, **change}).encode()

    return apply


def _shop(**change: Any) -> Callable[[dict[str, bytes]], None]:
    def apply(contents: dict[str, bytes]) -> None:
        about = json.loads(contents["xiaoer.json"])
        contents["xiaoer.json"] = json.dumps({**about, "shop": {**about["shop"], **change}}).encode()

    return apply


def _line(table: str, line: bytes) -> Callable[[dict[str, bytes]], None]:
    def apply(contents: dict[str, bytes]) -> None:
        contents[f"tables/{table}.jsonl"] += line + b"\n"

    return apply


def _twice(table: str) -> Callable[[dict[str, bytes]], None]:
    def apply(contents: dict[str, bytes]) -> None:
        contents[f"tables/{table}.jsonl"] *= 2

    return apply


def _changed(table: str, **change: Any) -> Callable[[dict[str, bytes]], None]:
    def apply(contents: dict[str, bytes]) -> None:
        first, _, rest = contents[f"tables/{table}.jsonl"].partition(b"\n")
        contents[f"tables/{table}.jsonl"] = json.dumps({**json.loads(first), **change}).encode() + b"\n" + rest

    return apply


def _named(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda contents: contents.update({name: b"gotcha"})


FOREIGN = {
    "another format": _about({"format": 99}),
    "no shop": _about({"shop": {}}),
    "a shop with more": _shop(colour="red"),
    "a shop without names": _shop(names={}),
    "a name that climbs": _shop(id="../../etc"),
    "a name that is a number": _shop(id=7),
    "a list for a description": lambda contents: contents.update({"xiaoer.json": b"[]"}),
    "no description": lambda contents: contents.pop("xiaoer.json") and None,
    "a table missing": lambda contents: contents.pop("tables/orders.jsonl") and None,
    "a row that is no object": _line("orders", b"7"),
    "a row that is no JSON": _line("orders", b"{"),
    "a row of another version": _line("orders", b'{"id": "x"}'),
    "rows twice": _twice("customers"),
    "a time that is none": _changed("orders", placed_at="yesterday"),
    "a time without a zone": _changed("orders", placed_at="2026-01-01T00:00:00"),
    "a list for a text": _changed("orders", state=["paid"]),
    "nothing for a text": _changed("orders", state=None),
    "a model that is none": lambda contents: contents.update({"models/intents.npz": b"PK not a model"}),
    "a climbing picture": _named("uploads/../../escaped.png"),
    "a picture at the root": _named("uploads//tmp/escaped.png"),
    "an absolute picture": _named("/uploads/escaped.png"),
    "a picture for Windows": _named("uploads/..\\..\\escaped.png"),
    "a picture on a drive": _named("uploads/C:/escaped.png"),
}


@pytest.mark.parametrize("how", FOREIGN, ids=lambda how: how.replace(" ", "-"))
def test_what_is_not_an_export_leaves_nothing(xiaoer: Command, exported: Path, tmp_path: Path, how: str) -> None:
    fresh = tmp_path / "deep" / "down" / "fresh"
    done = xiaoer("import", altered(exported, FOREIGN[how]), "--data-dir", fresh)
    assert done.code == 1, done
    assert len(done.err.splitlines()) == 1, done.err
    assert done.err.startswith("xiaoer: ")
    assert not fresh.exists() or (left_over(fresh) == [] and shops_of(fresh) == [])
    assert list(tmp_path.rglob("escaped*")) == []


def test_files_that_are_no_zip_or_cut_or_locked(xiaoer: Command, exported: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    whole = exported.read_bytes()
    middle = len(whole) // 2
    locked = bytearray(whole)
    locked[whole.rfind(b"PK\x01\x02") + 8] |= 1
    for content in (
        b"", b"hello", whole[:middle], whole[:middle] + os.urandom(200_000) + whole[middle + 200_000 :], bytes(locked),
    ):  # fmt: skip
        (tmp_path / "bad.zip").write_bytes(content)
        done = xiaoer("import", tmp_path / "bad.zip", "--data-dir", fresh)
        assert done.code == 1, done
        assert len(done.err.splitlines()) == 1
        assert not fresh.exists() or (left_over(fresh) == [] and shops_of(fresh) == [])
    assert xiaoer("import", tmp_path / "none.zip", "--data-dir", fresh).code == 1


def test_a_small_file_that_unpacks_to_much(
    xiaoer: Command, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = tmp_path / "fresh"
    monkeypatch.setattr(importing, "_LARGEST", 50 << 20)
    monkeypatch.setattr(importing, "_LONGEST", 1 << 20)
    bomb = altered(exported, lambda contents: contents.update({"uploads/zeros.png": b"\0" * (51 << 20)}))
    assert bomb.stat().st_size < 20 << 20
    assert "unpacks to more" in xiaoer("import", bomb, "--data-dir", fresh).err
    long = altered(exported, _line("orders", b" " * (2 << 20)))
    assert "orders.jsonl: a row has more" in xiaoer("import", long, "--data-dir", fresh).err
    assert not fresh.exists() or left_over(fresh) == []


def test_a_disk_that_fails_in_the_middle_leaves_nothing(
    xiaoer: Command, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder for pictures is a file: the last thing that is put in its place does not go there."""
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "uploads").write_text("in the way")
    done = xiaoer("import", exported, "--data-dir", fresh)
    assert done.code == 2, done
    assert "uploads" in done.only_line()
    assert shops_of(fresh) == []
    assert left_over(fresh) == ["uploads"]
    (fresh / "uploads").unlink()
    assert xiaoer("import", exported, "--data-dir", fresh).code == 0  # nothing of the first try is in the way of the second
    assert shops_of(fresh) == [SHOP]
