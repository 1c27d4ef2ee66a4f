"""Imports: again means up to date and not twice, what a person wrote is safe, all can be undone, and nothing stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.postgres import run_here
from tests.unit.knowledge.ingest.build import shop_book
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.knowledge import edit, store, store_drafts, store_imports
from xiaoer.knowledge.ingest.files import list_files, sources_of
from xiaoer.knowledge.ingest.run import Importing, new_import, undo_import
from xiaoer.knowledge.ingest.types import Import, Item, Options
from xiaoer.knowledge.ingest.write import as_file, path_of
from xiaoer.knowledge.types import Article, Editor

SHOP = "spruce"
WU = Editor("wu", may_publish=True)
T = TypeVar("T")
HELP = "# 退货\n\n七天内可退。\n\n## 运费\n\n质量问题我们出。\n\n## 到账\n\n两天到账。\n"


async def take(
    database: Database,
    files: dict[str, bytes | str],
    folder: Path,
    *,
    root: str = "",
    is_dry: bool = False,
    **options: Any,
) -> tuple[Import, list[Item]]:
    """Import these files; the import and its report."""
    named = lay(files, folder)
    chosen = Options(**options)
    run = Importing(database, SHOP, new_import(list(files), chosen, by="wu"), chosen, is_dry=is_dry)
    about = await run.run(sources_of(named, chosen, most_mb=50, root=root))
    return about, run.items


def lay(files: Mapping[str, bytes | str], folder: Path) -> list[tuple[str, Path]]:
    """Put them on the disk."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return [(name, folder / name) for name in files]


async def look(database: Database, function: Callable[[Scope], T]) -> T:
    return await database.read(SHOP, function)


async def live(database: Database) -> dict[str, str]:
    """Title → body of what is published."""
    found = await look(database, store.list_articles)
    return {one.texts[0].title: one.texts[0].body for one in found if one.state == "published"}


def outcomes(items: list[Item]) -> dict[str, str]:
    return {item.place: item.outcome for item in items}


async def test_again_without_a_change_changes_nothing(database: Database, tmp_path: Path) -> None:
    about, items = await take(database, {"help.md": HELP}, tmp_path / "a", category="售后")
    assert outcomes(items) == {"退货": "added", "退货 › 运费": "added", "退货 › 到账": "added"}
    assert (about.state, dict(about.counts)) == ("done", {"added": 3})
    before = await look(database, store.list_articles)
    assert {one.category for one in before} == {"售后"}
    again, items = await take(database, {"help.md": HELP}, tmp_path / "a", category="售后")
    assert dict(again.counts) == {"unchanged": 3}
    assert await look(database, store.list_articles) == before


async def test_a_change_updates_a_removed_part_is_archived_and_a_renamed_one_stays_itself(
    database: Database, tmp_path: Path
) -> None:
    await take(database, {"help.md": HELP}, tmp_path / "a")
    ids = {one.texts[0].title: one.id for one in await look(database, store.list_articles)}
    changed = "# 退货\n\n十五天内可退。\n\n## 运费谁付\n\n质量问题我们出。\n"
    _, items = await take(database, {"help.md": changed}, tmp_path / "a")
    assert outcomes(items) == {
        "退货": "updated",
        "退货 › 运费谁付": "added",
        "退货 › 运费": "archived",
        "退货 › 到账": "archived",
    }
    assert await live(database) == {"退货": "十五天内可退。", "退货 › 运费谁付": "质量问题我们出。"}
    _, items = await take(database, {"help.md": HELP}, tmp_path / "a")  # it comes back: the same articles live again
    assert outcomes(items)["退货 › 到账"] == "updated"
    again = {
        one.texts[0].title: one.id for one in await look(database, store.list_articles) if one.state == "published"
    }
    assert again == ids


async def test_the_same_words_elsewhere_stay_the_same_article(database: Database, tmp_path: Path) -> None:
    rows = "问题,答案\n多久到,两天\n运费,8 元\n"
    await take(database, {"faq.csv": rows}, tmp_path / "a")
    before = {one.texts[0].title: one.id for one in await look(database, store.list_articles)}
    _, items = await take(database, {"faq.csv": "问题,答案\n运费,8 元\n多久到,两天\n"}, tmp_path / "a")
    assert set(outcomes(items).values()) == {"unchanged"}
    assert {one.texts[0].title: one.id for one in await look(database, store.list_articles)} == before


async def test_what_a_person_edited_is_not_overwritten(database: Database, tmp_path: Path) -> None:
    await take(database, {"help.md": HELP}, tmp_path / "a")
    (article,) = [one for one in await look(database, store.list_articles) if one.texts[0].title == "退货"]
    mine = replace(article, texts=(replace(article.texts[0], body="人工改过的话"),))

    def publish(scope: Scope) -> None:
        draft = edit.save_draft(scope, mine, WU, revision=0)
        edit.publish(scope, article.id, WU, revision=draft.revision)

    await database.write(SHOP, publish)
    _, items = await take(database, {"help.md": HELP}, tmp_path / "a")
    assert outcomes(items)["退货"] == "unchanged"  # the source did not change
    _, items = await take(database, {"help.md": HELP.replace("七天", "九天")}, tmp_path / "a")
    (item,) = [one for one in items if one.place == "退货"]
    assert (item.outcome, "改过" in item.reason["zh"]) == ("drafted", True)
    assert (await live(database))["退货"] == "人工改过的话"
    draft = await look(database, lambda scope: store_drafts.find_draft(scope, article.id))
    assert draft is not None
    assert draft.article.texts[0].body == "九天内可退。"
    _, items = await take(database, {"help.md": "# 别的\n\n内容\n"}, tmp_path / "a")
    assert outcomes(items)["退货 › 运费"] == "archived"


async def test_drafts_wait_and_a_persons_draft_is_in_the_way(database: Database, tmp_path: Path) -> None:
    about, items = await take(database, {"help.md": HELP}, tmp_path / "a", as_drafts=True)
    assert dict(about.counts) == {"drafted": 3}
    assert await live(database) == {}
    article_id = items[0].article_id
    draft = await look(database, lambda scope: store_drafts.find_draft(scope, article_id))
    assert draft is not None
    mine = replace(draft.article, texts=(replace(draft.article.texts[0], body="人在写"),))
    await database.write(SHOP, lambda scope: edit.save_draft(scope, mine, WU, revision=1))
    _, items = await take(database, {"help.md": HELP.replace("七天", "九天")}, tmp_path / "a", as_drafts=True)
    assert outcomes(items)["退货"] == "problem"
    kept = await look(database, lambda scope: store_drafts.find_draft(scope, article_id))
    assert kept is not None
    assert kept.article.texts[0].body == "人在写"


async def test_a_dry_run_says_the_same_and_stores_nothing(database: Database, tmp_path: Path) -> None:
    _, items = await take(database, {"help.md": HELP}, tmp_path / "a", is_dry=True)
    assert set(outcomes(items).values()) == {"added"}
    assert await look(database, store.list_articles) == ()
    assert await look(database, store_imports.list_imports) == ()


async def test_a_damaged_file_is_told_and_the_rest_goes_on(database: Database, tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"broken.xlsx": b"PK\x03\x04nothing", "shop.xlsx": shop_book(), "help.md": HELP}
    about, items = await take(database, files, tmp_path / "a")
    assert about.counts["added"] == 9
    problems = [(one.source, one.place) for one in items if one.outcome == "problem"]
    assert problems == [("broken.xlsx", ""), ("shop.xlsx", "常见问题!6"), ("shop.xlsx", "价目表!F4")]
    stored = await look(database, lambda scope: store_imports.list_items(scope, about.id))
    assert [one.outcome for one in stored] == [one.outcome for one in items]
    bad: dict[str, bytes | str] = {"shop.xlsx": b"PK\x03\x04now broken"}
    about, _ = await take(database, bad, tmp_path / "a")
    assert dict(about.counts) == {"problem": 1}  # what it brought before is not taken for gone


async def test_a_file_that_left_its_folder_is_archived(database: Database, tmp_path: Path) -> None:
    await take(database, {"a.md": "# 甲\n\n一\n", "b.md": "# 乙\n\n二\n"}, tmp_path / "a", root="help")
    _, items = await take(database, {"a.md": "# 甲\n\n一\n"}, tmp_path / "b", root="help")
    assert outcomes(items) == {"甲": "unchanged", "乙": "archived"}
    assert await live(database) == {"甲": "一"}


async def test_undo_brings_everything_back_but_what_changed_since(database: Database, tmp_path: Path) -> None:
    await take(database, {"help.md": HELP}, tmp_path / "a")
    before = await live(database)
    second, items = await take(
        database, {"help.md": "# 退货\n\n改了。\n\n## 运费\n\n也改了。\n\n## 新的\n\n新。\n"}, tmp_path / "a"
    )
    assert outcomes(items)["退货 › 到账"] == "archived"
    undone = await undo_import(database, SHOP, second.id, by="wu")
    assert undone.state == "undone"
    assert await live(database) == before
    third, items = await take(database, {"help.md": HELP}, tmp_path / "a")
    assert set(outcomes(items).values()) == {"unchanged"}  # as if the second had never been
    fourth, items = await take(
        database, {"help.md": HELP.replace("七天", "九天").replace("两天", "三天")}, tmp_path / "a"
    )
    changed = next(one for one in items if one.place == "退货")

    def publish(scope: Scope) -> Article:
        article = store.get_article(scope, changed.article_id)
        mine = replace(article, texts=(replace(article.texts[0], body="后来改的"),))
        draft = edit.save_draft(scope, mine, WU, revision=0)
        return edit.publish(scope, article.id, WU, revision=draft.revision)

    await database.write(SHOP, publish)
    undone = await undo_import(database, SHOP, fourth.id, by="wu")
    assert undone.counts["left"] == 1
    assert await live(database) == {**before, "退货": "后来改的"}
    assert (await undo_import(database, SHOP, fourth.id, by="wu")).state == "undone"
    assert third.state == "done"


async def test_undo_of_drafts_and_of_what_is_new(database: Database, tmp_path: Path) -> None:
    first, _ = await take(database, {"help.md": HELP}, tmp_path / "a", as_drafts=True)
    await undo_import(database, SHOP, first.id, by="wu")
    assert await look(database, store.list_articles) == ()
    second, _ = await take(database, {"help.md": HELP}, tmp_path / "a")
    await undo_import(database, SHOP, second.id, by="wu")
    assert await live(database) == {}
    third, items = await take(database, {"help.md": HELP}, tmp_path / "a")
    assert set(outcomes(items).values()) == {"added"}
    assert len(await live(database)) == third.counts["added"]


async def test_an_import_that_was_cut_off_goes_on(database: Database, tmp_path: Path) -> None:
    options = Options()
    (tmp_path / "help.md").write_text(HELP, "utf-8")
    about = new_import(["help.md"], options, by="wu")
    began = await database.write(SHOP, lambda scope: store_imports.add_import(scope, about))
    run = Importing(database, SHOP, began, options)
    ended = await run.go_on(sources_of([("help.md", tmp_path / "help.md")], options, most_mb=1))
    assert (ended.state, dict(ended.counts)) == ("done", {"added": 3})


async def test_a_failure_of_the_records_ends_as_failed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no space")

    monkeypatch.setattr(store, "add_articles", fail)
    with pytest.raises(RuntimeError, match="no space"):
        await take(database, {"help.md": HELP}, tmp_path / "a")
    (about,) = await look(database, store_imports.list_imports)
    assert about.state == "failed"
    assert await look(database, store.list_articles) == ()


async def test_too_large_and_missing_files_are_told(database: Database, tmp_path: Path) -> None:
    options = Options()
    (tmp_path / "big.md").write_bytes(b"# x\n\n" + b"y" * (1 << 20))
    run = Importing(database, SHOP, new_import(["big.md"], options, by=""), options)
    await run.run(sources_of([("big.md", tmp_path / "big.md"), ("gone.md", tmp_path / "gone.md")], options, most_mb=1))
    assert ["1 MB" in run.items[0].reason["en"], "cannot be opened" in run.items[1].reason["en"]] == [True, True]


def test_a_folder_is_listed_without_what_is_hidden_or_a_link(tmp_path: Path) -> None:
    for name in ("b.md", "a.PDF", "x.exe", ".hidden.md", ".git/c.md", "sub/d.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link.md").symlink_to("/etc/passwd")
    assert [one.relative_to(tmp_path).as_posix() for one in list_files(tmp_path)] == ["a.PDF", "b.md", "sub/d.csv"]


async def test_an_exported_folder_comes_back_the_same(database: Database, tmp_path: Path) -> None:
    await take(database, {"shop.xlsx": shop_book(), "help.md": HELP}, tmp_path / "a")
    before = await look(database, store.list_articles)
    folder = tmp_path / "out"
    for one in before:
        (folder / path_of(one)).parent.mkdir(parents=True, exist_ok=True)
        (folder / path_of(one)).write_text(as_file(one), "utf-8")
    files = [(f"out/{path.relative_to(folder).as_posix()}", path) for path in list_files(folder)]
    assert len(files) == len(before)
    options = Options()
    run = Importing(database, SHOP, new_import(["out"], options, by=""), options)
    await run.run(sources_of(files, options, most_mb=1, root="out"))
    assert {item.outcome for item in run.items} == {"unchanged"}
    run = Importing(database, "elsewhere", new_import(["out"], options, by=""), options)
    await run.run(sources_of(files, options, most_mb=1, root="out"))
    copied = await database.read("elsewhere", store.list_articles)
    assert {one.id: replace(one, updated_at=before[0].updated_at) for one in copied} == {
        one.id: replace(one, updated_at=before[0].updated_at) for one in before
    }
    (folder / path_of(before[0])).write_text(as_file(replace(before[0], category="别的")), "utf-8")
    run = Importing(database, "elsewhere", new_import(["out"], options, by=""), options)
    await run.run(sources_of(files, options, most_mb=1, root="out"))
    assert [item.outcome for item in run.items if item.outcome != "unchanged"] == ["updated"]


SECTIONS = st.lists(st.tuples(st.sampled_from("甲乙丙丁"), st.sampled_from(["一", "二", "三"])), max_size=6)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(versions=st.lists(SECTIONS, min_size=1, max_size=3))
def test_after_every_import_what_is_live_is_what_the_file_says(
    versions: list[list[tuple[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")

    async def check() -> None:
        database = await Database.open(f"sqlite:///{folder / 'x.sqlite3'}")
        await database.migrate()
        try:
            for sections in versions:
                text = "".join(f"# {title}\n\n{body}\n\n" for title, body in sections)
                for _ in range(2):
                    _, items = await take(database, {"a.md": text}, folder / "a")
                found = [one for one in await look(database, store.list_articles) if one.state == "published"]
                if sections:
                    assert sorted((one.texts[0].title, one.texts[0].body) for one in found) == sorted(sections)
                    assert {item.outcome for item in items} == {"unchanged"}
        finally:
            await database.close()

    run_here(check())
