"""Articles change by drafts: the version before stays live, nobody's words are lost, and only a lead publishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, Invalid, NotAllowed, NotFound
from xiaoer.knowledge import edit, store, store_drafts, store_heads
from xiaoer.knowledge.changes import compare, list_changes
from xiaoer.knowledge.knowledge import Knowledge
from xiaoer.knowledge.store_heads import Wanted
from xiaoer.knowledge.types import Article, ArticleText, Draft, Editor
from xiaoer.privacy.store import list_audit

SHOP = "spruce"
LIN, WU = Editor("lin", may_publish=False), Editor("wu", may_publish=True)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
TODAY = date(2026, 11, 23)
T = TypeVar("T")


def article(article_id: str = "postage", title: str = "运费怎么算", body: str = "满 99 元包邮。", **more: Any) -> Article:
    values = {"category": "shipping", "audience": "all", "intents": (), "version": 0, "updated_at": NEVER, "state": "draft"}
    return Article(article_id, texts=(ArticleText("zh", title, (), body),), **{**values, **more})


async def do(database: Database, function: Callable[[Scope], T]) -> T:
    return await database.write(SHOP, function)


async def publish_new(database: Database, one: Article | None = None) -> Article:
    def run(scope: Scope) -> Article:
        draft = edit.save_draft(scope, one or article(), WU, revision=0)
        return edit.publish(scope, draft.article.id, WU, revision=draft.revision)

    return await do(database, run)


async def drafted(database: Database, live: Article, body: str, editor: Editor = LIN) -> Draft:
    new = replace(live, texts=(replace(live.texts[0], body=body),))
    return await do(database, lambda scope: edit.save_draft(scope, new, editor, revision=0))


async def test_from_draft_to_review_to_published(database: Database, tmp_path: Path) -> None:
    knowledge = Knowledge.open(tmp_path / "index")

    def ask(scope: Scope) -> list[str]:
        now = datetime(2026, 11, 23, tzinfo=UTC)
        return [hit.body for hit in knowledge.answer(scope, "运费怎么算", language="zh", audience="customer", today=now).hits]

    draft = await do(database, lambda scope: edit.save_draft(scope, article(), LIN, revision=0))
    assert (draft.state, draft.revision, draft.article.version) == ("draft", 1, 0)
    assert await database.read(SHOP, ask) == []
    sent = await do(database, lambda scope: edit.send_to_review(scope, "postage", LIN, revision=1, note="新运费"))
    assert (sent.state, sent.revision) == ("in_review", 2)
    with pytest.raises(NotAllowed):
        await do(database, lambda scope: edit.publish(scope, "postage", LIN, revision=2))
    live = await do(database, lambda scope: edit.publish(scope, "postage", WU, revision=2))
    assert (live.version, live.state) == (1, "published")
    assert await database.read(SHOP, ask) == ["满 99 元包邮。"]
    assert await database.read(SHOP, lambda scope: store_drafts.find_draft(scope, "postage")) is None
    (version,) = await database.read(SHOP, lambda scope: store_drafts.list_versions(scope, "postage"))
    assert (version.saved_by, version.note) == ("wu", "新运费")
    audit = await database.read(SHOP, lambda scope: list_audit(scope, about="postage"))
    assert [(line.who, line.what) for line in audit] == [("lin", "article_sent_to_review"), ("wu", "article_published")]


async def test_a_published_article_stays_live_while_its_next_version_is_written(database: Database) -> None:
    live = await publish_new(database)
    await drafted(database, live, "全场包邮。")
    assert await database.read(SHOP, lambda scope: store.get_article(scope, "postage")) == live
    (head,) = await database.read(SHOP, lambda scope: store_heads.list_heads(scope, Wanted(), today=TODAY))
    assert (head.article.state, head.draft) == ("published", "draft")


async def test_two_editors_lose_nothing(database: Database) -> None:
    live = await publish_new(database)
    first = await drafted(database, live, "林的字")
    with pytest.raises(Conflict):
        await drafted(database, live, "吴的字", WU)
    kept = await database.read(SHOP, lambda scope: store_drafts.find_draft(scope, "postage"))
    assert kept is not None
    assert kept.article.texts[0].body == "林的字"
    both = replace(live, texts=(replace(live.texts[0], body="林的字，吴的字"),))
    merged = await do(database, lambda scope: edit.save_draft(scope, both, WU, revision=first.revision))
    assert (merged.revision, merged.edited_by) == (2, "wu")


async def test_a_draft_of_an_older_version_is_not_published_over_a_newer_one(database: Database) -> None:
    live = await publish_new(database)
    draft = await drafted(database, live, "旧稿")
    moved = replace(live, texts=(replace(live.texts[0], body="导入改过的"),))
    await do(database, lambda scope: store.save_article(scope, moved))
    with pytest.raises(Conflict):
        await do(database, lambda scope: edit.publish(scope, "postage", WU, revision=draft.revision))
    newer = replace(draft.article, version=2)
    saved = await do(database, lambda scope: edit.save_draft(scope, newer, WU, revision=draft.revision))
    out = await do(database, lambda scope: edit.publish(scope, "postage", WU, revision=saved.revision))
    assert (out.version, out.texts[0].body) == (3, "旧稿")


async def test_saving_the_same_words_changes_nothing(database: Database) -> None:
    live = await publish_new(database)
    unchanged = await drafted(database, live, live.texts[0].body)
    assert unchanged.revision == 0
    draft = await drafted(database, live, "新的")
    again = await do(database, lambda scope: edit.save_draft(scope, draft.article, LIN, revision=1))
    assert again == draft


async def test_a_lead_sends_back_and_staff_edits_again(database: Database) -> None:
    live = await publish_new(database)
    await drafted(database, live, "不太对")
    await do(database, lambda scope: edit.send_to_review(scope, "postage", LIN, revision=1))
    back = await do(database, lambda scope: edit.send_back(scope, "postage", WU, revision=2, note="金额不对"))
    assert (back.state, back.note, back.edited_by) == ("draft", "金额不对", "lin")
    with pytest.raises(NotAllowed):
        await do(database, lambda scope: edit.send_back(scope, "postage", LIN, revision=3, note=""))


async def test_what_is_in_review_and_changed_by_staff_is_a_draft_again(database: Database) -> None:
    live = await publish_new(database)
    draft = await drafted(database, live, "一")
    await do(database, lambda scope: edit.send_to_review(scope, "postage", LIN, revision=1))
    by_lead = replace(draft.article, category="returns")
    kept = await do(database, lambda scope: edit.save_draft(scope, by_lead, WU, revision=2))
    assert kept.state == "in_review"
    by_staff = replace(draft.article, category="orders")
    assert (await do(database, lambda scope: edit.save_draft(scope, by_staff, LIN, revision=3))).state == "draft"


async def test_discarding_leaves_the_live_version_and_removes_what_was_only_a_draft(database: Database) -> None:
    live = await publish_new(database)
    await drafted(database, live, "不要了")
    await do(database, lambda scope: edit.discard(scope, "postage", LIN, revision=1))
    assert await database.read(SHOP, lambda scope: edit.open_draft(scope, "postage")) == (
        live, Draft(live, "draft", 0, "", live.updated_at),
    )  # fmt: skip
    await do(database, lambda scope: edit.save_draft(scope, article("other"), LIN, revision=0))
    await do(database, lambda scope: edit.discard(scope, "other", LIN, revision=1))
    with pytest.raises(NotFound):
        await database.read(SHOP, lambda scope: edit.open_draft(scope, "other"))


async def test_archive_bring_back_and_restore(database: Database) -> None:
    live = await publish_new(database)
    draft = await drafted(database, live, "第二版", WU)
    await do(database, lambda scope: edit.publish(scope, "postage", WU, revision=draft.revision))
    with pytest.raises(NotAllowed):
        await do(database, lambda scope: edit.archive(scope, "postage", LIN))
    assert (await do(database, lambda scope: edit.archive(scope, "postage", WU))).state == "archived"
    assert (await do(database, lambda scope: edit.bring_back(scope, "postage", WU))).version == 4
    restored = await do(database, lambda scope: edit.restore(scope, "postage", 1, LIN, revision=0))
    assert (restored.article.texts[0].body, restored.article.version, restored.note) == ("满 99 元包邮。", 4, "v1")
    out = await do(database, lambda scope: edit.publish(scope, "postage", WU, revision=restored.revision))
    assert (out.version, out.texts) == (5, live.texts)
    versions = await database.read(SHOP, lambda scope: store_drafts.list_versions(scope, "postage"))
    assert [one.article.version for one in versions] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"texts": ()}, "title_zh"), ({"category": " "}, "category"), ({"texts": (ArticleText("zh", "题", (), " "),)}, "body_zh"),
     ({"texts": (ArticleText("en", "", (), "words"),)}, "title_en")],
)  # fmt: skip
async def test_what_is_not_whole_does_not_go_out(database: Database, changes: dict[str, Any], field: str) -> None:
    await do(database, lambda scope: edit.save_draft(scope, replace(article(), **changes), LIN, revision=0))
    with pytest.raises(Invalid) as caught:
        await do(database, lambda scope: edit.send_to_review(scope, "postage", LIN, revision=1))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("one", "field"),
    [(article(title="长" * 201), "title_zh"), (article(body="长" * 20_001), "body_zh"), (article(category="c" * 61), "category"),
     (article(audience="everybody"), "audience"),
     (article(valid_from=date(2026, 12, 1), valid_to=date(2026, 11, 1)), "valid_to"), (article("../etc"), "id")],
)  # fmt: skip
async def test_what_cannot_be_kept_is_named(database: Database, one: Article, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        await do(database, lambda scope: edit.save_draft(scope, one, LIN, revision=0))
    assert caught.value.field == field


def test_tidy_keeps_the_words_and_drops_what_says_nothing() -> None:
    texts = (ArticleText("en", " How  much\n", ("a", " a ", "", "b"), "\n\nOne\r\nTwo  \r\n\r\n"), ArticleText("zh", "", (), ""))
    found = edit.tidy(replace(article(), texts=texts))
    assert found.texts == (ArticleText("en", "How much", ("a", "b"), "One\nTwo"),)


async def test_the_list_is_searched_and_filtered(database: Database) -> None:
    await publish_new(database, article("postage", owner="lin"))
    await publish_new(database, article("coat", "羊毛大衣怎么洗", "请乾洗 50% off", category="care", audience="staff"))
    await publish_new(database, article("spring", "春季活动", "三月开始", valid_from=date(2027, 3, 1)))
    await publish_new(database, article("autumn", "秋季活动", "结束了", valid_to=date(2026, 10, 1)))
    live = await publish_new(database, article("gone", "旧文章", "旧的"))
    await do(database, lambda scope: edit.archive(scope, live.id, WU))
    await drafted(database, await database.read(SHOP, lambda scope: store.get_article(scope, "coat")), "机洗也可以")
    await do(database, lambda scope: store_heads.add_uses(scope, ["postage", "postage", "coat"]))
    await do(database, lambda scope: store_heads.add_uses(scope, ["postage"]))

    async def ids(**wanted: Any) -> set[str]:
        def look(scope: Scope) -> set[str]:
            found = store_heads.list_heads(scope, Wanted(**wanted), today=TODAY)
            assert store_heads.count_heads(scope, Wanted(**wanted), today=TODAY) == len(found)
            return {head.article.id for head in found}

        return await database.read(SHOP, look)

    assert await ids() == {"postage", "coat", "spring", "autumn"}
    assert await ids(text="幹洗") == {"coat"}  # traditional characters, of the live version
    assert await ids(text="机洗") == {"coat"}  # of the draft
    assert await ids(text="50%") == {"coat"}
    assert await ids(text="运费 包邮") == {"postage"}
    assert await ids(state="archived") == {"gone"}
    assert await ids(state="draft") == {"coat"}
    assert await ids(state="in_review") == set()
    assert await ids(state="all") == {"postage", "coat", "spring", "autumn", "gone"}
    assert await ids(audience="staff") == {"coat"}
    assert await ids(owner="lin") == {"postage"}
    assert await ids(owner="nobody") == {"coat", "spring", "autumn"}
    assert await ids(category="care") == {"coat"}
    assert await ids(language="zh") == {"postage", "coat", "spring", "autumn"}
    assert await ids(language="both") == set()
    assert await ids(validity="coming") == {"spring"}
    assert await ids(validity="past") == {"autumn"}
    assert await ids(validity="current") == {"postage", "coat"}
    assert await ids(is_unused=True) == {"spring", "autumn"}
    uses = await database.read(SHOP, lambda scope: store_heads.count_uses(scope, ["postage", "coat"], today=TODAY))
    assert uses == {"postage": 2, "coat": 1}
    assert await database.read("other", lambda scope: store_heads.list_heads(scope, Wanted(), today=TODAY)) == ()


async def test_a_draft_is_tried_without_being_stored(database: Database, tmp_path: Path) -> None:
    knowledge = Knowledge.open(tmp_path / "index")
    await publish_new(database)
    await publish_new(database, article("coat", "羊毛大衣怎么洗", "请干洗"))
    now = datetime(2026, 11, 23, tzinfo=UTC)
    new = article("parrot", "鹦鹉可以快递吗", "活体不寄。", valid_from=date(2027, 1, 1))

    def attempt(scope: Scope) -> list[str]:
        answer = knowledge.try_article(scope, new, "鹦鹉能不能快递", language="zh", audience="customer", today=now)
        return [hit.article_id for hit in answer.hits]

    def ask(scope: Scope) -> list[str]:
        answer = knowledge.answer(scope, "鹦鹉能不能快递", language="zh", audience="customer", today=now)
        return [hit.article_id for hit in answer.hits]

    assert (await database.read(SHOP, attempt))[0] == "parrot"
    assert "parrot" not in await database.read(SHOP, ask)
    changed = replace(article(), texts=(ArticleText("zh", "鹦鹉的运费", (), "不寄"),))
    found = await database.read(
        SHOP,
        lambda scope: knowledge.try_article(scope, changed, "鹦鹉的运费", language="zh", audience="customer", today=now),
    )
    assert (found.hits[0].article_id, found.hits[0].title) == ("postage", "鹦鹉的运费")


WORDS = st.text(alphabet="运费 包邮ab,。\n", max_size=60)


@given(old=WORDS, new=WORDS)
def test_a_comparison_holds_both_texts(old: str, new: str) -> None:
    spans = compare(old, new)
    assert "".join(span.text for span in spans if span.kind != "added") == old
    assert "".join(span.text for span in spans if span.kind != "removed") == new
    assert old != new or all(span.kind == "same" for span in spans)


def test_what_changed_is_named() -> None:
    old = article(body="满 99 元包邮。\n次日达。")
    new = replace(old, audience="staff", texts=(replace(old.texts[0], body="满 59 元包邮。\n次日达。", similar=("邮费",)),))
    changes = {(one.name, one.language): one.spans for one in list_changes(old, new)}
    assert set(changes) == {("similar", "zh"), ("body", "zh"), ("audience", "")}
    assert [(span.kind, span.text) for span in changes["body", "zh"]] == [
        ("same", "满 "), ("removed", "99"), ("added", "59"), ("same", " 元包邮。\n次日达。"),
    ]  # fmt: skip
